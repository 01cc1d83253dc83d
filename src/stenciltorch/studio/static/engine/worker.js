/**
 * The worker: one model, one drawing, one question at a time. Questions are {id, kind, ...}; answers {id, ...} or
 * {id, error}. Loads ONNX Runtime, as only shapes.js does beside it.
 */

/** Fetched beside the runtime: neither waits for the other. */
const modelModule = import("./model.js");
modelModule.catch(() => {});

const VENDOR = new URL("../vendor/ort/", import.meta.url).href;
const BUNDLES = { wasm: "ort.wasm.bundle.min.mjs", webgpu: "ort.webgpu.bundle.min.mjs" };
const BINARIES = { wasm: "ort-wasm-simd-threaded", webgpu: "ort-wasm-simd-threaded.asyncify" };

/** @type {import("./model.js").Model} */
let model;

/** ONNX: one value, handed on. Opening it compiles the runtime while the model is still on its way. */
const LITTLE_GRAPH = "CAg6NwoQCgFhEgFiIghJZGVudGl0eRIBZ1oPCgFhEgoKCAgBEgQKAggBYg8KAWISCgoICAESBAoCCAFCBAoAEA0=";

async function loadRuntime(provider, threads) {
  const ort = await import(VENDOR + BUNDLES[provider]);
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = { wasm: `${VENDOR}${BINARIES[provider]}.wasm`, mjs: `${VENDOR}${BINARIES[provider]}.mjs` };
  ort.env.logLevel = "error";
  const little = Uint8Array.from(atob(LITTLE_GRAPH), (letter) => letter.charCodeAt(0));
  await ort.InferenceSession.create(little, { executionProviders: [provider] });
  return ort;
}

async function loadModel(models, report) {
  const { fetchModel, Model } = await modelModule;
  return { Model, files: await fetchModel(models, report) };
}

/**
 * How sessions are opened. Rearranging the graphs takes a fifth of the time to the first colours and makes no stroke faster
 * on the processor; a graphics card wants it.
 */
const optionsFor = (provider) => ({ executionProviders: [provider], graphOptimizationLevel: provider === "webgpu" ? "all" : "disabled" });

async function watchDevice(ort) {
  const device = await ort.env.webgpu.device;
  device?.lost.then((info) => self.postMessage({ lost: info.message || String(info.reason) }));
}

const answers = {
  async start({ provider, threads, models }) {
    const report = (share) => self.postMessage({ progress: share });
    const [ort, { Model, files }] = await Promise.all([loadRuntime(provider, threads), loadModel(models, report)]);
    model = await Model.open(ort, files, optionsFor(provider));
    if (provider === "webgpu") await watchDevice(ort);
    const { name, work_pixels: workPixels } = files.card;
    return { name, files: files.card.files, lit: model.lit, workPixels, threads: self.crossOriginIsolated ? threads : 1 };
  },

  drawing({ drawing }) {
    model.setDrawing(drawing);
    return { work: model.work };
  },

  /** What changed since the last question comes with it. */
  paint({ hints, mask, light }) {
    if (hints) model.wishes.change(hints);
    if (mask) model.changeMask(mask);
    if (light) model.changeLight(light);
    return model.paint();
  },

  async pictures({ wanted }) {
    return { pictures: await model.pictures(wanted) };
  },

  async suggest(wish) {
    return { dabs: await model.suggest(wish) };
  },

  async finish({ first, rows, wanted }) {
    return { pictures: await model.finish(first, rows, wanted) };
  },
};

const buffersOf = (answer) =>
  [answer.preview?.pixels, ...Object.values(answer.pictures ?? {})].filter(Boolean).map((bytes) => bytes.buffer).filter((buffer) => buffer instanceof ArrayBuffer);

async function reply({ data: { id, kind, ...question } }) {
  try {
    const answer = await answers[kind](question);
    self.postMessage({ id, ...answer }, { transfer: [...new Set(buffersOf(answer))] });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
}

/** Questions are answered in the order they came: the runtime takes one run at a time. */
let queue = Promise.resolve();
self.onmessage = (event) => {
  queue = queue.then(() => reply(event));
};
