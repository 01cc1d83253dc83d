/**
 * Project files: a zip of project.json and PNGs (docs/project-file.md). Reading gives back exactly what was written.
 * Pure; runs in pages, workers and Node.
 */

import { wholeOf } from "./geometry.js";
import { rasteriseHints } from "./hints.js";
import { readLight } from "./light.js";
import { Picture } from "./picture.js";
import { decodePng, encodePng, PngWriter } from "./png.js";
import { pack, unpack } from "./tiles.js";
import { readZip, writeZip } from "./zip.js";

export const FORMAT = "stenciltorch-project";
export const VERSION = 1;

/** A project file that cannot be used; `reason` is a key of the dictionary. */
export class ProjectError extends Error {
  /** @param {string} reason @param {string} detail */
  constructor(reason, detail) {
    super(detail);
    this.reason = reason;
  }
}

/** @param {import("./document.js").StudioDocument} studio @returns {Promise<Blob>} */
export async function writeProject(studio) {
  const shelf = new Shelf();
  const { name, width, height, hints, retouches, light } = studio;
  const base = await shelf.picture(studio.base);
  const passes = [];
  for (const pass of studio.passes) passes.push(await writePass(pass, studio, shelf));
  const json = { format: FORMAT, version: VERSION, name, width, height, hints, retouches, base, light, passes };
  shelf.files.set("project.json", new TextEncoder().encode(JSON.stringify(json)));
  shelf.files.set("lineart.png", await encodePng({ width, height, channels: 1, pixels: studio.lineart }));
  shelf.files.set("mask.png", await encodePng({ width, height, channels: 1, pixels: studio.mask }));
  shelf.files.set("hints.png", await encodeHints(hints, studio));
  if (retouches.length) shelf.files.set("retouches.png", await encodeHints(retouches, studio));
  return writeZip(shelf.files);
}

/** Hints as a PNG of the whole picture, made in bands. @param {readonly import("./hints.js").Hint[]} hints @param {import("./geometry.js").Size} size */
export async function encodeHints(hints, size) {
  const writer = new PngWriter(size.width, size.height, 4);
  const band = Math.max(1, Math.floor((1 << 18) / size.width));
  for (let y = 0; y < size.height; y += band) {
    const rect = { ...wholeOf(size), y, height: Math.min(band, size.height - y) };
    await writer.write(new Uint8Array(rasteriseHints(hints, rect).buffer));
  }
  return writer.finish();
}

/** Puts each picture into the file once, however many passes use it. */
class Shelf {
  files = new Map();
  #names = new Map();

  /** @param {Picture | null} picture @returns {Promise<string | null>} its name in the file */
  async picture(picture) {
    if (!picture) return null;
    if (!this.#names.has(picture)) {
      const name = `pictures/${this.#names.size + 1}.png`;
      this.#names.set(picture, name);
      this.files.set(name, await picture.png());
    }
    return this.#names.get(picture);
  }
}

async function writePass({ id, thumbnail, hints, retouches, mask, base, light, result }, { width, height }, shelf) {
  const maskName = `passes/${id}-mask.png`;
  shelf.files.set(maskName, await encodePng({ width, height, channels: 1, pixels: unpack(mask, width * height) }));
  return { id, thumbnail, hints, retouches, mask: maskName, base: await shelf.picture(base), light, result: await shelf.picture(result) };
}

/** @param {Blob} blob @returns {Promise<import("./document.js").StudioDocument>} @throws {ProjectError} */
export async function readProject(blob) {
  const files = await readZip(blob).catch((error) => {
    throw new ProjectError("error.project-damaged", error.message);
  });
  const json = parseManifest(files.get("project.json"));
  try {
    return await readDocument(json, files);
  } catch (error) {
    throw error instanceof ProjectError ? error : new ProjectError("error.project-damaged", error.message);
  }
}

function parseManifest(bytes) {
  let json = null;
  try {
    json = bytes && JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // said below: a manifest that cannot be read is as good as none
  }
  if (json?.format !== FORMAT) throw new ProjectError("error.project-foreign", "no project.json of StencilTorch");
  if (json.version > VERSION) throw new ProjectError("error.project-newer", `version ${json.version}`);
  return json;
}

async function readDocument(json, files) {
  const size = { width: json.width, height: json.height };
  const shelf = new Map();
  const picture = (name) => {
    if (!name) return null;
    if (!shelf.has(name)) shelf.set(name, new Picture(size, { png: pngBlob(files, name) }));
    return shelf.get(name);
  };
  const passes = [];
  for (const pass of json.passes) passes.push(await readPass(pass, size, files, picture));
  return {
    name: String(json.name),
    ...size,
    lineart: await readGrey(files, "lineart.png", size),
    mask: await readGrey(files, "mask.png", size),
    hints: json.hints.map(readHint),
    retouches: json.retouches.map(readHint),
    base: picture(json.base),
    light: readLight(json.light),
    passes,
  };
}

async function readPass(pass, size, files, picture) {
  const mask = pack(await readGrey(files, pass.mask, size));
  const { id, thumbnail } = pass;
  return { id, thumbnail, hints: pass.hints.map(readHint), retouches: pass.retouches.map(readHint), mask, base: picture(pass.base), light: readLight(pass.light), result: picture(pass.result) };
}

function pngBlob(files, name) {
  if (!files.has(name)) throw new ProjectError("error.project-damaged", `${name} is missing`);
  return new Blob([files.get(name)], { type: "image/png" });
}

async function readGrey(files, name, { width, height }) {
  const bitmap = await decodePng(pngBlob(files, name));
  if (bitmap.channels !== 1 || bitmap.width !== width || bitmap.height !== height) {
    throw new ProjectError("error.project-damaged", `${name} is not a grey picture of ${width} x ${height}`);
  }
  return bitmap.pixels;
}

const KINDS = ["dab", "stroke", "area"];
const allFinite = (list) => Array.isArray(list) && list.every(Number.isFinite);

/** @param {any} value as read from JSON @returns {import("./hints.js").Hint} */
export function readHint(value) {
  const { id, kind, colour, points, area, cuts, cutSoftness, opacity, softness } = value;
  const good =
    KINDS.includes(kind) && allFinite(colour) && colour.length === 3 && allFinite(points) && Array.isArray(cuts) && cuts.every(allFinite) &&
    (kind === "area") === Boolean(area) && (!area || allFinite(area.runs)) && (cutSoftness === undefined || allFinite(cutSoftness)) && Number.isFinite(opacity) && Number.isFinite(softness);
  if (!good) throw new ProjectError("error.project-damaged", "a hint that cannot be read");
  return Object.freeze({ id: String(id), kind, colour, points, area: area ?? null, cuts, ...(cutSoftness && { cutSoftness }), opacity, softness });
}
