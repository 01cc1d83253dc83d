/** The tools at the side and what the chosen one can be told. */

import { nextSize, LARGEST_SIZE, SIZE_PRESETS, SMALLEST_SIZE } from "../core/strokes.js";
import { el, find, icon } from "./dom.js";
import { keys } from "./commands.js";
import { named, onLanguage, t, worded } from "./i18n.js";
import { settings } from "./settings.js";
import { LAYER_OF } from "./tools.js";

export const TOOLS = [
  { name: "pen" },
  { name: "eraser" },
  { name: "bucket" },
  { name: "picker" },
  { name: "select" },
  null,
  { name: "mask" },
  { name: "region" },
  { name: "lasso" },
  null,
  { name: "brush" },
];

export const SIZED = ["pen", "eraser", "mask", "brush"];
const CURSORS = { select: "arrow", picker: "cross", bucket: "cross", region: "cross", lasso: "cross" };

/** @param {string} tool */
export function chooseTool(tool) {
  settings.set("tool", tool);
  if (LAYER_OF[tool]) settings.set("layer", LAYER_OF[tool]);
}

export function toolbar() {
  const root = find("#tools");
  const buttons = TOOLS.map((tool) => (tool ? toolButton(tool) : el("hr", {})));
  root.append(...buttons);
  root.addEventListener("keydown", (event) => walk(event, root));
  const show = () => {
    for (const node of root.querySelectorAll("button")) {
      const chosen = node.dataset.tool === settings.get("tool");
      node.setAttribute("aria-checked", String(chosen));
      node.tabIndex = chosen ? 0 : -1;
    }
    const stage = find("#stage");
    for (const cursor of ["arrow", "cross"]) stage.classList.toggle(cursor, CURSORS[settings.get("tool")] === cursor);
  };
  settings.on("tool", show);
  show();
}

function toolButton({ name }) {
  return named(el("button", { type: "button", role: "radio", "data-tool": name, onclick: () => chooseTool(name) }, icon(name)), `tool.${name}`, `tool-${name}`);
}

/** Arrow keys walk through the tools, as in any toolbar. */
function walk(event, root) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  event.stopPropagation();
  const nodes = [...root.querySelectorAll("button")];
  const next = nodes[(nodes.indexOf(document.activeElement) + step + nodes.length) % nodes.length];
  next.focus();
  next.click();
}

export const toolSize = () => settings.get("sizes")[sizedTool()];
const sizedTool = () => (SIZED.includes(settings.get("tool")) ? settings.get("tool") : "pen");

/** @param {number} size diameter in picture pixels */
export const setToolSize = (size) => settings.setPart("sizes", sizedTool(), Math.min(LARGEST_SIZE, Math.max(SMALLEST_SIZE, Math.round(size))));

/** @param {1 | -1} direction */
export const stepToolSize = (direction) => setToolSize(nextSize(toolSize(), direction));

/** Share of a tool's reach that is fully covered; 1 = a hard edge. */
export const toolHardness = () => settings.get("hardness")[sizedTool()] ?? 1;

/** @param {number} share 0..1 */
export const setToolHardness = (share) => settings.setPart("hardness", sizedTool(), Math.min(1, Math.max(0, Math.round(share * 20) / 20)));

/** @param {1 | -1} direction */
export const stepToolHardness = (direction) => setToolHardness(toolHardness() + direction * 0.1);

/** What the chosen tool can be told: rebuilt when the tool changes. @param {{selection: any, removeHint: () => void, recolour: () => void, restoreAll: () => void}} app */
export function optionsBar(app) {
  const root = find("#options");
  const show = () => root.replaceChildren(worded(el("span", { class: "tool-name" }), `tool.${settings.get("tool")}`), ...optionsFor(settings.get("tool"), app));
  settings.on("tool", show);
  onLanguage(show);
  keys.on("change", show);
  app.selection.on("change", () => settings.get("tool") === "select" && showSelection(root, app));
  show();
}

function optionsFor(tool, app) {
  const options = [];
  if (SIZED.includes(tool)) options.push(sizeField(), presets());
  if (SIZED.includes(tool)) options.push(hardnessField());
  if (tool === "brush") options.push(shareField("opacity", "option.opacity"));
  if (["mask", "region", "lasso"].includes(tool)) options.push(segments("maskMode", "option.mask-mode", ["add", "remove"]));
  if (tool === "eraser") options.push(segments("layer", "option.erases", ["hints", "mask", "retouches"]));
  if (tool === "region") options.push(segments("finder", "option.finder", ["lines", "shapes"]));
  if (["bucket", "region"].includes(tool)) options.push(gapField());
  if (tool === "select") options.push(...selectionButtons(app));
  if (SIZED.includes(tool)) options.push(checkbox("pressure", "option.pressure"));
  return options;
}

function rangeField(key, attributes, read, write, shown) {
  const range = el("input", { type: "range", ...attributes, value: read() });
  const output = el("output", {}, shown());
  range.addEventListener("input", () => {
    write(Number(range.value));
    output.textContent = shown();
  });
  const node = el("label", {}, worded(el("span"), key), range, output);
  node.refresh = () => {
    range.value = read();
    output.textContent = shown();
  };
  return node;
}

/** The slider is finer for small brushes: its place is the square root of the size. */
function sizeField() {
  const read = () => Math.sqrt(toolSize());
  const most = Math.sqrt(LARGEST_SIZE);
  const field = rangeField("option.size", { min: 1, max: most, step: "0.1" }, read, (value) => setToolSize(value ** 2), () => `${toolSize()} px`);
  const stop = settings.on("sizes", () => (field.isConnected ? field.refresh() : stop()));
  return field;
}

function hardnessField() {
  const field = rangeField("option.hardness", { min: "0", max: "1", step: "0.05", class: "short" }, toolHardness, setToolHardness, () => `${Math.round(toolHardness() * 100)} %`);
  const stop = settings.on("hardness", () => (field.isConnected ? field.refresh() : stop()));
  return field;
}

function presets() {
  const buttons = SIZE_PRESETS.map((size, at) => el("button", { type: "button", "aria-label": `${size} px`, title: `${size} px (${keys.shown(`preset-${at + 1}`).join("+")})`, onclick: () => setToolSize(size) }, String(size)));
  const show = () => {
    for (const [at, node] of buttons.entries()) node.setAttribute("aria-pressed", String(toolSize() === SIZE_PRESETS[at]));
  };
  const node = named(el("div", { class: "presets wide", role: "group" }, ...buttons), "option.presets");
  const stop = settings.on("sizes", () => (node.isConnected ? show() : stop()));
  show();
  return node;
}

const shareField = (name, key) =>
  rangeField(key, { min: "0", max: "1", step: "0.05" }, () => settings.get(name), (value) => settings.set(name, value), () => `${Math.round(settings.get(name) * 100)} %`);

const gapField = () =>
  rangeField("option.gap", { min: "0", max: "40", step: "1" }, () => settings.get("gap"), (value) => settings.set("gap", value), () => `${settings.get("gap")} px`);

function checkbox(name, key) {
  const box = el("input", { type: "checkbox", checked: settings.get(name), onchange: () => settings.set(name, box.checked) });
  return el("label", { class: "wide" }, box, worded(el("span"), key));
}

/** One of a few, as joined buttons. @param {string} name of the setting @param {string} key @param {string[]} values */
function segments(name, key, values) {
  const buttons = values.map((value) => worded(el("button", { type: "button", role: "radio", "data-value": value, onclick: () => settings.set(name, value) }), `${key}-${value}`));
  const node = named(el("div", { class: "segments", role: "radiogroup" }, ...buttons), key);
  const show = () => {
    for (const button of buttons) button.setAttribute("aria-checked", String(button.dataset.value === settings.get(name)));
  };
  const stop = settings.on(name, () => (node.isConnected ? show() : stop()));
  show();
  return node;
}

function selectionButtons(app) {
  const recolour = el("button", { type: "button", "data-needs": "hint", onclick: () => app.recolour() }, icon("palette"), worded(el("span"), "option.recolour"));
  const remove = el("button", { type: "button", "data-needs": "hint", onclick: () => app.removeHint() }, icon("trash"), worded(el("span"), "option.delete"));
  const words = el("span", { class: "quiet-text", "data-selection": true }, t("option.select-hint"));
  for (const button of [recolour, remove]) button.disabled = !app.selection.hint;
  return [recolour, remove, words];
}

function showSelection(root, app) {
  for (const button of root.querySelectorAll("[data-needs=hint]")) button.disabled = !app.selection.hint;
}
