/** The study, from consent to thanks. The server alone knows what is asked next; a reload goes on where it was. */

import { el, find } from "/ui/dom.js";
import { LANGUAGES, currentLanguage, pickLanguage, setLanguage, t } from "./words.js";
import { Api, Refused } from "./api.js";
import { Kept, newCode } from "./kept.js";
import { question } from "./question.js";
import * as texts from "./texts.js";

const api = new Api((lost) => {
  find("#trouble").hidden = !lost;
  if (lost) find("#trouble").textContent = t("trouble");
});
let study;
let kept;
/** Draws the present page anew, in another language; null where the answer in hand would be lost. */
let redraw = null;

function show(draw) {
  const node = draw();
  redraw = node.matches(".question") ? null : () => find("#view").replaceChildren(draw());
  find("#view").replaceChildren(node);
  scrollTo(0, 0);
  node.querySelector("h2")?.focus({ preventScroll: true });
}

function progress(asked) {
  find("#progress").hidden = !asked;
  if (!asked) return;
  find("#bar").max = asked.total;
  find("#bar").value = asked.position;
  find("#count").textContent = `${asked.position + 1} / ${asked.total}`;
}

/** Ask until all is answered. @param {any} asked @param {any} before the question before it in this page */
async function go(asked, before = null) {
  find("#rights").hidden = false;
  for (; !asked.done; [asked, before] = [await send(await put(asked, before)), asked]);
  progress(null);
  show(() => texts.thanks(api.code, openRights));
}

async function put(asked, before) {
  progress(asked);
  const begins = before ? before.block !== asked.block : asked.position === 0;
  if (begins) await click((next) => texts.instructions(asked.block, study.ties, next));
  else if (before?.practice && !asked.practice) await click((next) => texts.afterPractice(next));
  const { view, answered } = question(asked, study.ties);
  show(() => view);
  find("#spoken").textContent = t("progress.spoken", { number: asked.position + 1, total: asked.total });
  return { position: asked.position, ...(await answered) };
}

const click = (draw) => new Promise((next) => show(() => draw(next)));

/** Keep an answer until the server has it. @returns the next question */
async function send(answer) {
  kept.set("pending", answer);
  try {
    return await api.answer(answer);
  } catch (error) {
    if (!(error instanceof Refused) || ![409, 422].includes(error.status)) throw error;
    return await api.question();
  } finally {
    kept.set("pending", undefined);
  }
}

async function start() {
  api.code = newCode();
  kept.set("code", api.code);
  await go(await api.enrol());
}

/** With a code that this browser kept, or that the rater has typed. @param {string} code */
async function resume(code) {
  api.code = code;
  const asked = await api.question();
  kept.set("code", code);
  const pending = kept.get("pending");
  await go(pending ? await send(pending) : asked);
}

function openRights() {
  texts.rights(api.code, async () => {
    await api.withdraw();
    kept.forget();
    progress(null);
    find("#rights").hidden = true;
    show(() => texts.notice("withdrawn"));
  });
}

function fail(error) {
  progress(null);
  if (error instanceof Refused && error.word === "unknown_rater") {
    kept.forget();
    api.code = "";
    find("#rights").hidden = true;
    greet();
    return;
  }
  if (!(error instanceof Refused)) console.error(error);
  show(() => texts.notice(error instanceof Refused && error.word === "full" ? "full" : "failed", { detail: error.message }));
}

function greet() {
  const act = { start: () => void start().catch(fail), resume: (code) => void resume(code).catch(fail) };
  show(() => texts.welcome(study, act));
}

async function chooseLanguage() {
  await setLanguage(pickLanguage(navigator.languages));
  const select = find("#language");
  select.append(...Object.entries(LANGUAGES).map(([tag, name]) => el("option", { value: tag, lang: tag }, name)));
  select.value = currentLanguage();
  select.addEventListener("change", () => {
    kept?.set("language", select.value);
    void setLanguage(select.value).then(() => redraw?.());
  });
}

async function main() {
  await chooseLanguage();
  study = await api.study();
  kept = new Kept(study.study);
  if (kept.get("language") in LANGUAGES) await setLanguage((find("#language").value = kept.get("language")));
  document.title = study.title;
  find("#title").textContent = study.title;
  find("#rights").addEventListener("click", openRights);
  document.documentElement.dataset.ready = "true";
  if (kept.get("code")) await resume(kept.get("code"));
  else greet();
}

main().catch(fail);
