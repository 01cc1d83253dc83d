/**
 * A layer as the screen needs it: the full picture, and halves of halves for looking at it from afar, brought up to date
 * only where it was touched. Thin lines stay whole at any zoom, and a stroke costs what it covers.
 */

import { intersect, rectOf, union } from "../core/geometry.js";

const MOST_LEVELS = 5;

export class Surface {
  /** @param {import("../core/geometry.js").Size} size */
  constructor({ width, height }) {
    this.width = width;
    this.height = height;
    this.levels = [this.#level(width, height)];
    /** @type {(import("../core/geometry.js").Rect | null)[]} */
    this.stale = [null];
    /** Where anything was ever put: a level made later need not look elsewhere. */
    this.used = null;
  }

  #level(width, height) {
    const canvas = new OffscreenCanvas(Math.max(1, width), Math.max(1, height));
    const context = canvas.getContext("2d");
    if (!context) throw new RangeError("no memory for a canvas");
    return context;
  }

  /** @param {import("../core/geometry.js").Rect} rect @param {Uint8ClampedArray<ArrayBuffer>} pixels RGBA of rect */
  put(rect, pixels) {
    this.levels[0].putImageData(new ImageData(pixels, rect.width, rect.height), rect.x, rect.y);
    this.touch(rect);
  }

  /** @param {import("../core/geometry.js").Rect} rect */
  touch(rect) {
    this.used = union(this.used, rect);
    for (let level = 1; level < this.stale.length; level++) this.stale[level] = union(this.stale[level], rect);
  }

  clear() {
    this.levels[0].clearRect(0, 0, this.width, this.height);
    this.touch(rectOf(0, 0, this.width, this.height));
  }

  /** The smallest level that still has a pixel for each on the screen. @param {number} scale screen pixels per picture pixel */
  #levelFor(scale) {
    const halves = Math.floor(Math.log2(1 / scale) + 1e-6);
    return Math.max(0, Math.min(MOST_LEVELS, halves));
  }

  #refresh(level) {
    if (level === 0) return;
    if (!this.levels[level]) {
      this.#refresh(level - 1);
      this.levels[level] = this.#level(Math.ceil(this.width / 2 ** level), Math.ceil(this.height / 2 ** level));
      this.stale[level] = this.used;
    }
    if (!this.stale[level]) return;
    this.#refresh(level - 1);
    this.#halve(level, this.stale[level]);
    this.stale[level] = null;
  }

  #halve(level, rect) {
    const step = 2 ** level;
    const { canvas } = this.levels[level];
    const x = Math.floor(rect.x / step);
    const y = Math.floor(rect.y / step);
    const part = intersect(
      rectOf(x, y, Math.ceil((rect.x + rect.width) / step) - x, Math.ceil((rect.y + rect.height) / step) - y),
      rectOf(0, 0, canvas.width, canvas.height),
    );
    if (!part) return;
    const context = this.levels[level];
    context.clearRect(part.x, part.y, part.width, part.height);
    context.drawImage(this.levels[level - 1].canvas, part.x * 2, part.y * 2, part.width * 2, part.height * 2, part.x, part.y, part.width, part.height);
  }

  /** @param {CanvasRenderingContext2D} target set to picture coordinates @param {number} scale */
  draw(target, scale) {
    const level = this.#levelFor(scale);
    this.#refresh(level);
    const { canvas } = this.levels[level];
    target.imageSmoothingEnabled = scale < 3;
    target.drawImage(canvas, 0, 0, canvas.width * 2 ** level, canvas.height * 2 ** level);
  }
}
