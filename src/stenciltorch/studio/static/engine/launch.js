/**
 * Starts the worker before the page's other modules are there: compiling the runtime and opening the model take most of
 * the time to the first colours. What it answers meanwhile is kept for the engine.
 */

import { chooseProvider, threadCount } from "./provider.js";

const WORKER = new URL("./worker.js", import.meta.url);
/** The question that starts a worker is always its first. */
export const START_ID = 1;

/** @typedef {{worker: Worker, provider: "webgpu" | "wasm", inbox: (MessageEvent | ErrorEvent)[]}} Launched */

/** @param {"webgpu" | "wasm"} provider @param {string} models URL ending in / @returns {Launched} */
export function launch(provider, models, url = WORKER) {
  const worker = new Worker(url, { type: "module" });
  const inbox = [];
  worker.onmessage = worker.onerror = worker.onmessageerror = (event) => inbox.push(event);
  worker.postMessage({ id: START_ID, kind: "start", provider, threads: threadCount(), models });
  return { worker, provider, inbox };
}

/** @param {"auto" | "wasm" | "webgpu"} preference @param {string} models @returns {Promise<Launched>} */
export const launchEarly = async (preference, models) => launch(await chooseProvider(preference), models);
