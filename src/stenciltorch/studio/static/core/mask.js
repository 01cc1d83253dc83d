/** Mask operations on pixels: painting, filling, inverting, regions. Pure. 255 = repaint, 0 = keep. */

import { coverArea, coverPolygon, coverStroke } from "./raster.js";

/** @typedef {import("./geometry.js").Rect} Rect */

/**
 * Open or close what `coverage` covers.
 * @param {Uint8Array} mask changed in place @param {number} width of the mask @param {Rect} rect @param {Uint8Array} coverage of rect @param {boolean} open
 */
export function coverMask(mask, width, rect, coverage, open) {
  for (let row = 0; row < rect.height; row++) {
    let to = (rect.y + row) * width + rect.x;
    for (let from = row * rect.width, end = from + rect.width; from < end; from++, to++) {
      mask[to] = open ? Math.max(mask[to], coverage[from]) : Math.min(mask[to], 255 - coverage[from]);
    }
  }
}

const blank = (rect) => new Uint8Array(rect.width * rect.height);

/** @param {Rect} rect @param {readonly number[]} points @param {number} [softness] 0 hard .. 1 @returns {Uint8Array} */
export function strokeCoverage(rect, points, softness = 0) {
  const coverage = blank(rect);
  coverStroke(coverage, rect, points, softness);
  return coverage;
}

/** Open or close a region at once. @param {Uint8Array} mask changed in place @param {number} width @param {Rect} rect @param {import("./raster.js").Area} area @param {boolean} open */
export function fillArea(mask, width, rect, area, open) {
  const { runs } = area;
  for (let at = 0; at < runs.length; at += 3) {
    const y = area.y + runs[at];
    if (y < rect.y || y >= rect.y + rect.height) continue;
    const start = Math.max(rect.x, area.x + runs[at + 1]);
    const end = Math.min(rect.x + rect.width, area.x + runs[at + 1] + runs[at + 2]);
    if (end > start) mask.fill(open ? 255 : 0, y * width + start, y * width + end);
  }
}

/** @param {Rect} rect @param {readonly number[]} corners */
export function polygonCoverage(rect, corners) {
  const coverage = blank(rect);
  coverPolygon(coverage, rect, corners);
  return coverage;
}

/** @param {Rect} rect @param {import("./raster.js").Area} area */
export function areaCoverage(rect, area) {
  const coverage = blank(rect);
  coverArea(coverage, rect, area);
  return coverage;
}

/** @param {Uint8Array} mask @param {number} width @param {Rect} rect @param {(value: number) => number} change */
export function mapMask(mask, width, rect, change) {
  const levels = Uint8Array.from({ length: 256 }, (_, value) => change(value));
  for (let row = rect.y; row < rect.y + rect.height; row++) {
    for (let at = row * width + rect.x, end = at + rect.width; at < end; at++) mask[at] = levels[mask[at]];
  }
}

/** @param {Uint8Array} mask changed in place, four pixels at a time */
export function invertMask(mask) {
  const whole = mask.byteOffset % 4 ? 0 : mask.length >> 2;
  const words = new Uint32Array(mask.buffer, mask.byteOffset - (mask.byteOffset % 4), whole);
  for (let at = 0; at < whole; at++) words[at] = ~words[at];
  for (let at = whole * 4; at < mask.length; at++) mask[at] = 255 - mask[at];
}

const BLOCK = 64;

/** Grow (radius > 0) or shrink the open part by whole pixels, in place; blocks of one value with nothing else near cost nothing. @param {Uint8Array} mask @param {number} width @param {number} height @param {number} radius */
export function growMask(mask, width, height, radius) {
  for (let step = 0; step < Math.abs(radius); step++) {
    const before = mask.slice();
    for (let y = 0; y < height; y += BLOCK) {
      for (let x = 0; x < width; x += BLOCK) {
        const block = { left: x, top: y, right: Math.min(width, x + BLOCK), bottom: Math.min(height, y + BLOCK) };
        if (!isFlat(before, width, height, block)) growBlock(before, mask, width, height, block, radius > 0);
      }
    }
  }
}

/** A block and the pixels around it are of one value. */
function isFlat(bytes, width, height, { left, top, right, bottom }) {
  const value = bytes[top * width + left];
  for (let y = Math.max(0, top - 1); y < Math.min(height, bottom + 1); y++) {
    const end = y * width + Math.min(width, right + 1);
    for (let at = y * width + Math.max(0, left - 1); at < end; at++) if (bytes[at] !== value) return false;
  }
  return true;
}

function growBlock(before, mask, width, height, { left, top, right, bottom }, wider) {
  const pick = wider ? Math.max : Math.min;
  for (let y = top; y < bottom; y++) {
    for (let x = left, at = y * width + left; x < right; x++, at++) {
      let value = before[at];
      if (x > 0) value = pick(value, before[at - 1]);
      if (x < width - 1) value = pick(value, before[at + 1]);
      if (y > 0) value = pick(value, before[at - width]);
      if (y < height - 1) value = pick(value, before[at + width]);
      mask[at] = value;
    }
  }
}
