/**
 * From pointer samples to stroke points. Pure.
 *
 * A stroke is a flat list of numbers, three to a point: x, y, radius (image pixels). Neighbouring points are joined by
 * a capsule, so a stroke has no gaps however fast the pen was.
 *
 * @typedef {{x: number, y: number, pressure?: number, pointerType?: string}} Sample
 * @typedef {{size: number, pressure: boolean}} Brush  size = diameter in image pixels; pressure = let a pen's pressure act
 */

import { rectOf } from "./geometry.js";

export const STRIDE = 3;
export const SIZE_PRESETS = [2, 8, 16, 32, 64];
export const SMALLEST_SIZE = 1;
export const LARGEST_SIZE = 512;
const LIGHTEST_TOUCH = 0.15;

/** Only a pen tells its pressure: a mouse always says 0.5 and some screens say 0. @param {Sample} sample @param {Brush} brush */
export function radiusAt(sample, brush) {
  const full = brush.size / 2;
  if (!brush.pressure || sample.pointerType !== "pen" || !(sample.pressure > 0)) return full;
  return Math.max(0.5, full * (LIGHTEST_TOUCH + (1 - LIGHTEST_TOUCH) * Math.min(1, sample.pressure)));
}

/** How far the pen must move before another point is kept. @param {number} radius */
const spacingFor = (radius) => Math.max(0.75, radius * 0.2);

/**
 * The points that these samples add to a stroke; samples nearer than the spacing are left out.
 * @param {readonly number[]} points @param {readonly Sample[]} samples @param {Brush} brush @returns {number[]}
 */
export function extendStroke(points, samples, brush) {
  const added = [];
  let lastX = points.length ? points[points.length - 3] : NaN;
  let lastY = points.length ? points[points.length - 2] : NaN;
  for (const sample of samples) {
    if (!Number.isFinite(sample.x) || !Number.isFinite(sample.y)) continue;
    const radius = radiusAt(sample, brush);
    const moved = Math.hypot(sample.x - lastX, sample.y - lastY);
    if (moved < spacingFor(radius)) continue;
    added.push(round(sample.x), round(sample.y), round(radius));
    lastX = sample.x;
    lastY = sample.y;
  }
  return added;
}

/** Hundredths of a pixel: enough for the eye, and a project file reads back to the very same numbers. */
const round = (value) => Math.round(value * 100) / 100;

/** @param {readonly number[]} points @returns {import("./geometry.js").Rect | null} all pixels that the stroke can touch */
export function strokeBounds(points) {
  if (points.length < STRIDE) return null;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < points.length; at += STRIDE) {
    const reach = points[at + 2] + 1;
    left = Math.min(left, points[at] - reach);
    top = Math.min(top, points[at + 1] - reach);
    right = Math.max(right, points[at] + reach);
    bottom = Math.max(bottom, points[at + 1] + reach);
  }
  const x = Math.floor(left);
  const y = Math.floor(top);
  return rectOf(x, y, Math.ceil(right) - x, Math.ceil(bottom) - y);
}

/** @param {readonly number[]} points @param {number} dx @param {number} dy @returns {number[]} */
export function moveStroke(points, dx, dy) {
  return points.map((value, at) => (at % STRIDE === 0 ? round(value + dx) : at % STRIDE === 1 ? round(value + dy) : value));
}

/** The next size up or down, in steps that feel even. @param {number} size @param {1 | -1} direction */
export function nextSize(size, direction) {
  const step = size < 10 ? 1 : size < 40 ? 2 : size < 100 ? 8 : 32;
  const next = direction > 0 ? size + step : size - (size <= 10 ? 1 : size <= 40 ? 2 : size <= 100 ? 8 : 32);
  return Math.min(LARGEST_SIZE, Math.max(SMALLEST_SIZE, next));
}
