/**
 * What is new in a picture since it was last looked at: mostly one region, so the screen need not take all of it. Pure.
 *
 * @typedef {{rect: import("./geometry.js").Rect, pixels: Uint8ClampedArray<ArrayBuffer>}} News
 */

import { rectOf } from "./geometry.js";

export class NewsReader {
  /** @param {import("./geometry.js").Size} size */
  constructor(size) {
    this.size = size;
    /** @type {Uint32Array | null} */
    this.before = null;
  }

  /** @param {Uint8ClampedArray<ArrayBuffer>} pixels RGBA of the whole picture, kept @returns {News | null} null: nothing is new */
  of(pixels) {
    const now = new Uint32Array(pixels.buffer);
    const { width, height } = this.size;
    const rect = this.before ? differing(this.before, now, width, height) : rectOf(0, 0, width, height);
    this.before = now;
    return rect && { rect, pixels: cut(now, width, rect) };
  }
}

function differing(before, now, width, height) {
  let [left, top, right, bottom] = [width, -1, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let first = 0;
    while (first < width && before[row + first] === now[row + first]) first++;
    if (first === width) continue;
    let last = width - 1;
    while (before[row + last] === now[row + last]) last--;
    if (top < 0) top = y;
    [left, right, bottom] = [Math.min(left, first), Math.max(right, last), y];
  }
  return top < 0 ? null : rectOf(left, top, right - left + 1, bottom - top + 1);
}

function cut(words, width, rect) {
  const part = new Uint32Array(rect.width * rect.height);
  for (let row = 0; row < rect.height; row++) {
    const from = (rect.y + row) * width + rect.x;
    part.set(words.subarray(from, from + rect.width), row * rect.width);
  }
  return new Uint8ClampedArray(part.buffer);
}
