/** One question: its pictures, its answers, the keys. */

import { el, isTyping } from "/ui/dom.js";
import { t, worded } from "./words.js";

const OPINION = [1, 2, 3, 4, 5].map((value) => ({ value, keys: [String(value)], label: `score.${value}`, sign: String(value) }));
const FIRST = { value: 1, keys: ["a", "1", "ArrowLeft"], label: "pair.first" };
const NEITHER = { value: 0, keys: ["0", "=", "ArrowDown"], label: "pair.neither" };
const SECOND = { value: 2, keys: ["b", "2", "ArrowRight"], label: "pair.second" };

/** The page's size in CSS pixels and its density; kept with the answer. */
export const screenSize = () => `${innerWidth}x${innerHeight}@${Math.round(devicePixelRatio * 100) / 100}`;

/**
 * @param {{block: string, practice: boolean, pictures: string[], context: string | null, size: [number, number]}} asked
 * @param {boolean} ties
 * @returns {{view: HTMLElement, answered: Promise<{value: number, milliseconds: number, screen: string}>}}
 */
export function question(asked, ties) {
  const choices = asked.block === "opinion" ? OPINION : ties ? [FIRST, NEITHER, SECOND] : [FIRST, SECOND];
  const view = el("form", { class: "question", novalidate: true });
  const next = worded(el("button", { type: "submit", class: "primary next", disabled: true }), "next");
  const shown = pictures(asked);
  const bar = el("div", { class: "answers" }, el("div", { class: "inner" }, options(choices, asked.block, () => refresh()), next));
  view.append(ask(asked), shown.view, bar);

  let since = 0;
  const refresh = () => (next.disabled = !since || !view.querySelector(":checked"));
  shown.ready.then(() => {
    since = performance.now();
    refresh();
  });
  const answered = new Promise((done) => {
    const stopKeys = onKeys(view, choices, refresh);
    view.addEventListener("submit", (event) => {
      event.preventDefault();
      const chosen = view.querySelector(":checked");
      if (!since || !chosen || bar.ariaBusy === "true") return;
      bar.ariaBusy = "true";
      stopKeys();
      done({ value: Number(chosen.value), milliseconds: Math.round(performance.now() - since), screen: screenSize() });
    });
  });
  return { view, answered };
}

function ask({ block, practice, context }) {
  const words = worded(el("h2", { tabindex: "-1", id: "ask" }), `${block}.${context ? "ask-beside" : "ask"}`);
  return el("div", { class: "ask" }, practice && worded(el("span", { class: "badge" }), "practice.badge"), words);
}

function options(choices, block, changed) {
  const group = el("div", { class: block === "opinion" ? "scores" : "scores words", role: "radiogroup", "aria-labelledby": "ask" });
  for (const { value, label, sign } of choices) {
    const input = el("input", { type: "radio", name: "answer", value, onchange: changed });
    group.append(el("label", {}, input, sign && el("b", { "aria-hidden": "true" }, sign), worded(el("span"), label)));
  }
  return group;
}

/** Digits and letters choose, Enter goes on, wherever the focus is. */
function onKeys(view, choices, changed) {
  const listen = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    const found = choices.find(({ keys }) => keys.includes(event.key) || keys.includes(event.key.toLowerCase()));
    if (found) {
      event.preventDefault();
      const input = view.querySelector(`input[value="${found.value}"]`);
      input.checked = true;
      input.focus();
      changed();
    } else if (event.key === "Enter" && !event.target.closest?.("button, select, summary")) {
      event.preventDefault();
      view.requestSubmit();
    }
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

/** Shown only when all have arrived, so that none is judged before the other. */
function pictures({ pictures, context, size }) {
  const names = pictures.length > 1 ? ["pair.name-first", "pair.name-second"] : [null];
  const figures = pictures.map((url, at) => figure(url, size, names[at], pictures.length > 1 ? names[at] : "picture.one"));
  if (context) figures.unshift(figure(context, size, "picture.beside", "picture.beside", "context"));
  const waiting = worded(el("p", { class: "waiting" }), "picture.waiting");
  const view = el("div", { class: "pictures" }, waiting, ...figures);
  const ready = Promise.all([...view.querySelectorAll("img")].map(arrived)).then(() => view.classList.add("ready"));
  return { view, ready };
}

function figure(url, [width, height], caption, label, kind = "") {
  const image = el("img", { src: url, alt: t(label), width, height, draggable: "false" });
  const button = el("button", { type: "button", onclick: () => zoom(url, t(label), width, height) }, image);
  return el("figure", { class: kind }, caption && worded(el("figcaption"), caption), button);
}

/** Pictures that do not come are asked for again. @param {HTMLImageElement} image */
async function arrived(image) {
  for (let wait = 500; ; wait = Math.min(2 * wait, 8000)) {
    try {
      return await image.decode();
    } catch {
      await new Promise((done) => setTimeout(done, wait));
      const address = image.src.split("?")[0];
      image.src = `${address}?${wait}`;
    }
  }
}

/** The picture pixel for pixel. */
function zoom(url, name, width, height) {
  const close = worded(el("button", { type: "button", onclick: () => dialog.close() }), "close");
  const dialog = el("dialog", { class: "zoom", "aria-label": name, onclose: () => dialog.remove() });
  dialog.append(el("div", { class: "inner", onclick: () => dialog.close() }, el("img", { src: url, alt: name, width, height })), close);
  document.body.append(dialog);
  dialog.showModal();
}
