/** What the artist chose, kept between starts in the browser's own storage. */

import { Emitter } from "../core/emitter.js";

const KEY = "stenciltorch.settings";

const DEFAULTS = {
  tool: "pen",
  layer: "hints",
  sizes: { pen: 16, eraser: 24, mask: 48, brush: 24 },
  colour: [226, 104, 84],
  secondary: [255, 255, 255],
  recent: [],
  pressure: true,
  penOnly: false,
  maskMode: "add",
  gap: 6,
  finder: "lines",
  opacity: 0.5,
  hardness: { pen: 1, mask: 1, brush: 0.4, eraser: 1 },
  keys: {},
  layout: "auto",
  panels: true,
  theme: "dark",
  language: "",
  engine: "auto",
  visible: { lineart: true, hints: true, mask: true, base: true, result: true, retouches: true },
  fade: { hints: 0.85, base: 0.35 },
  closed: {},
  greeted: false,
  signed: true,
  layersBy: "colour",
};

class Settings extends Emitter {
  constructor() {
    super();
    this.values = { ...structuredClone(DEFAULTS), ...this.#read() };
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}");
      return Object.fromEntries(Object.entries(kept).filter(([name]) => name in DEFAULTS));
    } catch {
      return {};
    }
  }

  get(name) {
    return this.values[name];
  }

  /** @param {string} name @param {any} value */
  set(name, value) {
    if (this.values[name] === value) return;
    this.values[name] = value;
    this.#keep();
    this.emit(name, value);
    this.emit("any", name);
  }

  /** Change one part of a setting that is an object. @param {string} name @param {string} part @param {any} value */
  setPart(name, part, value) {
    this.set(name, { ...this.values[name], [part]: value });
  }

  /** Full or forbidden storage costs only the memory of these choices. */
  #keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.values));
    } catch {
      this.emit("storage-refused");
    }
  }
}

export const settings = new Settings();
