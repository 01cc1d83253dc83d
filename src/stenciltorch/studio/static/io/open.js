/**
 * Files in: drawings, projects, palettes, hint files; by button, drop or paste. Answers with what was found or throws an
 * OpenError that says in one sentence what is wrong.
 */

import { flattenToGrey } from "../core/compose.js";
import { startDocument } from "../core/document.js";
import { MOST_BYTES, MOST_PIXELS, MOST_SIDE, pictureSize, tooLarge } from "../core/headers.js";
import { levelPaper } from "../core/levels.js";
import { ProjectError, readProject } from "../core/project.js";

const HEAD = 1 << 18;
const BAND = 1 << 20;
const ZIP = [0x50, 0x4b, 3, 4];
const PROJECT_BYTES = 2 ** 30;

export class OpenError extends Error {
  /** @param {string} key of the dictionary @param {object} [values] */
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/**
 * @param {File | Blob} file @param {string} [name]
 * @returns {Promise<{kind: "document", document: import("../core/document.js").StudioDocument} | {kind: "palette" | "hints", file: File}>}
 */
export async function openFile(file, name = file.name ?? "") {
  if (/\.gpl$/i.test(name)) return { kind: "palette", file };
  if (/\.json$/i.test(name)) return { kind: "hints", file };
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const isZip = ZIP.every((value, at) => head[at] === value);
  checkBytes(file, isZip ? PROJECT_BYTES : MOST_BYTES, name);
  return { kind: "document", document: isZip ? await openProject(file) : await openDrawing(file, head, name) };
}

function checkBytes(file, most, name) {
  if (file.size > most) throw new OpenError("error.file-large", { name, most: Math.round(most / 2 ** 20) });
  if (file.size === 0) throw new OpenError("error.file-empty", { name });
}

async function openProject(file) {
  try {
    return await readProject(file);
  } catch (error) {
    if (error instanceof ProjectError) throw new OpenError(error.reason);
    throw error;
  }
}

async function openDrawing(file, head, name) {
  checkSize(pictureSize(head), name);
  const { width, height, lineart } = await decodeGrey(file, name);
  return startDocument({ name: name.replace(/\.[^.]*$/, "") || "drawing", width, height, lineart: levelPaper(lineart) });
}

function checkSize(size, name) {
  if (size && tooLarge(size)) {
    throw new OpenError("error.picture-large", { name, width: size.width, height: size.height, pixels: MOST_PIXELS / 1e6, side: MOST_SIDE });
  }
}

/** @param {Blob} file @param {string} name */
async function decodeGrey(file, name) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file, { premultiplyAlpha: "none", imageOrientation: "from-image" });
  } catch {
    throw new OpenError("error.unreadable", { name });
  }
  try {
    checkSize(bitmap, name);
    return { width: bitmap.width, height: bitmap.height, lineart: greyOf(bitmap) };
  } finally {
    bitmap.close();
  }
}

function greyOf(bitmap) {
  const { width, height } = bitmap;
  const rows = Math.max(1, Math.min(height, Math.floor(BAND / width)));
  const context = new OffscreenCanvas(width, rows).getContext("2d", { willReadFrequently: true });
  const lineart = new Uint8Array(width * height);
  for (let y = 0; y < height; y += rows) {
    const count = Math.min(rows, height - y);
    context.clearRect(0, 0, width, rows);
    context.drawImage(bitmap, 0, y, width, count, 0, 0, width, count);
    lineart.set(flattenToGrey(context.getImageData(0, 0, width, count).data), y * width);
  }
  return lineart;
}

/** The first file or picture of a drop or paste. @param {DataTransfer | null} transfer @returns {File | null} */
export const fileOf = (transfer) => transfer?.files?.[0] ?? null;
