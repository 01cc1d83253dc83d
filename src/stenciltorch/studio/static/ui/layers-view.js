/**
 * The pictures of all layers, kept in step with the document and the engine, and the order they lie in. Draws them into
 * any pane; knows nothing of panes' sizes or of pointers. What a stroke touches is shown at once; what covers much of a
 * large drawing comes in slices, a few milliseconds each, so that the pen never waits.
 *
 * Events: dirty (rect in picture pixels, or null for everything); work (there is some for `slice`).
 */

import { cropLayer, inkOf, rgbToRgba } from "../core/compose.js";
import { isOpen } from "../core/document.js";
import { Emitter } from "../core/emitter.js";
import { intersect, wholeOf } from "../core/geometry.js";
import { rasteriseHints } from "../core/hints.js";
import { Jobs } from "../core/jobs.js";
import { SLICE_MS } from "../core/pace.js";
import { sourceRect } from "../core/scaling.js";
import { settings } from "./settings.js";
import { Surface } from "./surface.js";

/** What the mask keeps is hatched: seen on white paper, on dark colours, and without seeing colours. */
const KEEP_TINT = [52, 56, 74];
const KEEP_ALPHA = [0.3, 0.52];
const STRIPES = 90;
/** RGBA of what is kept, by stripe and by the mask's value. */
const KEPT = KEEP_ALPHA.map((alpha) => Uint32Array.from({ length: 256 }, (_, value) => KEEP_TINT[0] | (KEEP_TINT[1] << 8) | (KEEP_TINT[2] << 16) | (Math.round((255 - value) * alpha) << 24)));

export class LayersView extends Emitter {
  /** @param {import("../core/editor.js").Editor} editor @param {import("../engine/live.js").Live} live */
  constructor(editor, live) {
    super();
    this.editor = editor;
    this.live = live;
    editor.on("open", () => this.#open());
    editor.on("touched", (detail) => this.#touched(detail));
    live.on("preview", ({ preview, work }) => this.#showPreview(preview, work));
    live.on("strip", ({ first, rows, illustration }) => this.#showStrip(first, rows, illustration));
    live.on("finished", () => this.#finished());
    settings.on("visible", () => this.#restack());
    settings.on("fade", () => this.emit("dirty", null));
    this.#open();
  }

  get size() {
    return wholeOf(this.editor.document);
  }

  #open() {
    this.surfaces = { lineart: new Surface(this.size) };
    this.preview = null;
    this.shown = "none";
    this.base = null;
    this.jobs = new Jobs(this.size, (layer, rect) => this.#show(layer, rect));
    this.#mark("lineart", this.size);
    for (const layer of ["hints", "retouches", "mask", "base"]) this.#touched({ layer, rect: this.size, live: false });
    this.emit("dirty", null);
  }

  /** @param {string} layer @param {import("../core/geometry.js").Rect} rect */
  #mark(layer, rect) {
    if (!Jobs.small(rect)) {
      this.jobs.mark(layer, rect);
      return this.emit("work");
    }
    this.#show(layer, rect);
    this.emit("dirty", rect);
  }

  /** Called before each drawing of the screen: a slice of what is waiting. @returns {import("../core/geometry.js").Rect | null} what is new */
  slice() {
    const ends = performance.now() + SLICE_MS;
    this.slices = (this.slices ?? 0) + 1;
    return this.jobs.run(() => performance.now() >= ends);
  }

  #show(layer, rect) {
    if (layer === "lineart") this.surfaces.lineart.put(rect, inkOf(cropLayer(this.editor.document.lineart, 1, this.size.width, rect)));
    else if (layer === "mask") this.#surface("mask").put(rect, this.#hatch(rect));
    else if (layer === "base") this.#surface("base").put(rect, rgbToRgba(cropLayer(this.base, 3, this.size.width, rect)));
    else this.#showStrokes(layer, rect);
  }

  #surface(layer) {
    return (this.surfaces[layer] ??= new Surface(this.size));
  }

  #touched({ layer, rect, live }) {
    if (layer === "base") return void this.#showBase();
    const part = intersect(rect, this.size);
    if (!part || layer === "passes") return;
    if (layer === "mask" && !this.#maskMatters(part, live)) return;
    if (layer !== "mask" && !this.editor.strokes(layer).length && !this.surfaces[layer]) return;
    this.#mark(layer, part);
  }

  #showStrokes(layer, rect) {
    const pixels = rasteriseHints(this.editor.strokes(layer), rect);
    if (layer === "hints" && settings.get("visible").lineart) this.#inkInto(pixels, rect);
    this.#surface(layer).put(rect, pixels);
  }

  /** The lines stay visible over a hint (paper Fig. 1). */
  #inkInto(pixels, rect) {
    const { lineart, width } = this.editor.document;
    for (let row = 0, to = 0; row < rect.height; row++) {
      let from = (rect.y + row) * width + rect.x;
      for (let column = 0; column < rect.width; column++, from++, to += 4) {
        const light = lineart[from];
        if (light === 255 || pixels[to + 3] === 0) continue;
        for (let channel = 0; channel < 3; channel++) pixels[to + channel] = (pixels[to + channel] * light) / 255;
      }
    }
  }

  /** Keeps `maskOpen` in step, looking at everything only when a change is final. */
  #maskMatters(rect, live) {
    const { mask } = this.editor.document;
    if (!isOpen(cropLayer(mask, 1, this.size.width, rect))) this.maskOpen = false;
    else if (!live) this.maskOpen = isOpen(mask);
    return !this.maskOpen || Boolean(this.surfaces.mask);
  }

  #hatch(band) {
    const { mask, width, height } = this.editor.document;
    const stripe = Math.max(3, Math.round(Math.max(width, height) / STRIPES));
    const words = new Uint32Array(band.width * band.height);
    for (let y = band.y, to = 0; y < band.y + band.height; y++) {
      let at = y * width + band.x;
      for (let x = band.x; x < band.x + band.width; x++, at++, to++) {
        if (mask[at] !== 255) words[to] = KEPT[Math.floor((x + y) / stripe) & 1][mask[at]];
      }
    }
    return new Uint8ClampedArray(words.buffer);
  }

  async #showBase() {
    const { base } = this.editor.document;
    const pixels = base && (await base.pixels());
    if (base !== this.editor.document.base) return;
    this.base = pixels;
    if (base) this.#mark("base", this.size);
    this.emit("dirty", null);
  }

  get hasBase() {
    return Boolean(this.base);
  }

  #restack() {
    if (this.surfaces.hints) this.#mark("hints", this.size);
    this.emit("dirty", null);
  }

  #showPreview({ rect, pixels }, work) {
    if (this.live.direct) {
      this.#surface("result").put(rect, pixels);
      this.shown = "full";
      return this.emit("dirty", rect);
    }
    const fresh = this.shown !== "preview" || this.preview?.width !== work.width || this.preview.height !== work.height;
    if (this.preview?.width !== work.width || this.preview.height !== work.height) this.preview = new Surface(work);
    this.preview.put(rect, pixels);
    this.shown = "preview";
    this.emit("dirty", fresh ? null : sourceRect(rect, this.size, work));
  }

  #showStrip(first, rows, illustration) {
    this.#surface("result").put({ ...this.size, y: first, height: rows }, rgbToRgba(illustration));
  }

  #finished() {
    if (this.live.direct) return;
    this.shown = "full";
    this.emit("dirty", null);
  }

  /**
   * @param {CanvasRenderingContext2D} context in picture coordinates @param {number} scale
   * @param {"drawing" | "result" | "over"} kind @param {boolean} before show what the picture was before this pass
   */
  draw(context, scale, kind, before) {
    context.fillStyle = "#fff";
    context.fillRect(0, 0, this.size.width, this.size.height);
    if (before) return this.#drawBefore(context, scale);
    const visible = settings.get("visible");
    if (kind === "drawing") this.#drawDrawing(context, scale, visible);
    else this.#drawResult(context, scale, visible);
    if (kind === "result") return;
    if (visible.hints) this.#layer(context, scale, "hints", kind === "over" ? settings.get("fade").hints : 1);
    if (visible.mask && !this.maskOpen) this.#layer(context, scale, "mask");
  }

  #layer(context, scale, name, alpha = 1) {
    if (!this.surfaces[name]) return;
    context.globalAlpha = alpha;
    this.surfaces[name].draw(context, scale);
    context.globalAlpha = 1;
  }

  #drawBefore(context, scale) {
    if (this.hasBase) this.#layer(context, scale, "base");
    else this.#layer(context, scale, "lineart");
  }

  #drawDrawing(context, scale, visible) {
    if (visible.base && this.hasBase) this.#layer(context, scale, "base", settings.get("fade").base);
    if (visible.lineart) this.#layer(context, scale, "lineart");
  }

  #drawResult(context, scale, visible) {
    if (!visible.result || this.shown === "none") this.#drawDrawing(context, scale, visible);
    else if (this.shown === "full") this.#layer(context, scale, "result");
    else this.#drawPreview(context, scale);
    if (visible.retouches) this.#layer(context, scale, "retouches");
  }

  #drawPreview(context, scale) {
    if (this.hasBase) this.#layer(context, scale, "base");
    const stretch = this.size.width / this.preview.width;
    context.save();
    context.scale(stretch, this.size.height / this.preview.height);
    this.preview.draw(context, Math.min(1, scale * stretch));
    context.restore();
    this.#layer(context, scale, "lineart");
  }
}
