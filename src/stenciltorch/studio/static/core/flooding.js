/**
 * Whose colour a place is: twin of `flooding.py`, which says why; the flood itself is the twin of OpenCV's `watershed`,
 * place for place. All at half the drawing's size, in squares of 2 x 2 pixels. Pure; runs in the worker.
 *
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {{size: Size, squares: Size, heights: Uint8Array, solid: Uint8Array, kept: Uint8Array}} Terrain  size: the drawing's, in
 *   pixels; squares: how many; solid: 1 on dark lines; kept: 1 where the mask keeps all of a square
 */

import { connectedParts } from "./connected.js";

const SIDE = 2;
const SOLID = 128;
const SPILLED = 4;
const HINTED = 64;
const LEVELS = 256;
const [MET, WAITING] = [-1, -2];

/** How many squares cover a drawing. @param {Size} size @returns {Size} */
function squaresOf({ width, height }) {
  return { width: Math.ceil(width / SIDE), height: Math.ceil(height / SIDE) };
}

/** Look at a drawing once, for any hints. @param {Uint8Array} heights of squares @param {Uint8Array} lineart @param {Uint8Array} mask @param {Size} size @returns {Terrain} */
export function survey(heights, lineart, mask, size) {
  const squares = squaresOf(size);
  const solid = new Uint8Array(heights.length);
  const kept = new Uint8Array(heights.length);
  for (let row = 0, to = 0; row < squares.height; row++) {
    const above = row * SIDE * size.width;
    const below = Math.min(row * SIDE + 1, size.height - 1) * size.width;
    for (let left = 0; left < size.width; left += SIDE, to++) {
      const right = Math.min(left + 1, size.width - 1);
      const places = [above + left, above + right, below + left, below + right];
      if (places.reduce((sum, at) => sum + lineart[at], 0) < SIDE * SIDE * SOLID) solid[to] = 1;
      if (places.every((at) => mask[at] === 0)) kept[to] = 1;
    }
  }
  return { size, squares, heights, solid, kept };
}

/** The colour that floods each square, RGBA: alpha 0 where nothing is hinted, or what is kept floods. @param {Terrain} terrain @param {Uint8Array} hints RGBA of pixels */
export function flood(terrain, hints) {
  const { squares, heights, kept } = terrain;
  const flooded = new Uint8Array(squares.width * squares.height * 4);
  const { labels, colours } = seedsOf(terrain, hints);
  if (!colours.length) return flooded;
  for (let at = 0; at < labels.length; at++) if (kept[at] && !labels[at]) labels[at] = colours.length + 1;
  const owners = watershed(heights, labels, squares);
  const out = new Uint32Array(flooded.buffer);
  const table = new Uint32Array(colours.length + 2);
  const bytes = new Uint8Array(table.buffer);
  for (const [number, key] of colours.entries()) bytes.set([key >> 16, (key >> 8) & 255, key & 255, 255], (number + 1) * 4);
  for (let at = 0; at < owners.length; at++) out[at] = table[owners[at]];
  return flooded;
}

/** 1, 2 ... where a hint's colour floods from, 0 elsewhere; and the colours, as numbers. Of two in one square the higher holds it. */
function seedsOf({ size, squares, solid }, hints) {
  const highest = new Int32Array(squares.width * squares.height).fill(-1);
  const found = new Set();
  for (let y = 0, from = 0; y < size.height; y++) {
    const row = (y >> 1) * squares.width;
    for (let x = 0; x < size.width; x++, from += 4) {
      if (hints[from + 3] < HINTED) continue;
      const key = (hints[from] << 16) | (hints[from + 1] << 8) | hints[from + 2];
      const at = row + (x >> 1);
      found.add(key);
      if (key > highest[at]) highest[at] = key;
    }
  }
  const colours = [...found].sort((first, second) => first - second);
  if (!colours.length) return { labels: highest, colours };
  const numbers = new Map(colours.map((key, number) => [key, number + 1]));
  const labels = highest.map((key) => (key < 0 ? 0 : numbers.get(key)));
  dropSpilled(labels, solid, squares.width, squares.height);
  return { labels, colours };
}

/** Without the squares of strokes that lie beyond a line, or on one, and are few beside the rest of their stroke. */
function dropSpilled(labels, solid, width, height) {
  const strokes = connectedParts(labels, width, height, true);
  const parts = connectedParts(labels.map((label, at) => (solid[at] ? 0 : label)), width, height, true);
  const sizes = new Int32Array(parts.count);
  for (const part of parts.parts) if (part) sizes[part]++;
  const largest = new Int32Array(strokes.count);
  for (let at = 0; at < labels.length; at++) if (labels[at]) largest[strokes.parts[at]] = Math.max(largest[strokes.parts[at]], sizes[parts.parts[at]]);
  for (let at = 0; at < labels.length; at++) if (labels[at] && SPILLED * sizes[parts.parts[at]] < largest[strokes.parts[at]]) labels[at] = 0;
}

/** Places that wait at each height, first come, first served. */
class Queues {
  /** @param {number} places */
  constructor(places) {
    this.first = new Int32Array(LEVELS).fill(-1);
    this.last = new Int32Array(LEVELS);
    this.next = new Int32Array(places);
    this.lowest = LEVELS;
  }

  push(level, place) {
    if (this.first[level] < 0) this.first[level] = place;
    else this.next[this.last[level]] = place;
    this.next[place] = -1;
    this.last[level] = place;
    if (level < this.lowest) this.lowest = level;
  }

  /** @returns {number} -1 when none waits */
  pop() {
    while (this.lowest < LEVELS && this.first[this.lowest] < 0) this.lowest++;
    if (this.lowest === LEVELS) return -1;
    const place = this.first[this.lowest];
    this.first[this.lowest] = this.next[place];
    return place;
  }
}

/**
 * Every label floods from where it is; a step costs the mean of both heights.
 * @param {Uint8Array} heights @param {Int32Array} labels 0 for places without @param {Size} size @returns {Int32Array} labels
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

/** Places where floods met go to one of them, and so do those that they enclose. */
function withoutFrame(owners, stride, width, height) {
  const plain = new Int32Array(width * height);
  let left = [];
  for (let at = 0; at < owners.length; at++) {
    if (owners[at] > 0) continue;
    owners[at] = 0;
    const x = at % stride;
    if (x > 0 && x <= width && at > stride && at < owners.length - stride) left.push(at);
  }
  for (let beside = left; beside.some((owner) => owner > 0); ) {
    beside = left.map((at) => Math.max(owners[at - 1], owners[at + 1], owners[at - stride], owners[at + stride]));
    for (const [k, at] of left.entries()) owners[at] = beside[k];
    left = left.filter((at) => owners[at] === 0);
  }
  for (let y = 0, to = 0; y < height; y++, to += width) plain.set(owners.subarray((y + 1) * stride + 1, (y + 1) * stride + 1 + width), to);
  return plain;
}
