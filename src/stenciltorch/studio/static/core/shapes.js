/**
 * Shapes of a drawing from the height map that the region network draws (docs/architecture.md, "The region network's
 * contract", steps 1 and 2): 0 on borders, 255 along the middles. Twin of `synthesis/regions.py`. Pure.
 */

import { bordersOf, joinOpen } from "./borders.js";
import { connectedParts, filledFromNearest } from "./connected.js";

const THRESHOLD = 100 / 255;
const LEVELS = 8;
const OPEN = 0.2;

/**
 * @param {Uint8Array} map heights, 0..255 @param {number} width @param {number} height
 * @returns {Int32Array} a label for every pixel, without order; lines belong to the shapes beside them
 */
export function cutShapes(map, width, height) {
  const heights = Float32Array.from(map, (level) => level * Math.fround(1 / 255));
  const { labels, count } = basins(heights, width, height);
  const owner = joinOpen(count, bordersOf(labels, heights, width, height), OPEN);
  return labels.map((label) => owner[label]);
}

/** Connected places above the threshold, grown level by level down to the borders. */
function basins(heights, width, height) {
  const above = Uint8Array.from(heights, (value) => (value > Math.fround(THRESHOLD) ? 1 : 0));
  const { parts, count } = connectedParts(above, width, height, true);
  let labels = parts;
  for (let level = 1; level <= LEVELS; level++) {
    const limit = level === LEVELS ? 0 : THRESHOLD - (level * THRESHOLD) / LEVELS;
    const filled = grown(labels, width, height);
    labels = labels.map((label, at) => (heights[at] > limit ? filled[at] : label));
  }
  return { labels: grown(labels, width, height), count };
}

const grown = (labels, width, height) => filledFromNearest(labels, Uint8Array.from(labels, (label) => (label > 0 ? 0 : 1)), width, height);
