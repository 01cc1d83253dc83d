/**
 * The tools. A tool is told of picture points only: down(sample), move(samples), up(), cancel(); what it changes goes
 * through the editor. `App` gives what they share.
 *
 * @typedef {import("../core/strokes.js").Sample & {shift?: boolean, alt?: boolean, scale?: number}} Sample
 * @typedef {object} App
 * @property {import("../core/editor.js").Editor} editor
 * @property {import("../engine/live.js").Live} live
 * @property {(key: string, values?: object) => void} say
 * @property {import("./regions.js").Regions} regions
 * @property {(colour: number[], used?: boolean) => void} setColour
 * @property {import("./selection.js").Selection} selection
 * @property {() => void} reink
 */

import { Editor } from "../core/editor.js";
import { intersect, rectOf, union, wholeOf } from "../core/geometry.js";
import { areaHint, eraseHints, hintAt, moveHint, newId, replaceHint, strokeHint } from "../core/hints.js";
import { areaCoverage, coverMask, fillArea, polygonCoverage, strokeCoverage } from "../core/mask.js";
import { isOpen } from "../core/document.js";
import { extendStroke, strokeBounds } from "../core/strokes.js";
import { settings } from "./settings.js";

const brushOf = (tool) => ({ size: settings.get("sizes")[tool], pressure: settings.get("pressure") });

const softnessOf = (tool) => Math.round((1 - settings.get("hardness")[tool]) * 100) / 100;

/** Points of a stroke under way. */
class Path {
  constructor(tool) {
    this.brush = brushOf(tool);
    this.points = [];
  }

  /** @param {Sample[]} samples @returns {import("../core/geometry.js").Rect | null} what the new part covers */
  add(samples) {
    const joint = this.points.slice(-3);
    const added = extendStroke(this.points, samples, this.brush);
    this.points.push(...added);
    return added.length ? strokeBounds([...joint, ...added]) : null;
  }
}

/** Pen and retouching brush: a stroke object on a layer of strokes. */
class StrokeTool {
  /** @param {App} app @param {string} name @param {"hints" | "retouches"} layer */
  constructor(app, name, layer) {
    Object.assign(this, { app, name, layer });
  }

  down(sample) {
    this.path = new Path(this.name);
    this.id = newId();
    this.before = this.app.editor.document[this.layer];
    this.move([sample]);
  }

  move(samples) {
    const rect = this.path?.add(samples);
    if (rect) this.app.editor.preview(this.layer, this.#list(), rect);
  }

  #list() {
    const opacity = this.layer === "retouches" ? settings.get("opacity") : 1;
    const options = { id: this.id, opacity, softness: softnessOf(this.name) };
    return [...this.before, strokeHint(this.path.points.slice(), settings.get("colour"), options)];
  }

  up() {
    if (!this.path?.points.length) return this.cancel();
    this.app.editor.keep(`step.${this.name}`, this.layer, this.#list());
    this.app.setColour(settings.get("colour"), true);
    this.path = null;
  }

  cancel() {
    this.path = null;
    this.app.editor.cancelPreview(this.layer);
  }
}

/** Paints into the mask: open, or with shift or the eraser, close. */
class MaskTool {
  /** @param {App} app @param {boolean} eraser */
  constructor(app, eraser = false) {
    Object.assign(this, { app, eraser });
  }

  down(sample) {
    const name = this.eraser ? "eraser" : "mask";
    this.path = new Path(name);
    this.softness = softnessOf(name);
    this.opens = !this.eraser && (settings.get("maskMode") === "add") !== Boolean(sample.shift);
    if (this.opens) startMask(this.app);
    this.move([sample]);
  }

  move(samples) {
    const joint = this.path?.points.slice(-3) ?? [];
    const from = this.path?.points.length;
    const rect = this.path?.add(samples);
    if (!rect) return;
    const points = [...joint, ...this.path.points.slice(from)];
    this.app.editor.changeMask(rect, (mask, part) => coverMask(mask, this.app.editor.document.width, part, strokeCoverage(part, points, this.softness), this.opens));
  }

  up() {
    this.path = null;
    this.app.editor.endMask(this.opens ? "step.mask" : "step.unmask");
  }

  cancel() {
    this.path = null;
    this.app.editor.cancelMask();
  }
}

/** Where everything may be repainted, the first thing marked is all that may be. @param {App} app */
export function startMask(app) {
  const { document } = app.editor;
  if (!isOpen(document.mask)) return;
  app.editor.changeMask(wholeOf(document), (mask) => mask.fill(0));
  app.say("say.mask-started");
}

/** Takes away from the layer that was worked on last. */
class EraserTool {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.onMask = new MaskTool(app, true);
  }

  down(sample) {
    this.layer = settings.get("layer");
    if (this.layer === "mask") return this.onMask.down(sample);
    this.path = new Path("eraser");
    this.softness = softnessOf("eraser");
    this.before = this.app.editor.document[this.layer];
    this.shown = this.before;
    this.move([sample]);
  }

  move(samples) {
    if (this.layer === "mask") return this.onMask.move(samples);
    const rect = this.path?.add(samples);
    if (!rect) return;
    const left = eraseHints(this.before, this.path.points.slice(), this.softness);
    const gone = Editor.difference(this.shown, left);
    this.shown = left;
    if (left !== this.before) this.app.editor.preview(this.layer, left, union(rect, intersect(gone, rect)));
  }

  up() {
    if (this.layer === "mask") return this.onMask.up();
    if (this.path) this.app.editor.keep("step.eraser", this.layer, this.shown);
    this.path = null;
  }

  cancel() {
    this.path = null;
    this.app.editor.cancel();
  }
}

/** Fills the region under the pointer with a colour hint. */
class BucketTool {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  async down(sample) {
    const area = await this.app.regions.at(sample, false);
    if (!area) return this.app.say("say.no-region");
    const { editor } = this.app;
    editor.keep("step.bucket", "hints", [...editor.document.hints, areaHint(area, settings.get("colour"))]);
    this.app.setColour(settings.get("colour"), true);
  }

  move() {}
  up() {}
  cancel() {}
}

class PickerTool {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  down(sample) {
    this.move([sample]);
  }

  move(samples) {
    const { x, y } = samples[samples.length - 1];
    const hint = hintAt(this.app.editor.strokes("hints"), x, y);
    const colour = hint?.colour ?? this.app.live.colourAt(x, y);
    if (colour) this.app.setColour([...colour]);
  }

  up() {}
  cancel() {}
}

/** Finds, moves and picks up single hints. */
class SelectTool {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  down(sample) {
    const found = hintAt(this.app.editor.document.hints, sample.x, sample.y, 8 / (sample.scale ?? 1));
    this.app.selection.select(found?.id ?? null);
    this.start = found && sample;
    this.hint = found;
    this.shown = found;
  }

  move(samples) {
    if (!this.start) return;
    const last = samples[samples.length - 1];
    this.#place(moveHint(this.hint, last.x - this.start.x, last.y - this.start.y));
  }

  #place(moved) {
    const { editor } = this.app;
    const before = editor.strokes("hints");
    const after = replaceHint(editor.document.hints, moved);
    editor.preview("hints", after, Editor.difference(before, after));
    this.shown = moved;
    this.app.reink();
  }

  up() {
    if (this.start && this.shown !== this.hint) this.app.editor.keep("step.move", "hints", replaceHint(this.app.editor.document.hints, this.shown));
    this.start = null;
  }

  cancel() {
    this.start = null;
    this.app.editor.cancelPreview("hints");
  }
}

/** Puts whole regions into the mask, as many as the pointer crosses; with shift or "keep", takes them out. */
class RegionTool {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
  }

  async down(sample) {
    this.opens = (settings.get("maskMode") === "add") !== Boolean(sample.shift);
    this.working = true;
    this.started = false;
    this.last = null;
    await this.#take(sample);
  }

  async move(samples) {
    for (const sample of samples) if (this.working) await this.#take(sample);
  }

  async #take(sample) {
    const { editor, regions } = this.app;
    const inLast = this.last && areaCoverage(rectOf(Math.floor(sample.x), Math.floor(sample.y), 1, 1), this.last)[0];
    if (inLast) return;
    const area = await regions.at(sample, true, settings.get("finder"));
    if (!area) return this.last ? undefined : this.app.say("say.no-region");
    if (this.opens && !this.started) startMask(this.app);
    this.started = true;
    this.last = area;
    editor.changeMask(area, (mask, part) => fillArea(mask, editor.document.width, part, area, this.opens));
    if (!this.working) editor.endMask("step.region");
  }

  up() {
    this.working = false;
    this.app.editor.endMask("step.region");
  }

  cancel() {
    this.working = false;
    this.app.editor.cancelMask();
  }
}

/** Puts what is drawn around into the mask. */
class LassoTool {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.corners = null;
  }

  down(sample) {
    this.opens = (settings.get("maskMode") === "add") !== Boolean(sample.shift);
    this.corners = [sample.x, sample.y];
  }

  move(samples) {
    if (!this.corners) return;
    for (const { x, y } of samples) this.corners.push(x, y);
    this.app.reink();
  }

  up() {
    const corners = this.corners ?? [];
    this.corners = null;
    this.app.reink();
    const { editor } = this.app;
    const bounds = strokeBounds(corners.flatMap((value, at) => (at % 2 ? [value, 0] : [value])));
    const part = intersect(bounds, wholeOf(editor.document));
    const coverage = part && corners.length >= 6 ? polygonCoverage(part, corners) : null;
    if (!coverage?.some(Boolean)) return this.app.say("say.empty-selection");
    if (this.opens) startMask(this.app);
    editor.changeMask(part, (mask, rect) => coverMask(mask, editor.document.width, rect, coverage, this.opens));
    editor.endMask("step.lasso");
  }

  cancel() {
    this.corners = null;
    this.app.reink();
  }
}

/** @param {App} app */
export const makeTools = (app) => ({
  pen: new StrokeTool(app, "pen", "hints"),
  eraser: new EraserTool(app),
  bucket: new BucketTool(app),
  picker: new PickerTool(app),
  select: new SelectTool(app),
  brush: new StrokeTool(app, "brush", "retouches"),
  mask: new MaskTool(app),
  region: new RegionTool(app),
  lasso: new LassoTool(app),
});

/** What each tool works on, for the eraser that follows it; tools not listed leave that as it is. */
export const LAYER_OF = { pen: "hints", bucket: "hints", select: "hints", brush: "retouches", mask: "mask", region: "mask", lasso: "mask" };
