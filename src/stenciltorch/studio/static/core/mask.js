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

/** @param {Rect} rect @param {readonly number[]} points @returns {Uint8Array} */
export function strokeCoverage(rect, points) {
  const coverage = blank(rect);
  coverStroke(coverage, rect, points);
  return coverage;
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
  for (let row = rect.y; row < rect.y + rect.height; row++) {
    for (let at = row * width + rect.x, end = at + rect.width; at < end; at++) mask[at] = change(mask[at]);
  }
}

/** Grow (radius > 0) or shrink the open part by whole pixels, in place. @param {Uint8Array} mask @param {number} width @param {number} height @param {number} radius */
export function growMask(mask, width, height, radius) {
  const pick = radius > 0 ? Math.max : Math.min;
  for (let step = 0; step < Math.abs(radius); step++) {
    const before = mask.slice();
    for (let y = 0, at = 0; y < height; y++) {
      for (let x = 0; x < width; x++, at++) {
        let value = before[at];
        if (x > 0) value = pick(value, before[at - 1]);
        if (x < width - 1) value = pick(value, before[at + 1]);
        if (y > 0) value = pick(value, before[at - width]);
        if (y < height - 1) value = pick(value, before[at + width]);
        mask[at] = value;
      }
    }
  }
}
