/**
 * Bring a stencil to the working size: exact area averages, the twin of `stenciltorch/scaling.py` (one fixture tests
 * both). Pure.
 *
 * A side of `full` pixels reduced to `small` is measured in units of 1/small pixel, so all overlaps and sums are whole
 * numbers below 2**53: no order of summation changes a byte. A part of the result can be computed alone, which is what
 * lets a stroke on a large drawing cost only what it touches.
 *
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {import("./geometry.js").Rect} Rect
 * @typedef {{first: Int32Array, count: Int32Array, overlap: Float64Array, most: number}} Spans
 */

import { rectOf, wholeOf } from "./geometry.js";

/**
 * The picture's own size when it has at most `workPixels` pixels, else reduced: aspect kept, sides rounded half up.
 * @param {Size} size @param {number} workPixels @returns {Size}
 */
export function workingSize({ width, height }, workPixels) {
  if (width * height <= workPixels) return { width, height };
  const scale = Math.sqrt(workPixels / (width * height));
  return { width: Math.max(1, Math.floor(width * scale + 0.5)), height: Math.max(1, Math.floor(height * scale + 0.5)) };
}

/** Source pixels (relative to `origin`) under each of `length` results from `from` on, and by how much. @returns {Spans} */
function spansOf(full, small, from, length, origin) {
  const most = Math.ceil(full / small) + 1;
  const spans = { first: new Int32Array(length), count: new Int32Array(length), overlap: new Float64Array(length * most), most };
  for (let i = 0; i < length; i++) {
    const start = (from + i) * full;
    const end = start + full;
    const first = Math.floor(start / small);
    spans.first[i] = first - origin;
    for (let pixel = first; pixel * small < end; pixel++) {
      spans.overlap[i * most + spans.count[i]++] = Math.min(end, (pixel + 1) * small) - Math.max(start, pixel * small);
    }
  }
  return spans;
}

/** The source pixels that the result's pixels in `rect` are made of. @param {Rect} rect @param {Size} source @param {Size} target @returns {Rect} */
export function sourceRect(rect, source, target) {
  const x = Math.floor((rect.x * source.width) / target.width);
  const y = Math.floor((rect.y * source.height) / target.height);
  const right = Math.ceil(((rect.x + rect.width) * source.width) / target.width);
  const bottom = Math.ceil(((rect.y + rect.height) * source.height) / target.height);
  return rectOf(x, y, right - x, bottom - y);
}

/** The result's pixels that the source pixels in `rect` have a part in. @param {Rect} rect @param {Size} source @param {Size} target @returns {Rect} */
export const targetRect = (rect, source, target) => sourceRect(rect, target, source);

/** Calls `write(sums, index)` for each result pixel in `part`, row by row; `pixels` holds sourceRect(part). */
function boxSums(pixels, channels, source, target, part, addRow, write) {
  const held = sourceRect(part, source, target);
  const across = spansOf(source.width, target.width, part.x, part.width, held.x);
  const down = spansOf(source.height, target.height, part.y, part.height, held.y);
  const stride = held.width * channels;
  const row = new Float64Array(stride);
  const sums = new Float64Array(channels);
  for (let y = 0, index = 0; y < part.height; y++) {
    row.fill(0);
    for (let k = 0; k < down.count[y]; k++) addRow(pixels, (down.first[y] + k) * stride, stride, down.overlap[y * down.most + k], row);
    for (let x = 0; x < part.width; x++, index++) {
      sumAcross(row, channels, across, x, sums);
      write(sums, index);
    }
  }
}

function sumAcross(row, channels, across, x, sums) {
  sums.fill(0);
  for (let k = 0; k < across.count[x]; k++) {
    const overlap = across.overlap[x * across.most + k];
    const at = (across.first[x] + k) * channels;
    for (let channel = 0; channel < channels; channel++) sums[channel] += overlap * row[at + channel];
  }
}

function addPlainRow(pixels, from, length, overlap, row) {
  for (let i = 0; i < length; i++) row[i] += overlap * pixels[from + i];
}

/** Colours count by their alpha, so that empty pixels do not darken a hint's edge. */
function addWeightedRow(pixels, from, length, overlap, row) {
  for (let i = 0; i < length; i += 4) {
    const alpha = overlap * pixels[from + i + 3];
    if (alpha === 0) continue;
    row[i] += alpha * pixels[from + i];
    row[i + 1] += alpha * pixels[from + i + 1];
    row[i + 2] += alpha * pixels[from + i + 2];
    row[i + 3] += alpha;
  }
}

const sameSize = (first, second) => first.width === second.width && first.height === second.height;
const roundByte = (value) => Math.floor(value + 0.5);

/**
 * @param {Uint8Array | Uint8ClampedArray} pixels of sourceRect(part) @param {number} channels
 * @param {Size} source @param {Size} target @param {Rect} [part] of the result @returns {Uint8Array} means over pixel areas, rounded half up
 */
export function reducePlain(pixels, channels, source, target, part = wholeOf(target)) {
  if (sameSize(source, target)) return Uint8Array.from(pixels);
  const reduced = new Uint8Array(part.width * part.height * channels);
  const area = source.width * source.height;
  const write = (sums, index) => {
    for (let channel = 0; channel < channels; channel++) reduced[index * channels + channel] = roundByte(sums[channel] / area);
  };
  boxSums(pixels, channels, source, target, part, addPlainRow, write);
  return reduced;
}

/**
 * Alpha area-averaged, colour weighted by alpha; alpha that rounds to 0 is 0 in all four channels.
 * @param {Uint8Array | Uint8ClampedArray} pixels straight-alpha RGBA of sourceRect(part)
 * @param {Size} source @param {Size} target @param {Rect} [part] of the result @returns {Uint8Array} RGBA of `part`
 */
export function reduceHints(pixels, source, target, part = wholeOf(target)) {
  const reduced = new Uint8Array(part.width * part.height * 4);
  const area = source.width * source.height;
  const write = sameSize(source, target) ? null : (sums, index) => writeHint(reduced, sums, index * 4, area);
  if (write) boxSums(pixels, 4, source, target, part, addWeightedRow, write);
  else reduced.set(pixels);
  return reduced;
}

function writeHint(reduced, sums, at, area) {
  const alpha = roundByte(sums[3] / area);
  if (alpha === 0) return;
  for (let channel = 0; channel < 3; channel++) reduced[at + channel] = roundByte(sums[channel] / sums[3]);
  reduced[at + 3] = alpha;
}
