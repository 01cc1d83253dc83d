/** Asks the regions worker; one drawing at a time, told to it when first needed. */

import { inside } from "../core/geometry.js";
import { settings } from "./settings.js";

export class Regions {
  /** @param {import("../core/editor.js").Editor} editor */
  constructor(editor) {
    this.editor = editor;
    this.told = null;
    this.lastId = 0;
    this.waiting = new Map();
  }

  #start() {
    this.worker = new Worker(new URL("../engine/regions-worker.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data: { id, area } }) => this.#answer(id, area);
    this.worker.onerror = () => this.#reset();
  }

  #answer(id, area) {
    this.waiting.get(id)?.(area);
    this.waiting.delete(id);
  }

  /** A worker that died answers nobody: every question gets "no region", the next one starts a new worker. */
  #reset() {
    this.worker.terminate();
    this.worker = this.told = null;
    for (const id of [...this.waiting.keys()]) this.#answer(id, null);
  }

  /** @param {{x: number, y: number}} point @param {boolean} underInk @returns {Promise<import("../core/raster.js").Area | null>} */
  at({ x, y }, underInk) {
    const { document } = this.editor;
    if (!inside(document, x, y)) return Promise.resolve(null);
    if (!this.worker) this.#start();
    if (this.told !== document.lineart) {
      this.told = document.lineart;
      this.worker.postMessage({ drawing: { width: document.width, height: document.height, lineart: document.lineart } });
    }
    const id = ++this.lastId;
    this.worker.postMessage({ id, question: { x, y, gap: settings.get("gap"), underInk } });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }
}
