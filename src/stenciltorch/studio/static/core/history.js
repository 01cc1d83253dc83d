/**
 * The one door for every change of a document: nothing else applies patches. Pure but for the document it holds.
 *
 * Memory is bounded: heavy changes of the mask that are far from the present are parked in blobs, which browsers keep on
 * disk; they are fetched again before their turn comes.
 *
 * @typedef {import("./document.js").Patch} Patch
 * @typedef {{label: string, patch: Patch, bytes: number, parked?: {blob: Blob, sizes: number[], bytes: number} | null}} Entry
 */

import { applyPatch, invertPatch, isEmptyPatch, patchBytes, touchedMask } from "./document.js";
import { tileBytes } from "./tiles.js";

export const MOST_STEPS = 500;
export const MOST_BYTES = 256 * 1024 * 1024;
/** Even when memory runs short, this many steps stay. */
export const FEWEST_STEPS = 200;
/** So many steps before and after the present are never parked, or fetched before they are needed. */
const AT_HAND = 6;
const HEAVY_BYTES = 32 * 1024;

export class History {
  /**
   * @param {import("./document.js").StudioDocument} studioDocument
   * @param {(touched: import("./document.js").Touched, label: string) => void} onChange
   * @param {{steps?: number, fewest?: number, bytes?: number}} [limits]
   */
  constructor(studioDocument, onChange = () => {}, { steps = MOST_STEPS, fewest = FEWEST_STEPS, bytes = MOST_BYTES } = {}) {
    this.document = studioDocument;
    this.onChange = onChange;
    this.limits = { steps, fewest, bytes };
    /** @type {Entry[]} */
    this.done = [];
    /** @type {Entry[]} */
    this.undone = [];
    this.bytes = 0;
    /** Steps asked for while one is being fetched. @type {("undo" | "redo")[]} */
    this.asked = [];
  }

  /** Apply and remember. @param {string} label a key of the dictionary @param {Patch} patch @returns {boolean} false: nothing changed */
  change(label, patch) {
    return this.#add(label, patch, () => applyPatch(this.document, patch));
  }

  /** Remember a change of the mask that was made in place. @param {string} label @param {{mask: Patch["mask"]}} patch @returns {boolean} false: nothing changed */
  keep(label, patch) {
    return this.#add(label, patch, () => touchedMask(this.document, patch));
  }

  #add(label, patch, apply) {
    if (isEmptyPatch(patch)) return false;
    this.asked = [];
    for (const { bytes } of this.undone) this.bytes -= bytes;
    this.undone = [];
    const entry = { label, patch, bytes: patchBytes(patch) };
    this.done.push(entry);
    this.bytes += entry.bytes;
    this.#bound();
    this.onChange(apply(), label);
    return true;
  }

  #bound() {
    while (this.done.length > this.limits.steps) this.#forgetOldest();
    for (const entry of this.#farthest()) {
      if (this.bytes <= this.limits.bytes) return;
      this.#park(entry);
    }
    while (this.bytes > this.limits.bytes && this.done.length > this.limits.fewest) this.#forgetOldest();
  }

  #forgetOldest() {
    this.bytes -= this.done.shift().bytes;
  }

  *#farthest() {
    yield* this.undone.slice(0, -AT_HAND);
    yield* this.done.slice(0, -AT_HAND);
  }

  #park(entry) {
    const { mask } = entry.patch;
    if (entry.parked || !mask || tileBytes(mask) < HEAVY_BYTES) return;
    const bytes = tileBytes(mask);
    entry.parked = { blob: new Blob(mask.map(({ delta }) => delta)), sizes: mask.map(({ delta }) => delta.length), bytes };
    entry.patch = { ...entry.patch, mask: mask.map(({ column, row }) => ({ column, row, delta: null })) };
    this.#weigh(entry, -bytes);
  }

  #weigh(entry, change) {
    entry.bytes += change;
    this.bytes += change;
  }

  /** @param {Entry} entry */
  async #fetch(entry) {
    const { parked } = entry;
    if (!parked) return;
    parked.coming ??= parked.blob.arrayBuffer();
    const bytes = new Uint8Array(await parked.coming);
    if (entry.parked !== parked) return;
    let at = 0;
    const mask = entry.patch.mask.map(({ column, row }, index) => ({ column, row, delta: bytes.slice(at, (at += parked.sizes[index])) }));
    entry.patch = { ...entry.patch, mask };
    entry.parked = null;
    const held = this.done.includes(entry) || this.undone.includes(entry);
    if (held) this.#weigh(entry, parked.bytes);
  }

  get canUndo() {
    return this.done.length > 0;
  }

  get canRedo() {
    return this.undone.length > 0;
  }

  /** @returns {string | null} the label of what is taken back: at once, or as soon as it has been fetched */
  undo() {
    return this.#step("undo");
  }

  /** @returns {string | null} the label of what is done again */
  redo() {
    return this.#step("redo");
  }

  #step(direction) {
    const from = direction === "undo" ? this.done : this.undone;
    const entry = from.at(-1);
    if (!entry) return null;
    if (entry.parked || this.asked.length) this.#ask(direction);
    else this.#take(direction, entry);
    return entry.label;
  }

  #take(direction, entry) {
    const back = direction === "undo";
    const [from, to] = back ? [this.done, this.undone] : [this.undone, this.done];
    to.push(from.pop());
    this.onChange(applyPatch(this.document, back ? invertPatch(entry.patch) : entry.patch), entry.label);
    this.#bound();
    for (const next of from.slice(-AT_HAND)) this.#fetch(next);
  }

  #ask(direction) {
    this.asked.push(direction);
    if (this.asked.length === 1) this.#answer(this.asked);
  }

  /** @param {("undo" | "redo")[]} asked replaced as soon as something else is done */
  async #answer(asked) {
    while (asked === this.asked && asked.length) {
      const entry = (asked[0] === "undo" ? this.done : this.undone).at(-1);
      if (entry) await this.#fetch(entry);
      if (asked !== this.asked) return;
      if (entry && !entry.parked) this.#take(asked[0], entry);
      asked.shift();
    }
  }
}
