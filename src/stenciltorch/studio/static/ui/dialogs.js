/** Windows in front: help, examples, export. The browser's own dialog keeps the focus inside and closes on Escape. */

import { KINDS } from "../io/export.js";
import { listExamples, thumbnailUrl } from "../io/examples.js";
import { el, icon } from "./dom.js";
import { currentLanguage, LANGUAGES, named, t, worded } from "./i18n.js";
import { HELD } from "./keys.js";
import { settings } from "./settings.js";

/** @param {string} key heading @param {...Node} children */
function show(key, ...children) {
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

/** @param {import("./keys.js").Binding[]} table */
export function helpDialog(table) {
  const steps = ["help.step-1", "help.step-2", "help.step-3"].map((key) => worded(el("li"), key));
  const rows = [...table.filter((one) => !one.hidden), ...HELD].map(keyRow);
  const pen = checkbox("penOnly", "option.pen-only");
  show("help.title", el("ol", { class: "steps" }, ...steps), el("dl", { class: "keys" }, ...rows), worded(el("p", { class: "hint quiet-text" }), "help.touch"), el("div", { class: "choices" }, pen, engineChoice(), languageChoice()));
}

function keyRow({ shown, label, key }) {
  const name = label === "key.preset" ? t(label, { sizes: "2 8 16 32 64" }) : t(label);
  const keys = label === "key.preset" ? ["1", "…", "5"] : shown;
  return el("div", {}, el("dt", {}, name), el("dd", { "data-key": key ?? "" }, ...keys.map((one) => (one === "…" ? one : el("kbd", {}, one)))));
}

function checkbox(name, key) {
  const box = el("input", { type: "checkbox", checked: settings.get(name), onchange: () => settings.set(name, box.checked) });
  return el("label", {}, box, worded(el("span"), key));
}

function engineChoice() {
  const box = el("input", { type: "checkbox", checked: settings.get("engine") === "wasm", onchange: () => settings.set("engine", box.checked ? "wasm" : "auto") });
  return el("label", {}, box, worded(el("span"), "option.no-gpu"));
}

/** On small screens the bar has no room for it. */
function languageChoice() {
  const select = el("select", { onchange: () => settings.set("language", select.value) });
  select.append(...Object.entries(LANGUAGES).map(([tag, name]) => el("option", { value: tag, lang: tag, selected: tag === currentLanguage() }, name)));
  return el("label", {}, worded(el("span"), "action.language"), select);
}

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

/** @param {(kinds: string[], project: boolean) => Promise<void>} act */
export function exportDialog(act) {
  const boxes = [...KINDS, "project"].map((kind) => {
    const box = el("input", { type: "checkbox", value: kind, checked: kind === "result" });
    return { kind, box, node: el("label", {}, box, worded(el("span"), `export.${kind}`)) };
  });
  const go = el("button", { type: "button", class: "primary", id: "export-go", onclick: () => start() }, icon("export"), worded(el("span"), "export.go"));
  const dialog = show("export.title", worded(el("p", { class: "hint quiet-text" }), "export.hint"), el("div", { class: "choices" }, ...boxes.map(({ node }) => node)), el("div", { class: "foot" }, go));
  const start = async () => {
    go.disabled = true;
    const chosen = boxes.filter(({ box }) => box.checked).map(({ kind }) => kind);
    await act(chosen.filter((kind) => kind !== "project"), chosen.includes("project"));
    dialog.close();
  };
  go.focus();
}

/** A short greeting at the first start: what to do, and the examples one click away. */
export async function welcome(root, choose, open) {
  const examples = (await listExamples()).slice(0, 6);
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
