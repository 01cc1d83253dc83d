/**
 * Long work in short pieces, so that the pen never waits for it. Pure but for the clock; runs in pages, workers and Node.
 */

export const SLICE_MS = 8;

/** Let input and drawing go first. @returns {Promise<void>} */
export const breathe = () => globalThis.scheduler?.yield?.() ?? new Promise((resolve) => setTimeout(resolve));

/** Call `rest` between pieces: it waits only when the time of a slice is used up. */
export class Pace {
  /** @param {number} [sliceMs] */
  constructor(sliceMs = SLICE_MS) {
    this.sliceMs = sliceMs;
    this.ends = performance.now() + sliceMs;
    this.slices = 1;
  }

  /** @returns {Promise<void>} */
  async rest() {
    if (performance.now() < this.ends) return;
    await breathe();
    this.slices++;
    this.ends = performance.now() + this.sliceMs;
  }
}
