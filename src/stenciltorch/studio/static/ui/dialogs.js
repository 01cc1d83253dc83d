/** Windows in front: help, examples, export. The browser's own dialog keeps the focus inside and closes on Escape. */

import { KINDS, LAYERED } from "../io/export.js";
import { listExamples, thumbnailUrl } from "../io/examples.js";
import { el, icon } from "./dom.js";
import { named, t, worded } from "./i18n.js";
import { COMMANDS, FIXED, keys } from "./commands.js";
import { SIZE_PRESETS } from "../core/strokes.js";
import { settings } from "./settings.js";

/** @param {string} key heading @param {...Node} children */
export function show(key, ...children) {
  const heading = worded(el("h2", { id: "dialog-heading" }), key);
  const close = named(el("button", { type: "button", class: "icon-only", onclick: () => dialog.close() }, el("span", { "aria-hidden": "true" }, "✕")), "close");
  const body = el("div", { class: "body", tabindex: "0", role: "region", "aria-labelledby": "dialog-heading" }, ...children);
  const dialog = el("dialog", { "aria-labelledby": "dialog-heading", class: key.split(".")[0] }, el("header", {}, heading, close), body);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** @param {() => void} openSettings */
export function helpDialog(openSettings) {
  const steps = ["help.step-1", "help.suggest", "help.light", "help.step-2", "help.step-3"].map((key) => worded(el("li"), key));
  const presets = COMMANDS.filter(({ label }) => label === "key.preset");
  const others = COMMANDS.filter((command) => !presets.includes(command) && keys.shown(command.id).length);
  const rows = [...others.map(({ id, label }) => keyRow(t(label), keys.shown(id), id)), presetRow(presets), ...FIXED.map((fixed) => keyRow(t(fixed.label), fixed.keys))];
  const change = el("button", { type: "button", onclick: () => (dialog.close(), openSettings()) }, icon("settings"), worded(el("span"), "help.change-keys"));
  const dialog = show("help.title", el("ol", { class: "steps" }, ...steps), el("dl", { class: "keys" }, ...rows), worded(el("p", { class: "hint quiet-text" }), "help.touch"), el("div", { class: "foot" }, change));
}

function presetRow(presets) {
  const shown = presets.flatMap(({ id }) => keys.shown(id));
  return keyRow(t("key.preset", { sizes: SIZE_PRESETS.join(" ") }), shown);
}

const keyRow = (name, shown, id = "") => el("div", {}, el("dt", {}, name), el("dd", { "data-key": id }, ...shown.map((one) => el("kbd", {}, one))));

/** @param {(example: import("../io/examples.js").Example) => void} choose */
export async function examplesDialog(choose) {
  const examples = await listExamples();
  if (!examples.length) return show("examples.title", worded(el("p"), "examples.none"));
  const dialog = show("examples.title", el("div", { class: "gallery" }, ...examples.map((example) => exampleButton(example, (chosen) => (dialog.close(), choose(chosen))))));
  return dialog;
}

/** @param {import("../io/examples.js").Example} example @param {(example: any) => void} choose */
export function exampleButton(example, choose, label = true) {
  const image = el("img", { src: thumbnailUrl(example), alt: label ? "" : titleOf(example), loading: "lazy" });
  return el("button", { type: "button", "data-example": example.name, title: titleOf(example), onclick: () => choose(example) }, image, label ? titleOf(example) : null);
}

const titleOf = ({ title, name }) => title ?? name;

/** @param {(kinds: string[]) => Promise<void>} act told what to write, in order */
export function exportDialog(act) {
  const boxes = [...KINDS, ...LAYERED, "project"].map((kind) => {
    const box = el("input", { type: "checkbox", value: kind, checked: kind === "result", onchange: () => suit() });
    return { kind, box, node: el("label", {}, box, worded(el("span"), `export.${kind}`)) };
  });
  const by = groupingChoice();
  const layered = boxes.filter(({ kind }) => LAYERED.includes(kind));
  const suit = () => (by.select.disabled = !layered.some(({ box }) => box.checked));
  suit();
  const go = el("button", { type: "button", class: "primary", id: "export-go", onclick: () => start() }, icon("export"), worded(el("span"), "export.go"));
  const dialog = show("export.title", worded(el("p", { class: "hint quiet-text" }), "export.hint"), el("div", { class: "choices" }, ...boxes.map(({ node }) => node)), el("div", { class: "wishes" }, by.node, ...signedChoice()), el("div", { class: "foot" }, go));
  const start = async () => {
    go.disabled = true;
    worded(go.querySelector("span"), "export.busy");
    await act(boxes.filter(({ box }) => box.checked).map(({ kind }) => kind));
    dialog.close();
  };
  go.focus();
}

/** What has a layer of its own among the flats. */
function groupingChoice() {
  const select = el("select", { id: "export-by", onchange: () => settings.set("layersBy", select.value) });
  const options = ["colour", "region"].map((by) => worded(el("option", { value: by, selected: by === settings.get("layersBy") }), `export.by-${by}`));
  select.append(...options);
  return { select, node: el("label", {}, worded(el("span"), "export.by"), select) };
}

function signedChoice() {
  const box = el("input", { type: "checkbox", id: "export-signed", "aria-describedby": "export-signed-hint", checked: settings.get("signed"), onchange: () => settings.set("signed", box.checked) });
  return [el("label", {}, box, worded(el("span"), "export.signed")), worded(el("p", { class: "hint quiet-text", id: "export-signed-hint" }), "export.signed-hint")];
}

/** A short greeting at the first start: what to do, and the examples one click away. */
export async function welcome(root, listed, choose, open) {
  const examples = listed.slice(0, 6);
  const bar = el("div", { class: "welcome", role: "region", "data-t-label": "welcome.title" });
  const close = () => {
    settings.set("greeted", true);
    bar.remove();
  };
  const thumbs = examples.map((example) => exampleButton(example, choose, false));
  bar.append(
    worded(el("p"), "welcome.text"), el("div", { class: "thumbs" }, ...thumbs),
    el("button", { type: "button", class: "primary", onclick: open }, icon("open"), worded(el("span"), "action.open-short")),
    named(el("button", { type: "button", class: "icon-only", id: "welcome-close", onclick: close }, el("span", { "aria-hidden": "true" }, "✕")), "close"),
  );
  named(bar, "welcome.title");
  root.prepend(bar);
  return close;
}
