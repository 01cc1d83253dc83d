/**
 * Pictures out, at full size, as PNG: the result, its flats, lines, mask, hints; as layered documents; or all as a project file.
 *
 * @typedef {object} Wish
 * @property {boolean} signed  coloured files say how they were made
 * @property {"colour" | "region"} by  what has a layer of its own among the flats
 * @property {readonly import("../core/names.js").Swatch[]} palette  names for its colours
 */

import { encodePng, PngWriter } from "../core/png.js";
import { encodeHints, writeProject } from "../core/project.js";
import { digestOfHints, digestOfModel, textsOf, xmpOf } from "../core/provenance.js";
import { VERSION } from "../core/version.js";
import { saveBlob } from "./save.js";

export const KINDS = ["result", "flats", "colour", "lines", "mask", "hints"];
export const LAYERED = ["psd", "ora"];
const WORKER = new URL("../engine/layers-worker.js", import.meta.url);

export class Exporter {
  /** @param {import("../core/editor.js").Editor} editor @param {import("../engine/live.js").Live} live @param {import("../engine/engine.js").Engine} engine */
  constructor(editor, live, engine) {
    Object.assign(this, { editor, live, engine });
  }

  /** @param {string} kind one of KINDS @param {Partial<Wish>} [wish] @returns {Promise<Blob>} */
  async make(kind, wish = {}) {
    const { document } = this.editor;
    const { width, height } = document;
    if (kind === "result") return this.#result(wish);
    if (kind === "flats" || kind === "colour") return this.#layer(kind, wish);
    if (kind === "lines") return encodePng({ width, height, channels: 4, pixels: linesOf(document.lineart) });
    if (kind === "mask") return encodePng({ width, height, channels: 1, pixels: document.mask });
    return encodeHints(document.hints, document);
  }

  /** What coloured files say of how they were made; nothing where that is not wished. */
  async #facts({ signed = true }) {
    if (!signed) return null;
    const { document } = this.editor;
    const { name, files } = this.engine.state;
    return { version: VERSION, model: name, modelDigest: digestOfModel(files), hintsDigest: await digestOfHints(document.hints, document) };
  }

  async #texts(wish) {
    const facts = await this.#facts(wish);
    return facts ? textsOf(facts) : {};
  }

  async #result(wish) {
    const { width, height, held: pixels } = await this.live.picture();
    return encodePng({ width, height, channels: 3, pixels }, await this.#texts(wish));
  }

  async #layer(kind, wish) {
    await this.live.settled();
    const { width, height } = this.live.size;
    const texts = await this.#texts(wish);
    if (this.live.direct) return encodePng({ width, height, channels: 3, pixels: (await this.engine.pictures([kind]))[kind] }, texts);
    const writer = new PngWriter(width, height, 3, texts);
    await this.#strips([kind], (first, rows, pictures) => writer.write(pictures[kind]));
    return writer.finish();
  }

  /** What the model says beside the picture, strip by strip where the drawing is larger than it works at. */
  async #strips(kinds, onStrip) {
    if (!(await this.engine.finish(kinds, onStrip, this.live.size))) throw new Error("interrupted");
  }

  /** The last painting taken apart. @returns {Promise<{colour: Uint8Array, flats: Uint8Array}>} RGB at full size */
  async #parts() {
    const kinds = ["colour", "flats"];
    if (this.live.direct) return this.engine.pictures(kinds);
    const { width, height } = this.live.size;
    const whole = Object.fromEntries(kinds.map((kind) => [kind, new Uint8Array(width * height * 3)]));
    await this.#strips(kinds, (first, rows, pictures) => {
      for (const kind of kinds) whole[kind].set(pictures[kind], first * width * 3);
    });
    return whole;
  }

  /** Documents of layers, made in a worker. @param {string[]} formats of LAYERED @param {Partial<Wish>} [wish] @returns {Promise<Record<string, Blob>>} */
  async layered(formats, wish = {}) {
    const { document } = this.editor;
    const { width, height, lineart, mask, hints, retouches } = document;
    const result = (await this.live.picture()).held;
    const illustration = this.live.result.slice();
    const { colour, flats } = await this.#parts();
    const base = document.base ? await document.base.pixels() : null;
    const finished = { width, height, lineart, mask, base, illustration, colour, flats, result, hints, retouches };
    const facts = await this.#facts(wish);
    const { by, palette } = wish;
    return inWorker({ finished, formats, wish: { by, palette }, xmp: facts && xmpOf(facts) }, [illustration, colour, flats, result].map((pixels) => pixels.buffer));
  }

  /** @param {string} kind @param {Partial<Wish>} [wish] */
  async save(kind, wish) {
    saveBlob(await this.make(kind, wish), `${this.editor.document.name}-${kind}.png`);
  }

  /** @param {string[]} formats of LAYERED @param {Partial<Wish>} [wish] */
  async saveLayered(formats, wish) {
    const { name } = this.editor.document;
    for (const [format, blob] of Object.entries(await this.layered(formats, wish))) saveBlob(blob, `${name}.${format}`);
  }

  async saveProject() {
    const { document } = this.editor;
    saveBlob(await writeProject(document), `${document.name}.zip`);
    if (document === this.editor.document) this.editor.saved = true;
  }
}

/** One task for a worker of its own; its memory goes with it. */
function inWorker(task, transfer) {
  const worker = new Worker(WORKER, { type: "module" });
  const done = new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { blobs, error } }) => (blobs ? resolve(blobs) : reject(new Error(error)));
    worker.onerror = (event) => reject(new Error(event.message || "the worker could not be loaded"));
  });
  worker.postMessage(task, { transfer });
  return done.finally(() => worker.terminate());
}

/** Ink on nothing: black, as transparent as the paper was white. @param {Uint8Array} lineart */
function linesOf(lineart) {
  const pixels = new Uint8Array(lineart.length * 4);
  for (let at = 0; at < lineart.length; at++) pixels[at * 4 + 3] = 255 - lineart[at];
  return pixels;
}
