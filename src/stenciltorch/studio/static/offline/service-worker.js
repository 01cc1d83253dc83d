/**
 * On a web host: the studio without a network after the first visit, and isolated (so that WebAssembly gets its threads)
 * even where the host cannot send the headers for it. tools/build_static_site.py writes `self.site` before this:
 * version, files (path -> sha256) and `later`, the files that are kept only when they are used.
 *
 * Each version has a cache of its own, and holds only files whose contents are that version's: a page never mixes two.
 */

const { version, files, later } = self.site;
const PREFIX = "stenciltorch-";
const CACHE = PREFIX + version;
const START = "index.html";
const ISOLATING = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** The start page is asked for as the folder: some hosts redirect the file's own name, and a redirect cannot be kept. */
const urlOf = (path) => new URL(path === START ? "./" : path, self.registration.scope).href;

/** @param {string} url @returns {string | null} the file's path, null when it is none of the site's */
function pathOf(url) {
  const { scope } = self.registration;
  const plain = url.split(/[?#]/)[0];
  if (!plain.startsWith(scope)) return null;
  const path = decodeURIComponent(plain.slice(scope.length)) || START;
  return path in files ? path : null;
}

function isolated(response) {
  if (response.status === 0 || response.redirected) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATING)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response([101, 204, 205, 304].includes(status) ? null : response.body, { status, statusText, headers });
}

async function digestOf(response) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Keep a file, unless the host has gone on to another version. @returns {Promise<boolean>} it is kept */
async function keep(path, response) {
  if (!response.ok || response.redirected || (await digestOf(response.clone())) !== files[path]) return false;
  const cache = await caches.open(CACHE);
  await cache.put(urlOf(path), isolated(response));
  return true;
}

const ask = (path) => fetch(urlOf(path), { cache: "no-cache", credentials: "same-origin" });

/** From another version's cache, if it is the same file. */
async function inherit(path) {
  for (const name of (await caches.keys()).filter((one) => one.startsWith(PREFIX) && one !== CACHE)) {
    const held = await (await caches.open(name)).match(urlOf(path));
    if (held && (await keep(path, held))) return true;
  }
  return false;
}

async function keepAll() {
  const cache = await caches.open(CACHE);
  for (const path of Object.keys(files)) {
    if (later.includes(path) || (await cache.match(urlOf(path))) || (await inherit(path))) continue;
    if (!(await keep(path, await ask(path)))) throw new Error(`${path} is of another version`);
  }
}

/** The first version takes over at once, to isolate the page; a later one is complete first, and waits until it is let in. */
async function install() {
  if (!self.registration.active) await self.skipWaiting();
  else await keepAll();
}

async function activate() {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(others.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(event, path) {
  const held = await (await caches.open(CACHE)).match(urlOf(path));
  if (held) return event.request.method === "HEAD" ? new Response(null, { status: 200, headers: held.headers }) : held;
  if (event.request.method === "HEAD") return fetch(event.request);
  const response = await ask(path);
  event.waitUntil(keep(path, response.clone()).catch(() => false));
  return isolated(response);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (!["GET", "HEAD"].includes(method) || !url.startsWith(self.registration.scope)) return;
  const path = pathOf(url);
  event.respondWith(path ? answer(event, path) : fetch(event.request).then(isolated));
});

self.addEventListener("message", (event) => {
  const { data, ports } = event;
  if (data === "take-over") self.skipWaiting();
  if (data === "keep-all") event.waitUntil(keepAll().then(() => ports[0]?.postMessage("kept"), (error) => ports[0]?.postMessage(String(error))));
});
