/** Pictures from layers: what is laid over what. Pure. */

/**
 * Straight-alpha RGBA over RGB, in place; halves round up.
 * @param {Uint8Array} rgb @param {Uint8ClampedArray | Uint8Array} rgba of the same pixels
 */
export function layOver(rgb, rgba) {
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3];
    if (alpha === 0) continue;
    for (let channel = 0; channel < 3; channel++) {
      const below = rgb[to + channel];
      rgb[to + channel] = Math.floor(below + ((rgba[from + channel] - below) * alpha) / 255 + 0.5);
    }
  }
}

/** @param {Uint8Array} grey @returns {Uint8Array} RGB */
export function greyToRgb(grey) {
  const rgb = new Uint8Array(grey.length * 3);
  for (let from = 0, to = 0; from < grey.length; from++, to += 3) rgb[to] = rgb[to + 1] = rgb[to + 2] = grey[from];
  return rgb;
}

/** @param {Uint8Array} rgb @param {Uint8Array | null} [alpha] @returns {Uint8ClampedArray<ArrayBuffer>} RGBA */
export function rgbToRgba(rgb, alpha = null) {
  const words = new Uint32Array(rgb.length / 3);
  for (let from = 0, to = 0; to < words.length; from += 3, to++) {
    words[to] = rgb[from] | (rgb[from + 1] << 8) | (rgb[from + 2] << 16) | ((alpha ? alpha[to] : 255) << 24);
  }
  return bytesOf(words);
}

/** Four bytes a pixel, least significant first, as all machines with a browser have them. @param {Uint32Array} words */
const bytesOf = (words) => new Uint8ClampedArray(words.buffer);

/** Black ink whose transparency is the paper: laid over colours it darkens them as multiplying would. @param {Uint8Array} lineart */
export function inkOf(lineart) {
  const words = new Uint32Array(lineart.length);
  for (let at = 0; at < lineart.length; at++) words[at] = (255 - lineart[at]) << 24;
  return bytesOf(words);
}

/**
 * A picture with transparency as a line drawing: laid on white, then grey (ITU-R BT.601, as Pillow's "L").
 * @param {Uint8ClampedArray | Uint8Array} rgba straight alpha @returns {Uint8Array}
 */
export function flattenToGrey(rgba) {
  const grey = new Uint8Array(rgba.length / 4);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to++) {
    const alpha = rgba[from + 3];
    const luma = (rgba[from] * 19595 + rgba[from + 1] * 38470 + rgba[from + 2] * 7471 + 32768) >>> 16;
    grey[to] = alpha === 255 ? luma : Math.floor(255 + ((luma - 255) * alpha) / 255 + 0.5);
  }
  return grey;
}

/** Copy a rectangle out of a layer. @param {Uint8Array} layer @param {number} channels @param {number} width @param {import("./geometry.js").Rect} rect */
export function cropLayer(layer, channels, width, rect) {
  const part = new Uint8Array(rect.width * rect.height * channels);
  for (let row = 0; row < rect.height; row++) {
    const from = ((rect.y + row) * width + rect.x) * channels;
    part.set(layer.subarray(from, from + rect.width * channels), row * rect.width * channels);
  }
  return part;
}

/** Copy a rectangle into a layer. @param {Uint8Array} layer @param {number} channels @param {number} width @param {import("./geometry.js").Rect} rect @param {Uint8Array} part */
export function pasteLayer(layer, channels, width, rect, part) {
  for (let row = 0; row < rect.height; row++) {
    const to = ((rect.y + row) * width + rect.x) * channels;
    layer.set(part.subarray(row * rect.width * channels, (row + 1) * rect.width * channels), to);
  }
}
