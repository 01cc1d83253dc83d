/**
 * A finished picture that does not change any more: the base of a pass, the result of another. Kept as a PNG, and as
 * pixels only while somebody works with them.
 */

import { decodePng, encodePng } from "./png.js";

export class Picture {
  /** @param {import("./geometry.js").Size} size @param {{pixels?: Uint8Array, png?: Blob}} content RGB */
  constructor({ width, height }, { pixels, png }) {
    this.width = width;
    this.height = height;
    this.held = pixels ?? null;
    this.packed = png ? Promise.resolve(png) : null;
    this.packedBytes = png?.size ?? 0;
  }

  /** Bytes kept alive, roughly. */
  get bytes() {
    return (this.held?.length ?? 0) + this.packedBytes;
  }

  /** @returns {Promise<Blob>} */
  png() {
    this.packed ??= encodePng({ width: this.width, height: this.height, channels: 3, pixels: this.held }).then((blob) => {
      this.packedBytes = blob.size;
      return blob;
    });
    return this.packed;
  }

  /** @returns {Promise<Uint8Array>} RGB */
  async pixels() {
    if (!this.held) {
      const { channels, width, height, pixels } = await decodePng(await this.packed);
      if (channels !== 3 || width !== this.width || height !== this.height) throw new RangeError("a base of another size or kind");
      this.held = pixels;
    }
    return this.held;
  }

  /** Let the pixels go; they come back from the PNG. */
  async rest() {
    await this.png();
    this.held = null;
  }
}
