/**
 * The three graphs of a model (docs/architecture.md, "The model contract") and what flows between them. Tensors other
 * than pictures are opaque: handed on by name, never looked into. Runs in the worker.
 */

import { cropLayer, greyToRgb, pasteLayer, rgbToRgba } from "../core/compose.js";
import { flood, survey } from "../core/flooding.js";
import { intersect, wholeOf } from "../core/geometry.js";
import { vectorOf } from "../core/light.js";
import { NewsReader } from "../core/news.js";
import { reducePlain, sourceRect, targetRect, workingSize } from "../core/scaling.js";
import { Wishes } from "../core/wishes.js";

const CONTRACT = "1";
const PICTURES = ["illustration", "colour", "flats"];

/** @typedef {{card: any, graphs: Record<string, Promise<Uint8Array>>}} Files  graphs: each can be opened as soon as it is there */

/** @param {string} folder URL ending in / @param {(share: number) => void} onProgress @returns {Promise<Files>} */
export async function fetchModel(folder, onProgress) {
  const card = await (await need(`${folder}model.json`)).json();
  if (String(card.contract) !== CONTRACT) throw new Error(`model contract ${card.contract}, expected ${CONTRACT}`);
  const graphs = {};
  const names = ["encoder", "painter", "finisher"];
  const loaded = names.map(() => 0);
  const report = (index, share) => {
    loaded[index] = share;
    onProgress(loaded.reduce((sum, value) => sum + value, 0) / names.length);
  };
  for (const [index, name] of names.entries()) {
    graphs[name] = download(`${folder}${name}.onnx`, (share) => report(index, share));
    graphs[name].catch(() => {});
  }
  return { card, graphs };
}

async function need(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

async function download(url, onProgress) {
  const response = await need(url);
  const total = Number(response.headers.get("content-length")) || 0;
  const parts = [];
  let held = 0;
  for (const reader = response.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    held += value.length;
    if (total) onProgress(Math.min(1, held / total));
  }
  onProgress(1);
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

const opaqueOf = (outputs) => Object.fromEntries(Object.entries(outputs).filter(([name]) => !PICTURES.includes(name)));

export class Model {
  /** @param {any} ort @param {Files} files @param {object} options of the sessions */
  constructor(ort, { card, graphs }, options) {
    Object.assign(this, { ort, card, graphs, options });
    this.sessions = {};
    this.encoded = null;
    this.painted = null;
    this.terrain = null;
  }

  /** What the first colours need is opened now, the finisher when a drawing needs it. @returns {Promise<Model>} */
  static async open(ort, files, options) {
    const model = new Model(ort, files, options);
    for (const name of ["encoder", "painter"]) await model.#session(name);
    await files.graphs.finisher;
    return model;
  }

  async #session(name) {
    if (!this.sessions[name]) {
      this.sessions[name] = await this.ort.InferenceSession.create(await this.graphs[name], this.options);
      delete this.graphs[name];
    }
    return this.sessions[name];
  }

  #picture(bytes, { width, height }, channels = 0) {
    const shape = channels ? [height, width, channels] : [height, width];
    return new this.ort.Tensor("uint8", bytes, shape);
  }

  /**
   * A new drawing or base: what was encoded no longer holds.
   * @param {{width: number, height: number, lineart: Uint8Array, mask: Uint8Array, base: Uint8Array | null, hints: readonly import("../core/hints.js").Hint[], light: import("../core/light.js").Light}} drawing
   */
  setDrawing(drawing) {
    this.drawing = drawing;
    this.work = workingSize(drawing, this.card.work_pixels);
    this.whole = this.work.width === drawing.width && this.work.height === drawing.height;
    const reduce = (bytes, channels) => reducePlain(bytes, channels, drawing, this.work);
    const lineart = reduce(drawing.lineart, 1);
    const base = drawing.base ? reduce(drawing.base, 3) : greyToRgb(lineart);
    this.reduced = { lineart, mask: reduce(drawing.mask, 1), base };
    this.news = new NewsReader(this.work);
    this.wishes = new Wishes(drawing, this.work, drawing.hints);
    this.light = drawing.light;
    this.forget("encoded");
  }

  /** Whether the model can put a drawing into a light. */
  get lit() {
    return ["encoder", "painter"].some((name) => this.#asksFor(name, "light"));
  }

  /** @param {import("../core/light.js").Light} light */
  changeLight(light) {
    this.light = light;
    this.forget(this.#asksFor("encoder", "light") ? "encoded" : "painted");
  }

  #asksFor(name, input) {
    return this.sessions[name].inputNames.includes(input);
  }

  /** Part of the mask is new. @param {{rect: import("../core/geometry.js").Rect, bytes: Uint8Array}} change at full size */
  changeMask({ rect, bytes }) {
    const { drawing, work } = this;
    pasteLayer(drawing.mask, 1, drawing.width, rect, bytes);
    const part = intersect(targetRect(rect, drawing, work), wholeOf(work));
    const pixels = cropLayer(drawing.mask, 1, drawing.width, sourceRect(part, drawing, work));
    pasteLayer(this.reduced.mask, 1, work.width, part, reducePlain(pixels, 1, drawing, work, part));
    this.forget("encoded");
  }

  /** Tensors on a graphics card are only freed when told. */
  forget(which) {
    for (const tensor of Object.values(this[which] ?? {})) if (tensor.location === "gpu-buffer") tensor.dispose();
    this[which] = null;
    if (which !== "encoded") return;
    this.terrain = null;
    this.forget("painted");
  }

  /** @param {string[]} [leave] outputs that nobody wants: they are not copied */
  async #run(name, offered, leave = []) {
    const session = await this.#session(name);
    const feeds = Object.fromEntries(session.inputNames.map((input) => [input, offered[input]]));
    const missing = session.inputNames.filter((input) => !feeds[input]);
    if (missing.length) throw new Error(`${name}.onnx wants ${missing.join(", ")}, which nothing provides`);
    return session.run(feeds, session.outputNames.filter((output) => !leave.includes(output)));
  }

  #pictures() {
    const { lineart, mask, base } = this.reduced;
    return { lineart: this.#picture(lineart, this.work), mask: this.#picture(mask, this.work), base: this.#picture(base, this.work, 3) };
  }

  /** What the screen shows of it; where the drawing is reduced, also what the finisher needs. @returns {Promise<{encodeMs: number, paintMs: number, pictures: Record<string, Uint8Array>, preview: import("../core/news.js").News | null}>} */
  async paint() {
    const started = performance.now();
    const given = await this.#given();
    const between = performance.now();
    const outputs = await this.#run("painter", given, this.#unseen());
    const paintMs = performance.now() - between;
    const illustration = await outputs.illustration.getData();
    const seen = this.whole ? rgbToRgba(illustration) : rgbToRgba(await outputs.colour.getData(), this.reduced.mask);
    this.forget("painted");
    if (!this.whole) this.painted = opaqueOf(outputs);
    return { encodeMs: between - started, paintMs, pictures: { illustration }, preview: this.news.of(seen) };
  }

  async #given() {
    const given = await this.#encode();
    return { ...this.encoded, ...given, ...(await this.#flooded()), hints: this.#picture(this.wishes.pixels, this.work, 4) };
  }

  /** Look at the drawing, unless that is done. @returns what is known of it without hints */
  async #encode() {
    const given = { ...this.#pictures(), light: new this.ort.Tensor("float32", vectorOf(this.light), [3]) };
    this.encoded ??= await this.#run("encoder", given);
    return given;
  }

  async #flooded() {
    if (!this.#asksFor("painter", "flooded")) return {};
    this.terrain ??= survey(await this.encoded.heights.getData(), this.reduced.lineart, this.reduced.mask, this.work);
    return { flooded: this.#picture(flood(this.terrain, this.wishes.pixels), this.terrain.squares, 4) };
  }

  /** Tens of megabytes that a drawing of the working size has no use for. */
  #unseen() {
    return this.whole ? this.sessions.painter.outputNames.filter((name) => name !== "illustration") : ["flats"];
  }

  /** The last painting again, other pictures of it, at the working size. @param {string[]} wanted */
  async pictures(wanted) {
    const outputs = await this.#run("painter", await this.#given(), this.sessions.painter.outputNames.filter((name) => !wanted.includes(name)));
    const pictures = {};
    for (const name of wanted) pictures[name] = await outputs[name].getData();
    return pictures;
  }

  /**
   * Dabs for what is not hinted, at full size; null from a model that has no taste.
   * @param {{hints: readonly import("../core/hints.js").Hint[], seed: number, palette: readonly (readonly number[])[] | null}} wish
   * @returns {Promise<import("../core/suggestion.js").Dab[] | null>} x, y: distances from the picture's corner
   */
  async suggest({ hints, seed, palette }) {
    await this.#encode();
    const { taste } = this.encoded;
    if (!taste) return null;
    const { suggest } = await import("../core/suggestion.js");
    const { drawing, work, reduced } = this;
    const given = { size: work, lineart: reduced.lineart, mask: reduced.mask, hints: new Wishes(drawing, work, hints).pixels };
    const dabs = suggest(given, { colours: taste.dims[0], values: await taste.getData() }, seed, palette);
    const [across, down] = [drawing.width / work.width, drawing.height / work.height];
    return dabs.map(({ x, y, radius, colour }) => ({ x: (x + 0.5) * across, y: (y + 0.5) * down, radius: radius * Math.min(across, down), colour }));
  }

  /** Rows of the finished picture at full size. @param {number} first @param {number} rows @param {string[]} wanted */
  async finish(first, rows, wanted) {
    const { width, height } = this.drawing;
    const strip = { width, height: rows };
    const crop = (bytes, channels) => bytes.subarray(first * width * channels, (first + rows) * width * channels).slice();
    const lineart = crop(this.drawing.lineart, 1);
    const given = {
      lineart: this.#picture(lineart, strip),
      mask: this.#picture(crop(this.drawing.mask, 1), strip),
      base: this.#picture(this.drawing.base ? crop(this.drawing.base, 3) : greyToRgb(lineart), strip, 3),
      span: new this.ort.Tensor("int64", BigInt64Array.of(BigInt(first), BigInt(height)), [2]),
    };
    const outputs = await this.#run("finisher", { ...this.encoded, ...this.painted, ...given });
    const pictures = {};
    for (const name of wanted) pictures[name] = await outputs[name].getData();
    return pictures;
  }
}
