/** Pictures out, at full size, as PNG: the result, its flats, lines, mask, hints; or all as a project file. */

import { encodePng, PngWriter } from "../core/png.js";
import { encodeHints, writeProject } from "../core/project.js";
import { saveBlob } from "./save.js";

export const KINDS = ["result", "flats", "colour", "lines", "mask", "hints"];

export class Exporter {
  /** @param {import("../core/editor.js").Editor} editor @param {import("../engine/live.js").Live} live @param {import("../engine/engine.js").Engine} engine */
  constructor(editor, live, engine) {
    Object.assign(this, { editor, live, engine });
  }

  /** @param {string} kind one of KINDS @returns {Promise<Blob>} */
  async make(kind) {
    const { document } = this.editor;
    const { width, height } = document;
    if (kind === "result") return (await this.live.picture()).png();
    if (kind === "flats" || kind === "colour") return this.#layer(kind);
    if (kind === "lines") return encodePng({ width, height, channels: 4, pixels: linesOf(document.lineart) });
    if (kind === "mask") return encodePng({ width, height, channels: 1, pixels: document.mask });
    return encodeHints(document.hints, document);
  }

  /** What the model says beside the picture, strip by strip where the drawing is larger than it works at. */
  async #layer(kind) {
    await this.live.settled();
    const { width, height } = this.live.size;
    if (this.live.direct) return encodePng({ width, height, channels: 3, pixels: (await this.engine.pictures([kind]))[kind] });
    const writer = new PngWriter(width, height, 3);
    const whole = await this.engine.finish([kind], (first, rows, pictures) => writer.write(pictures[kind]), { width, height });
    if (!whole) throw new Error("interrupted");
    return writer.finish();
  }

  /** @param {string} kind */
  async save(kind) {
    saveBlob(await this.make(kind), `${this.editor.document.name}-${kind}.png`);
  }

  async saveProject() {
    const { document } = this.editor;
    saveBlob(await writeProject(document), `${document.name}.zip`);
    if (document === this.editor.document) this.editor.saved = true;
  }
}

/** Ink on nothing: black, as transparent as the paper was white. @param {Uint8Array} lineart */
function linesOf(lineart) {
  const pixels = new Uint8Array(lineart.length * 4);
  for (let at = 0; at < lineart.length; at++) pixels[at * 4 + 3] = 255 - lineart[at];
  return pixels;
}
