/**
 * The only module that knows where the model runs. A worker does the work; the newest request wins, with at most one in
 * flight; a worker that dies is started again on WASM and told everything anew.
 *
 * Events: state {phase, provider, threads, name, share, message}; painted {preview, pictures, work, encodeMs, paintMs, totalMs};
 * trouble {key, detail}.
 *
 * @typedef {"loading" | "ready" | "failed"} Phase
 * @typedef {() => Promise<{width: number, height: number, lineart: Uint8Array, mask: Uint8Array, base: Uint8Array | null}>} Source
 */

import { Emitter } from "../core/emitter.js";
import { chooseProvider, threadCount } from "./provider.js";

const MOST_RESTARTS = 3;

export class Engine extends Emitter {
  /** @param {{models: string, preference?: "auto" | "wasm", workerUrl?: URL}} options */
  constructor({ models, preference = "auto", workerUrl = new URL("./worker.js", import.meta.url) }) {
    super();
    this.models = models;
    this.preference = preference;
    this.workerUrl = workerUrl;
    this.restarts = 0;
    this.questions = new Map();
    this.lastId = 0;
    this.state = { phase: "loading", provider: null, threads: 1, name: "", share: 0, workPixels: 0 };
    this.work = null;
    /** What is to be told to the worker before it paints next. */
    this.pending = { drawing: false, mask: false, hints: null };
    this.busy = false;
  }

  #setState(change) {
    this.state = { ...this.state, ...change };
    this.emit("state", this.state);
  }

  /** @param {Source} source gives the drawing as it is now */
  async start(source) {
    this.source = source;
    await this.#launch(await chooseProvider(this.preference));
  }

  async #launch(provider) {
    this.#setState({ phase: "loading", provider, share: 0 });
    this.worker = new Worker(this.workerUrl, { type: "module" });
    this.worker.onmessage = ({ data }) => this.#receive(data);
    this.worker.onerror = (event) => this.#restart(event.message || "the worker could not be loaded");
    this.worker.onmessageerror = () => this.#restart("an answer that could not be read");
    try {
      const { name, workPixels, threads } = await this.#ask("start", { provider, threads: threadCount(), models: this.models });
      this.#setState({ phase: "ready", name, workPixels, threads, share: 1 });
      this.#pump();
    } catch (error) {
      if (error instanceof Superseded) return;
      if (provider === "webgpu") this.#restart(error.message);
      else this.#fail(error.message);
    }
  }

  #fail(detail) {
    this.#stop();
    this.#setState({ phase: "failed", message: detail });
    this.emit("trouble", { key: "error.engine-failed", detail });
  }

  #stop() {
    this.worker?.terminate();
    this.worker = null;
    this.busy = false;
    for (const { reject } of this.questions.values()) reject(new Superseded());
    this.questions.clear();
  }

  /** The worker or its device is gone: start over on WASM with everything it must know. */
  #restart(detail) {
    if (!this.worker) return;
    this.#stop();
    if (++this.restarts > MOST_RESTARTS) return this.#fail(detail);
    this.emit("trouble", { key: this.state.provider === "webgpu" ? "error.gpu-lost" : "error.engine-restarted", detail });
    this.pending.drawing = true;
    return this.#launch("wasm");
  }

  /** Try again after a failure, by hand. */
  retry() {
    this.restarts = 0;
    this.#stop();
    this.pending.drawing = true;
    return this.#launch("wasm");
  }

  #ask(kind, question, transfer = []) {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.questions.set(id, { resolve, reject });
      this.worker.postMessage({ id, kind, ...question }, { transfer });
    });
  }

  #receive({ id, error, progress, lost, ...answer }) {
    if (progress !== undefined) return this.#setState({ share: progress });
    if (lost !== undefined) return this.#restart(lost);
    const question = this.questions.get(id);
    this.questions.delete(id);
    if (error) question?.reject(new Error(error));
    else question?.resolve(answer);
  }

  /** The drawing, its mask or its base are new. @param {"drawing" | "mask"} what */
  invalidate(what) {
    this.pending[what] = true;
  }

  /** Ask for colours; a request that waits is replaced. @param {Uint8Array} hints RGBA at the working size, copied when it is sent */
  paint(hints) {
    this.pending.hints = hints;
    this.#pump();
  }

  get idle() {
    return !this.busy && !this.pending.hints;
  }

  async #pump() {
    if (this.busy || this.state.phase !== "ready" || !this.pending.hints) return;
    this.busy = true;
    const worker = this.worker;
    try {
      await this.#paintOnce();
    } catch (error) {
      if (worker === this.worker && !(error instanceof Superseded)) this.#restart(error.message);
    }
    if (worker !== this.worker) return;
    this.busy = false;
    if (this.pending.hints) this.#pump();
    else this.emit("idle");
  }

  async #paintOnce() {
    const started = performance.now();
    while (this.#untold) await this.#tell();
    const hints = this.pending.hints;
    this.pending.hints = null;
    if (hints.length !== this.work.width * this.work.height * 4) return;
    const answer = await this.#ask("paint", { hints });
    if (this.#untold) this.pending.hints ??= hints;
    else this.emit("painted", { ...answer, work: this.work, totalMs: performance.now() - started });
  }

  /** The drawing or its mask changed and the worker does not know yet. */
  get #untold() {
    return this.pending.drawing || this.pending.mask;
  }

  async #tell() {
    const { drawing } = this.pending;
    this.pending.drawing = this.pending.mask = false;
    const now = await this.source();
    if (drawing) this.work = (await this.#ask("drawing", { drawing: now })).work;
    else await this.#ask("mask", { mask: now.mask });
  }

  /**
   * The last painting at full size, strip by strip; stops early (answers false) when something newer is asked for.
   * @param {string[]} wanted of illustration, colour, flats
   * @param {(first: number, rows: number, pictures: Record<string, Uint8Array>) => void | Promise<void>} onStrip
   * @param {{width: number, height: number}} size @param {() => boolean} [stop]
   */
  async finish(wanted, onStrip, { width, height }, stop = () => false) {
    const rows = Math.max(1, Math.min(height, Math.floor((1 << 19) / width)));
    for (let first = 0; first < height; first += rows) {
      if (stop() || !this.worker || this.pending.hints || this.busy) return false;
      const count = Math.min(rows, height - first);
      let answer;
      try {
        answer = await this.#ask("finish", { first, rows: count, wanted });
      } catch (error) {
        if (!(error instanceof Superseded)) this.#restart(error.message);
        return false;
      }
      if (stop()) return false;
      await onStrip(first, count, answer.pictures);
    }
    return true;
  }
}

/** A question whose worker is gone. */
class Superseded extends Error {}
