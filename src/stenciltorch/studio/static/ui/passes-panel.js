/** Rounds of colouring: make the result the base of the next, and bring back any earlier one. */

import { spliceOf } from "../core/document.js";
import { newId } from "../core/hints.js";
import { pack, TileRecorder, unpack } from "../core/tiles.js";
import { wholeOf } from "../core/geometry.js";
import { el, icon } from "./dom.js";
import { onLanguage, t, worded } from "./i18n.js";
import { section } from "./section.js";

const THUMBNAIL = 160;

export class Passes {
  /** @param {import("../core/editor.js").Editor} editor @param {import("../engine/live.js").Live} live @param {{say: Function}} app */
  constructor(editor, live, app) {
    Object.assign(this, { editor, live, app });
    this.next = el("button", { type: "button", class: "primary", id: "next-pass", onclick: () => this.advance() }, icon("next"), worded(el("span"), "pass.next"));
    this.list = el("div", { class: "passes" });
    const hint = worded(el("p", { class: "hint" }), "pass.hint");
    this.node = section("passes", "panel.passes", this.next, this.list, hint);
    editor.on("open", () => this.show());
    editor.on("touched", ({ layer }) => layer === "passes" && this.show());
    onLanguage(() => this.show());
    this.show();
  }

  show() {
    const rows = this.editor.document.passes.map((pass, at) => {
      const name = t("pass.number", { number: at + 1 });
      return el("button", { type: "button", title: t("pass.restore"), "aria-label": `${name}: ${t("pass.restore")}`, onclick: () => this.restore(pass) }, el("img", { src: pass.thumbnail, alt: "" }), name);
    });
    this.list.replaceChildren(...rows);
  }

  /** The result, with what was painted on it, becomes the base; hints and retouches start anew. */
  async advance() {
    if (this.working) return;
    this.working = this.next.disabled = true;
    try {
      await this.#advance();
    } catch {
      this.app.say("error.no-result", { error: true });
    } finally {
      this.working = this.next.disabled = false;
    }
  }

  async #advance() {
    const { document } = this.editor;
    const result = await this.live.picture();
    if (document !== this.editor.document) return;
    const pass = { ...this.#state(), id: newId(), thumbnail: await thumbnailOf(result), result };
    const passes = spliceOf(document.passes, [...document.passes, pass]);
    const base = { before: document.base, after: result };
    this.editor.history.change("step.pass", { passes, base, hints: spliceOf(document.hints, []), retouches: spliceOf(document.retouches, []) });
    document.passes.at(-2)?.result.rest();
    this.app.say("say.pass-done");
  }

  #state() {
    const { hints, retouches, mask, base, light } = this.editor.document;
    return { hints, retouches, mask: pack(mask), base, light };
  }

  /** Go back to how a pass was: its base, mask, hints and light, so that it comes out the same and can be taken another way. @param {import("../core/document.js").Pass} pass */
  restore(pass) {
    const { document } = this.editor;
    const recorder = new TileRecorder(document.mask, document);
    const before = document.mask.slice();
    recorder.touch(wholeOf(document));
    document.mask.set(unpack(pass.mask, before.length));
    const mask = recorder.finish();
    document.mask.set(before);
    const lists = { hints: spliceOf(document.hints, pass.hints), retouches: spliceOf(document.retouches, pass.retouches) };
    this.editor.history.change("step.restore", { ...lists, mask, base: { before: document.base, after: pass.base }, light: { before: document.light, after: pass.light } });
    this.app.say("say.pass-restored");
  }
}

/** @param {import("../core/picture.js").Picture} picture @returns {Promise<string>} a data URL */
export async function thumbnailOf(picture) {
  const bitmap = await createImageBitmap(await picture.png(), { resizeQuality: "high", ...fitted(picture) });
  const canvas = Object.assign(document.createElement("canvas"), fitted(picture, "width", "height"));
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.toDataURL("image/png");
}

function fitted({ width, height }, across = "resizeWidth", down = "resizeHeight") {
  const scale = Math.min(1, THUMBNAIL / Math.max(width, height));
  return { [across]: Math.max(1, Math.round(width * scale)), [down]: Math.max(1, Math.round(height * scale)) };
}
