/** Colour wheel, hex, the pair of colours, recent colours. Tells the app; the settings hold what is chosen. */

import { clamp } from "../core/geometry.js";
import { fromHex, fromHsv, sameColour, toHex, toHsv } from "../core/colour.js";
import { el, icon } from "./dom.js";
import { named, t, worded } from "./i18n.js";
import { section } from "./section.js";
import { settings } from "./settings.js";

export class ColourPanel {
  /** @param {{setColour: (colour: readonly number[], used?: boolean, final?: boolean) => void, swap: () => void, reset: () => void}} app */
  constructor(app) {
    this.app = app;
    this.hsv = toHsv(settings.get("colour"));
    this.node = section("colour", "panel.colour", this.#wheel(), this.#row(), worded(el("span", { class: "small-label" }), "colour.recent"), this.#recent());
    settings.on("colour", () => this.show());
    settings.on("secondary", () => this.show());
    settings.on("recent", () => this.#showRecent());
    this.show();
    this.#showRecent();
  }

  #wheel() {
    const slider = (part, key) => named(el("div", { class: part, role: "slider", tabindex: "0", "aria-valuemin": "0", "aria-valuemax": part === "hues" ? "359" : "100" }), key);
    this.hues = slider("hues", "colour.hue");
    this.shades = slider("shades", "colour.shade");
    this.hueKnob = el("span", { class: "knob" });
    this.shadeKnob = el("span", { class: "knob" });
    this.wheel = el("div", { class: "wheel" }, this.hues, this.shades, this.hueKnob, this.shadeKnob);
    this.#drag(this.hues, (x, y) => this.#set({ hue: (Math.round((Math.atan2(y - 0.5, x - 0.5) * 180) / Math.PI) + 360) % 360 }));
    this.#drag(this.shades, (x, y) => this.#set({ saturation: clamp(x, 0, 1), value: clamp(1 - y, 0, 1) }));
    this.hues.addEventListener("keydown", (event) => this.#keys(event, { ArrowRight: [1, 0], ArrowUp: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [-1, 0] }, (step) => this.#set({ hue: (this.hsv.hue + step + 360) % 360 })));
    this.shades.addEventListener("keydown", (event) => this.#keys(event, { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }, (across, up) => this.#set({ saturation: clamp(this.hsv.saturation + across / 100, 0, 1), value: clamp(this.hsv.value + up / 100, 0, 1) })));
    return this.wheel;
  }

  #drag(node, act) {
    const apply = (event) => {
      const box = node.getBoundingClientRect();
      act((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    node.addEventListener("pointerdown", (event) => {
      if (node === this.hues && this.#insideRing(event)) return;
      node.setPointerCapture(event.pointerId);
      apply(event);
    });
    node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && apply(event));
    node.addEventListener("pointerup", () => this.app.setColour(settings.get("colour"), false, true));
  }

  #insideRing(event) {
    const box = this.hues.getBoundingClientRect();
    return Math.hypot(event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2) < box.width / 2 - 24;
  }

  #keys(event, steps, act) {
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const size = event.shiftKey ? 10 : 1;
    act(step[0] * size, step[1] * size);
    this.app.setColour(settings.get("colour"), false, true);
  }

  /** Hue and saturation are kept here too: grey and black have none, and the knobs should not jump. */
  #set(change) {
    this.hsv = { ...this.hsv, ...change };
    this.app.setColour(fromHsv(this.hsv), false, false);
    this.#place();
  }

  #row() {
    this.front = el("span", { class: "front" });
    this.back = el("span", { class: "back" });
    this.hex = named(el("input", { type: "text", maxlength: "7", spellcheck: "false", autocomplete: "off" }), "colour.hex");
    this.hex.addEventListener("change", () => this.#typed());
    this.hex.addEventListener("input", () => this.hex.setAttribute("aria-invalid", String(!fromHex(this.hex.value))));
    const swap = named(el("button", { class: "icon-only", type: "button", onclick: () => this.app.swap() }, icon("swap")), "action.swap", "swap");
    return el("div", { class: "colour-row" }, el("div", { class: "pair", "aria-hidden": "true" }, this.front, this.back), this.hex, swap);
  }

  #typed() {
    const colour = fromHex(this.hex.value);
    if (colour) this.app.setColour(colour, false, true);
    else this.show();
  }

  #recent() {
    this.recent = el("div", { class: "swatches" });
    return this.recent;
  }

  #showRecent() {
    this.recent.replaceChildren(...settings.get("recent").map((colour) => swatch(colour, () => this.app.setColour(colour, false, true))));
  }

  show() {
    const colour = settings.get("colour");
    if (!sameColour(fromHsv(this.hsv), colour)) this.hsv = keepHue(this.hsv, toHsv(colour));
    this.front.style.background = toHex(colour);
    this.back.style.background = toHex(settings.get("secondary"));
    if (document.activeElement !== this.hex || fromHex(this.hex.value)) this.hex.value = toHex(colour);
    this.hex.setAttribute("aria-invalid", "false");
    this.#place();
  }

  #place() {
    const { hue, saturation, value } = this.hsv;
    const angle = (hue * Math.PI) / 180;
    this.hueKnob.style.left = `${50 + 45 * Math.cos(angle)}%`;
    this.hueKnob.style.top = `${50 + 45 * Math.sin(angle)}%`;
    this.shadeKnob.style.left = `${18.5 + 63 * saturation}%`;
    this.shadeKnob.style.top = `${18.5 + 63 * (1 - value)}%`;
    this.wheel.style.setProperty("--hue", toHex(fromHsv({ hue, saturation: 1, value: 1 })));
    this.hues.setAttribute("aria-valuenow", String(Math.round(hue)));
    this.shades.setAttribute("aria-valuenow", String(Math.round(value * 100)));
    this.shades.setAttribute("aria-valuetext", t("colour.shade-text", { saturation: Math.round(saturation * 100), value: Math.round(value * 100) }));
  }
}

const keepHue = (before, now) => (now.saturation === 0 ? { ...now, hue: before.hue } : now);

/** @param {readonly number[]} colour @param {() => void} act @param {string} [name] */
export function swatch(colour, act, name = "") {
  const hex = toHex(colour);
  const label = name && name !== hex ? `${name} ${hex}` : hex;
  const node = el("button", { type: "button", "aria-label": label, title: label, onclick: act });
  node.style.setProperty("--swatch", hex);
  return node;
}
