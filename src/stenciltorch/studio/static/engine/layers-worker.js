/** Makes layered documents away from the page's own thread: a large drawing takes seconds. */

import { greyToRgb } from "../core/compose.js";
import { encodeOra } from "../core/layers/ora.js";
import { encodePsd } from "../core/layers/psd.js";
import { buildStack } from "../core/layers/stack.js";

const ENCODERS = { psd: encodePsd, ora: encodeOra };

/** @param {import("../core/layers/stack.js").Finished & {base: Uint8Array | null}} finished base: null = the bare drawing @param {string[]} formats @param {Partial<import("../core/layers/stack.js").Wish>} wish @param {string | null} xmp what the files say of themselves */
async function make(finished, formats, wish, xmp) {
  const stack = buildStack({ ...finished, base: finished.base ?? greyToRgb(finished.lineart) }, wish);
  const blobs = {};
  for (const format of formats) blobs[format] = await ENCODERS[format](stack, xmp);
  return blobs;
}

self.onmessage = async ({ data: { finished, formats, wish, xmp } }) => {
  try {
    self.postMessage({ blobs: await make(finished, formats, wish, xmp) });
  } catch (error) {
    self.postMessage({ error: String(error?.message ?? error) });
  }
};
