/** Numbers, most significant byte first, and packed rows, gathered into one file. Pure. */

const text = new TextEncoder();

export class Bytes {
  constructor() {
    /** @type {Uint8Array[]} */
    this.parts = [];
    this.length = 0;
  }

  /** @param {Uint8Array | Bytes} content */
  add(content) {
    this.length += content.length;
    if (content instanceof Bytes) for (const part of content.parts) this.parts.push(part);
    else this.parts.push(content);
    return this;
  }

  /** @param {number} width bytes a number @param {...number} values negative ones as their complement */
  number(width, ...values) {
    const bytes = new Uint8Array(width * values.length);
    const view = new DataView(bytes.buffer);
    for (const [place, value] of values.entries()) {
      if (width === 4) view.setUint32(place * 4, value);
      else if (width === 2) view.setUint16(place * 2, value);
      else view.setUint8(place, value);
    }
    return this.add(bytes);
  }

  /** @param {string} letters ASCII */
  ascii(letters) {
    return this.add(text.encode(letters));
  }

  /** Its length first, in four bytes; zeros until it is a multiple of `step`. @param {Bytes} content @param {number} [step] */
  block(content, step = 1) {
    const padding = (step - (content.length % step)) % step;
    return this.number(4, content.length + padding).add(content).add(new Uint8Array(padding));
  }
}

/** Grows by doubling. */
class Sink {
  constructor(size) {
    this.bytes = new Uint8Array(size);
    this.used = 0;
  }

  room(count) {
    if (this.used + count <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.used + count));
    wider.set(this.bytes);
    this.bytes = wider;
  }
}

const LONGEST = 128;

/**
 * One channel of a picture, row by row in PackBits.
 * @param {Uint8Array} pixels @param {number} channels of a pixel @param {number} channel @param {number} width @param {number} height
 * @returns {{counts: Uint16Array, packed: Uint8Array}} counts: bytes of each row
 */
export function packRows(pixels, channels, channel, width, height) {
  const counts = new Uint16Array(height);
  const sink = new Sink(Math.max(1024, (width * height) >> 2));
  const row = new Uint8Array(width);
  for (let y = 0; y < height; y++) {
    for (let x = 0, from = y * width * channels + channel; x < width; x++, from += channels) row[x] = pixels[from];
    const before = sink.used;
    sink.room(width + Math.ceil(width / LONGEST) + 1);
    sink.used = packRow(row, sink.bytes, sink.used);
    counts[y] = sink.used - before;
  }
  return { counts, packed: sink.bytes.slice(0, sink.used) };
}

/** @param {Uint8Array} row @param {Uint8Array} into @param {number} to @returns {number} where it ends */
function packRow(row, into, to) {
  for (let at = 0; at < row.length; ) {
    const run = runAt(row, at);
    if (run > 1) {
      into[to++] = 257 - run;
      into[to++] = row[at];
      at += run;
      continue;
    }
    const start = at;
    while (at < row.length && at - start < LONGEST && runAt(row, at, 3) < 3) at++;
    into[to++] = at - start - 1;
    into.set(row.subarray(start, at), to);
    to += at - start;
  }
  return to;
}

/** How many equal bytes begin here. */
function runAt(row, at, most = LONGEST) {
  const end = Math.min(row.length, at + most);
  let next = at + 1;
  while (next < end && row[next] === row[at]) next++;
  return next - at;
}
