/** The drawings that come with the studio, each with hints already placed. */

import { readHintSheet } from "../core/hintfile.js";
import { openFile } from "./open.js";

const FOLDER = new URL("examples/", document.baseURI);

/** @typedef {{name: string, title: string, lineart: string, hints: readonly string[]}} Example  hints: ways to colour it, the first to begin with */

/** @returns {Promise<Example[]>} none where there is no list */
export async function listExamples() {
  try {
    const response = await fetch(new URL("index.json", FOLDER));
    const list = response.ok ? await response.json() : [];
    return list.filter(({ name, lineart }) => name && lineart);
  } catch {
    return [];
  }
}

/** @param {Example} example */
export const thumbnailUrl = ({ lineart }) => new URL(lineart, FOLDER).href;

/** @param {Example} example @returns {Promise<import("../core/document.js").StudioDocument>} */
export async function openExample({ name, title, lineart, hints }) {
  const get = async (path) => {
    const response = await fetch(new URL(path, FOLDER));
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response;
  };
  const [drawing, sheet] = await Promise.all([get(lineart).then((response) => response.blob()), hints?.length ? get(hints[0]).then((response) => response.json()) : null]);
  const opened = await openFile(drawing, `${title ?? name}.png`);
  const studio = opened.document;
  return sheet ? { ...studio, hints: readHintSheet(sheet, studio) } : studio;
}
