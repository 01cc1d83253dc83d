/** The studio: makes the parts, tells them of one another, and opens the first drawing. */

import { launched, models } from "./early.js";
import { Editor } from "./core/editor.js";
import { readHintSheet } from "./core/hintfile.js";
import { spliceOf } from "./core/document.js";
import { sameColour, remember } from "./core/colour.js";
import { Engine } from "./engine/engine.js";
import { Live } from "./engine/live.js";
import { Autosave } from "./io/autosave.js";
import { listExamples, openExample } from "./io/examples.js";
import { Exporter, KINDS, LAYERED } from "./io/export.js";
import { stayOffline } from "./io/offline.js";
import { fileOf, openFile, OpenError } from "./io/open.js";
import { ColourPanel } from "./ui/colour-panel.js";
import { examplesDialog, exportDialog, helpDialog, welcome } from "./ui/dialogs.js";
import { el, find, isTyping } from "./ui/dom.js";
import { pickLanguage, setLanguage, t } from "./ui/i18n.js";
import { Keyboard } from "./ui/keys.js";
import { layersPanel, maskPanel } from "./ui/layers-panel.js";
import { LayersView } from "./ui/layers-view.js";
import { LightPanel } from "./ui/light-panel.js";
import { Palettes } from "./ui/palettes.js";
import { Passes } from "./ui/passes-panel.js";
import { Pointers } from "./ui/pointer.js";
import { Regions } from "./ui/regions.js";
import { Selection } from "./ui/selection.js";
import { settings } from "./ui/settings.js";
import { settingsDialog } from "./ui/settings-dialog.js";
import { Proposals } from "./ui/proposals.js";
import { Stage } from "./ui/stage.js";
import { Messages, Status } from "./ui/status.js";
import { makeTools } from "./ui/tools.js";
import { optionsBar, SIZED, toolbar, toolSize } from "./ui/toolbar.js";
import { topbar } from "./ui/topbar.js";

const NARROW = matchMedia("(max-width: 900px)");

class Studio {
  constructor() {
    this.messages = new Messages();
    this.editor = new Editor();
    this.engine = new Engine({ models, launched });
    this.live = new Live(this.editor, this.engine);
    this.exporter = new Exporter(this.editor, this.live, this.engine);
    this.autosave = new Autosave(this.editor, (key) => this.say(key, { error: true }));
    this.regions = new Regions(this.editor, (key, options) => this.say(key, options));
    this.selection = new Selection(this.editor);
    this.layers = new LayersView(this.editor, this.live);
    this.stage = new Stage(find("#stage"), this.layers);
    this.tools = makeTools(this);
    this.status = new Status(this.engine, this.live, this.editor);
    this.pointers = new Pointers(this.stage, this.#pointerApp());
    this.#panels();
    this.#listen();
  }

  say = (key, options) => this.messages.say(key, options);
  reink = () => this.stage.reink();

  #pointerApp() {
    return {
      tool: () => this.tools[settings.get("tool")],
      toolNamed: (name) => this.tools[name],
      undo: () => this.actions.undo(),
      redo: () => this.actions.redo(),
      onPoint: (point) => this.#pointed(point),
    };
  }

  #pointed(point) {
    this.status.showPlace(point);
    if (!this.pointers.byKeyboard || !point) return;
    find("#spoken").textContent = t("spoken.place", { x: Math.floor(point.x), y: Math.floor(point.y) });
  }

  #panels() {
    const mask = maskPanel(this.editor);
    this.mask = mask.actions;
    this.palettes = new Palettes(this);
    this.proposals = new Proposals(this.editor, this.live, this.engine, this.say);
    this.passes = new Passes(this.editor, this.live, this);
    this.light = new LightPanel(this.editor, this.engine, this.say);
    this.actions = this.#actions();
    toolbar();
    optionsBar({ selection: this.selection, removeHint: this.actions["remove-hint"], recolour: () => this.selection.recolour(settings.get("colour"), true) });
    topbar(this.actions, this.stage, this.editor);
    find("#panels").append(new ColourPanel(this).node, this.palettes.node, this.light.node, this.passes.node, mask.node, layersPanel());
  }

  #actions() {
    const { stage, editor } = this;
    return {
      open: () => this.chooser.click(),
      examples: () => examplesDialog((example) => this.openExample(example)),
      save: () => this.guard(() => this.exporter.saveProject(), "error.save"),
      export: () => exportDialog((kinds) => this.export(kinds)),
      undo: () => editor.undo(),
      redo: () => editor.redo(),
      fit: () => stage.fit(),
      "actual-size": () => stage.actualSize(),
      "zoom-in": () => stage.zoom(1.25),
      "zoom-out": () => stage.zoom(0.8),
      flip: () => stage.flip(),
      rotate: () => stage.rotate(15),
      "rotate-back": () => stage.rotate(-15),
      upright: () => stage.upright(),
      layout: () => settings.set("layout", stage.beside ? "over" : "beside"),
      theme: () => settings.set("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
      help: () => helpDialog(settingsDialog),
      settings: settingsDialog,
      panels: () => document.body.classList.toggle(NARROW.matches ? "panels-open" : "panels-closed"),
      swap: () => this.swap(),
      "default-colours": () => {
        settings.set("secondary", [255, 255, 255]);
        this.setColour([0, 0, 0], false, true);
      },
      suggest: () => this.guard(() => this.proposals.next(), "error.suggest"),
      "suggest-palette": () => this.guard(() => this.proposals.next(this.palettes.colours), "error.suggest"),
      "next-pass": () => this.passes.advance(),
      "light-flat": () => this.light.toggle(),
      "light-left": (down) => this.light.hold(-1, down),
      "light-right": (down) => this.light.hold(1, down),
      "remove-hint": () => this.selection.remove() || this.say("say.nothing-selected"),
      "previous-hint": () => this.#stepHint(-1),
      "next-hint": () => this.#stepHint(1),
      "mask-invert": this.mask.invert,
      "mask-fill": this.mask.fill,
      "mask-clear": this.mask.clear,
      "toggle-mask": () => toggleLayer("mask"),
      "toggle-lineart": () => toggleLayer("lineart"),
    };
  }

  #stepHint(direction) {
    settings.set("tool", "select");
    this.selection.step(direction);
  }

  #listen() {
    this.chooser = el("input", { type: "file", id: "file-chooser", accept: "image/*,.zip,.gpl,.json", hidden: true, onchange: () => this.#chosen() });
    document.body.append(this.chooser);
    this.keyboard = new Keyboard(this.actions, this.pointers, this.stage, { nudgeHint: (dx, dy) => this.#nudgeHint(dx, dy), escape: () => this.#escape() });
    this.stage.inks.push((pane) => this.#ink(pane));
    this.selection.on("change", this.reink);
    settings.on("sizes", this.reink);
    settings.on("tool", () => (this.pointers.cancel(), this.reink()));
    settings.on("theme", applyTheme);
    settings.on("language", (tag) => setLanguage(tag));
    this.engine.on("trouble", ({ key, detail }) => this.say(key, { error: true, values: { detail }, action: key === "error.engine-failed" ? { key: "action.retry", act: () => this.engine.retry() } : null }));
    this.#dropAndPaste();
  }

  #dropAndPaste() {
    const hint = find("#drop-hint");
    window.addEventListener("dragover", (event) => {
      event.preventDefault();
      hint.hidden = !event.dataTransfer?.types.includes("Files");
    });
    window.addEventListener("dragleave", (event) => event.relatedTarget === null && (hint.hidden = true));
    window.addEventListener("drop", (event) => {
      event.preventDefault();
      hint.hidden = true;
      this.open(fileOf(event.dataTransfer));
    });
    window.addEventListener("paste", (event) => !isTyping(event.target) && this.open(fileOf(event.clipboardData)));
  }

  #chosen() {
    const [file] = this.chooser.files;
    this.chooser.value = "";
    this.open(file ?? null);
  }

  #nudgeHint(dx, dy) {
    if (settings.get("tool") !== "select" || !this.selection.hint) return false;
    this.selection.nudge(dx, dy);
    return true;
  }

  #escape() {
    if (this.pointers.busy) return this.pointers.cancel();
    this.selection.select(null);
    this.pointers.byKeyboard = true;
    this.stage.root.classList.remove("by-pointer");
    this.stage.compare(false);
  }

  /** Cursor ring, crosshair, outlines. @param {import("./ui/pane.js").Pane} pane */
  #ink(pane) {
    const { view } = this.stage;
    const { point, byKeyboard, held } = this.pointers;
    const tool = settings.get("tool");
    if (this.tools.lasso.corners) pane.outline(view, this.tools.lasso.corners, true);
    this.selection.ink(pane, view);
    if (pane.kind === "over" && settings.get("visible").hints && !this.stage.before) pane.marks(view, this.editor.strokes("hints"));
    if (!point || held.has("space")) return;
    if (SIZED.includes(tool) && !held.has("alt")) pane.ring(view, point, toolSize() / 2);
    else if (pane !== this.stage.main || byKeyboard) pane.crosshair(view, point);
    if (byKeyboard) pane.crosshair(view, point, 16);
  }

  /**
   * @param {readonly number[]} colour @param {boolean} [used] it was painted with, so it is remembered
   * @param {boolean} [final] false while it is still being chosen
   */
  setColour(colour, used = false, final = true) {
    if (!sameColour(settings.get("colour"), colour)) settings.set("colour", [...colour]);
    if (used) settings.set("recent", remember(settings.get("recent"), colour));
    else if (settings.get("tool") === "select" && this.selection.hint) this.selection.recolour(colour, final);
  }

  swap() {
    const [front, back] = [settings.get("colour"), settings.get("secondary")];
    settings.set("secondary", front);
    this.setColour(back);
  }

  /** @param {() => Promise<any>} act @param {string} key said when it fails */
  async guard(act, key) {
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof OpenError) this.say(error.key, { error: true, values: error.values });
      else this.say(key, { error: true, values: { detail: String(error?.message ?? error) } });
      return false;
    }
  }

  async export(kinds) {
    const layered = LAYERED.filter((format) => kinds.includes(format));
    const wish = { signed: settings.get("signed"), by: settings.get("layersBy"), palette: this.palettes.names };
    await this.guard(async () => {
      for (const kind of KINDS) if (kinds.includes(kind)) await this.exporter.save(kind, wish);
      if (layered.length) await this.exporter.saveLayered(layered, wish);
      if (kinds.includes("project")) await this.exporter.saveProject();
    }, "error.export");
  }

  /** @param {File | null} file */
  async open(file) {
    if (!file) return;
    await this.guard(async () => {
      const opened = await openFile(file);
      if (opened.kind === "palette") return this.palettes.open(opened.file);
      if (opened.kind === "hints") return this.#addHints(opened.file);
      this.show(opened.document);
    }, "error.unreadable-file");
  }

  async #addHints(file) {
    const { document } = this.editor;
    let hints;
    try {
      hints = readHintSheet(JSON.parse(await file.text()), document);
    } catch {
      throw new OpenError("error.hint-file", { name: file.name });
    }
    this.editor.history.change("step.hints-loaded", { hints: spliceOf(document.hints, [...document.hints, ...hints]) });
  }

  openExample(example) {
    return this.guard(async () => this.show(await openExample(example)), "error.example");
  }

  /** Another drawing takes the place of this one; what was there can be had back for a while. @param {import("./core/document.js").StudioDocument} studioDocument */
  show(studioDocument) {
    const before = { document: this.editor.document, saved: this.editor.saved };
    this.editor.open(studioDocument);
    this.stage.reset();
    if (before.saved) return;
    this.say("say.replaced", { values: { name: before.document.name }, action: { key: "action.bring-back", act: () => this.show(before.document) } });
  }

  /** Only when the first colours are there: the network and the processor belong to them until then. */
  async #stayOffline() {
    await this.live.settled().catch(() => {});
    const kept = await stayOffline((reload) => this.say("say.update-ready", { action: { key: "action.reload", act: reload } }), () => this.autosave.save());
    document.documentElement.dataset.kept = String(kept);
  }

  async begin() {
    const recovered = await this.autosave.recover();
    if (recovered) {
      this.show(recovered);
      this.say("say.recovered");
    } else {
      const [first] = await examples;
      if (first) await this.openExample(first);
    }
    this.editor.saved = true;
    this.engine.start(this.live.source);
    this.#stayOffline();
    if (!settings.get("greeted")) this.dismiss = await welcome(find("#workspace"), await examples, (example) => this.openExample(example), this.actions.open);
  }
}

const toggleLayer = (layer) => settings.setPart("visible", layer, !settings.get("visible")[layer]);

function applyTheme() {
  const light = matchMedia("(prefers-color-scheme: light)").matches;
  const chosen = settings.get("theme");
  document.documentElement.dataset.theme = chosen === "auto" ? (light ? "light" : "dark") : chosen;
}

applyTheme();
const examples = listExamples();
await setLanguage(settings.get("language") || pickLanguage(navigator.languages));
const studio = new Studio();
globalThis.studio = studio;
await studio.begin();
document.documentElement.dataset.ready = "true";
