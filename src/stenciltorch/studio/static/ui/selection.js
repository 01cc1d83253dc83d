/** The hint that is selected: seen by its outline, recoloured, nudged and deleted. Events: change. */

import { Editor } from "../core/editor.js";
import { Emitter } from "../core/emitter.js";
import { hintBounds, moveHint, recolourHint, removeHint, replaceHint } from "../core/hints.js";

export class Selection extends Emitter {
  /** @param {import("../core/editor.js").Editor} editor */
  constructor(editor) {
    super();
    this.editor = editor;
    this.id = null;
    editor.on("open", () => this.select(null));
    editor.on("touched", ({ layer }) => layer === "hints" && this.id && this.emit("change"));
  }

  /** @returns {import("../core/hints.js").Hint | null} as it is shown now */
  get hint() {
    return this.editor.strokes("hints").find((hint) => hint.id === this.id) ?? null;
  }

  /** @param {string | null} id */
  select(id) {
    this.id = id;
    this.emit("change");
  }

  /** The next or previous hint, for the keyboard. @param {1 | -1} direction */
  step(direction) {
    const { hints } = this.editor.document;
    if (!hints.length) return;
    const at = hints.findIndex((hint) => hint.id === this.id);
    const next = at < 0 ? (direction > 0 ? 0 : hints.length - 1) : (at + direction + hints.length) % hints.length;
    this.select(hints[next].id);
  }

  /** @param {readonly number[]} colour @param {boolean} final false while the colour is still being chosen */
  recolour(colour, final) {
    const { editor, hint } = this;
    if (!hint) return;
    const shown = editor.strokes("hints");
    const after = replaceHint(editor.document.hints, recolourHint(hint, colour));
    if (final) editor.keep("step.recolour", "hints", after);
    else editor.preview("hints", after, Editor.difference(shown, after));
  }

  /** @param {number} dx @param {number} dy picture pixels */
  nudge(dx, dy) {
    if (this.hint) this.editor.keep("step.move", "hints", replaceHint(this.editor.document.hints, moveHint(this.hint, dx, dy)));
  }

  remove() {
    if (!this.hint) return false;
    this.editor.keep("step.delete", "hints", removeHint(this.editor.document.hints, this.id));
    this.select(null);
    return true;
  }

  /** @param {import("./pane.js").Pane} pane @param {import("../core/view.js").View} view */
  ink(pane, view) {
    const bounds = this.hint && hintBounds(this.hint);
    if (!bounds || pane.kind === "result") return;
    const { x, y, width, height } = bounds;
    pane.outline(view, [x, y, x + width, y, x + width, y + height, x, y + height], true);
  }
}
