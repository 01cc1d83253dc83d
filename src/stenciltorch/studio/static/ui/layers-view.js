/**
 * The pictures of all layers, kept in step with the document and the engine, and the order they lie in. Draws them into
 * any pane; knows nothing of panes' sizes or of pointers.
 *
 * Events: dirty (rect in picture pixels, or null for everything).
 */

import { cropLayer, inkOf, rgbToRgba } from "../core/compose.js";
import { isOpen } from "../core/document.js";
import { Emitter } from "../core/emitter.js";
import { intersect, wholeOf } from "../core/geometry.js";
import { rasteriseHints } from "../core/hints.js";
import { settings } from "./settings.js";
import { Surface } from "./surface.js";

/** What the mask keeps is hatched: seen on white paper, on dark colours, and without seeing colours. */
const KEEP_TINT = [52, 56, 74];
const KEEP_ALPHA = [0.3, 0.52];
const STRIPES = 90;
const BAND = 1 << 20;

export class LayersView extends Emitter {
  /** @param {import("../core/editor.js").Editor} editor @param {import("../engine/live.js").Live} live */
  constructor(editor, live) {
    super();
    this.editor = editor;
    this.live = live;
    editor.on("open", () => this.#open());
    editor.on("touched", ({ layer, rect }) => this.#touched(layer, rect));
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
    const { lineart } = this.editor.document;
    this.surfaces = { lineart: new Surface(this.size) };
    this.preview = null;
    this.shown = "none";
    this.bands(this.size, (rect) => this.surfaces.lineart.put(rect, inkOf(cropLayer(lineart, 1, this.size.width, rect))));
    for (const layer of ["hints", "retouches", "mask", "base"]) this.#touched(layer, this.size);
    this.emit("dirty", null);
  }

  /** Work through a rectangle in bands, so that no step needs much memory. @param {import("../core/geometry.js").Rect} rect @param {(band: import("../core/geometry.js").Rect) => void} step */
  bands(rect, step) {
    const rows = Math.max(1, Math.floor(BAND / rect.width));
    for (let y = rect.y; y < rect.y + rect.height; y += rows) step({ ...rect, y, height: Math.min(rows, rect.y + rect.height - y) });
  }

  #surface(layer) {
    return (this.surfaces[layer] ??= new Surface(this.size));
  }

  #touched(layer, rect) {
    if (layer === "base") return void this.#showBase();
    const part = intersect(rect, this.size);
    if (!part || layer === "passes") return;
    if (layer === "mask") this.#showMask(part);
    else this.#showStrokes(layer, part);
    this.emit("dirty", part);
  }

  #showStrokes(layer, rect) {
    const strokes = this.editor.strokes(layer);
    if (!strokes.length && !this.surfaces[layer]) return;
    const lines = layer === "hints" && settings.get("visible").lineart;
    this.bands(rect, (band) => {
      const pixels = rasteriseHints(strokes, band);
      if (lines) this.#inkInto(pixels, band);
      this.#surface(layer).put(band, pixels);
    });
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

  #showMask(rect) {
    this.maskOpen = isOpen(this.editor.document.mask);
    if (this.maskOpen && !this.surfaces.mask) return;
    this.bands(rect, (band) => {
      this.#surface("mask").put(band, this.#hatch(band));
    });
  }

  #hatch(band) {
    const { mask, width, height } = this.editor.document;
    const stripe = Math.max(3, Math.round(Math.max(width, height) / STRIPES));
    const pixels = new Uint8ClampedArray(band.width * band.height * 4);
    for (let y = band.y, to = 0; y < band.y + band.height; y++) {
      for (let x = band.x; x < band.x + band.width; x++, to += 4) {
        const kept = 255 - mask[y * width + x];
        if (kept === 0) continue;
        pixels[to] = KEEP_TINT[0];
        pixels[to + 1] = KEEP_TINT[1];
        pixels[to + 2] = KEEP_TINT[2];
        pixels[to + 3] = kept * KEEP_ALPHA[Math.floor((x + y) / stripe) & 1];
      }
    }
    return pixels;
  }

  async #showBase() {
    const { base } = this.editor.document;
    const pixels = base && (await base.pixels());
    if (base !== this.editor.document.base) return;
    this.hasBase = Boolean(base);
    if (base) this.bands(this.size, (band) => this.#surface("base").put(band, rgbToRgba(cropLayer(pixels, 3, this.size.width, band))));
    this.emit("dirty", null);
  }

  #restack() {
    this.#showStrokes("hints", this.size);
    this.emit("dirty", null);
  }

  #showPreview(preview, work) {
    if (this.live.direct) {
      this.#surface("result").put(this.size, preview);
      this.shown = "full";
    } else {
      this.preview ??= new Surface(work);
      if (this.preview.width !== work.width || this.preview.height !== work.height) this.preview = new Surface(work);
      this.preview.put(wholeOf(work), preview);
      this.shown = "preview";
    }
    this.emit("dirty", null);
  }

  #showStrip(first, rows, illustration) {
    this.#surface("result").put({ ...this.size, y: first, height: rows }, rgbToRgba(illustration));
  }

  #finished() {
    if (!this.live.direct) this.shown = "full";
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
