/**
 * Zip files: written without compression (the PNGs inside are compressed already), read with or without. Pure; runs in
 * pages, workers and Node.
 */

import { crc32 } from "./png.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const UTF8_NAMES = 0x0800;
/** 1 January 1980: the same content gives the same file. */
const NO_TIME = 0x0021;
const text = new TextEncoder();

/** @param {Map<string, Uint8Array | Blob>} files in this order @param {string} [type] what the whole is @returns {Promise<Blob>} */
export async function writeZip(files, type = "application/zip") {
  const body = [];
  const directory = [];
  let offset = 0;
  for (const [name, content] of files) {
    const bytes = content instanceof Blob ? new Uint8Array(await content.arrayBuffer()) : content;
    const entry = { name: text.encode(name), size: bytes.length, crc: crc32(bytes), offset };
    const head = localHeader(entry);
    body.push(head, bytes);
    directory.push(centralHeader(entry));
    offset += head.length + bytes.length;
  }
  const size = directory.reduce((sum, record) => sum + record.length, 0);
  return new Blob([...body, ...directory, endRecord(directory.length, size, offset)], { type });
}

function record(length, fields) {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  for (const [at, width, value] of fields) {
    if (width === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
  }
  return bytes;
}

function withName(bytes, at, name) {
  bytes.set(name, at);
  return bytes;
}

function localHeader({ name, size, crc }) {
  const fields = [[0, 4, LOCAL], [4, 2, 20], [6, 2, UTF8_NAMES], [12, 2, NO_TIME], [14, 4, crc], [18, 4, size], [22, 4, size], [26, 2, name.length]];
  return withName(record(30 + name.length, fields), 30, name);
}

function centralHeader({ name, size, crc, offset }) {
  const fields = [[0, 4, CENTRAL], [4, 2, 20], [6, 2, 20], [8, 2, UTF8_NAMES], [14, 2, NO_TIME], [16, 4, crc], [20, 4, size], [24, 4, size], [28, 2, name.length], [42, 4, offset]];
  return withName(record(46 + name.length, fields), 46, name);
}

const endRecord = (count, size, offset) =>
  record(22, [[0, 4, END], [8, 2, count], [10, 2, count], [12, 4, size], [16, 4, offset]]);

/**
 * @param {Blob} blob @param {number} [mostBytes] of all files together, unpacked
 * @returns {Promise<Map<string, Uint8Array>>} @throws {RangeError} when the file is no zip, is damaged or too large
 */
export async function readZip(blob, mostBytes = 2 ** 30) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const end = findEnd(view);
  const files = new Map();
  let [at, left] = [view.getUint32(end + 16, true), mostBytes];
  for (let index = 0; index < view.getUint16(end + 10, true); index++) {
    const entry = readCentral(bytes, view, at);
    left -= entry.size;
    if (left < 0) throw new RangeError("a zip file that unpacks to too much");
    if (!entry.name.endsWith("/")) files.set(entry.name, await readEntry(bytes, view, entry));
    at = entry.next;
  }
  return files;
}

function findEnd(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 65557); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  throw new RangeError("not a zip file");
}

function readCentral(bytes, view, at) {
  if (at + 46 > bytes.length || view.getUint32(at, true) !== CENTRAL) throw new RangeError("a damaged zip file");
  const nameLength = view.getUint16(at + 28, true);
  return {
    name: new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength)),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    offset: view.getUint32(at + 42, true),
    next: at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true),
  };
}

async function readEntry(bytes, view, { name, method, crc, packed, size, offset }) {
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL) throw new RangeError("a damaged zip file");
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  const stored = bytes.slice(start, start + packed);
  const content = method === 0 ? stored : await inflate(stored, method);
  if (content.length !== size || crc32(content) !== crc) throw new RangeError(`a zip file whose ${name} is damaged`);
  return content;
}

async function inflate(packed, method) {
  if (method !== 8) throw new RangeError(`a zip file packed by method ${method}`);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer().catch(() => new ArrayBuffer(0)));
}
