/**
 * The three graphs of a model (docs/architecture.md, "The model contract") and what flows between them. Tensors other
 * than pictures are opaque: handed on by name, never looked into. Runs in the worker.
 */

import { reducePlain, workingSize } from "../core/scaling.js";
import { greyToRgb, rgbToRgba } from "../core/compose.js";

const CONTRACT = "1";
const PICTURES = ["illustration", "colour", "flats"];

/** @param {string} folder URL ending in / @param {(share: number) => void} onProgress @returns {Promise<{card: any, graphs: Record<string, Uint8Array>}>} */
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
  await Promise.all(names.map(async (name, index) => (graphs[name] = await download(`${folder}${name}.onnx`, (share) => report(index, share)))));
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

export class Model {
  /** @param {any} ort @param {any} card @param {{encoder: any, painter: any, finisher: any}} sessions */
  constructor(ort, card, sessions) {
    this.ort = ort;
    this.card = card;
    this.sessions = sessions;
    this.encoded = null;
    this.painted = null;
  }

  /** @param {any} ort @param {{card: any, graphs: Record<string, Uint8Array>}} files @param {object} options of the sessions */
  static async open(ort, { card, graphs }, options) {
    const sessions = {};
    for (const [name, bytes] of Object.entries(graphs)) sessions[name] = await ort.InferenceSession.create(bytes, options);
    return new Model(ort, card, sessions);
  }

  #picture(bytes, { width, height }, channels = 0) {
    const shape = channels ? [height, width, channels] : [height, width];
    return new this.ort.Tensor("uint8", bytes, shape);
  }

  /** A new drawing, mask or base: what was encoded no longer holds. @param {{width: number, height: number, lineart: Uint8Array, mask: Uint8Array, base: Uint8Array | null}} drawing */
  setDrawing(drawing) {
    this.drawing = drawing;
    this.work = workingSize(drawing, this.card.work_pixels);
    const reduce = (bytes, channels) => reducePlain(bytes, channels, drawing, this.work);
    const lineart = reduce(drawing.lineart, 1);
    const base = drawing.base ? reduce(drawing.base, 3) : greyToRgb(lineart);
    this.reduced = { lineart, mask: reduce(drawing.mask, 1), base };
    this.forget("encoded");
  }

  /** @param {Uint8Array} mask full size */
  setMask(mask) {
    this.drawing.mask = mask;
    this.reduced.mask = reducePlain(mask, 1, this.drawing, this.work);
    this.forget("encoded");
  }

  /** Tensors on a graphics card are only freed when told. */
  forget(which) {
    for (const tensor of Object.values(this[which] ?? {})) if (tensor.location === "gpu-buffer") tensor.dispose();
    this[which] = null;
    if (which === "encoded") this.forget("painted");
  }

  async #run(name, offered) {
    const session = this.sessions[name];
    const feeds = Object.fromEntries(session.inputNames.map((input) => [input, offered[input]]));
    const missing = session.inputNames.filter((input) => !feeds[input]);
    if (missing.length) throw new Error(`${name}.onnx wants ${missing.join(", ")}, which nothing provides`);
    return session.run(feeds);
  }

  #pictures() {
    const { lineart, mask, base } = this.reduced;
    return { lineart: this.#picture(lineart, this.work), mask: this.#picture(mask, this.work), base: this.#picture(base, this.work, 3) };
  }

  /** @param {Uint8Array} hints RGBA at the working size @returns {Promise<{encodeMs: number, paintMs: number, pictures: Record<string, Uint8Array>}>} */
  async paint(hints) {
    const given = this.#pictures();
    const started = performance.now();
    this.encoded ??= await this.#run("encoder", given);
    const between = performance.now();
    const outputs = await this.#run("painter", { ...this.encoded, ...given, hints: this.#picture(hints, this.work, 4) });
    const paintMs = performance.now() - between;
    const pictures = {};
    for (const name of PICTURES) pictures[name] = await outputs[name].getData();
    this.forget("painted");
    this.painted = Object.fromEntries(Object.entries(outputs).filter(([name]) => !PICTURES.includes(name)));
    return { encodeMs: between - started, paintMs, pictures };
  }

  /** What the screen shows at once: the picture itself, or, where it is reduced, colours for the mask's part only. */
  preview({ illustration, colour }) {
    const whole = this.work.width === this.drawing.width && this.work.height === this.drawing.height;
    return whole ? rgbToRgba(illustration) : rgbToRgba(colour, this.reduced.mask);
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
