/** Palettes: those that come with the studio and the artist's own, kept in the browser and exchanged as .gpl files. */

import { readGpl, sameColour, toHex, writeGpl } from "../core/colour.js";
import { saveBlob } from "../io/save.js";
import { swatch } from "./colour-panel.js";
import { el, icon } from "./dom.js";
import { named, onLanguage, t } from "./i18n.js";
import { section } from "./section.js";
import { settings } from "./settings.js";

const KEY = "stenciltorch.palettes";

const BUILT_IN = {
  "palette.people": "fbe3d0 f6cdb0 e8a98a c98262 9a5a40 5f3727 2b1d1a f2d79b d9a441 a8642f 6e3b23 8c2f2b 3a2a4d 5c7fa8 7fb08c d96f8f",
  "palette.cloth": "ffffff d8dce2 9aa3b0 4f5866 1f2430 b3262e e2725b f2b04c f6e08b 8fb35a 3f7d4e 2f8f8b 4f9fd9 2c5aa0 5a3e8e b05a9c",
  "palette.soft": "fff4ec ffe0dc ffd1d9 f7c6e0 e3c8f2 cdd2f7 c6e1f7 c7efe8 d3f2cf eef5c6 fdf1c4 fde1be f4cdb8 dcc3b5 c9c2c9 b5bccb",
};

const builtIn = (key) => ({ id: key, name: t(key), fixed: true, colours: BUILT_IN[key].split(" ").map((hex) => ({ colour: [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)), name: "" })) });

export class Palettes {
  /** @param {{setColour: Function, say: Function, actions: Record<string, () => void>}} app */
  constructor(app) {
    this.app = app;
    this.own = this.#read();
    this.chosen = Object.keys(BUILT_IN)[0];
    this.select = named(el("select", { onchange: () => this.choose(this.select.value) }), "palette.choose");
    this.grid = el("div", { class: "swatches" });
    this.input = el("input", { type: "file", accept: ".gpl", hidden: true, onchange: () => this.#load() });
    this.node = section("palettes", "panel.palettes", el("div", { class: "palette-bar" }, this.select, ...this.#buttons()), this.grid, this.input);
    settings.on("colour", () => this.#mark());
    onLanguage(() => this.show());
    this.show();
  }

  #buttons() {
    const button = (key, name, act) => named(el("button", { class: "quiet", type: "button", onclick: act }, icon(name)), key);
    this.removeButton = button("palette.remove", "minus", () => this.#remove());
    return [
      button("palette.add", "plus", () => this.#add()),
      this.removeButton,
      button("palette.load", "open", () => this.input.click()),
      button("palette.save", "save", () => this.#save()),
      named(el("button", { class: "quiet", type: "button", id: "suggest-palette", onclick: () => this.app.actions["suggest-palette"]() }, icon("suggest")), "palette.suggest", "suggest-palette"),
    ];
  }

  get all() {
    return [...Object.keys(BUILT_IN).map(builtIn), ...this.own];
  }

  get current() {
    return this.all.find(({ id }) => id === this.chosen) ?? this.all[0];
  }

  /** Of the chosen palette. @returns {(readonly number[])[]} */
  get colours() {
    return this.current.colours.map(({ colour }) => colour);
  }

  /** Every colour with a name, those of the chosen palette first. @returns {import("../core/names.js").Swatch[]} */
  get names() {
    return [this.current, ...this.own].flatMap(({ colours }) => colours.filter(({ name }) => name));
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(kept) ? kept.filter(({ id, name, colours }) => id && name && Array.isArray(colours)) : [];
    } catch {
      return [];
    }
  }

  #keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.own));
    } catch {
      this.app.say("error.storage-full", { error: true });
    }
    this.show();
  }

  /** @param {string} id */
  choose(id) {
    this.chosen = id;
    this.show();
  }

  show() {
    this.select.replaceChildren(...this.all.map(({ id, name }) => el("option", { value: id, selected: id === this.current.id }, name)));
    this.grid.replaceChildren(...this.current.colours.map(({ colour, name }) => swatch(colour, () => this.app.setColour(colour, false, true), name)));
    this.removeButton.disabled = Boolean(this.current.fixed);
    this.#mark();
  }

  #mark() {
    const hex = toHex(settings.get("colour"));
    for (const node of this.grid.children) node.setAttribute("aria-pressed", String(node.style.getPropertyValue("--swatch") === hex));
  }

  /** The palettes that come with the studio stay as they are; adding to one makes a palette of one's own. */
  #writable() {
    if (!this.current.fixed) return this.current;
    const name = t("palette.own", { number: this.own.length + 1 });
    return this.#take({ name, colours: [] });
  }

  #take({ name, colours }) {
    const palette = { id: crypto.randomUUID(), name, colours };
    this.own.push(palette);
    this.chosen = palette.id;
    return palette;
  }

  #add() {
    const colour = settings.get("colour");
    const palette = this.#writable();
    if (!palette.colours.some((entry) => sameColour(entry.colour, colour))) palette.colours.push({ colour, name: "" });
    this.#keep();
  }

  /** The chosen colour goes; with no such colour in it, the palette. */
  #remove() {
    const { current } = this;
    if (current.fixed) return;
    const left = current.colours.filter(({ colour }) => !sameColour(colour, settings.get("colour")));
    if (left.length === current.colours.length || !left.length) this.own = this.own.filter(({ id }) => id !== current.id);
    else current.colours = left;
    this.#keep();
  }

  async #load() {
    const [file] = this.input.files;
    this.input.value = "";
    if (file) await this.open(file);
  }

  /** @param {File} file a .gpl palette */
  async open(file) {
    try {
      if (file.size > 1e6) throw new RangeError("too large");
      this.#take(readGpl(await file.text(), file.name.replace(/\.gpl$/i, "")));
      this.#keep();
    } catch {
      this.app.say("error.palette", { error: true, values: { name: file.name } });
    }
  }

  #save() {
    const { name } = this.current;
    saveBlob(new Blob([writeGpl(this.current)], { type: "text/plain" }), `${name}.gpl`);
  }
}
