/** A panel that folds. */

import { el, icon } from "./dom.js";
import { worded } from "./i18n.js";
import { settings } from "./settings.js";

/** @param {string} id @param {string} key its heading @param {...Node} children */
export function section(id, key, ...children) {
  const content = el("div", { class: "content", id: `panel-${id}` }, ...children);
  const button = el("button", { type: "button", "aria-controls": `panel-${id}` }, icon("chevron"), worded(el("span"), key));
  const show = () => {
    const closed = Boolean(settings.get("closed")[id]);
    content.hidden = closed;
    button.setAttribute("aria-expanded", String(!closed));
  };
  button.addEventListener("click", () => {
    settings.setPart("closed", id, !settings.get("closed")[id]);
    show();
  });
  show();
  return el("section", { "data-section": id }, el("h2", {}, button), content);
}
