/**
 * Whose colour a pixel is: twin of `flooding.py`, which says why; the flood itself is the twin of OpenCV's `watershed`,
 * pixel for pixel. Pure; runs in the worker.
 *
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {{size: Size, heights: Uint8Array, solid: Uint8Array, kept: Uint8Array}} Terrain  solid: 1 on dark lines; kept: 1
 *   where the mask keeps pixels
 */

import { connectedParts, nearestPixels, STEP } from "./connected.js";

const PAPER = 240;
const DEEPEST = 24;
const FINENESS = 4;
const SOLID = 128;
const SPILLED = 4;
const HINTED = 64;
const LEVELS = 256;
const [MET, WAITING] = [-1, -2];

/** 0 where ink is farthest, rising towards it, and on to 255 with its blackness. @param {Uint8Array} lineart @param {Size} size */
export function heightsOf(lineart, { width, height }) {
  const heights = new Uint8Array(lineart.length);
  const paper = lineart.map((level) => (level >= PAPER ? 1 : 0));
  if (!paper.includes(0)) return heights;
  const top = DEEPEST * FINENESS;
  const scale = Math.fround((FINENESS * 512) / Math.max(width, height));
  const black = Math.fround((255 - top) / 255);
  const { distance, stride, start } = nearestPixels(paper, width, height);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const far = Math.fround(Math.fround(distance[start + y * stride + x] / STEP) * scale);
      const rise = paper[at] ? top - Math.min(far, top) : top + Math.fround((255 - lineart[at]) * black);
      heights[at] = Math.fround(Math.fround(rise) + 0.5);
    }
  }
  return heights;
}

/** Look at a drawing once, for any hints. @param {Uint8Array} lineart @param {Uint8Array} mask @param {Size} size @returns {Terrain} */
export function survey(lineart, mask, size) {
  return {
    size,
    heights: heightsOf(lineart, size),
    solid: lineart.map((level) => (level < SOLID ? 1 : 0)),
    kept: mask.map((share) => (share === 0 ? 1 : 0)),
  };
}

/** The colour that floods each pixel, RGBA: alpha 0 where nothing is hinted, or what is kept floods. @param {Terrain} terrain @param {Uint8Array} hints RGBA */
export function flood(terrain, hints) {
  const { width, height } = terrain.size;
  const flooded = new Uint8Array(width * height * 4);
  const { labels, colours } = seedsOf(terrain, hints);
  if (!colours.length) return flooded;
  for (let at = 0; at < labels.length; at++) if (terrain.kept[at] && !labels[at]) labels[at] = colours.length + 1;
  const owners = watershed(terrain.heights, labels, terrain.size);
  const out = new Uint32Array(flooded.buffer);
  const table = new Uint32Array(colours.length + 2);
  const bytes = new Uint8Array(table.buffer);
  for (const [number, key] of colours.entries()) bytes.set([key >> 16, (key >> 8) & 255, key & 255, 255], (number + 1) * 4);
  for (let at = 0; at < owners.length; at++) out[at] = table[owners[at]];
  return flooded;
}

/** 1, 2 ... where a hint's colour floods from, 0 elsewhere; and the colours, as numbers. */
function seedsOf({ size: { width, height }, solid }, hints) {
  const keys = new Int32Array(width * height).fill(-1);
  const found = new Set();
  for (let at = 0; at < keys.length; at++) {
    if (hints[at * 4 + 3] < HINTED) continue;
    keys[at] = (hints[at * 4] << 16) | (hints[at * 4 + 1] << 8) | hints[at * 4 + 2];
    found.add(keys[at]);
  }
  const colours = [...found].sort((first, second) => first - second);
  if (!colours.length) return { labels: keys, colours };
  const numbers = new Map(colours.map((key, number) => [key, number + 1]));
  const labels = keys.map((key) => (key < 0 ? 0 : numbers.get(key)));
  dropSpilled(labels, solid, width, height);
  return { labels, colours };
}

/** Without the pixels of strokes that lie beyond a line, or on one, and are few beside the rest of their stroke. */
function dropSpilled(labels, solid, width, height) {
  const strokes = connectedParts(labels, width, height, true);
  const parts = connectedParts(labels.map((label, at) => (solid[at] ? 0 : label)), width, height, true);
  const sizes = new Int32Array(parts.count);
  for (const part of parts.parts) if (part) sizes[part]++;
  const largest = new Int32Array(strokes.count);
  for (let at = 0; at < labels.length; at++) if (labels[at]) largest[strokes.parts[at]] = Math.max(largest[strokes.parts[at]], sizes[parts.parts[at]]);
  for (let at = 0; at < labels.length; at++) if (labels[at] && SPILLED * sizes[parts.parts[at]] < largest[strokes.parts[at]]) labels[at] = 0;
}

/** Pixels that wait at each height, first come, first served. */
class Queues {
  /** @param {number} pixels */
  constructor(pixels) {
    this.first = new Int32Array(LEVELS).fill(-1);
    this.last = new Int32Array(LEVELS);
    this.next = new Int32Array(pixels);
    this.lowest = LEVELS;
  }

  push(level, pixel) {
    if (this.first[level] < 0) this.first[level] = pixel;
    else this.next[this.last[level]] = pixel;
    this.next[pixel] = -1;
    this.last[level] = pixel;
    if (level < this.lowest) this.lowest = level;
  }

  /** @returns {number} -1 when none waits */
  pop() {
    while (this.lowest < LEVELS && this.first[this.lowest] < 0) this.lowest++;
    if (this.lowest === LEVELS) return -1;
    const pixel = this.first[this.lowest];
    this.first[this.lowest] = this.next[pixel];
    return pixel;
  }
}

/**
 * Every label floods from where it is; a step costs the mean of both heights.
 * @param {Uint8Array} heights @param {Int32Array} labels 0 for pixels without @param {Size} size @returns {Int32Array} labels
 */
function watershed(heights, labels, { width, height }) {
  const stride = width + 2;
  const owners = new Int32Array(stride * (height + 2)).fill(MET);
  const half = new Uint8Array(owners.length);
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, at = (y + 1) * stride + 1; x < width; x++, at++, from++) {
      owners[at] = labels[from];
      half[at] = (heights[from] + 1 - ((x + y) & 1)) >> 1;
    }
  }
  const steps = [-1, 1, -stride, stride];
  const queues = new Queues(owners.length);
  const cost = (at, other) => half[at] + half[other];
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = (y + 1) * stride + 1; x < width; x++, at++) {
      if (owners[at] !== 0) continue;
      let least = LEVELS;
      for (const step of steps) if (owners[at + step] > 0) least = Math.min(least, cost(at, at + step));
      if (least === LEVELS) continue;
      queues.push(least, at);
      owners[at] = WAITING;
    }
  }
  for (let at = queues.pop(); at >= 0; at = queues.pop()) {
    let owner = 0;
    for (let k = 0; k < 4; k++) {
      const other = owners[at + steps[k]];
      if (other > 0) owner = owner === 0 || owner === other ? other : MET;
      if (owner === MET) break;
    }
    owners[at] = owner;
    if (owner === MET) continue;
    for (let k = 0; k < 4; k++) {
      const other = at + steps[k];
      if (owners[other] !== 0) continue;
      queues.push(cost(at, other), other);
      owners[other] = WAITING;
    }
  }
  return withoutFrame(owners, stride, width, height);
}

/** Pixels where floods met go to one of them. */
function withoutFrame(owners, stride, width, height) {
  const plain = new Int32Array(width * height);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, at = (y + 1) * stride + 1; x < width; x++, at++, to++) {
      plain[to] = owners[at] > 0 ? owners[at] : Math.max(0, owners[at - 1], owners[at + 1], owners[at - stride], owners[at + stride]);
    }
  }
  return plain;
}
