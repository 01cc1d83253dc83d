/** Asks the regions worker; one drawing at a time, told to it when first needed. */

import { inside } from "../core/geometry.js";
import { settings } from "./settings.js";

export class Regions {
  /** @param {import("../core/editor.js").Editor} editor @param {(key: string, options?: object) => void} say */
  constructor(editor, say) {
    this.editor = editor;
    this.say = say;
    /** The lineart whose shapes are known. @type {Uint8Array | null} */
    this.shaped = null;
    this.told = null;
    this.lastId = 0;
    this.waiting = new Map();
  }

  #start() {
    this.worker = new Worker(new URL("../engine/regions-worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data: { id, area, error } }) => {
      if (error) this.say("error.shapes", { error: true, values: { detail: error } });
      this.#answer(id, area);
    };
    this.worker.onerror = () => this.#reset();
  }

  #answer(id, area) {
    this.waiting.get(id)?.(area);
    this.waiting.delete(id);
  }

  /** A worker that died answers nobody: every question gets "no region", the next one starts a new worker. */
  #reset() {
    this.worker.terminate();
    this.worker = this.told = this.shaped = null;
    for (const id of [...this.waiting.keys()]) this.#answer(id, null);
  }

  /**
   * @param {{x: number, y: number}} point @param {boolean} underInk @param {"lines" | "shapes"} [finder] what closes a region: lines, or the edges of shapes that the region network sees
   * @returns {Promise<import("../core/raster.js").Area | null>}
   */
  at({ x, y }, underInk, finder = "lines") {
    const { document } = this.editor;
    if (!inside(document, x, y)) return Promise.resolve(null);
    if (!this.worker) this.#start();
    if (this.told !== document.lineart) {
      this.told = document.lineart;
      this.worker.postMessage({ drawing: { width: document.width, height: document.height, lineart: document.lineart } });
    }
    if (finder === "shapes") this.#announceShapes(document.lineart);
    const id = ++this.lastId;
    this.worker.postMessage({ id, question: { x, y, gap: settings.get("gap"), underInk, finder } });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  /** The first time on a drawing takes a few seconds. */
  #announceShapes(lineart) {
    if (this.shaped !== lineart) this.say("say.finding-shapes");
    this.shaped = lineart;
  }
}
