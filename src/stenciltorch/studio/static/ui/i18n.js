/**
 * Words in the artist's language. A language is one JSON file in locales/ and one line in LANGUAGES; what a file lacks is
 * said in English.
 */

import { Emitter } from "../core/emitter.js";
import { keys } from "./commands.js";

export const LANGUAGES = { en: "English", ja: "日本語", fr: "Français" };

const changes = new Emitter();
let english = {};
let words = {};
let language = "en";

/** @param {readonly string[]} wanted e.g. navigator.languages @returns {string} */
export function pickLanguage(wanted) {
  for (const tag of wanted) {
    const short = tag.toLowerCase().split("-")[0];
    if (short in LANGUAGES) return short;
  }
  return "en";
}

const load = async (tag) => (await fetch(new URL(`../locales/${tag}.json`, import.meta.url))).json();

/** @param {string} tag */
export async function setLanguage(tag) {
  if (!Object.keys(english).length) english = await load("en");
  words = tag === "en" ? english : { ...english, ...(await load(tag)) };
  language = tag;
  document.documentElement.lang = tag;
  translate(document);
  changes.emit("language", tag);
}

/** @param {(tag: string) => void} listener */
export const onLanguage = (listener) => changes.on("language", listener);

export const currentLanguage = () => language;

/** @param {string} key @param {Record<string, string | number>} [values] for {name} in the text @returns {string} */
export function t(key, values = {}) {
  const text = words[key] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Fill in everything below `root`: data-t (text), data-t-label (spoken name and tooltip). @param {ParentNode} root */
export function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) label(node, node.dataset.tLabel);
  for (const node of root.querySelectorAll("[data-t-title]")) tip(node, node.dataset.tTitle);
}

/** @param {HTMLElement} node @param {string} key */
function label(node, key) {
  node.setAttribute("aria-label", t(key));
  if (node.matches("button, [role=button], a, label, select")) tip(node, key);
}

function tip(node, key) {
  const shown = node.dataset.does ? keys.shown(node.dataset.does).join("+") : "";
  node.title = shown ? `${t(key)} (${shown})` : t(key);
}

keys.on("change", () => translate(document));

/** Give a node a spoken name that follows the language. @param {HTMLElement} node @param {string} key @param {string} [command] whose key the tooltip shows */
export function named(node, key, command = "") {
  node.dataset.tLabel = key;
  if (command) node.dataset.does = command;
  label(node, key);
  return node;
}

/** A tooltip for a node that has words of its own. @param {HTMLElement} node @param {string} key @param {string} [command] whose key it shows */
export function tipped(node, key, command = "") {
  node.dataset.tTitle = key;
  if (command) node.dataset.does = command;
  tip(node, key);
  return node;
}

/** A node whose text follows the language. @param {HTMLElement} node @param {string} key */
export function worded(node, key) {
  node.dataset.t = key;
  node.textContent = t(key);
  return node;
}
