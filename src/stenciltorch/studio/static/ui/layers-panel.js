/** Layers to see and to fade, and what can be done to the mask. */

import { growMask, invertMask } from "../core/mask.js";
import { wholeOf } from "../core/geometry.js";
import { el, icon } from "./dom.js";
import { named, worded } from "./i18n.js";
import { section } from "./section.js";
import { settings } from "./settings.js";

const LAYERS = ["lineart", "hints", "mask", "retouches", "result", "base"];
const FADING = ["hints", "base"];

export function layersPanel() {
  const rows = LAYERS.map((layer) => layerRow(layer));
  return section("layers", "panel.layers", el("ul", { class: "layer-list" }, ...rows));
}

function layerRow(layer) {
  const eye = named(el("button", { type: "button", onclick: () => settings.setPart("visible", layer, !settings.get("visible")[layer]) }), `layer.show-${layer}`);
  const show = () => {
    const visible = settings.get("visible")[layer];
    eye.setAttribute("aria-pressed", String(visible));
    eye.replaceChildren(icon(visible ? "eye" : "eye-off"));
  };
  settings.on("visible", show);
  show();
  return el("li", {}, eye, worded(el("span"), `layer.${layer}`), FADING.includes(layer) ? fader(layer) : el("span"));
}

function fader(layer) {
  const range = named(el("input", { type: "range", min: "0.05", max: "1", step: "0.05", value: settings.get("fade")[layer] }), `layer.fade-${layer}`);
  range.addEventListener("input", () => settings.setPart("fade", layer, Number(range.value)));
  return range;
}

/** @param {import("../core/editor.js").Editor} editor */
export function maskPanel(editor) {
  const change = (label, act) => {
    editor.changeMask(wholeOf(editor.document), (mask, rect) => act(mask, editor.document.width, rect));
    editor.endMask(label);
  };
  const actions = {
    fill: () => change("step.mask-fill", (mask) => mask.fill(255)),
    clear: () => change("step.mask-clear", (mask) => mask.fill(0)),
    invert: () => change("step.mask-invert", invertMask),
    grow: () => change("step.mask-grow", (mask, width) => growMask(mask, width, editor.document.height, 2)),
  };
  const icons = { fill: "fill", clear: "clear", invert: "invert", grow: "plus" };
  const buttons = Object.keys(actions).map((name) => el("button", { type: "button", "data-mask": name, onclick: actions[name] }, icon(icons[name]), worded(el("span"), `mask.${name}`)));
  const hint = worded(el("p", { class: "hint" }), "mask.hint");
  return { node: section("mask", "panel.mask", el("div", { class: "buttons" }, ...buttons), hint), actions };
}
