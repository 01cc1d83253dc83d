/**
 * Coverage of strokes, areas and polygons on a rectangle of the pixel grid, and how coverage becomes colour. Pure.
 * Coverage is one byte a pixel, 0..255, with an edge one pixel soft.
 *
 * @typedef {import("./geometry.js").Rect} Rect
 * @typedef {{x: number, y: number, width: number, height: number, runs: readonly number[]}} Area
 *   runs: row, first column, length, three numbers a run, relative to the area's corner
 */

import { intersect } from "./geometry.js";
import { STRIDE } from "./strokes.js";

/**
 * Raise `coverage` to that of a stroke.
 * @param {Uint8Array} coverage of `rect`, changed in place
 * @param {Rect} rect @param {readonly number[]} points @param {number} softness 0 hard .. 1 fading from the middle
 */
export function coverStroke(coverage, rect, points, softness = 0) {
  const last = points.length - STRIDE;
  for (let at = 0; at <= last; at += STRIDE) {
    const next = Math.min(at + STRIDE, last);
    if (next === at && last > 0) break;
    coverCapsule(coverage, rect, points, at, next, softness);
  }
}

function coverCapsule(coverage, rect, points, from, to, softness) {
  const [ax, ay, ar] = [points[from], points[from + 1], points[from + 2]];
  const [bx, by, br] = [points[to], points[to + 1], points[to + 2]];
  const reach = Math.max(ar, br) + 1;
  const left = Math.max(rect.x, Math.floor(Math.min(ax, bx) - reach));
  const right = Math.min(rect.x + rect.width, Math.ceil(Math.max(ax, bx) + reach));
  const top = Math.max(rect.y, Math.floor(Math.min(ay, by) - reach));
  const bottom = Math.min(rect.y + rect.height, Math.ceil(Math.max(ay, by) + reach));
  const [dx, dy, dr] = [bx - ax, by - ay, br - ar];
  const inverse = dx * dx + dy * dy > 0 ? 1 / (dx * dx + dy * dy) : 0;
  for (let y = top; y < bottom; y++) {
    const py = y + 0.5 - ay;
    let at = (y - rect.y) * rect.width + left - rect.x;
    for (let x = left; x < right; x++, at++) {
      const px = x + 0.5 - ax;
      const share = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse));
      const ex = px - share * dx;
      const ey = py - share * dy;
      const radius = ar + share * dr;
      const square = ex * ex + ey * ey;
      if (square >= (radius + 0.5) * (radius + 0.5)) continue;
      const within = radius + 0.5 - Math.sqrt(square);
      const value = Math.min(1, within / (1 + softness * radius)) * 255;
      if (value > coverage[at]) coverage[at] = value + 0.5;
    }
  }
}

/** @param {Uint8Array} coverage @param {Rect} rect @param {Area} area */
export function coverArea(coverage, rect, area) {
  const shared = intersect(rect, area);
  if (!shared) return;
  const { runs } = area;
  for (let at = firstRun(runs, shared.y - area.y); at < runs.length; at += 3) {
    const y = runs[at] + area.y;
    if (y >= shared.y + shared.height) break;
    const start = Math.max(shared.x, runs[at + 1] + area.x);
    const end = Math.min(shared.x + shared.width, runs[at + 1] + runs[at + 2] + area.x);
    if (end > start) coverage.fill(255, (y - rect.y) * rect.width + start - rect.x, (y - rect.y) * rect.width + end - rect.x);
  }
}

/** The first run at or below a row: runs are kept in order of rows. */
function firstRun(runs, row) {
  let [low, high] = [0, runs.length / 3];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle * 3] < row) low = middle + 1;
    else high = middle;
  }
  return low * 3;
}

/**
 * A closed polygon, even-odd, sampled at pixel centres.
 * @param {Uint8Array} coverage @param {Rect} rect @param {readonly number[]} corners x, y, x, y ...
 */
export function coverPolygon(coverage, rect, corners) {
  for (let row = 0; row < rect.height; row++) {
    const crossings = crossingsAt(corners, rect.y + row + 0.5);
    for (let at = 0; at + 1 < crossings.length; at += 2) {
      const start = Math.max(0, Math.ceil(crossings[at] - rect.x - 0.5));
      const end = Math.min(rect.width, Math.ceil(crossings[at + 1] - rect.x - 0.5));
      if (end > start) coverage.fill(255, row * rect.width + start, row * rect.width + end);
    }
  }
}

function crossingsAt(corners, y) {
  const found = [];
  for (let at = 0, before = corners.length - 2; at < corners.length; before = at, at += 2) {
    const [x0, y0, x1, y1] = [corners[before], corners[before + 1], corners[at], corners[at + 1]];
    if (y0 <= y !== y1 <= y) found.push(x0 + ((y - y0) / (y1 - y0)) * (x1 - x0));
  }
  return found.sort((first, second) => first - second);
}

/** Take the coverage of `cut` out of `coverage`, both of one rectangle. @param {Uint8Array} coverage @param {Uint8Array} cut */
export function subtractCoverage(coverage, cut) {
  for (let at = 0; at < coverage.length; at++) {
    if (cut[at]) coverage[at] = Math.min(coverage[at], 255 - cut[at]);
  }
}

/**
 * Lay one colour over straight-alpha RGBA.
 * @param {Uint8ClampedArray} pixels RGBA of `rect`, changed in place
 * @param {Rect} rect @param {Uint8Array} coverage of `part` @param {Rect} part inside rect
 * @param {readonly number[]} colour @param {number} opacity 0..1
 */
export function layColour(pixels, rect, coverage, part, colour, opacity) {
  const [red, green, blue] = colour;
  for (let row = 0; row < part.height; row++) {
    let from = row * part.width;
    let to = ((part.y - rect.y + row) * rect.width + part.x - rect.x) * 4;
    for (let column = 0; column < part.width; column++, from++, to += 4) {
      if (coverage[from] === 0) continue;
      if (coverage[from] === 255 && opacity === 1) {
        pixels[to] = red;
        pixels[to + 1] = green;
        pixels[to + 2] = blue;
        pixels[to + 3] = 255;
        continue;
      }
      const alpha = (coverage[from] * opacity) / 255;
      const below = pixels[to + 3] / 255;
      const sum = alpha + below * (1 - alpha);
      const share = alpha / sum;
      pixels[to] += (red - pixels[to]) * share;
      pixels[to + 1] += (green - pixels[to + 1]) * share;
      pixels[to + 2] += (blue - pixels[to + 2]) * share;
      pixels[to + 3] = sum * 255;
    }
  }
}
