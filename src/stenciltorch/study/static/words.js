/** Words in the rater's language. A language is one file in locales/ and one line here; what a file lacks is said in English. */

export const LANGUAGES = { en: "English", ja: "日本語", fr: "Français" };

let english = {};
let words = {};
let language = "en";

/** @param {readonly string[]} wanted e.g. navigator.languages @returns {string} */
export function pickLanguage(wanted) {
  const known = wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((tag) => tag in LANGUAGES);
  return known ?? "en";
}

const load = async (tag) => (await fetch(`/locales/${tag}.json`)).json();

/** Load a language and say everything on the page in it. @param {string} tag */
export async function setLanguage(tag) {
  if (!Object.keys(english).length) english = await load("en");
  words = tag === "en" ? english : { ...english, ...(await load(tag)) };
  language = tag;
  document.documentElement.lang = tag;
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
}

export const currentLanguage = () => language;

/** @param {string} key @param {Record<string, string | number>} [values] for {name} in the text @returns {string} */
export function t(key, values = {}) {
  const text = words[key] ?? english[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** A node whose text follows the language. @param {HTMLElement} node @param {string} key */
export function worded(node, key) {
  node.dataset.t = key;
  node.textContent = t(key);
  return node;
}
