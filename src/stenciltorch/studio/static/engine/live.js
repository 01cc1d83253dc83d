/**
 * Keeps the colours in step with the document: hands the engine what changed, no more and no more often than needed, and
 * finishes large pictures when the artist rests.
 *
 * Events: preview {preview: {rect, pixels}, work} (the part that differs, at the working size); finished (the full-size result is complete); timing {encodeMs, paintMs, totalMs, finishMs}.
 */

import { cropLayer, greyToRgb, layOver } from "../core/compose.js";
import { Emitter } from "../core/emitter.js";
import { intersect, wholeOf } from "../core/geometry.js";
import { rasteriseHints } from "../core/hints.js";
import { Pace } from "../core/pace.js";
import { Picture } from "../core/picture.js";
import { targetRect, workingSize } from "../core/scaling.js";

const REST_MS = 500;

export class Live extends Emitter {
  /** @param {import("../core/editor.js").Editor} editor @param {import("./engine.js").Engine} engine */
  constructor(editor, engine) {
    super();
    this.editor = editor;
    this.engine = engine;
    this.stamp = 0;
    this.paused = false;
    engine.on("painted", (answer) => this.#painted(answer));
    engine.on("state", ({ phase }) => phase === "ready" && this.#restate());
    editor.on("open", () => this.#opened());
    editor.on("touched", (detail) => this.#touched(detail));
  }

  /** What the engine is told of the document, asked for when it is needed. @type {import("./engine.js").Source} */
  source = {
    drawing: async () => {
      const { width, height, lineart, mask, base } = this.editor.document;
      return { width, height, lineart, mask, base: base ? await base.pixels() : null };
    },
    hints: () => this.editor.strokes("hints"),
    light: () => this.editor.light,
    mask: (rect) => cropLayer(this.editor.document.mask, 1, this.size.width, rect),
  };

  get size() {
    const { width, height } = this.editor.document;
    return { width, height };
  }

  /** The drawing fits the working size: what the engine answers is final. */
  get direct() {
    return this.work && this.work.width === this.size.width && this.work.height === this.size.height;
  }

  #opened() {
    this.#change();
    this.result = null;
    this.answer = null;
    this.work = null;
    this.engine.renew();
    this.#restate();
  }

  /** Everything anew: another drawing, or an engine that has only just come up. */
  #restate() {
    if (!this.engine.state.workPixels) return;
    this.work = workingSize(this.size, this.engine.state.workPixels);
    this.engine.renew();
    this.#request();
  }

  #touched({ layer, rect }) {
    if (!this.work || layer === "passes" || layer === "retouches") return;
    if (layer === "base") this.engine.renew();
    else if (layer === "light" ? !this.engine.state.lit : !rect) return;
    if (layer === "mask") this.engine.touchMask(rect);
    this.#request();
  }

  #change() {
    this.stamp++;
    this.complete = false;
    clearTimeout(this.resting);
  }

  #request() {
    this.#change();
    this.engine.paint();
  }

  #painted({ pictures, preview, work, ...timing }) {
    if (work.width !== this.work?.width || work.height !== this.work?.height) return;
    this.answer = { pictures, work, stamp: this.stamp };
    if (this.direct) this.result = pictures.illustration;
    this.complete = this.direct && this.engine.idle;
    if (preview) this.emit("preview", { preview, work });
    this.emit("timing", timing);
    if (this.engine.pending.paint) return;
    if (this.direct) this.#complete();
    else this.#rest();
  }

  #complete() {
    this.complete = true;
    this.emit("finished");
  }

  #rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.finish().catch(() => {}), REST_MS);
  }

  /** The result at full size. @returns {Promise<boolean>} false when something newer came in between */
  async finish() {
    if (this.complete) return true;
    if (!this.engine.idle || !this.answer) return false;
    const started = performance.now();
    const { width, height } = this.size;
    const stamp = this.stamp;
    const result = this.result?.length === width * height * 3 ? this.result : new Uint8Array(width * height * 3);
    const strip = (first, rows, { illustration }) => {
      result.set(illustration, first * width * 3);
      this.emit("strip", { first, rows, illustration });
    };
    if (!(await this.engine.finish(["illustration"], strip, this.size, () => stamp !== this.stamp))) return false;
    this.result = result;
    this.emit("timing", { finishMs: performance.now() - started });
    this.#complete();
    return true;
  }

  /** Wait until the result at full size is there. @param {number} [most] milliseconds */
  settled(most) {
    return this.#until(async () => this.complete || (this.engine.idle && (await this.finish())), most);
  }

  /** Wait until the worker knows the drawing as it is. @param {number} [most] milliseconds */
  answered(most) {
    return this.#until(() => this.answer && this.engine.idle, most);
  }

  async #until(reached, most = 120_000) {
    for (const end = performance.now() + most; performance.now() < end; ) {
      if (await reached()) return;
      if (this.engine.state.phase === "failed") break;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new Error("no result");
  }

  /** The result with the strokes painted on it. @returns {Promise<Picture>} */
  async picture() {
    await this.settled();
    const pixels = this.result.slice();
    const { width } = this.size;
    const rows = Math.max(1, Math.floor((1 << 18) / width));
    const retouches = this.editor.document.retouches;
    const pace = new Pace();
    for (let y = 0; retouches.length && y < this.size.height; y += rows) {
      const rect = { x: 0, y, width, height: Math.min(rows, this.size.height - y) };
      layOver(pixels.subarray(y * width * 3, (y + rect.height) * width * 3), rasteriseHints(retouches, rect));
      await pace.rest();
    }
    return new Picture(this.size, { pixels });
  }

  /** The colour that is seen at a point: retouching over result over paper. @param {number} x @param {number} y @returns {number[] | null} */
  colourAt(x, y) {
    const spot = intersect({ x: Math.floor(x), y: Math.floor(y), width: 1, height: 1 }, wholeOf(this.size));
    if (!spot) return null;
    const pixel = this.#resultAt(spot);
    layOver(pixel, rasteriseHints(this.editor.strokes("retouches"), spot));
    return [...pixel];
  }

  #resultAt(spot) {
    if (this.complete) return cropLayer(this.result, 3, this.size.width, spot);
    if (this.answer) {
      const part = targetRect(spot, this.size, this.answer.work);
      return cropLayer(this.answer.pictures.illustration, 3, this.answer.work.width, { ...part, width: 1, height: 1 });
    }
    return greyToRgb(cropLayer(this.editor.document.lineart, 1, this.size.width, spot));
  }
}
