/** Erosion and dilation by squares, the picture's rim counting for nothing. Twins of OpenCV's. Pure. */

/** @param {Uint8Array} pixels @param {number} width @param {number} height @param {number} side of the square, odd */
export const dilate = (pixels, width, height, side) => both(pixels, width, height, side >> 1, (first, second) => (first > second ? first : second));

/** @param {Uint8Array} pixels @param {number} width @param {number} height @param {number} side of the square, odd */
export const erode = (pixels, width, height, side) => both(pixels, width, height, side >> 1, (first, second) => (first < second ? first : second));

export const opened = (pixels, width, height, side) => dilate(erode(pixels, width, height, side), width, height, side);

export const closed = (pixels, width, height, side) => erode(dilate(pixels, width, height, side), width, height, side);

/** Along the rows, then along the columns. */
function both(pixels, width, height, reach, pick) {
  const across = new Uint8Array(pixels.length);
  for (let y = 0; y < height; y++) windows(pixels, across, y * width, 1, width, reach, pick);
  const down = new Uint8Array(pixels.length);
  for (let x = 0; x < width; x++) windows(across, down, x, width, height, reach, pick);
  return down;
}

function windows(from, to, start, step, count, reach, pick) {
  for (let at = 0; at < count; at++) {
    let best = from[start + at * step];
    const last = Math.min(count - 1, at + reach);
    for (let other = Math.max(0, at - reach); other <= last; other++) best = pick(best, from[start + other * step]);
    to[start + at * step] = best;
  }
}
