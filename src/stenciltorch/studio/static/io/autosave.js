/**
 * The drawing under work, kept in the browser's own storage: after a crash or a closed tab it is there again. What never
 * changes (the lines, finished pictures) is written once; the rest a moment after the last stroke.
 */

import { readLight } from "../core/light.js";
import { readHint } from "../core/project.js";
import { Picture } from "../core/picture.js";
import { pack, unpack } from "../core/tiles.js";

const NAME = "stenciltorch-studio";
const STORE = "autosave";
const REST_MS = 1200;
const VERSION = 1;

/** @returns {Promise<IDBDatabase>} */
function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

export class Autosave {
  /** @param {import("../core/editor.js").Editor} editor @param {(key: string) => void} onTrouble */
  constructor(editor, onTrouble) {
    this.editor = editor;
    this.onTrouble = onTrouble;
    this.kept = new Set();
    editor.on("open", () => this.#later());
    editor.on("touched", ({ live }) => live || this.#later());
    document.addEventListener("visibilitychange", () => document.hidden && this.waiting && this.save());
  }

  #later() {
    clearTimeout(this.waiting);
    if (this.paused) return;
    this.waiting = setTimeout(() => this.save(), REST_MS);
  }

  /** Write what changed. Full storage is said once; painting goes on. */
  async save() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (this.saving) return this.#later();
    this.saving = true;
    try {
      await this.#write();
      this.troubled = false;
    } catch (error) {
      this.kept.clear();
      if (!this.troubled) this.onTrouble(error?.name === "QuotaExceededError" ? "error.storage-full" : "error.storage-refused");
      this.troubled = true;
    } finally {
      this.saving = false;
    }
  }

  async #write() {
    const studio = this.editor.document;
    const { name, width, height, hints, retouches, base, light, passes } = studio;
    const mask = pack(studio.mask);
    const large = await this.#large(studio);
    const pictureId = (picture) => (picture ? large.ids.get(picture) : null);
    const state = {
      version: VERSION, name, width, height, hints, retouches, mask, lineart: large.ids.get(studio.lineart), base: pictureId(base), light, saved: Date.now(),
      passes: passes.map((pass) => ({ ...pass, base: pictureId(pass.base), result: pictureId(pass.result) })),
    };
    this.database ??= await openDatabase();
    const transaction = this.database.transaction(STORE, "readwrite");
    const store = transaction.objectStore(STORE);
    for (const [id, content] of large.fresh) store.put(content, id);
    store.put(state, "state");
    await this.#sweep(store, new Set(large.ids.values()));
    await completed(transaction);
    this.kept = new Set(large.ids.values());
  }

  /** Content that is written once, under ids of its own. */
  async #large({ lineart, base, passes }) {
    const ids = new Map();
    const fresh = [];
    const pictures = [base, ...passes.flatMap((pass) => [pass.base, pass.result])].filter(Boolean);
    for (const content of new Set([lineart, ...pictures])) {
      const id = idOf(content);
      ids.set(content, id);
      if (!this.kept.has(id)) fresh.push([id, content === lineart ? lineart : await content.png()]);
    }
    return { ids, fresh };
  }

  async #sweep(store, wanted) {
    const keys = await answered(store.getAllKeys());
    for (const key of keys) if (key !== "state" && !wanted.has(key)) store.delete(key);
  }

  /** What was kept last. @returns {Promise<import("../core/document.js").StudioDocument | null>} null: nothing, or nothing that can be read */
  async recover() {
    try {
      this.database ??= await openDatabase();
      const store = this.database.transaction(STORE).objectStore(STORE);
      const [state, keys, values] = await Promise.all([answered(store.get("state")), answered(store.getAllKeys()), answered(store.getAll())]);
      if (state?.version !== VERSION) return null;
      return restore(state, new Map(keys.map((key, at) => [key, values[at]])));
    } catch {
      return null;
    }
  }
}

const ids = new WeakMap();
function idOf(content) {
  if (!ids.has(content)) ids.set(content, crypto.randomUUID());
  return ids.get(content);
}

function restore(state, contents) {
  const { name, width, height } = state;
  const made = new Map();
  const picture = (id) => {
    if (!id) return null;
    if (!made.has(id)) made.set(id, new Picture({ width, height }, { png: contents.get(id) }));
    return made.get(id);
  };
  const lineart = contents.get(state.lineart);
  if (!(lineart instanceof Uint8Array) || lineart.length !== width * height) return null;
  const passes = state.passes.map((pass) => ({ ...pass, base: picture(pass.base), light: readLight(pass.light), result: picture(pass.result) }));
  const mask = unpack(state.mask, width * height).slice();
  return { name, width, height, lineart, mask, hints: state.hints.map(readHint), retouches: state.retouches.map(readHint), base: picture(state.base), light: readLight(state.light), passes };
}
