/**
 * The only module that knows where the model runs. A worker does the work; the newest request wins, with at most one in
 * flight; a worker that dies is started again on WASM and told everything anew.
 *
 * Events: state {phase, provider, threads, name, lit, share, message}; painted {preview, pictures, work, encodeMs, paintMs, totalMs};
 * trouble {key, detail}.
 *
 * @typedef {"loading" | "ready" | "failed"} Phase
 * @typedef {import("../core/hints.js").Hint} Hint
 * @typedef {object} Source  the drawing as it is now
 * @property {() => Promise<{width: number, height: number, lineart: Uint8Array, mask: Uint8Array, base: Uint8Array | null}>} drawing
 * @property {() => readonly Hint[]} hints
 * @property {() => import("../core/light.js").Light} light
 * @property {(rect: import("../core/geometry.js").Rect) => Uint8Array} mask  that part of it
 */

import { spliceOf } from "../core/document.js";
import { Emitter } from "../core/emitter.js";
import { union } from "../core/geometry.js";
import { sameLight } from "../core/light.js";
import { launch, launchEarly, START_ID } from "./launch.js";

const MOST_RESTARTS = 3;

export class Engine extends Emitter {
  /** @param {{models: string, preference?: "auto" | "wasm" | "webgpu", launched?: Promise<import("./launch.js").Launched>}} options */
  constructor({ models, preference = "auto", launched = launchEarly(preference, models) }) {
    super();
    Object.assign(this, { models, launched });
    this.restarts = 0;
    this.questions = new Map();
    this.lastId = 0;
    this.state = { phase: "loading", provider: null, threads: 1, name: "", files: {}, lit: false, share: 0, workPixels: 0 };
    this.work = null;
    /** What is to be told to the worker before it paints next. */
    this.pending = { drawing: false, mask: null, paint: false };
    /** The hints that the worker has. @type {readonly Hint[]} */
    this.told = [];
    /** The light that the worker has. @type {import("../core/light.js").Light | null} */
    this.toldLight = null;
    this.busy = false;
  }

  #setState(change) {
    this.state = { ...this.state, ...change };
    this.emit("state", this.state);
  }

  /** @param {Source} source gives the drawing as it is now */
  async start(source) {
    this.source = source;
    await this.#adopt(await this.launched);
  }

  async #adopt({ worker, provider, inbox }) {
    this.#setState({ phase: "loading", provider, share: 0 });
    this.worker = worker;
    const started = this.#expect(START_ID);
    this.lastId = START_ID;
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => this.#restart(event.message || "the worker could not be loaded");
    worker.onmessageerror = () => this.#restart("an answer that could not be read");
    for (const event of inbox.splice(0)) worker[`on${event.type}`](event);
    try {
      const { name, files, lit, workPixels, threads } = await started;
      this.#setState({ phase: "ready", name, files, lit, workPixels, threads, share: 1 });
      this.#pump();
    } catch (error) {
      if (error instanceof Superseded) return;
      if (provider === "webgpu") this.#restart(error.message);
      else this.#fail(error.message);
    }
  }

  #launch(provider) {
    return this.#adopt(launch(provider, this.models));
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
    const answer = this.#expect(id);
    this.worker.postMessage({ id, kind, ...question }, { transfer });
    return answer;
  }

  #expect(id) {
    return new Promise((resolve, reject) => this.questions.set(id, { resolve, reject }));
  }

  #receive({ id, error, progress, lost, ...answer }) {
    if (progress !== undefined) return this.#setState({ share: progress });
    if (lost !== undefined) return this.#restart(lost);
    const question = this.questions.get(id);
    this.questions.delete(id);
    if (error) question?.reject(new Error(error));
    else question?.resolve(answer);
  }

  /** The drawing or its base is new. */
  renew() {
    this.pending.drawing = true;
  }

  /** Part of the mask is new. @param {import("../core/geometry.js").Rect | null} rect */
  touchMask(rect) {
    this.pending.mask = union(this.pending.mask, rect);
  }

  /** Ask for colours; what is asked for meanwhile is one request, answered with the newest. */
  paint() {
    this.pending.paint = true;
    this.#pump();
  }

  get idle() {
    return !this.busy && !this.pending.paint;
  }

  async #pump() {
    if (this.busy || this.state.phase !== "ready" || !this.pending.paint) return;
    this.busy = true;
    const worker = this.worker;
    try {
      await this.#paintOnce();
    } catch (error) {
      if (worker === this.worker && !(error instanceof Superseded)) this.#restart(error.message);
    }
    if (worker !== this.worker) return;
    this.busy = false;
    if (this.pending.paint) this.#pump();
    else this.emit("idle");
  }

  async #paintOnce() {
    const started = performance.now();
    while (this.pending.drawing) await this.#tell();
    this.pending.paint = false;
    const { question, transfer } = this.#changes();
    const answer = await this.#ask("paint", question, transfer);
    if (this.pending.drawing) this.pending.paint = true;
    else this.emit("painted", { ...answer, work: this.work, totalMs: performance.now() - started });
  }

  async #tell() {
    this.pending.drawing = false;
    this.pending.mask = null;
    const drawing = await this.source.drawing();
    this.told = this.source.hints();
    this.toldLight = this.source.light();
    this.work = (await this.#ask("drawing", { drawing: { ...drawing, hints: this.told, light: this.toldLight } })).work;
  }

  /** What the worker does not know yet: the hints that differ, the part of the mask that does, another light. */
  #changes() {
    const hints = this.source.hints();
    const { start, removed, inserted } = spliceOf(this.told, hints);
    this.told = hints;
    const rect = this.pending.mask;
    this.pending.mask = null;
    const mask = rect && { rect, bytes: this.source.mask(rect) };
    const light = this.#changedLight();
    return { question: { hints: { start, removed: removed.length, inserted }, mask, light }, transfer: mask ? [mask.bytes.buffer] : [] };
  }

  #changedLight() {
    const light = this.source.light();
    if (sameLight(light, this.toldLight)) return null;
    this.toldLight = light;
    return light;
  }

  /** Other pictures of the last painting, at the working size. @param {string[]} wanted of colour, flats @returns {Promise<Record<string, Uint8Array>>} */
  async pictures(wanted) {
    return (await this.#ask("pictures", { wanted })).pictures;
  }

  /**
   * A proposal for the drawing as the worker knows it.
   * @param {{hints: readonly Hint[], seed: number, palette: readonly (readonly number[])[] | null}} wish hints: what is said already
   * @returns {Promise<import("../core/suggestion.js").Dab[] | null>} null: the model makes none
   */
  async suggest(wish) {
    return (await this.#ask("suggest", wish)).dabs;
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
      if (stop() || !this.worker || !this.idle) return false;
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
