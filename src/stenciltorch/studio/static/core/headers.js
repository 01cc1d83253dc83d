/** Width and height from a picture's first bytes, so that a giant is refused before it is decoded. Pure. */

import { pngSize } from "./png.js";

export const MOST_PIXELS = 40_000_000;
export const MOST_SIDE = 30_000;
export const MOST_BYTES = 64 * 2 ** 20;

/** @typedef {import("./geometry.js").Size} Size */

/** @param {Uint8Array} bytes the start of the file @returns {Size | null} null: a format this does not know */
export function pictureSize(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const readers = [pngSize, jpegSize, webpSize, gifSize, bmpSize];
  for (const reader of readers) {
    try {
      const size = reader(bytes, view);
      if (size) return size;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return null;
}

/** @param {Size} size */
export const tooLarge = ({ width, height }) => width * height > MOST_PIXELS || Math.max(width, height) > MOST_SIDE;

function jpegSize(bytes, view) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return null;
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1];
    if (marker === 0xff) at++;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    else at += 2 + view.getUint16(at + 2);
  }
  return null;
}

const letters = (bytes, at, count) => String.fromCharCode(...bytes.subarray(at, at + count));

function webpSize(bytes, view) {
  if (letters(bytes, 0, 4) !== "RIFF" || letters(bytes, 8, 4) !== "WEBP") return null;
  const kind = letters(bytes, 12, 4);
  if (kind === "VP8X") return { width: 1 + uint24(bytes, 24), height: 1 + uint24(bytes, 27) };
  if (kind === "VP8 ") return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  const bits = view.getUint32(21, true);
  return kind === "VP8L" ? { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) } : null;
}

const uint24 = (bytes, at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);

const gifSize = (bytes, view) => (letters(bytes, 0, 3) === "GIF" ? { width: view.getUint16(6, true), height: view.getUint16(8, true) } : null);

const bmpSize = (bytes, view) => (letters(bytes, 0, 2) === "BM" ? { width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)) } : null);
