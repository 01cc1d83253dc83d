/** The keyboard: one table of what each key does; the help shows the same table. */

import { SIZE_PRESETS } from "../core/strokes.js";
import { isTyping } from "./dom.js";
import { chooseTool, setToolSize, stepToolSize, TOOLS } from "./toolbar.js";

/**
 * @typedef {{key: string, shown: string[], label: string, ctrl?: boolean, shift?: boolean, act: (event: KeyboardEvent) => void}} Binding
 * @param {Record<string, (event?: KeyboardEvent) => void>} actions @returns {Binding[]}
 */
export function bindings(actions) {
  const plain = (key, shown, label, act) => ({ key, shown: [shown], label, act });
  const ctrl = (key, label, act, shift = false) => ({ key, shown: ["Ctrl", ...(shift ? ["Shift"] : []), key.toUpperCase()], label, ctrl: true, shift, act });
  return [
    ...TOOLS.filter(Boolean).map(({ name, keys }) => plain(keys.toLowerCase(), keys, `tool.${name}`, () => chooseTool(name))),
    plain("x", "X", "action.swap", actions.swap),
    plain("d", "D", "action.default-colours", actions["default-colours"]),
    plain("[", "[", "key.smaller", () => stepToolSize(-1)),
    plain("]", "]", "key.larger", () => stepToolSize(1)),
    ...SIZE_PRESETS.map((size, at) => ({ ...plain(String(at + 1), String(at + 1), "key.preset", () => setToolSize(size)), hidden: at > 0 })),
    ctrl("z", "action.undo", actions.undo),
    ctrl("z", "action.redo", actions.redo, true),
    { ...ctrl("y", "action.redo", actions.redo), hidden: true },
    ctrl("o", "action.open", actions.open),
    ctrl("s", "action.save", actions.save),
    ctrl("e", "action.export", actions.export),
    plain("n", "N", "action.next-pass", actions["next-pass"]),
    plain("delete", "Del", "option.delete", actions["remove-hint"]),
    { ...plain("backspace", "⌫", "option.delete", actions["remove-hint"]), hidden: true },
    plain(",", ",", "key.previous-hint", () => actions["step-hint"](-1)),
    plain(".", ".", "key.next-hint", () => actions["step-hint"](1)),
    plain("0", "0", "action.fit", actions.fit),
    plain("+", "+", "action.zoom-in", actions["zoom-in"]),
    { ...plain("=", "=", "action.zoom-in", actions["zoom-in"]), hidden: true },
    plain("-", "−", "action.zoom-out", actions["zoom-out"]),
    plain("h", "H", "action.flip", actions.flip),
    plain("r", "R", "action.rotate", actions.rotate),
    { key: "r", shown: ["Shift", "R"], label: "action.rotate-back", shift: true, act: actions["rotate-back"] },
    plain("f", "F", "action.layout", actions.layout),
    plain("f4", "F4", "action.panels", actions.panels),
    plain("?", "?", "action.help", actions.help),
    { ...plain("f1", "F1", "action.help", actions.help), hidden: true },
  ];
}

/** Held keys and those of the crosshair: listed in the help, handled below. */
export const HELD = [
  { shown: ["Space"], label: "key.pan" },
  { shown: ["Alt"], label: "key.pick" },
  { shown: ["C"], label: "action.compare" },
  { shown: ["Tab"], label: "key.compare-tab" },
  { shown: ["←↑↓→"], label: "key.crosshair" },
  { shown: ["Enter"], label: "key.press" },
  { shown: ["Esc"], label: "key.cancel" },
  { shown: ["Ctrl", "V"], label: "key.paste" },
];

const STEP = 8;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {Binding[]} table @param {import("./pointer.js").Pointers} pointers @param {import("./stage.js").Stage} stage
 * @param {{nudgeHint: (dx: number, dy: number) => boolean, escape: () => void}} app
 */
export function listenToKeys(table, pointers, stage, app) {
  const find = (event) => {
    const key = event.key.toLowerCase();
    const ctrl = event.ctrlKey || event.metaKey;
    const letters = /^[a-z]$/.test(key);
    return table.find((one) => one.key === key && Boolean(one.ctrl) === ctrl && (!(letters || ctrl) || Boolean(one.shift) === event.shiftKey));
  };
  window.addEventListener("keydown", (event) => {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (onPicture(event) && pictureKey(event)) return event.preventDefault();
    if (event.altKey && event.key !== "Alt") return;
    if (heldKey(event, true)) return;
    const found = find(event);
    if (!found || (onButton(event) && [" ", "Enter"].includes(event.key))) return;
    event.preventDefault();
    found.act(event);
  });
  window.addEventListener("keyup", (event) => heldKey(event, false));
  window.addEventListener("blur", () => {
    for (const key of ["space", "alt"]) pointers.hold(key, false);
    stage.compare(false);
  });

  const onPicture = (event) => event.target instanceof Element && Boolean(event.target.closest("#stage"));
  const onButton = (event) => event.target instanceof Element && event.target.matches("button, select, input, [role=slider]");

  function heldKey(event, down) {
    if (event.key === "Alt") {
      event.preventDefault();
      pointers.hold("alt", down);
    } else if (event.key === " " && !onButton(event)) {
      event.preventDefault();
      pointers.hold("space", down);
    } else if (event.key.toLowerCase() === "c" && !event.ctrlKey && !event.metaKey) stage.compare(down);
    else if (event.key === "Tab" && !down) stage.compare(false);
    else return false;
    return true;
  }

  /** On the picture: arrows, Enter, Escape; and Tab, but only for those who came by pointer: for others it moves the focus. */
  function pictureKey(event) {
    if (event.ctrlKey || event.metaKey) return false;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = event.shiftKey ? STEP * 4 : STEP;
      if (!app.nudgeHint(arrow[0] * (event.shiftKey ? 10 : 1), arrow[1] * (event.shiftKey ? 10 : 1))) pointers.nudge(arrow[0] * step, arrow[1] * step);
    } else if (event.key === "Enter") pointers.press(event.shiftKey);
    else if (event.key === "Escape") app.escape();
    else if (event.key === "Tab" && !event.shiftKey && pointers.point && !pointers.byKeyboard) stage.compare(true);
    else return false;
    return true;
  }
}
