/**
 * What is still to be drawn, layer by layer, in tiles: marked as often as anybody likes, done once, a slice at a time.
 * Pure but for the clock that is handed in.
 *
 * @typedef {import("./geometry.js").Rect} Rect
 */

import { intersect, rectOf, union } from "./geometry.js";

const WIDE = 512;
const HIGH = 256;

export class Jobs {
  /** @param {import("./geometry.js").Size} size of the picture @param {(layer: string, rect: Rect) => void} work */
  constructor(size, work) {
    this.size = size;
    this.work = work;
    this.columns = Math.ceil(size.width / WIDE);
    /** @type {Map<string, Set<number>>} */
    this.waiting = new Map();
  }

  get empty() {
    return this.waiting.size === 0;
  }

  /** @param {string} layer @param {Rect} rect */
  mark(layer, rect) {
    const part = intersect(rect, rectOf(0, 0, this.size.width, this.size.height));
    if (!part) return;
    const tiles = this.waiting.get(layer) ?? new Set();
    for (let row = Math.floor(part.y / HIGH); row * HIGH < part.y + part.height; row++) {
      for (let column = Math.floor(part.x / WIDE); column * WIDE < part.x + part.width; column++) tiles.add(row * this.columns + column);
    }
    this.waiting.set(layer, tiles);
  }

  /**
   * Work until time is up, at least one tile.
   * @param {() => boolean} over @returns {Rect | null} what was done
   */
  run(over) {
    let done = null;
    while (!this.empty) {
      const [[layer, tiles]] = this.waiting;
      const [tile] = tiles;
      tiles.delete(tile);
      if (!tiles.size) this.waiting.delete(layer);
      const rect = this.#rectOf(tile);
      this.work(layer, rect);
      done = union(done, rect);
      if (over()) break;
    }
    return done;
  }

  #rectOf(tile) {
    const place = rectOf((tile % this.columns) * WIDE, Math.floor(tile / this.columns) * HIGH, WIDE, HIGH);
    return intersect(place, rectOf(0, 0, this.size.width, this.size.height));
  }

  /** Small enough to be done at once. @param {Rect} rect */
  static small(rect) {
    return rect.width * rect.height <= WIDE * HIGH;
  }
}
