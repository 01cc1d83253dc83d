/** The line at the bottom: which engine runs, how fast, where the pointer is. */

import { t } from "./i18n.js";
import { el, find } from "./dom.js";
import { onLanguage } from "./i18n.js";

export class Status {
  /** @param {import("../engine/engine.js").Engine} engine @param {import("../engine/live.js").Live} live @param {import("../core/editor.js").Editor} editor */
  constructor(engine, live, editor) {
    Object.assign(this, { engine, live, editor });
    this.lamp = find("#engine-lamp");
    this.engineText = find("#engine-text");
    this.time = find("#engine-time");
    this.size = find("#document-size");
    this.place = find("#pointer-place");
    this.progress = find("#engine-progress");
    engine.on("state", () => this.showEngine());
    live.on("timing", (timing) => this.#showTime(timing));
    editor.on("open", () => this.showDocument());
    onLanguage(() => {
      this.showEngine();
      this.showDocument();
    });
  }

  showEngine() {
    const { phase, provider, threads, share, name } = this.engine.state;
    this.lamp.dataset.phase = phase;
    this.engineText.textContent = this.#engineWords(phase, provider, threads);
    this.engineText.title = name ? t("status.model", { name }) : "";
    this.progress.hidden = phase !== "loading";
    this.progress.value = share;
  }

  #engineWords(phase, provider, threads) {
    if (phase === "loading") return t("status.loading");
    if (phase === "failed") return t("status.failed");
    if (provider === "webgpu") return "WebGPU";
    return threads > 1 ? t("status.wasm-threads", { threads }) : t("status.wasm-one");
  }

  #showTime({ encodeMs = 0, paintMs, totalMs, finishMs }) {
    if (paintMs === undefined) {
      this.time.title = t("status.finished", { ms: Math.round(finishMs) });
      return;
    }
    this.time.textContent = `${Math.round(totalMs)} ms`;
    this.time.title = t("status.timing", { encode: Math.round(encodeMs), paint: Math.round(paintMs) });
    document.documentElement.dataset.strokeMs = String(Math.round(totalMs));
  }

  showDocument() {
    const { width, height } = this.editor.document;
    this.size.textContent = `${width} × ${height}`;
  }

  /** @param {{x: number, y: number} | null} point */
  showPlace(point) {
    this.place.textContent = point ? `${Math.floor(point.x)}, ${Math.floor(point.y)}` : "";
  }
}

/** Short messages; errors stay longer and can be closed. One live region, so that they are spoken too. */
export class Messages {
  constructor() {
    this.root = find("#messages");
    this.last = null;
  }

  /** @param {string} key @param {{values?: object, error?: boolean, action?: {key: string, act: () => void}}} [options] */
  say(key, { values = {}, error = false, action = null } = {}) {
    if (this.last?.dataset.key === key) this.last.remove();
    const close = el("button", { class: "quiet", type: "button", "aria-label": t("close"), onclick: () => note.remove() }, "×");
    const act = action && el("button", { type: "button", onclick: () => (note.remove(), action.act()) }, t(action.key));
    const note = el("div", { class: `message${error ? " error" : ""}`, "data-key": key }, el("p", {}, t(key, values)), act, close);
    this.root.append(note);
    this.last = note;
    setTimeout(() => note.remove(), error ? 15000 : action ? 12000 : 4500);
    while (this.root.children.length > 3) this.root.firstChild.remove();
  }
}
