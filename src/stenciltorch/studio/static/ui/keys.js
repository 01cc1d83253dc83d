/** The keyboard: what is pressed becomes a command, a held command, or a move of the crosshair. */

import { SIZE_PRESETS } from "../core/strokes.js";
import { keys } from "./commands.js";
import { isTyping } from "./dom.js";
import { chooseTool, setToolSize, stepToolHardness, stepToolSize, TOOLS } from "./toolbar.js";

/**
 * What each command does.
 * @param {Record<string, () => void>} actions @param {import("./pointer.js").Pointers} pointers @param {import("./stage.js").Stage} stage
 * @returns {Record<string, (down: boolean) => void>}
 */
function actsOf(actions, pointers, stage) {
  const tools = TOOLS.filter(Boolean).map(({ name }) => [`tool-${name}`, () => chooseTool(name)]);
  const presets = SIZE_PRESETS.map((size, at) => [`preset-${at + 1}`, () => setToolSize(size)]);
  return {
    ...actions,
    ...Object.fromEntries([...tools, ...presets]),
    smaller: () => stepToolSize(-1),
    larger: () => stepToolSize(1),
    softer: () => stepToolHardness(-1),
    harder: () => stepToolHardness(1),
    pan: (down) => pointers.hold("space", down),
    pick: (down) => pointers.hold("alt", down),
    compare: (down) => stage.compare(down),
  };
}

const STEP = 8;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const onPicture = ({ target }) => target instanceof Element && Boolean(target.closest("#stage"));
const onButton = ({ target }) => target instanceof Element && target.matches("button, select, input, [role=slider]");

export class Keyboard {
  /**
   * @param {Record<string, () => void>} actions @param {import("./pointer.js").Pointers} pointers @param {import("./stage.js").Stage} stage
   * @param {{nudgeHint: (dx: number, dy: number) => boolean, escape: () => void}} app
   */
  constructor(actions, pointers, stage, app) {
    Object.assign(this, { pointers, stage, app, acts: actsOf(actions, pointers, stage) });
    /** Held commands by the key that holds them: a modifier let go first must not leave one stuck. */
    this.holding = new Map();
    window.addEventListener("keydown", (event) => this.#down(event));
    window.addEventListener("keyup", (event) => this.#up(event));
    window.addEventListener("blur", () => this.release());
  }

  #down(event) {
    if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (onPicture(event) && this.#pictureKey(event)) return event.preventDefault();
    if (onButton(event) && [" ", "Enter"].includes(event.key)) return;
    const command = keys.commandOf(event);
    if (!command) return;
    event.preventDefault();
    if (!command.hold) this.acts[command.id](true);
    else if (!this.holding.has(event.code)) {
      this.holding.set(event.code, command.id);
      this.acts[command.id](true);
    }
  }

  #up(event) {
    if (event.key === "Tab") this.stage.compare(false);
    const id = this.holding.get(event.code);
    if (!id) return;
    event.preventDefault();
    this.holding.delete(event.code);
    this.acts[id](false);
  }

  /** Another window has the keyboard now: nothing is held any more. */
  release() {
    for (const id of this.holding.values()) this.acts[id](false);
    this.holding.clear();
    this.stage.compare(false);
  }

  /** On the picture: arrows, Enter, Escape; and Tab, but only for those who came by pointer: for others it moves the focus. */
  #pictureKey(event) {
    if (event.ctrlKey || event.metaKey) return false;
    const arrow = ARROWS[event.key];
    if (arrow) this.#arrow(arrow, event.shiftKey);
    else if (event.key === "Enter") this.pointers.press(event.shiftKey);
    else if (event.key === "Escape") this.app.escape();
    else if (event.key === "Tab" && !event.shiftKey && this.pointers.point && !this.pointers.byKeyboard) this.stage.compare(true);
    else return false;
    return true;
  }

  #arrow([dx, dy], far) {
    if (this.app.nudgeHint(dx * (far ? 10 : 1), dy * (far ? 10 : 1))) return;
    const step = far ? STEP * 4 : STEP;
    this.pointers.nudge(dx * step, dy * step);
  }
}

