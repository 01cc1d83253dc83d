/** The bar at the top: files, undo, view, and the studio itself. */

import { el, find, icon } from "./dom.js";
import { LANGUAGES, named, onLanguage, tipped, worded, currentLanguage } from "./i18n.js";
import { settings } from "./settings.js";

/** @param {Record<string, () => void>} actions @param {import("./stage.js").Stage} stage @param {import("../core/editor.js").Editor} editor */
export function topbar(actions, stage, editor) {
  const button = (name, symbol, options = {}) => named(el("button", { type: "button", class: "icon-only", id: `action-${name}`, onclick: () => actions[name](), ...options }, icon(symbol)), `action.${name}`, name);
  const labelled = (name, symbol) => {
    const node = tipped(el("button", { type: "button", class: "labelled", id: `action-${name}`, onclick: () => actions[name]() }, icon(symbol), worded(el("span"), `action.${name}-short`)), `action.${name}`, name);
    return node;
  };
  find("#file-actions").append(labelled("open", "open"), labelled("examples", "examples"), labelled("save", "save"), labelled("export", "export"));
  find("#edit-actions").append(button("undo", "undo"), button("redo", "redo"), labelled("suggest", "suggest"));
  find("#view-actions").append(
    button("zoom-out", "zoom-out", { class: "icon-only roomy" }), zoomReadout(actions, stage), button("zoom-in", "zoom-in", { class: "icon-only roomy" }),
    button("fit", "fit"), button("flip", "flip", { class: "icon-only roomy" }), button("rotate", "rotate", { class: "icon-only roomy" }),
    layoutButton(actions, stage), compareButton(stage),
  );
  find("#app-actions").append(languageSelect(), button("theme", "theme"), button("settings", "settings"), button("help", "help"), button("panels", "panels"));
  followHistory(editor);
}

function zoomReadout(actions, stage) {
  const node = tipped(el("button", { type: "button", class: "zoom roomy", onclick: () => actions["actual-size"]() }), "action.actual-size", "actual-size");
  const show = () => (node.textContent = `${Math.round(stage.view.scale * (window.devicePixelRatio || 1) * 100)} %`);
  stage.on("view", show);
  show();
  return node;
}

function layoutButton(actions, stage) {
  const node = named(el("button", { type: "button", class: "icon-only", id: "action-layout", onclick: () => actions.layout() }), "action.layout", "layout");
  const show = () => {
    node.setAttribute("aria-pressed", String(stage.beside));
    node.replaceChildren(icon(stage.beside ? "beside" : "over"));
  };
  stage.on("layout", show);
  show();
  return node;
}

/** Held, not switched: the picture before this pass shows as long as the button or key is down. */
function compareButton(stage) {
  const node = named(el("button", { type: "button", class: "icon-only", id: "action-compare" }, icon("compare")), "action.compare", "compare");
  const hold = (before) => () => stage.compare(before);
  node.addEventListener("pointerdown", hold(true));
  for (const type of ["pointerup", "pointerleave", "pointercancel", "blur", "keyup"]) node.addEventListener(type, hold(false));
  node.addEventListener("keydown", (event) => [" ", "Enter"].includes(event.key) && stage.compare(true));
  return node;
}

function languageSelect() {
  const select = named(el("select", { id: "language" }), "action.language");
  select.append(...Object.entries(LANGUAGES).map(([tag, name]) => el("option", { value: tag, lang: tag }, name)));
  select.addEventListener("change", () => settings.set("language", select.value));
  onLanguage((tag) => (select.value = tag));
  select.value = currentLanguage();
  return select;
}

function followHistory(editor) {
  const show = () => {
    find("#action-undo").disabled = !editor.history.canUndo;
    find("#action-redo").disabled = !editor.history.canRedo;
  };
  editor.on("history", show);
  show();
}
