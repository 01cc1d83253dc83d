/**
 * The document being worked on: what is shown while a stroke is under way, and the door to the history when it ends.
 * Knows nothing of screens, files or the model.
 *
 * Events: open; touched {layer: "hints" | "retouches" | "mask" | "base" | "light" | "passes", rect, live}; history.
 *
 * @typedef {"hints" | "retouches"} StrokeLayer
 */

import { startDocument, spliceOf } from "./document.js";
import { Emitter } from "./emitter.js";
import { intersect, union, wholeOf } from "./geometry.js";
import { listBounds } from "./hints.js";
import { History } from "./history.js";
import { TileRecorder } from "./tiles.js";

export class Editor extends Emitter {
  constructor() {
    super();
    this.open(startDocument({ name: "", width: 1, height: 1, lineart: Uint8Array.of(255) }));
  }

  /** @param {import("./document.js").StudioDocument} studioDocument */
  open(studioDocument) {
    this.document = studioDocument;
    this.history = new History(studioDocument, (touched) => this.#announce(touched));
    /** @type {{hints: readonly any[] | null, retouches: readonly any[] | null, light: import("./light.js").Light | null}} */
    this.previews = { hints: null, retouches: null, light: null };
    this.recorder = null;
    this.saved = true;
    this.emit("open");
    this.emit("history");
  }

  #announce(touched) {
    this.saved = false;
    for (const [layer, rect] of Object.entries(touched)) this.emit("touched", { layer, rect: rect === true ? null : rect, live: false });
    this.emit("history");
  }

  /** The strokes to show and to paint with: those of a stroke under way, else the document's. @param {StrokeLayer} layer */
  strokes(layer) {
    return this.previews[layer] ?? this.document[layer];
  }

  /** Show a list without keeping it. @param {StrokeLayer} layer @param {readonly any[]} list @param {import("./geometry.js").Rect | null} rect what differs from what is shown now */
  preview(layer, list, rect) {
    this.previews[layer] = list;
    this.emit("touched", { layer, rect: intersect(rect, wholeOf(this.document)), live: true });
  }

  /** Keep a list. @param {string} label @param {StrokeLayer} layer @param {readonly any[]} list */
  keep(label, layer, list) {
    this.previews[layer] = null;
    return this.history.change(label, { [layer]: spliceOf(this.document[layer], list) });
  }

  /** Forget the stroke under way. @param {StrokeLayer} layer */
  cancelPreview(layer) {
    const shown = this.previews[layer];
    if (!shown) return;
    const { removed, inserted } = spliceOf(this.document[layer], shown);
    this.previews[layer] = null;
    this.emit("touched", { layer, rect: intersect(listBounds([...removed, ...inserted]), wholeOf(this.document)), live: false });
  }

  /** The light to paint in: the one that is being turned, else the document's. */
  get light() {
    return this.previews.light ?? this.document.light;
  }

  /** Paint in another light without keeping it. @param {import("./light.js").Light} light */
  previewLight(light) {
    this.previews.light = light;
    this.emit("touched", { layer: "light", rect: null, live: true });
  }

  /** Keep the light as it is now. @returns {boolean} false: it is as it was */
  keepLight() {
    const after = this.light;
    this.previews.light = null;
    return this.history.change("step.light", { light: { before: this.document.light, after } });
  }

  cancelLight() {
    if (!this.previews.light) return;
    this.previews.light = null;
    this.emit("touched", { layer: "light", rect: null, live: false });
  }

  /**
   * Change the mask in place; `endMask` makes it one step of the history.
   * @param {import("./geometry.js").Rect} rect @param {(mask: Uint8Array, rect: import("./geometry.js").Rect) => void} change
   */
  changeMask(rect, change) {
    const part = intersect(rect, wholeOf(this.document));
    if (!part) return;
    this.recorder ??= new TileRecorder(this.document.mask, this.document);
    this.recorder.touch(part);
    change(this.document.mask, part);
    this.emit("touched", { layer: "mask", rect: part, live: true });
  }

  /** @param {string} label @returns {boolean} false: the mask is as it was */
  endMask(label) {
    const changes = this.recorder?.finish() ?? [];
    this.recorder = null;
    return this.history.keep(label, { mask: changes });
  }

  cancelMask() {
    const rect = this.recorder?.cancel();
    this.recorder = null;
    if (rect) this.emit("touched", { layer: "mask", rect, live: false });
  }

  /** Take back whatever is under way. */
  cancel() {
    this.cancelPreview("hints");
    this.cancelPreview("retouches");
    this.cancelMask();
    this.cancelLight();
  }

  undo() {
    this.cancel();
    return this.history.undo();
  }

  redo() {
    this.cancel();
    return this.history.redo();
  }

  /** The pixels of a layer that two lists differ in. @param {readonly any[]} before @param {readonly any[]} after */
  static difference(before, after) {
    const { removed, inserted } = spliceOf(before, after);
    return union(listBounds(removed), listBounds(inserted));
  }
}
