/** What keys can do, and the keys that the artist chose for it. The help, the tooltips and the settings show this table. */

import { combosOf, keymapOf, keysOf } from "../core/keymap.js";
import { Emitter } from "../core/emitter.js";
import { settings } from "./settings.js";

const command = (id, label, ...keys) => ({ id, label, keys });
const held = (id, label, ...keys) => ({ id, label, keys, hold: true });

/** @type {import("../core/keymap.js").Command[]} */
export const COMMANDS = [
  command("tool-pen", "tool.pen", "B"),
  command("tool-eraser", "tool.eraser", "E"),
  command("tool-bucket", "tool.bucket", "G"),
  command("tool-picker", "tool.picker", "I"),
  command("tool-select", "tool.select", "V"),
  command("tool-mask", "tool.mask", "M"),
  command("tool-region", "tool.region", "W"),
  command("tool-lasso", "tool.lasso", "L"),
  command("tool-brush", "tool.brush", "P"),
  command("swap", "action.swap", "X"),
  command("default-colours", "action.default-colours", "D"),
  command("smaller", "key.smaller", "["),
  command("larger", "key.larger", "]"),
  command("softer", "key.softer", "Shift+[", "{"),
  command("harder", "key.harder", "Shift+]", "}"),
  ...[1, 2, 3, 4, 5].map((number) => command(`preset-${number}`, "key.preset", String(number))),
  command("undo", "action.undo", "Ctrl+Z"),
  command("redo", "action.redo", "Ctrl+Shift+Z", "Ctrl+Y"),
  command("open", "action.open", "Ctrl+O"),
  command("save", "action.save", "Ctrl+S"),
  command("export", "action.export", "Ctrl+E"),
  command("suggest", "action.suggest", "S"),
  command("suggest-palette", "palette.suggest", "Shift+S"),
  command("next-pass", "action.next-pass", "N"),
  command("light-flat", "key.light-flat", "Shift+L"),
  held("light-left", "key.light-left", "Shift+,", "<"),
  held("light-right", "key.light-right", "Shift+.", ">"),
  command("remove-hint", "option.delete", "Delete", "Backspace"),
  command("previous-hint", "key.previous-hint", ","),
  command("next-hint", "key.next-hint", "."),
  command("mask-invert", "key.mask-invert", "Ctrl+I", "Ctrl+Shift+I"),
  command("mask-fill", "mask.fill", "Ctrl+A", "Ctrl+D"),
  command("mask-clear", "mask.clear"),
  command("toggle-mask", "layer.show-mask", "Q"),
  command("toggle-lineart", "layer.show-lineart", "T"),
  command("fit", "action.fit", "0"),
  command("actual-size", "action.actual-size", "Ctrl+1"),
  command("zoom-in", "action.zoom-in", "+", "="),
  command("zoom-out", "action.zoom-out", "-"),
  command("flip", "action.flip", "H"),
  command("rotate", "action.rotate", "R"),
  command("rotate-back", "action.rotate-back", "Shift+R"),
  command("upright", "action.upright", "Shift+0"),
  command("layout", "action.layout", "F"),
  command("panels", "action.panels", "F4"),
  command("settings", "action.settings", "Ctrl+,"),
  command("help", "action.help", "?", "F1"),
  held("pan", "key.pan", "Space"),
  held("pick", "key.pick", "Alt"),
  held("compare", "action.compare", "C"),
];

/** These are as in every program and stay as they are. */
export const FIXED = [
  { keys: ["Tab"], label: "key.compare-tab" },
  { keys: ["←↑↓→"], label: "key.crosshair" },
  { keys: ["Enter"], label: "key.press" },
  { keys: ["Esc"], label: "key.cancel" },
  { keys: ["Ctrl", "V"], label: "key.paste" },
];

/** Events: change. */
class Keys extends Emitter {
  constructor() {
    super();
    this.#resolve();
    settings.on("keys", () => (this.#resolve(), this.emit("change")));
  }

  #resolve() {
    const chosen = Object.fromEntries(Object.entries(settings.get("keys")).filter(([id, combo]) => typeof combo === "string" && COMMANDS.some((one) => one.id === id)));
    this.map = keymapOf(COMMANDS, chosen);
  }

  /** @param {KeyboardEvent} event @returns {import("../core/keymap.js").Command | null} */
  commandOf(event) {
    const id = combosOf(event).map((combo) => this.map.find(combo)).find(Boolean);
    return id ? COMMANDS.find((one) => one.id === id) : null;
  }

  /** @param {string} id @returns {string[]} the keys to show, none when it has lost its key */
  shown(id) {
    return keysOf(this.map.shown(id));
  }

  /** @param {string} id @returns {string | null} the label of the command that has its key now */
  takenBy(id) {
    const other = this.map.takenBy(id);
    return other && COMMANDS.find((one) => one.id === other).label;
  }

  /** @param {string} id @param {string} combo "" = no key */
  assign(id, combo) {
    const others = Object.entries(settings.get("keys")).filter(([other, kept]) => other !== id && kept !== combo);
    const lost = Object.entries(settings.get("keys")).filter(([other, kept]) => other !== id && kept === combo && combo);
    settings.set("keys", { ...Object.fromEntries(others), ...Object.fromEntries(lost.map(([other]) => [other, ""])), [id]: combo });
  }

  /** @param {string} [id] all when not given */
  reset(id) {
    const { [id]: _, ...others } = settings.get("keys");
    settings.set("keys", id ? others : {});
  }

  get changed() {
    return Object.keys(settings.get("keys")).length > 0;
  }
}

export const keys = new Keys();
