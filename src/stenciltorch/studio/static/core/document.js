/**
 * The document: one drawing, what is wished, what may change, what is there already. Pure operations; a change is a
 * patch that can be applied forwards and backwards.
 *
 * @typedef {import("./hints.js").Hint} Hint
 * @typedef {import("./geometry.js").Rect} Rect
 * @typedef {import("./light.js").Light} Light
 * @typedef {import("./picture.js").Picture} Picture
 *
 * @typedef {object} Pass  a finished round: what it was made from and what came out
 * @property {string} id
 * @property {string} thumbnail  data URL
 * @property {readonly Hint[]} hints
 * @property {readonly Hint[]} retouches
 * @property {Uint8Array} mask  packed as in tiles.js
 * @property {Picture | null} base
 * @property {Light} light
 * @property {Picture} result
 *
 * @typedef {object} StudioDocument
 * @property {string} name
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} lineart  0 ink .. 255 paper
 * @property {Uint8Array} mask  255 repaint .. 0 keep
 * @property {readonly Hint[]} hints
 * @property {readonly Hint[]} retouches  strokes on the result
 * @property {Picture | null} base  null: the bare lineart (first pass)
 * @property {Light} light
 * @property {readonly Pass[]} passes
 *
 * @typedef {object} Splice  part of a list exchanged
 * @property {number} start
 * @property {readonly any[]} removed
 * @property {readonly any[]} inserted
 *
 * @typedef {object} Patch  only the parts that change
 * @property {Splice} [hints]
 * @property {Splice} [retouches]
 * @property {Splice} [passes]
 * @property {readonly import("./tiles.js").TileChange[]} [mask]
 * @property {{before: Picture | null, after: Picture | null}} [base]
 * @property {{before: Light, after: Light}} [light]
 *
 * @typedef {object} Touched  what a patch changed
 * @property {Rect | null} [hints]
 * @property {Rect | null} [retouches]
 * @property {Rect | null} [mask]
 * @property {boolean} [base]
 * @property {boolean} [light]
 * @property {boolean} [passes]
 */

import { listBounds } from "./hints.js";
import { sameLight, USUAL_LIGHT } from "./light.js";
import { applyTiles, isFlat, tileBytes, tilesBounds } from "./tiles.js";

const LISTS = ["hints", "retouches", "passes"];
/** What is exchanged whole, and when it is the same. */
const WHOLE = { base: Object.is, light: sameLight };

/**
 * @param {{name: string, width: number, height: number, lineart: Uint8Array}} drawing
 * @returns {StudioDocument} everything may be painted, nothing is wished
 */
export function startDocument({ name, width, height, lineart }) {
  if (!(width > 0 && height > 0) || lineart.length !== width * height) {
    throw new RangeError(`a drawing of ${width} x ${height} needs ${width * height} pixels, found ${lineart.length}`);
  }
  const mask = new Uint8Array(width * height).fill(255);
  return { name, width, height, lineart, mask, hints: [], retouches: [], base: null, light: USUAL_LIGHT, passes: [] };
}

/** The smallest exchange that turns one list into another. @template T @param {readonly T[]} before @param {readonly T[]} after @returns {Splice} */
export function spliceOf(before, after) {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, removed: before.slice(start, before.length - tail), inserted: after.slice(start, after.length - tail) };
}

const spliced = (list, { start, removed, inserted }) => [...list.slice(0, start), ...inserted, ...list.slice(start + removed.length)];

/** @param {Patch} patch @returns {Patch} the way back */
export function invertPatch(patch) {
  const inverse = {};
  for (const name of LISTS) {
    if (patch[name]) inverse[name] = { start: patch[name].start, removed: patch[name].inserted, inserted: patch[name].removed };
  }
  if (patch.mask) inverse.mask = patch.mask;
  for (const name of Object.keys(WHOLE)) if (patch[name]) inverse[name] = { before: patch[name].after, after: patch[name].before };
  return inverse;
}

/** @param {Patch} patch */
export function isEmptyPatch(patch) {
  const lists = LISTS.some((name) => patch[name] && (patch[name].removed.length || patch[name].inserted.length));
  const wholes = Object.entries(WHOLE).some(([name, same]) => patch[name] && !same(patch[name].before, patch[name].after));
  return !lists && !wholes && !patch.mask?.length;
}

/** @param {StudioDocument} studioDocument changed in place @param {Patch} patch @returns {Touched} */
export function applyPatch(studioDocument, patch) {
  const touched = {};
  for (const name of LISTS) {
    if (!patch[name]) continue;
    studioDocument[name] = spliced(studioDocument[name], patch[name]);
    touched[name] = name === "passes" ? true : listBounds([...patch[name].removed, ...patch[name].inserted]);
  }
  if (patch.mask) touched.mask = applyTiles(studioDocument.mask, studioDocument, patch.mask);
  for (const name of Object.keys(WHOLE)) {
    if (!patch[name]) continue;
    studioDocument[name] = patch[name].after;
    touched[name] = true;
  }
  return touched;
}

/** What a change of the mask that is in place already has touched. @param {import("./geometry.js").Size} size @param {Patch} patch @returns {Touched} */
export const touchedMask = (size, patch) => ({ mask: tilesBounds(size, patch.mask) });

const hintBytes = (hint) => 200 + 8 * (hint.points?.length ?? 0) + 8 * (hint.area?.runs.length ?? 0) + 8 * (hint.cuts ?? []).flat().length;

/** Bytes that a patch keeps alive, roughly. @param {Patch} patch */
export function patchBytes(patch) {
  let sum = 100;
  for (const name of ["hints", "retouches"]) {
    for (const hint of [...(patch[name]?.removed ?? []), ...(patch[name]?.inserted ?? [])]) sum += hintBytes(hint);
  }
  for (const pass of [...(patch.passes?.removed ?? []), ...(patch.passes?.inserted ?? [])]) sum += pass.result.bytes + pass.mask.length;
  return sum + tileBytes(patch.mask ?? []) + (patch.base?.before?.bytes ?? 0);
}

/** @param {Uint8Array} mask @returns {boolean} everything may be repainted */
export const isOpen = (mask) => mask[0] === 255 && isFlat(mask);
