/** Which of the runtime's engines this machine can use. */

const WEBGPU_FILES = ["ort.webgpu.bundle.min.mjs", "ort-wasm-simd-threaded.asyncify.wasm"];
const MOST_THREADS = 8;

/** WebGPU only where there is an adapter and its build was installed; the runtime itself would fall back without a word. @param {"auto" | "wasm" | "webgpu"} preference @returns {Promise<"webgpu" | "wasm">} */
export async function chooseProvider(preference) {
  if (preference === "wasm" || !navigator.gpu) return "wasm";
  const adapter = await navigator.gpu.requestAdapter().catch(() => null);
  if (!adapter || (isSoftware(adapter) && preference !== "webgpu")) return "wasm";
  return (await filesPresent()) ? "webgpu" : "wasm";
}

/** A graphics card simulated on the processor is far slower than WASM. */
const isSoftware = (adapter) => Boolean(adapter.info?.isFallbackAdapter || /swiftshader|llvmpipe/i.test(`${adapter.info?.architecture} ${adapter.info?.description}`));

async function filesPresent() {
  const found = WEBGPU_FILES.map(async (name) => {
    const response = await fetch(new URL(`../vendor/ort/${name}`, import.meta.url), { method: "HEAD" }).catch(() => null);
    return Boolean(response?.ok);
  });
  return (await Promise.all(found)).every(Boolean);
}

/** Threads need a page that is isolated from other origins. */
export function threadCount() {
  return globalThis.crossOriginIsolated ? Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1)) : 1;
}
