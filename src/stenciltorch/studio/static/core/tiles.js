/**
 * Undo for raster layers: what a stroke changed, in tiles of 128 pixels, packed. Pure.
 *
 * @typedef {{column: number, row: number, delta: Packed}} TileChange  delta: before XOR after, so it goes both ways
 * @typedef {Uint8Array} Packed  first byte 0: raw bytes follow; 1: pairs of (run length - 1, value) follow
 */

import { clamp, intersect, rectOf, union } from "./geometry.js";

export const TILE = 128;

/** @param {Uint8Array} bytes @returns {Packed} runs where they are smaller than the bytes themselves */
export function pack(bytes) {
  const { length } = bytes;
  if (isFlat(bytes)) return flatRuns(bytes[0], length);
  const runs = new Uint8Array(length + 1);
  runs[0] = 1;
  let to = 1;
  for (let at = 0; at < length; ) {
    const value = bytes[at];
    const end = Math.min(at + 256, length);
    let next = at + 1;
    while (next < end && bytes[next] === value) next++;
    if (to + 2 > length + 1) return raw(bytes);
    runs[to++] = next - at - 1;
    runs[to++] = value;
    at = next;
  }
  return runs.slice(0, to);
}

/** Of one value. @param {Uint8Array} bytes */
export function isFlat(bytes) {
  if (!bytes.length) return false;
  const words = bytes.byteOffset % 4 ? [] : new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const value = (bytes[0] * 0x01010101) >>> 0;
  for (let at = 0; at < words.length; at++) if (words[at] !== value) return false;
  for (let at = words.length * 4; at < bytes.length; at++) if (bytes[at] !== bytes[0]) return false;
  return true;
}

function flatRuns(value, length) {
  const runs = new Uint8Array(1 + 2 * Math.ceil(length / 256));
  runs[0] = 1;
  for (let at = 1, left = length; left > 0; at += 2, left -= 256) {
    runs[at] = Math.min(256, left) - 1;
    runs[at + 1] = value;
  }
  return runs;
}

function raw(bytes) {
  const packed = new Uint8Array(bytes.length + 1);
  packed.set(bytes, 1);
  return packed;
}

/** @param {Packed} packed @param {number} length @returns {Uint8Array} */
export function unpack(packed, length) {
  if (packed[0] === 0) return packed.subarray(1);
  const bytes = new Uint8Array(length);
  let to = 0;
  for (let at = 1; at < packed.length; at += 2) {
    bytes.fill(packed[at + 1], to, to + packed[at] + 1);
    to += packed[at] + 1;
  }
  return bytes;
}

/** @param {import("./geometry.js").Size} size @returns {import("./geometry.js").Rect} the pixels of a tile */
export const tileRect = (size, column, row) =>
  intersect(rectOf(column * TILE, row * TILE, TILE, TILE), rectOf(0, 0, size.width, size.height));

function copyOut(layer, size, rect) {
  const bytes = new Uint8Array(rect.width * rect.height);
  for (let row = 0; row < rect.height; row++) {
    const from = (rect.y + row) * size.width + rect.x;
    bytes.set(layer.subarray(from, from + rect.width), row * rect.width);
  }
  return bytes;
}

function copyIn(layer, size, rect, bytes) {
  for (let row = 0; row < rect.height; row++) {
    layer.set(bytes.subarray(row * rect.width, (row + 1) * rect.width), (rect.y + row) * size.width + rect.x);
  }
}

/** `now` becomes what differs from `before`, four pixels at a time. @returns {boolean} anything does */
function difference(now, before) {
  const words = now.length >> 2;
  const [fresh, old] = [new Uint32Array(now.buffer, 0, words), new Uint32Array(before.buffer, 0, words)];
  let any = 0;
  for (let at = 0; at < words; at++) any |= fresh[at] ^= old[at];
  for (let at = words * 4; at < now.length; at++) any |= now[at] ^= before[at];
  return any !== 0;
}

/** Remembers tiles before they are changed, so that a stroke can be kept or taken back. */
export class TileRecorder {
  /** @param {Uint8Array} layer one byte a pixel @param {import("./geometry.js").Size} size */
  constructor(layer, size) {
    this.layer = layer;
    this.size = size;
    /** @type {Map<string, {column: number, row: number, bytes: Uint8Array}>} */
    this.kept = new Map();
  }

  /** Call before changing pixels inside `rect`. @param {import("./geometry.js").Rect} rect */
  touch(rect) {
    const columns = Math.ceil(this.size.width / TILE) - 1;
    const rows = Math.ceil(this.size.height / TILE) - 1;
    const [left, right] = [clamp(Math.floor(rect.x / TILE), 0, columns), clamp(Math.floor((rect.x + rect.width - 1) / TILE), 0, columns)];
    const [top, bottom] = [clamp(Math.floor(rect.y / TILE), 0, rows), clamp(Math.floor((rect.y + rect.height - 1) / TILE), 0, rows)];
    for (let row = top; row <= bottom; row++) for (let column = left; column <= right; column++) this.#keep(column, row);
  }

  #keep(column, row) {
    const key = `${column},${row}`;
    if (this.kept.has(key)) return;
    this.kept.set(key, { column, row, bytes: copyOut(this.layer, this.size, tileRect(this.size, column, row)) });
  }

  /** @returns {TileChange[]} the tiles that differ now */
  finish() {
    const changes = [];
    for (const { column, row, bytes } of this.kept.values()) {
      const now = copyOut(this.layer, this.size, tileRect(this.size, column, row));
      if (difference(now, bytes)) changes.push({ column, row, delta: pack(now) });
    }
    this.kept.clear();
    return changes;
  }

  /** Put everything back. @returns {import("./geometry.js").Rect | null} what was touched */
  cancel() {
    let touched = null;
    for (const { column, row, bytes } of this.kept.values()) {
      const rect = tileRect(this.size, column, row);
      copyIn(this.layer, this.size, rect, bytes);
      touched = union(touched, rect);
    }
    this.kept.clear();
    return touched;
  }
}

/**
 * Forth, or back again.
 * @param {Uint8Array} layer changed in place @param {import("./geometry.js").Size} size @param {readonly TileChange[]} changes
 * @returns {import("./geometry.js").Rect | null} what changed
 */
export function applyTiles(layer, size, changes) {
  for (const { column, row, delta } of changes) {
    const rect = tileRect(size, column, row);
    xorIn(layer, size, rect, unpack(delta, rect.width * rect.height));
  }
  return tilesBounds(size, changes);
}

function xorIn(layer, size, rect, bytes) {
  for (let row = 0, from = 0; row < rect.height; row++) {
    let to = (rect.y + row) * size.width + rect.x;
    for (const end = to + rect.width; to < end; to++, from++) layer[to] ^= bytes[from];
  }
}

/** @param {import("./geometry.js").Size} size @param {readonly TileChange[]} changes @returns {import("./geometry.js").Rect | null} */
export const tilesBounds = (size, changes) => changes.reduce((all, { column, row }) => union(all, tileRect(size, column, row)), null);

/** @param {readonly TileChange[]} changes @returns {number} bytes held */
export const tileBytes = (changes) => changes.reduce((sum, { delta }) => sum + delta.length, 0);
