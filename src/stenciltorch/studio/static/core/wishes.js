/**
 * The hints as the model is given them: RGBA at the working size, brought up to date only where a change reaches. Pure;
 * runs in the worker, so that a bucket on a large drawing never holds up the pen.
 */

import { pasteLayer } from "./compose.js";
import { intersect, union, wholeOf } from "./geometry.js";
import { listBounds, rasteriseHints } from "./hints.js";
import { reduceHints, sourceRect, targetRect } from "./scaling.js";

const BAND_PIXELS = 1 << 20;

export class Wishes {
  /** @param {import("./geometry.js").Size} size @param {import("./geometry.js").Size} work @param {readonly import("./hints.js").Hint[]} hints */
  constructor(size, work, hints) {
    Object.assign(this, { size, work, hints });
    this.pixels = new Uint8Array(work.width * work.height * 4);
    this.#refresh(listBounds(hints));
  }

  /** @param {{start: number, removed: number, inserted: readonly import("./hints.js").Hint[]}} splice */
  change({ start, removed, inserted }) {
    const gone = this.hints.slice(start, start + removed);
    this.hints = [...this.hints.slice(0, start), ...inserted, ...this.hints.slice(start + removed)];
    this.#refresh(union(listBounds(gone), listBounds(inserted)));
  }

  #refresh(rect) {
    const touched = intersect(rect, wholeOf(this.size));
    if (!touched) return;
    const part = targetRect(touched, this.size, this.work);
    const rows = Math.max(1, Math.floor((BAND_PIXELS * part.height) / (touched.width * touched.height)));
    for (let y = part.y; y < part.y + part.height; y += rows) this.#band({ ...part, y, height: Math.min(rows, part.y + part.height - y) });
  }

  #band(part) {
    const pixels = rasteriseHints(this.hints, sourceRect(part, this.size, this.work));
    pasteLayer(this.pixels, 4, this.work.width, part, reduceHints(pixels, this.size, this.work, part));
  }
}
