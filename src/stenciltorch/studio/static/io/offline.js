/**
 * On a web host: ask the service worker to keep the studio, and to isolate the page where the host does not. The local
 * server needs none of it; only a built site names the script.
 */

const script = document.documentElement.dataset.offline;
const ISOLATING = "stenciltorch.isolating";
const MOST_MS = 4000;

const register = () => navigator.serviceWorker.register(new URL(script, document.baseURI), { updateViaCache: "none" });
const possible = () => Boolean(script && navigator.serviceWorker);

/** Threads need an isolated page: where the host does not isolate it, the service worker does, after one reload. */
export async function isolate() {
  if (!possible() || crossOriginIsolated) return sessionStorage.removeItem(ISOLATING);
  if (sessionStorage.getItem(ISOLATING)) return;
  sessionStorage.setItem(ISOLATING, "tried");
  try {
    await register();
    await controlled();
    location.reload();
    await new Promise(() => {});
  } catch {
    // one thread will do
  }
}

function controlled() {
  if (navigator.serviceWorker.controller) return;
  return new Promise((resolve, reject) => {
    navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    setTimeout(reject, MOST_MS);
  });
}

/**
 * Once the first colours are there: keep all files for days without a network, and tell when a newer studio has come.
 * @param {(reload: () => void) => void} onUpdate @param {() => Promise<void>} save before the page is loaded anew
 * @returns {Promise<boolean>} everything is kept
 */
export async function stayOffline(onUpdate, save) {
  if (!possible()) return false;
  try {
    const registration = await register();
    const offer = () => registration.waiting && navigator.serviceWorker.controller && onUpdate(() => takeOver(registration.waiting, save));
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
    offer();
    return await keepAll((await navigator.serviceWorker.ready).active);
  } catch {
    return false;
  }
}

function keepAll(worker) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data === "kept");
    worker.postMessage("keep-all", [port2]);
  });
}

async function takeOver(worker, save) {
  await save();
  navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
  worker.postMessage("take-over");
}
