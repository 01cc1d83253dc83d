/** What this browser remembers of the study: the rater's code, and an answer that has not arrived yet. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;

/** A new code of 80 random bits. */
export function newCode() {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH));
  return grouped(Array.from(bytes, (byte) => ALPHABET[byte % 32]).join(""));
}

/** @param {string} code @returns {string} in groups of four */
export const grouped = (code) => code.match(/.{1,4}/g)?.join("-") ?? "";

/** As typed by a person, or "" when it cannot be a code. @param {string} text */
export function readCode(text) {
  const plain = text.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return plain.length === LENGTH && [...plain].every((sign) => ALPHABET.includes(sign)) ? grouped(plain) : "";
}

export class Kept {
  /** @param {string} study the study's own mark, so that two studies at one address are kept apart */
  constructor(study) {
    this.key = `stenciltorch.study.${study}`;
    this.values = {};
    try {
      this.values = JSON.parse(localStorage.getItem(this.key) ?? "{}");
    } catch {
      this.values = {};
    }
  }

  get = (name) => this.values[name];

  /** Storage that is refused costs the memory of this page only. @param {string} name @param {any} value undefined to forget */
  set(name, value) {
    this.values = { ...this.values, [name]: value };
    try {
      localStorage.setItem(this.key, JSON.stringify(this.values));
    } catch {
      /* the code is shown on the page, so that the rater can note it */
    }
  }

  forget() {
    this.values = {};
    try {
      localStorage.removeItem(this.key);
    } catch {
      /* nothing was kept */
    }
  }
}
