/**
 * Colour hints as objects: made, found, moved, recoloured, cut by the eraser, and turned into pixels. Pure: every
 * operation answers with new objects, so a list of hints is a value that undo can keep.
 *
 * The same objects serve as retouching strokes on the result.
 *
 * @typedef {import("./geometry.js").Rect} Rect
 * @typedef {object} Hint
 * @property {string} id
 * @property {"dab" | "stroke" | "area"} kind  one touch, a line, or a region filled by the bucket
 * @property {readonly number[]} colour  sRGB bytes
 * @property {readonly number[]} points  x, y, radius ...; empty for an area
 * @property {import("./raster.js").Area | null} area
 * @property {readonly (readonly number[])[]} cuts  eraser strokes, they travel with the hint
 * @property {readonly number[]} [cutSoftness]  of each cut, as softness; missing: all are hard
 * @property {number} opacity  0..1
 * @property {number} softness  0..1
 */

import { grow, intersect, isEmpty, rectOf, union } from "./geometry.js";
import { coverArea, coverStroke, layColour, subtractCoverage } from "./raster.js";
import { moveStroke, strokeBounds } from "./strokes.js";

/** @returns {string} an id that no other hint of any list has */
export const newId = () => globalThis.crypto.randomUUID();

/**
 * @param {readonly number[]} points @param {readonly number[]} colour
 * @param {{id?: string, opacity?: number, softness?: number}} [options] @returns {Hint}
 */
export function strokeHint(points, colour, options = {}) {
  const { id = newId(), opacity = 1, softness = 0 } = options;
  const kind = points.length > 3 ? "stroke" : "dab";
  return Object.freeze({ id, kind, colour, points, area: null, cuts: [], opacity, softness });
}

/** @param {import("./raster.js").Area} area @param {readonly number[]} colour @returns {Hint} */
export function areaHint(area, colour, id = newId()) {
  return Object.freeze({ id, kind: "area", colour, points: [], area, cuts: [], opacity: 1, softness: 0 });
}

/** @type {WeakMap<object, Rect | null>} */
const knownBounds = new WeakMap();

/** @param {Hint} hint @returns {Rect | null} */
export function hintBounds(hint) {
  if (!knownBounds.has(hint)) knownBounds.set(hint, hint.area ? { ...boundsOfArea(hint.area) } : strokeBounds(hint.points));
  return knownBounds.get(hint);
}

const boundsOfArea = ({ x, y, width, height }) => rectOf(x, y, width, height);

/** @type {WeakMap<object, import("./geometry.js").Point>} */
const knownAnchors = new WeakMap();

/** A point on the hint: where the stroke began, or the middle of an area's longest run. @param {Hint} hint @returns {import("./geometry.js").Point} */
export function hintAnchor({ points, area }) {
  if (!area) return { x: points[0], y: points[1] };
  if (!knownAnchors.has(area)) knownAnchors.set(area, middleOf(area));
  return knownAnchors.get(area);
}

function middleOf(area) {
  let best = 0;
  for (let at = 0; at < area.runs.length; at += 3) if (area.runs[at + 2] > area.runs[best + 2]) best = at;
  return { x: area.x + area.runs[best + 1] + area.runs[best + 2] / 2, y: area.y + area.runs[best] + 0.5 };
}

/** @param {readonly Hint[]} hints @returns {Rect | null} */
export const listBounds = (hints) => hints.reduce((all, hint) => union(all, hintBounds(hint)), null);

/** @param {Hint} hint @param {Rect} rect @returns {Uint8Array} coverage of `rect` */
export function hintCoverage(hint, rect) {
  const coverage = new Uint8Array(rect.width * rect.height);
  if (hint.area) coverArea(coverage, rect, hint.area);
  else coverStroke(coverage, rect, hint.points, hint.softness);
  for (const [at, cut] of hint.cuts.entries()) {
    if (!intersect(strokeBounds(cut), rect)) continue;
    const erased = new Uint8Array(coverage.length);
    coverStroke(erased, rect, cut, hint.cutSoftness?.[at] ?? 0);
    subtractCoverage(coverage, erased);
  }
  return coverage;
}

/**
 * @param {readonly Hint[]} hints first at the bottom @param {Rect} rect
 * @returns {Uint8ClampedArray<ArrayBuffer>} straight-alpha RGBA of `rect`; alpha 0 where nothing is wished
 */
export function rasteriseHints(hints, rect) {
  const pixels = new Uint8ClampedArray(rect.width * rect.height * 4);
  for (const hint of hints) {
    const part = intersect(hintBounds(hint), rect);
    if (part) layColour(pixels, rect, hintCoverage(hint, part), part, hint.colour, hint.opacity);
  }
  return pixels;
}

/** @param {Hint} hint @param {number} dx @param {number} dy whole pixels for an area @returns {Hint} */
export function moveHint(hint, dx, dy) {
  const cuts = hint.cuts.map((cut) => moveStroke(cut, dx, dy));
  const area = hint.area && { ...hint.area, x: hint.area.x + Math.round(dx), y: hint.area.y + Math.round(dy) };
  return Object.freeze({ ...hint, points: moveStroke(hint.points, dx, dy), cuts, area });
}

/** @param {Hint} hint @param {readonly number[]} colour @returns {Hint} */
export const recolourHint = (hint, colour) => Object.freeze({ ...hint, colour });

/** @param {readonly Hint[]} hints @param {Hint} changed @returns {Hint[]} the list with the hint of the same id replaced */
export const replaceHint = (hints, changed) => hints.map((hint) => (hint.id === changed.id ? changed : hint));

/** @param {readonly Hint[]} hints @param {string} id */
export const removeHint = (hints, id) => hints.filter((hint) => hint.id !== id);

/**
 * What an eraser stroke leaves of a list: hints it touches get the stroke as a cut, hints it wipes out are gone.
 * @param {readonly Hint[]} hints @param {readonly number[]} cut stroke points @param {number} [softness] 0 hard .. 1 fading from the middle
 * @returns {readonly Hint[]} the same list if nothing was touched
 */
export function eraseHints(hints, cut, softness = 0) {
  const reach = strokeBounds(cut);
  if (isEmpty(reach)) return hints;
  let changed = false;
  const left = [];
  for (const hint of hints) {
    const erased = eraseOne(hint, cut, reach, softness);
    changed ||= erased !== hint;
    if (erased) left.push(erased);
  }
  return changed ? left : hints;
}

function eraseOne(hint, cut, reach, softness) {
  const bounds = hintBounds(hint);
  const part = intersect(bounds, reach);
  if (!part || !touches(hint, cut, part, softness)) return hint;
  const rest = Object.freeze({ ...hint, cuts: [...hint.cuts, cut], ...softnessWith(hint, softness) });
  return anythingLeft(rest, bounds) ? rest : null;
}

/** Only said where a cut is soft. */
const softnessWith = ({ cuts, cutSoftness }, softness) =>
  softness > 0 || cutSoftness ? { cutSoftness: [...cuts.map((_, at) => cutSoftness?.[at] ?? 0), softness] } : {};

const BAND_PIXELS = 1 << 16;

/** Looks at a band at a time: of a large hint the first one mostly tells. */
function anythingLeft(hint, bounds) {
  const rows = Math.max(1, Math.floor(BAND_PIXELS / bounds.width));
  for (let y = bounds.y; y < bounds.y + bounds.height; y += rows) {
    const band = { ...bounds, y, height: Math.min(rows, bounds.y + bounds.height - y) };
    if (hintCoverage(hint, band).some((value) => value > 0)) return true;
  }
  return false;
}

function touches(hint, cut, part, softness) {
  const erased = new Uint8Array(part.width * part.height);
  coverStroke(erased, part, cut, softness);
  const coverage = hintCoverage(hint, part);
  return coverage.some((value, at) => value > 0 && erased[at] > 0);
}

/**
 * The topmost hint at a point, or the nearest within `tolerance` pixels (small dabs are hard to hit).
 * @param {readonly Hint[]} hints @param {number} x @param {number} y @param {number} [tolerance] @returns {Hint | null}
 */
export function hintAt(hints, x, y, tolerance = 0) {
  return hintCovering(hints, x, y, 0) ?? (tolerance > 0 ? hintCovering(hints, x, y, Math.ceil(tolerance)) : null);
}

function hintCovering(hints, x, y, tolerance) {
  const spot = grow(rectOf(Math.floor(x), Math.floor(y), 1, 1), tolerance);
  for (let at = hints.length - 1; at >= 0; at--) {
    const part = intersect(hintBounds(hints[at]), spot);
    if (part && hintCoverage(hints[at], part).some((value) => value >= 96)) return hints[at];
  }
  return null;
}
