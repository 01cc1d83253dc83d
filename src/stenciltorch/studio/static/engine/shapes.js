/** Shapes of a drawing by the region network; the runtime and the network are fetched when they are first asked for. */

import { greyToRgb } from "../core/compose.js";
import { reducePlain, workingSize } from "../core/scaling.js";
import { cutShapes } from "../core/shapes.js";
import { threadCount } from "./provider.js";

const VENDOR = new URL("../vendor/ort/", import.meta.url).href;
const NETWORK = new URL("../shapes/disnet.onnx", import.meta.url).href;
const WORK_PIXELS = 768 * 768;

/** @type {Promise<{ort: any, session: any}> | null} */
let network = null;

async function open() {
  const ort = await import(`${VENDOR}ort.wasm.bundle.min.mjs`);
  ort.env.wasm.numThreads = threadCount();
  ort.env.wasm.wasmPaths = { wasm: `${VENDOR}ort-wasm-simd-threaded.wasm`, mjs: `${VENDOR}ort-wasm-simd-threaded.mjs` };
  ort.env.logLevel = "error";
  const response = await fetch(NETWORK);
  if (!response.ok) throw new Error(`${NETWORK}: ${response.status}`);
  const session = await ort.InferenceSession.create(new Uint8Array(await response.arrayBuffer()), { executionProviders: ["wasm"] });
  return { ort, session };
}

/**
 * @param {{width: number, height: number, lineart: Uint8Array}} drawing
 * @returns {Promise<{width: number, height: number, labels: Int32Array}>} at most WORK_PIXELS large
 */
export async function findShapes(drawing) {
  const work = workingSize(drawing, WORK_PIXELS);
  const picture = greyToRgb(reducePlain(drawing.lineart, 1, drawing, work));
  network ??= open().catch((error) => {
    network = null;
    throw error;
  });
  const { ort, session } = await network;
  const { displacement } = await session.run({ picture: new ort.Tensor("uint8", picture, [work.height, work.width, 3]) });
  return { ...work, labels: cutShapes(await displacement.getData(), work.width, work.height) };
}
