/**
 * First ideas: dabs for every area that has no hint yet, as ordinary hints, in one step of the history. The next idea takes
 * the place of the last one; a dab that the artist has moved or recoloured since is theirs and stays.
 */

import { strokeHint } from "../core/hints.js";

export class Proposals {
  /** @param {import("../core/editor.js").Editor} editor @param {import("../engine/live.js").Live} live @param {import("../engine/engine.js").Engine} engine @param {(key: string, options?: object) => void} say */
  constructor(editor, live, engine, say) {
    Object.assign(this, { editor, live, engine, say });
    this.seed = 0;
    this.busy = false;
    /** The dabs of all proposals, as they came. @type {WeakSet<import("../core/hints.js").Hint>} */
    this.proposed = new WeakSet();
  }

  /** @param {readonly (readonly number[])[] | null} [palette] colours to keep to */
  async next(palette = null) {
    if (this.busy) return;
    this.busy = true;
    try {
      await this.#propose(palette);
    } finally {
      this.busy = false;
    }
  }

  async #propose(palette) {
    const { editor, engine } = this;
    await this.live.answered();
    const { document } = editor;
    const own = this.#ownHints();
    const dabs = await engine.suggest({ hints: own, seed: ++this.seed, palette: palette?.length ? palette : null });
    if (document !== editor.document) return;
    if (!dabs) return this.say("say.no-suggestions");
    if (!dabs.length) return this.say("say.nothing-to-suggest");
    const hints = dabs.map(({ x, y, radius, colour }) => strokeHint([x, y, radius], colour));
    for (const hint of hints) this.proposed.add(hint);
    editor.keep("step.suggest", "hints", [...this.#ownHints(), ...hints]);
    this.say("say.suggested", { values: { count: hints.length } });
  }

  #ownHints() {
    return this.editor.document.hints.filter((hint) => !this.proposed.has(hint));
  }
}
