/**
 * PNG, 8 bits a channel, exact to the byte: canvases premultiply alpha and may convert colours, so pictures that must
 * come back as they were go through here. Pure; runs in pages, workers and Node.
 *
 * @typedef {{width: number, height: number, channels: 1 | 3 | 4, pixels: Uint8Array}} Bitmap
 */

import { Pace } from "./pace.js";

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];
const COLOUR_TYPES = { 1: 0, 3: 2, 4: 6 };
const CHANNELS = { 0: 1, 2: 3, 6: 4 };

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** @param {Uint8Array} bytes @param {number} [start] the sum so far @returns {number} CRC-32 as in PNG and zip */
export function crc32(bytes, start = 0) {
  let value = ~start;
  for (let at = 0; at < bytes.length; at++) value = CRC_TABLE[(value ^ bytes[at]) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}

function chunk(type, content) {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set([...type].map((letter) => letter.charCodeAt(0)), 4);
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc32(bytes.subarray(4, content.length + 8)));
  return bytes;
}

function header(width, height, channels) {
  const content = new Uint8Array(13);
  const view = new DataView(content.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  content.set([8, COLOUR_TYPES[channels], 0, 0, 0], 8);
  return chunk("IHDR", content);
}

/** The colours are sRGB, shown as they look best (rendering intent 0). */
const SRGB = chunk("sRGB", Uint8Array.of(0));

/** A keyword and its text, in any script. */
function textChunk(keyword, text) {
  const [name, content] = [keyword, text].map((one) => new TextEncoder().encode(one));
  const bytes = new Uint8Array(name.length + 5 + content.length);
  bytes.set(name);
  bytes.set(content, name.length + 5);
  return chunk("iTXt", bytes);
}

/** Rows of pixels in, a PNG out; only a few rows are held at a time. */
export class PngWriter {
  /** @param {number} width @param {number} height @param {1 | 3 | 4} channels @param {Record<string, string>} [texts] by keyword (ASCII) */
  constructor(width, height, channels, texts = {}) {
    this.stride = width * channels;
    this.channels = channels;
    this.parts = [Uint8Array.from(SIGNATURE), header(width, height, channels), SRGB];
    for (const [keyword, text] of Object.entries(texts)) this.parts.push(textChunk(keyword, text));
    this.above = new Uint8Array(this.stride);
    const stream = new CompressionStream("deflate");
    this.writer = stream.writable.getWriter();
    this.compressed = this.#collect(stream.readable.getReader());
  }

  async #collect(reader) {
    for (let next = await reader.read(); !next.done; next = await reader.read()) this.parts.push(chunk("IDAT", next.value));
  }

  /** @param {Uint8Array | Uint8ClampedArray} rows whole rows */
  async write(rows) {
    const count = rows.length / this.stride;
    const filtered = new Uint8Array(count * (this.stride + 1));
    for (let row = 0; row < count; row++) {
      const line = rows.subarray(row * this.stride, (row + 1) * this.stride);
      filterUp(line, this.above, filtered, row * (this.stride + 1));
      this.above = line;
    }
    this.above = this.above.slice();
    await this.writer.write(filtered);
  }

  /** @returns {Promise<Blob>} */
  async finish() {
    await this.writer.close();
    await this.compressed;
    this.parts.push(chunk("IEND", new Uint8Array(0)));
    return new Blob(this.parts, { type: "image/png" });
  }
}

/** Filter 2 (difference to the row above): drawings are mostly the same from row to row. */
function filterUp(line, above, filtered, at) {
  filtered[at] = 2;
  for (let i = 0; i < line.length; i++) filtered[at + 1 + i] = line[i] - above[i];
}

/** @param {Bitmap} bitmap @param {Record<string, string>} [texts] by keyword @returns {Promise<Blob>} */
export async function encodePng({ width, height, channels, pixels }, texts = {}) {
  const writer = new PngWriter(width, height, channels, texts);
  const pace = new Pace();
  const rows = Math.max(1, Math.floor((1 << 19) / (width * channels)));
  for (let row = 0; row < height; row += rows) {
    await writer.write(pixels.subarray(row * width * channels, Math.min(height, row + rows) * width * channels));
    await pace.rest();
  }
  return writer.finish();
}

/** Width and height from the first bytes. @param {Uint8Array} bytes @returns {import("./geometry.js").Size | null} null: no PNG */
export function pngSize(bytes) {
  if (bytes.length < 24 || SIGNATURE.some((value, at) => bytes[at] !== value)) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

/**
 * PNGs as written here and by most programs: 8 bits, grey, RGB or RGBA, not interlaced.
 * @param {Blob} blob @returns {Promise<Bitmap>} @throws {RangeError} for any other file
 */
export async function decodePng(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const size = pngSize(bytes);
  if (!size) throw new RangeError("not a PNG");
  const [depth, type, , , interlaced] = bytes.subarray(24, 29);
  const channels = CHANNELS[type];
  if (depth !== 8 || !channels || interlaced) throw new RangeError(`a PNG of ${depth} bits and colour type ${type} that this reader does not know`);
  const stream = new Blob(dataChunks(bytes)).stream().pipeThrough(new DecompressionStream("deflate"));
  const filtered = new Uint8Array(await new Response(stream).arrayBuffer());
  if (filtered.length !== size.height * (size.width * channels + 1)) throw new RangeError("a PNG that is cut short");
  return { ...size, channels, pixels: await unfilter(filtered, size, channels) };
}

function dataChunks(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const found = [];
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === "IDAT") found.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return found;
}

async function unfilter(filtered, { width, height }, channels) {
  const stride = width * channels;
  const pixels = new Uint8Array(stride * height);
  const pace = new Pace();
  let above = new Uint8Array(stride);
  for (let row = 0; row < height; row++) {
    const line = pixels.subarray(row * stride, (row + 1) * stride);
    const from = row * (stride + 1);
    line.set(filtered.subarray(from + 1, from + 1 + stride));
    undo(filtered[from], line, above, channels);
    above = line;
    if (row % 64 === 63) await pace.rest();
  }
  return pixels;
}

function undo(filter, line, above, channels) {
  if (filter === 0) return;
  if (filter === 2) return addUp(line, above);
  for (let i = 0; i < line.length; i++) {
    const left = i >= channels ? line[i - channels] : 0;
    const corner = i >= channels ? above[i - channels] : 0;
    line[i] += guess(filter, left, above[i], corner);
  }
}

/** Filter 2 is the one that is written here, so it is worth a loop of its own. */
function addUp(line, above) {
  for (let i = 0; i < line.length; i++) line[i] += above[i];
}

function guess(filter, left, up, corner) {
  if (filter === 1) return left;
  if (filter === 3) return (left + up) >> 1;
  const [toLeft, toUp, toCorner] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}
