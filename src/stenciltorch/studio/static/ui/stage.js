/**
 * The panes, the view they share, and when they are drawn. Screen work happens once per frame, for what was touched.
 *
 * Events: view (the view changed); layout.
 */

import { Emitter } from "../core/emitter.js";
import { union } from "../core/geometry.js";
import { fit, flipView, freshView, rotateAt, zoomAt } from "../core/view.js";
import { currentLanguage, onLanguage, translate } from "./i18n.js";
import { Pane } from "./pane.js";
import { settings } from "./settings.js";

const NARROW = 900;

export class Stage extends Emitter {
  /** @param {HTMLElement} root @param {import("./layers-view.js").LayersView} layers */
  constructor(root, layers) {
    super();
    this.root = root;
    this.layers = layers;
    this.before = false;
    this.view = { scale: 1, rotation: 0, flipped: false, focusX: 0, focusY: 0 };
    this.panes = [];
    this.fitted = true;
    /** @type {((pane: Pane) => void)[]} draw on the overlay of every pane */
    this.inks = [];
    layers.on("dirty", (rect) => this.redraw(rect));
    layers.on("work", () => this.#schedule());
    settings.on("layout", () => this.arrange());
    onLanguage(() => translate(this.root));
    new ResizeObserver(() => this.#resized()).observe(root);
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.redraw(null));
    settings.on("theme", () => this.redraw(null));
    this.arrange();
  }

  get beside() {
    const chosen = settings.get("layout");
    return chosen === "beside" || (chosen === "auto" && this.root.clientWidth >= NARROW);
  }

  arrange() {
    const kinds = this.beside ? ["drawing", "result"] : ["over"];
    if (kinds.join() === this.panes.map((pane) => pane.kind).join()) return;
    const labels = { drawing: "pane.drawing", result: "pane.result", over: "pane.over" };
    this.panes = kinds.map((kind) => new Pane(kind, labels[kind]));
    this.root.replaceChildren(...this.panes.map((pane) => pane.node));
    this.root.classList.toggle("beside", this.beside);
    if (currentLanguage()) translate(this.root);
    this.#resized();
    this.emit("layout");
  }

  #resized() {
    if (settings.get("layout") === "auto" && this.panes.length !== (this.beside ? 2 : 1)) return this.arrange();
    const changed = this.panes.map((pane) => pane.fitRoom()).some(Boolean);
    if (!changed) return;
    if (this.fitted) this.fit();
    this.redraw(null);
  }

  /** The pane whose size the view is fitted to. */
  get main() {
    return this.panes[0];
  }

  /** @param {import("../core/view.js").View} view */
  setView(view) {
    this.view = view;
    this.fitted = false;
    this.redraw(null);
    this.emit("view", view);
  }

  #margin() {
    return Math.min(24, this.main.size.width * 0.04);
  }

  fit() {
    this.setView(fit(this.view, this.layers.size, this.main.size, this.#margin()));
    this.fitted = true;
  }

  /** A picture just opened is shown whole and upright. */
  reset() {
    this.setView(freshView(this.layers.size, this.main.size));
    this.fit();
  }

  #middle() {
    return { x: this.main.size.width / 2, y: this.main.size.height / 2 };
  }

  /** @param {number} factor @param {import("../core/geometry.js").Point} [anchor] @param {Pane} [pane] */
  zoom(factor, anchor = this.#middle(), pane = this.main) {
    this.setView(zoomAt(this.view, pane.size, anchor, factor));
  }

  actualSize() {
    this.zoom(1 / (window.devicePixelRatio || 1) / this.view.scale);
  }

  flip() {
    this.setView(flipView(this.view));
  }

  /** @param {number} degrees */
  rotate(degrees) {
    this.setView(rotateAt(this.view, this.main.size, this.#middle(), degrees));
  }

  /** Neither turned nor mirrored. */
  upright() {
    if (this.view.flipped) this.flip();
    this.rotate(-this.view.rotation);
  }

  /** @param {boolean} before */
  compare(before) {
    if (this.before === before) return;
    this.before = before;
    this.root.classList.toggle("comparing", before);
    this.redraw(null);
  }

  /** @param {import("../core/geometry.js").Rect | null} rect part of the picture; null = everything */
  redraw(rect) {
    if (rect === null) this.whole = true;
    else this.part = union(this.part ?? null, rect);
    this.#schedule();
  }

  /** Only cursor and outlines changed. */
  reink() {
    this.#schedule();
  }

  #schedule() {
    this.frame ??= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.frame = null;
    const fresh = this.layers.slice();
    if (fresh) this.part = union(this.part ?? null, fresh);
    if (!this.layers.jobs.empty) this.#schedule();
    const rect = this.whole ? null : this.part;
    const dirty = this.whole || this.part;
    this.whole = false;
    this.part = null;
    const surround = getComputedStyle(this.root).getPropertyValue("--surround").trim() || "#222";
    for (const pane of this.panes) {
      if (dirty) pane.draw(this.layers, this.view, rect, { before: this.before && pane.kind !== "drawing", surround });
      pane.clearInk();
      for (const ink of this.inks) ink(pane);
    }
    this.emit("drawn");
  }
}
