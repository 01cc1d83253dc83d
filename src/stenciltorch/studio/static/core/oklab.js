/** sRGB bytes -> OKLab (Ottosson 2020), where equal distances look about equally large. Twin of `palettes/oklab.py`. Pure. */

const LINEAR = Float32Array.from({ length: 256 }, (_, level) => {
  const share = level / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

/** @param {ArrayLike<number>} colours red, green, blue, red ... @returns {Float32Array} lightness 0..1, green-red, blue-yellow, lightness ... */
export function toOklab(colours) {
  const lab = new Float32Array(colours.length);
  for (let at = 0; at < lab.length; at += 3) {
    const [red, green, blue] = [LINEAR[colours[at]], LINEAR[colours[at + 1]], LINEAR[colours[at + 2]]];
    const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const medium = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    lab[at] = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short;
    lab[at + 1] = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short;
    lab[at + 2] = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short;
  }
  return lab;
}

/** @param {Float32Array} lab @param {number} at first of three @param {Float32Array} other @param {number} otherAt */
export function squaredDistance(lab, at, other, otherAt) {
  const [first, second, third] = [lab[at] - other[otherAt], lab[at + 1] - other[otherAt + 1], lab[at + 2] - other[otherAt + 2]];
  return first * first + second * second + third * third;
}

/** For each colour the index of the nearest of `targets`; the first of equals. @param {ArrayLike<number>} colours @param {ArrayLike<number>} targets @returns {Uint8Array} */
export function nearestColours(colours, targets) {
  const [lab, goals] = [toOklab(colours), toOklab(targets)];
  const nearest = new Uint8Array(colours.length / 3);
  for (let number = 0; number < nearest.length; number++) {
    let best = Infinity;
    for (let target = 0; target < goals.length / 3; target++) {
      const gap = squaredDistance(lab, number * 3, goals, target * 3);
      if (gap < best) [best, nearest[number]] = [gap, target];
    }
  }
  return nearest;
}
