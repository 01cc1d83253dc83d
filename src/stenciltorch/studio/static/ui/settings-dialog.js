/** The settings: how pens and hands are understood, language and theme, and every key to be chosen anew. */

import { combosOf } from "../core/keymap.js";
import { COMMANDS, keys } from "./commands.js";
import { show } from "./dialogs.js";
import { el } from "./dom.js";
import { currentLanguage, LANGUAGES, t, worded } from "./i18n.js";
import { settings } from "./settings.js";

const MODIFIERS = ["Control", "Meta", "Alt", "Shift", "AltGraph"];

export function settingsDialog() {
  const general = el("div", { class: "choices" }, checkbox("pressure", "option.pressure"), checkbox("penOnly", "option.pen-only"), engineChoice(), themeChoice(), languageChoice());
  const reset = el("button", { type: "button", id: "keys-reset", onclick: () => keys.reset() }, worded(el("span"), "keys.reset"));
  const table = el("div", { class: "key-table", role: "group", "aria-labelledby": "keys-heading" });
  const said = el("p", { class: "hint", role: "status", id: "keys-said" });
  const fill = () => {
    reset.disabled = !keys.changed;
    table.replaceChildren(...COMMANDS.map((command) => row(command, said)));
  };
  const stop = keys.on("change", fill);
  fill();
  const heading = worded(el("h3", { id: "keys-heading" }), "keys.title");
  const dialog = show("settings.title", general, el("div", { class: "keys-head" }, heading, reset), worded(el("p", { class: "hint quiet-text" }), "keys.hint"), said, table);
  dialog.addEventListener("close", stop);
}

function row(command, said) {
  const name = nameOf(command);
  const taken = keys.takenBy(command.id);
  const button = el("button", { type: "button", class: "key", "data-command": command.id }, ...keyCaps(command.id));
  button.setAttribute("aria-label", t("keys.change", { name, key: keys.shown(command.id).join("+") || t("keys.none") }));
  button.addEventListener("click", () => capture(button, command, said));
  const warning = taken ? el("small", { class: "taken" }, t("keys.taken", { other: t(taken) })) : null;
  return el("div", { class: taken ? "lost" : "" }, el("span", {}, name, warning), button);
}

/** @param {{id: string, label: string}} command */
export const nameOf = ({ id, label }) => (label === "key.preset" ? t("key.preset", { sizes: presetSize(id) }) : t(label));
const presetSize = (id) => ["2", "8", "16", "32", "64"][Number(id.at(-1)) - 1];

/** @param {string} id @returns {Node[]} */
export function keyCaps(id) {
  const shown = keys.shown(id);
  return shown.length ? shown.map((one) => el("kbd", {}, one)) : [el("span", { class: "quiet-text" }, "—")];
}

/** The next press becomes the command's key; Escape leaves it, Backspace takes it away. */
function capture(button, command, said) {
  button.replaceChildren(t("keys.press"));
  button.classList.add("capturing");
  const finish = (combo) => {
    button.removeEventListener("keydown", press);
    button.removeEventListener("blur", leave);
    if (combo === null) return button.replaceChildren(...keyCaps(command.id)), button.classList.remove("capturing");
    const before = combo && keys.map.find(combo);
    keys.assign(command.id, combo);
    said.textContent = before && before !== command.id ? t("keys.moved", { key: combo, from: nameOf(commandOf(before)), to: nameOf(command) }) : "";
    document.querySelector(`.key[data-command="${command.id}"]`)?.focus();
  };
  const leave = () => finish(null);
  const press = (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return finish(null);
    if (event.key === "Backspace" && !event.ctrlKey) return finish("");
    if (MODIFIERS.includes(event.key) && !command.hold) return;
    const [combo] = combosOf(event);
    if (combo && event.key !== "Tab") finish(combo);
  };
  button.addEventListener("keydown", press);
  button.addEventListener("blur", leave);
}

const commandOf = (id) => COMMANDS.find((one) => one.id === id);

function checkbox(name, key) {
  const box = el("input", { type: "checkbox", checked: settings.get(name), onchange: () => settings.set(name, box.checked) });
  return el("label", {}, box, worded(el("span"), key));
}

function engineChoice() {
  const box = el("input", { type: "checkbox", checked: settings.get("engine") === "wasm", onchange: () => settings.set("engine", box.checked ? "wasm" : "auto") });
  return el("label", {}, box, worded(el("span"), "option.no-gpu"));
}

function themeChoice() {
  const themes = ["auto", "dark", "light"];
  const select = el("select", { onchange: () => settings.set("theme", select.value) });
  select.append(...themes.map((theme) => worded(el("option", { value: theme, selected: theme === settings.get("theme") }), `theme.${theme}`)));
  return el("label", {}, worded(el("span"), "theme.title"), select);
}

function languageChoice() {
  const select = el("select", { onchange: () => settings.set("language", select.value) });
  select.append(...Object.entries(LANGUAGES).map(([tag, name]) => el("option", { value: tag, lang: tag, selected: tag === currentLanguage() }, name)));
  return el("label", {}, worded(el("span"), "action.language"), select);
}

