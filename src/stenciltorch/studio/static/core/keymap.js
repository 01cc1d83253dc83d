/**
 * Which key does what: key presses as text ("Ctrl+Shift+Z"), and a table of commands with what the artist chose instead.
 * Pure.
 *
 * @typedef {{id: string, label: string, keys: readonly string[], hold?: boolean}} Command  keys: the first is shown, the others do it too
 * @typedef {{find: (combo: string) => string | null, shown: (id: string) => string, takenBy: (id: string) => string | null}} Keymap
 */

const MODIFIERS = { Control: "Ctrl", Meta: "Ctrl", Alt: "Alt", Shift: "Shift" };
const NAMES = { " ": "Space", Spacebar: "Space" };
const BASE = {
  BracketLeft: "[", BracketRight: "]", Comma: ",", Period: ".", Minus: "-", Equal: "=", Slash: "/", Semicolon: ";", Quote: "'", Backslash: "\\", Backquote: "`",
};

const baseOf = (code = "") => BASE[code] ?? /^Digit(\d)$/.exec(code)?.[1] ?? null;

/**
 * All names of a press, the most exact first: what a sign is reached by differs between keyboards, so a sign is known by
 * itself ("?") as well as by its place ("Shift+/").
 * @param {{key: string, code?: string, ctrlKey?: boolean, metaKey?: boolean, altKey?: boolean, shiftKey?: boolean, getModifierState?: (name: string) => boolean}} event
 * @returns {string[]} none for a key without a name
 */
export function combosOf(event) {
  if (MODIFIERS[event.key]) return [MODIFIERS[event.key]];
  if (!event.key || ["Dead", "Process", "Unidentified", "AltGraph"].includes(event.key)) return [];
  const written = event.getModifierState?.("AltGraph");
  const ahead = written ? "" : `${event.ctrlKey || event.metaKey ? "Ctrl+" : ""}${event.altKey ? "Alt+" : ""}`;
  const name = NAMES[event.key] ?? (event.key.length === 1 ? event.key.toUpperCase() : event.key);
  const shift = event.shiftKey ? "Shift+" : "";
  if (name.length > 1 || /\p{L}/u.test(name)) return [ahead + shift + name];
  const base = baseOf(event.code);
  return [...new Set([base && ahead + shift + base, ahead + name].filter(Boolean))];
}

/**
 * The table with the artist's choices laid over it: a chosen key is taken from whatever had it.
 * @param {readonly Command[]} commands @param {Record<string, string>} chosen by id; "" = no key @returns {Keymap}
 */
export function keymapOf(commands, chosen) {
  const holders = new Map();
  const own = ({ id, keys }) => (id in chosen ? [chosen[id]].filter(Boolean) : keys);
  const claim = (command) => own(command).forEach((combo) => holders.has(combo) || holders.set(combo, command.id));
  commands.filter(({ id }) => id in chosen).forEach(claim);
  commands.filter(({ id }) => !(id in chosen)).forEach(claim);
  const byId = new Map(commands.map((command) => [command.id, command]));
  const held = (id) => own(byId.get(id)).filter((combo) => holders.get(combo) === id);
  return {
    find: (combo) => holders.get(combo) ?? null,
    shown: (id) => (byId.has(id) ? held(id)[0] ?? "" : ""),
    takenBy: (id) => {
      const lost = own(byId.get(id))[0];
      return lost && holders.get(lost) !== id ? holders.get(lost) : null;
    },
  };
}

const LABELS = { Delete: "Del", Backspace: "⌫", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc", "-": "−" };

/** A combination as the keys to show. @param {string} combo @returns {string[]} */
export function keysOf(combo) {
  if (!combo) return [];
  const parts = combo === "+" ? ["+"] : combo.endsWith("++") ? [...combo.slice(0, -2).split("+"), "+"] : combo.split("+");
  return parts.map((part) => LABELS[part] ?? part);
}
