/**
 * Connected parts and nearest pixels of label maps; the twins of OpenCV's `connectedComponents` (4 neighbours) and
 * `distanceTransform` (5 x 5), pixel for pixel. Pure.
 */

/** Provisional numbers that turn out to be one part: the smallest is its root. */
class Roots {
  constructor() {
    this.parent = new Int32Array(1024);
    this.count = 0;
  }

  add() {
    if (this.count === this.parent.length) {
      const wider = new Int32Array(this.count * 2);
      wider.set(this.parent);
      this.parent = wider;
    }
    this.parent[this.count] = this.count;
    return this.count++;
  }

  find(number) {
    const { parent } = this;
    while (parent[number] !== number) number = parent[number] = parent[parent[number]];
    return number;
  }

  join(first, second) {
    const [one, other] = [this.find(first), this.find(second)];
    if (one < other) this.parent[other] = one;
    else this.parent[one] = other;
    return Math.min(one, other);
  }

  /** @returns {number} how many parts; afterwards `parent` holds their numbers, in the order of their first pixels */
  settle() {
    let parts = 0;
    for (let number = 0; number < this.count; number++) {
      const above = this.parent[number];
      this.parent[number] = above === number ? parts++ : this.parent[above];
    }
    return parts;
  }
}

/**
 * Number each 4-connected part of each label, in the order of their first pixels.
 * @param {ArrayLike<number>} labels @param {number} width @param {number} height
 * @param {boolean} [zeroIsNone] pixels of label 0 are no part: they are number 0, the parts begin with 1
 * @returns {{parts: Int32Array, count: number}} count: numbers in use, that of "none" included
 */
export function connectedParts(labels, width, height, zeroIsNone = false) {
  const parts = new Int32Array(width * height);
  const roots = new Roots();
  if (zeroIsNone) roots.add();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const label = labels[at];
      if (zeroIsNone && label === 0) continue;
      const left = x > 0 && labels[at - 1] === label;
      const above = y > 0 && labels[at - width] === label;
      if (left) parts[at] = above && parts[at - 1] !== parts[at - width] ? roots.join(parts[at - 1], parts[at - width]) : parts[at - 1];
      else parts[at] = above ? parts[at - width] : roots.add();
    }
  }
  const count = roots.settle();
  for (let at = 0; at < parts.length; at++) parts[at] = roots.parent[parts[at]];
  return { parts, count };
}

/** Steps in 1/65536 pixel: beside, diagonal, a knight's move. */
export const STEP = 65536;
const [DIAGONAL, KNIGHT] = [91750, 143976];
const FAR = 0x7fffffff - KNIGHT;
const BORDER = 2;

/** Offsets and costs of the neighbours that were visited before a pixel, in the order in which they are asked. */
const neighbours = (stride) => [
  [-2 * stride - 1, KNIGHT], [-2 * stride + 1, KNIGHT], [-stride - 2, KNIGHT], [-stride - 1, DIAGONAL],
  [-stride, STEP], [-stride + 1, DIAGONAL], [-stride + 2, KNIGHT], [-1, STEP],
];

/**
 * How far each pixel is from the nearest pixel where `holes` is 0, and what is there.
 * @param {ArrayLike<number>} holes @param {number} width @param {number} height
 * @param {ArrayLike<number> | null} [values] of all pixels; those of the nearest are carried into the holes
 * @returns {{distance: Int32Array, carried: Int32Array, stride: number, start: number}} in 1/65536 pixel, with a border: pixel
 *   (x, y) is at start + y stride + x
 */
export function nearestPixels(holes, width, height, values = null) {
  const stride = width + 2 * BORDER;
  const start = BORDER * stride + BORDER;
  const distance = new Int32Array(stride * (height + 2 * BORDER)).fill(FAR);
  const carried = new Int32Array(values ? distance.length : 0);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = start + y * stride; x < width; x++, from++, to++) {
      if (!holes[from]) distance[to] = 0;
      if (values) carried[to] = values[from];
    }
  }
  const field = { distance, carried, stride, start };
  sweep(field, width, height, 1);
  sweep(field, width, height, -1);
  return field;
}

/** @param {1 | -1} direction from the first pixel on, or back from the last */
function sweep({ distance, carried, stride, start }, width, height, direction) {
  const around = neighbours(stride);
  const offsets = Int32Array.from(around, ([offset]) => offset * direction);
  const costs = Int32Array.from(around, ([, cost]) => cost);
  const least = direction > 0 ? 0 : STEP;
  for (let row = 0; row < height; row++) {
    const y = direction > 0 ? row : height - 1 - row;
    let at = start + y * stride + (direction > 0 ? 0 : width - 1);
    for (let x = 0; x < width; x++, at += direction) {
      let best = distance[at];
      if (best <= least) continue;
      let from = -1;
      for (let k = 0; k < 8; k++) {
        const along = distance[at + offsets[k]] + costs[k];
        if (along < best) {
          best = along;
          from = at + offsets[k];
        }
      }
      if (from < 0) continue;
      distance[at] = best;
      if (carried.length) carried[at] = carried[from];
    }
  }
}

/**
 * Where `holes` is not 0, the label of the nearest pixel where it is; the labels themselves where all or none is a hole.
 * @template {Uint8Array | Int32Array} T
 * @param {T} labels @param {Uint8Array} holes @param {number} width @param {number} height @returns {T}
 */
export function filledFromNearest(labels, holes, width, height) {
  const hole = holes.some((value) => value !== 0);
  if (!hole || !holes.includes(0)) return labels;
  const { carried, stride, start } = nearestPixels(holes, width, height, labels);
  const filled = new /** @type {any} */ (labels.constructor)(labels.length);
  for (let y = 0; y < height; y++) filled.set(carried.subarray(start + y * stride, start + y * stride + width), y * width);
  return filled;
}
