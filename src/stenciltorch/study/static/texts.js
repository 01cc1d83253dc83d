/** The pages that are read: consent, instructions, thanks, rights. */

import { el } from "/ui/dom.js";
import { worded, t } from "./words.js";
import { readCode } from "./kept.js";

const said = (tag, key, attributes = {}) => worded(el(tag, attributes), key);
const list = (...keys) => el("ul", {}, ...keys.map((key) => said("li", key)));
const heading = (key) => said("h2", key, { tabindex: "-1" });

/** @param {{title: string, welcome: string, contact: string, minutes: number, questions: number}} study @param {{start: () => void, resume: (code: string) => void}} act */
export function welcome(study, act) {
  const start = said("button", "welcome.start", { type: "submit", class: "primary", disabled: true });
  const agree = el("input", { type: "checkbox", onchange: () => (start.disabled = !agree.checked) });
  const form = el("form", { class: "text", onsubmit: (event) => (event.preventDefault(), act.start()) });
  form.append(
    el("h2", { tabindex: "-1" }, study.title),
    ...(study.welcome ? [el("p", { class: "welcome" }, study.welcome)] : []),
    el("p", {}, t("welcome.task", study)),
    said("h3", "welcome.consent"),
    list("consent.voluntary", "consent.kept", "consent.code", "consent.withdraw", "consent.published"),
    ...(study.contact ? [el("p", {}, t("welcome.contact", study))] : []),
    el("label", { class: "agree" }, agree, said("span", "welcome.agree")),
    el("div", { class: "row" }, start),
  );
  return el("div", {}, form, resume(act.resume));
}

function resume(go) {
  const input = el("input", { type: "text", autocomplete: "off", spellcheck: "false", maxlength: "24", placeholder: "K7QF-M2XA-9TRD-PW4H" });
  input.setAttribute("aria-label", t("resume.label"));
  const problem = el("p", { class: "problem", role: "alert" });
  const form = el("form", { class: "enter", novalidate: true }, input, said("button", "resume.go", { type: "submit" }));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = readCode(input.value);
    problem.textContent = code ? "" : t("resume.bad");
    if (code) go(code);
  });
  return el("details", { class: "text" }, said("summary", "resume.title"), form, problem);
}

/** What is asked in a block. @param {"opinion" | "pair"} block @param {boolean} ties @param {() => void} next */
export function instructions(block, ties, next) {
  const opinion = block === "opinion";
  const scale = opinion && el("ol", { class: "scale" }, ...[5, 4, 3, 2, 1].map((score) => el("li", {}, el("b", {}, String(score)), said("span", `score.${score}`))));
  const more = opinion ? "opinion.how" : ties ? "pair.how-ties" : "pair.how";
  return page(
    heading(`${block}.title`),
    said("p", more),
    scale,
    said("p", "instructions.practice"),
    said("p", "instructions.zoom"),
    said("p", opinion ? "opinion.keys" : "pair.keys", { class: "keys-hint" }),
    row(said("button", "instructions.go", { class: "primary", onclick: next })),
  );
}

/** Between practice and what counts. @param {() => void} next */
export const afterPractice = (next) =>
  page(heading("practice.over"), said("p", "practice.now"), row(said("button", "practice.go", { class: "primary", onclick: next })));

/** @param {string} code @param {() => void} rights */
export const thanks = (code, rights) =>
  page(
    heading("thanks.title"),
    said("p", "thanks.done"),
    said("p", "thanks.code"),
    el("p", {}, el("span", { class: "code" }, code)),
    row(said("button", "rights.title", { onclick: rights })),
  );

/** @param {string} key @param {Record<string, any>} [values] */
export const notice = (key, values = {}) => page(el("h2", { tabindex: "-1" }, t(key, values)));

const page = (...children) => el("section", { class: "text" }, ...children);
const row = (...children) => el("div", { class: "row" }, ...children);

/** The rater's code, and the way out. @param {string} code @param {() => Promise<void>} withdraw */
export function rights(code, withdraw) {
  const dialog = el("dialog", { "aria-labelledby": "rights-title" });
  const close = () => (dialog.close(), dialog.remove());
  const sure = said("button", "rights.withdraw", { class: "danger" });
  sure.addEventListener("click", () => {
    if (sure.dataset.asked) return void withdraw().then(close);
    sure.dataset.asked = "true";
    worded(sure, "rights.really");
  });
  dialog.append(
    el("header", {}, said("h2", "rights.title", { id: "rights-title" })),
    el(
      "div",
      { class: "body" },
      said("p", "rights.code"),
      el("p", {}, el("span", { class: "code" }, code)),
      said("p", "rights.text"),
      el("div", { class: "foot" }, sure, said("button", "close", { class: "primary", onclick: close })),
    ),
  );
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
