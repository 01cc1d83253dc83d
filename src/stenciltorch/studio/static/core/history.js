/**
 * The one door for every change of a document: nothing else applies patches. Pure but for the document it holds.
 *
 * @typedef {import("./document.js").Patch} Patch
 * @typedef {{label: string, patch: Patch, bytes: number}} Entry
 */

import { applyPatch, invertPatch, isEmptyPatch, patchBytes } from "./document.js";

export const MOST_STEPS = 500;
export const MOST_BYTES = 256 * 1024 * 1024;
/** Even when memory runs short, this many steps stay. */
export const FEWEST_STEPS = 20;

export class History {
  /**
   * @param {import("./document.js").StudioDocument} studioDocument
   * @param {(touched: import("./document.js").Touched, label: string) => void} onChange
   * @param {{steps?: number, bytes?: number}} [limits]
   */
  constructor(studioDocument, onChange = () => {}, { steps = MOST_STEPS, bytes = MOST_BYTES } = {}) {
    this.document = studioDocument;
    this.onChange = onChange;
    this.limits = { steps, bytes };
    /** @type {Entry[]} */
    this.done = [];
    /** @type {Entry[]} */
    this.undone = [];
    this.bytes = 0;
  }

  /** Apply and remember. @param {string} label a key of the dictionary @param {Patch} patch @returns {boolean} false: nothing changed */
  change(label, patch) {
    if (isEmptyPatch(patch)) return false;
    this.#remember({ label, patch, bytes: patchBytes(patch) });
    this.onChange(applyPatch(this.document, patch), label);
    return true;
  }

  #remember(entry) {
    for (const { bytes } of this.undone) this.bytes -= bytes;
    this.undone = [];
    this.done.push(entry);
    this.bytes += entry.bytes;
    while (this.done.length > this.limits.steps || (this.bytes > this.limits.bytes && this.done.length > FEWEST_STEPS)) {
      this.bytes -= this.done.shift().bytes;
    }
  }

  get canUndo() {
    return this.done.length > 0;
  }

  get canRedo() {
    return this.undone.length > 0;
  }

  /** @returns {string | null} the label of what was taken back */
  undo() {
    const entry = this.done.pop();
    if (!entry) return null;
    this.undone.push(entry);
    this.onChange(applyPatch(this.document, invertPatch(entry.patch)), entry.label);
    return entry.label;
  }

  /** @returns {string | null} the label of what was done again */
  redo() {
    const entry = this.undone.pop();
    if (!entry) return null;
    this.done.push(entry);
    this.onChange(applyPatch(this.document, entry.patch), entry.label);
    return entry.label;
  }
}
