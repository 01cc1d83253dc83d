/** Who wants to know of what. Listeners of one event are called in the order they came. */
export class Emitter {
  #listeners = new Map();

  /** @param {string} event @param {(detail: any) => void} listener @returns {() => void} stops listening */
  on(event, listener) {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** @param {string} event @param {any} [detail] */
  emit(event, detail) {
    for (const listener of this.#listeners.get(event) ?? []) listener(detail);
  }
}
