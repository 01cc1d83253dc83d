/** SHA-256 (FIPS 180-4), piece by piece: what is hashed never has to be held whole. Pure; needs no secure page. */

const BLOCK = 64;
const FIRST_PRIMES = primes(64);
const fraction = (value) => (value - Math.floor(value)) * 2 ** 32;
const ROUND = Int32Array.from(FIRST_PRIMES, (prime) => fraction(Math.cbrt(prime)));
const START = Int32Array.from(FIRST_PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

function primes(count) {
  const found = [];
  for (let number = 2; found.length < count; number++) if (found.every((prime) => number % prime)) found.push(number);
  return found;
}

const turned = (word, by) => (word >>> by) | (word << (32 - by));

/** The rounds, with the standard's letters. One statement a letter: taking them apart and together again costs tenfold. */
function mix(state, words) {
  let [a, b, c, d, e, f, g, h] = state;
  for (let place = 0; place < 64; place++) {
    const choice = ((e & f) ^ (~e & g)) + ((ROUND[place] + words[place]) | 0);
    const first = (((h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25))) | 0) + (choice | 0)) | 0;
    const second = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const mixed = [a, b, c, d, e, f, g, h];
  for (let place = 0; place < 8; place++) state[place] += mixed[place];
}

export class Sha256 {
  constructor() {
    this.state = START.slice();
    this.words = new Int32Array(64);
    this.kept = new Uint8Array(BLOCK);
    this.length = 0;
  }

  /** @param {Uint8Array | Uint8ClampedArray} bytes @returns {this} */
  add(bytes) {
    const held = this.length % BLOCK;
    this.length += bytes.length;
    let at = 0;
    if (held) {
      at = Math.min(BLOCK - held, bytes.length);
      this.kept.set(bytes.subarray(0, at), held);
      if (held + at < BLOCK) return this;
      this.#take(this.kept, 0);
    }
    for (; at + BLOCK <= bytes.length; at += BLOCK) this.#take(bytes, at);
    this.kept.set(bytes.subarray(at));
    return this;
  }

  #take(bytes, from) {
    const { words } = this;
    for (let place = 0, at = from; place < 16; place++, at += 4) {
      words[place] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let place = 16; place < 64; place++) {
      const early = words[place - 15];
      const late = words[place - 2];
      const one = turned(early, 7) ^ turned(early, 18) ^ (early >>> 3);
      const other = turned(late, 17) ^ turned(late, 19) ^ (late >>> 10);
      words[place] = (((words[place - 16] + one) | 0) + ((words[place - 7] + other) | 0)) | 0;
    }
    mix(this.state, words);
  }

  /** Nothing can be added afterwards. @returns {string} 64 digits */
  hex() {
    const bits = this.length * 8;
    const end = new Uint8Array(this.length % BLOCK < BLOCK - 8 ? BLOCK : 2 * BLOCK).subarray(this.length % BLOCK);
    end[0] = 128;
    const view = new DataView(end.buffer, end.byteOffset);
    view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(end.length - 4, bits >>> 0);
    this.add(end);
    return Array.from(this.state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }
}

/** @param {string} text @returns {string} */
export const sha256 = (text) => new Sha256().add(new TextEncoder().encode(text)).hex();
