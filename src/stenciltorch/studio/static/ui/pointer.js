/**
 * Pointers to tools and gestures: pen, mouse and touch on the panes; wheel; the keyboard's crosshair. Samples are
 * gathered (coalesced ones too) and handed on once per frame.
 */

import { clamp } from "../core/geometry.js";
import { panBy, pinch, toImage } from "../core/view.js";
import { settings } from "./settings.js";

const TAP_MS = 280;
const TAP_REACH = 12;
const PEN_ERASER = 32;

export class Pointers {
  /**
   * @param {import("./stage.js").Stage} stage
   * @param {{tool: () => any, toolNamed: (name: string) => any, undo: () => void, redo: () => void, onPoint: (point: any) => void}} app
   */
  constructor(stage, app) {
    this.stage = stage;
    this.app = app;
    this.touches = new Map();
    this.samples = [];
    this.held = new Set();
    /** Where the pointer or the keyboard's crosshair is, in picture pixels. */
    this.point = null;
    this.byKeyboard = false;
    stage.on("layout", () => this.#listen());
    this.#listen();
  }

  #listen() {
    for (const pane of this.stage.panes) {
      const on = (type, act, options) => pane.overlay.addEventListener(type, (event) => act.call(this, event, pane), options);
      on("pointerdown", this.#down);
      on("pointermove", this.#move);
      on("pointerup", this.#up);
      on("pointercancel", this.#cancel);
      on("pointerleave", this.#leave);
      on("wheel", this.#wheel, { passive: false });
      on("contextmenu", (event) => event.preventDefault());
      on("dblclick", (event) => event.preventDefault());
    }
  }

  /** Space or Alt held: set by the keyboard. @param {"space" | "alt"} key @param {boolean} down */
  hold(key, down) {
    if (down) this.held.add(key);
    else this.held.delete(key);
    this.stage.root.classList.toggle("panning", this.held.has("space"));
    this.stage.root.classList.toggle("picking", this.held.has("alt"));
    this.stage.reink();
  }

  #sample(event, pane) {
    const { x, y } = toImage(this.stage.view, pane.size, pane.local(event));
    const { pressure, pointerType, shiftKey: shift, altKey: alt } = event;
    return { x, y, pressure, pointerType, shift, alt, scale: this.stage.view.scale };
  }

  #down(event, pane) {
    event.preventDefault();
    this.stage.root.classList.add("by-pointer");
    pane.overlay.focus({ preventScroll: true });
    this.byKeyboard = false;
    try {
      pane.overlay.setPointerCapture(event.pointerId);
    } catch {
      // a pointer that was lifted already; its strokes end with the next event
    }
    if (event.pointerType === "pen") this.penSeen = true;
    if (event.pointerType === "touch") return this.#touchDown(event, pane);
    this.#begin(event, pane);
  }

  #begin(event, pane) {
    this.#finish();
    this.active = event.pointerId;
    this.point = this.#sample(event, pane);
    if (event.button === 1 || this.held.has("space")) this.panning = pane.local(event);
    else this.#startTool(this.#toolFor(event), this.point);
  }

  #toolFor(event) {
    if (event.button === 2 || event.altKey || this.held.has("alt")) return this.app.toolNamed("picker");
    if (event.pointerType === "pen" && event.buttons & PEN_ERASER) return this.app.toolNamed("eraser");
    return this.app.tool();
  }

  #startTool(tool, sample) {
    this.tool = tool;
    tool.down(sample);
    this.stage.reink();
  }

  #move(event, pane) {
    if (event.pointerType === "touch" && this.touches.has(event.pointerId)) {
      if (this.#touchMove(event, pane)) return;
    }
    if (!event.isPrimary && event.pointerId !== this.active) return;
    this.point = this.#sample(event, pane);
    this.byKeyboard = false;
    this.app.onPoint(this.point);
    if (event.pointerId === this.active) this.#drag(event, pane);
    this.stage.reink();
  }

  #drag(event, pane) {
    if (this.panning) {
      const now = pane.local(event);
      this.stage.setView(panBy(this.stage.view, now.x - this.panning.x, now.y - this.panning.y));
      this.panning = now;
    } else if (this.tool) {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const one of events.length ? events : [event]) this.samples.push(this.#sample(one, pane));
      this.frame ??= requestAnimationFrame(() => this.#flush());
    }
  }

  #flush() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const samples = this.samples;
    this.samples = [];
    if (samples.length) this.tool?.move(samples);
  }

  #finish() {
    this.#flush();
    this.tool?.up();
    this.tool = this.panning = this.active = null;
  }

  #up(event, pane) {
    if (event.pointerType === "touch" && this.#touchUp(event)) return;
    if (event.pointerId !== this.active) return;
    if (event.type === "pointerup" && this.tool) this.samples.push(this.#sample(event, pane));
    this.#finish();
    this.stage.reink();
  }

  #cancel(event) {
    this.touches.delete(event.pointerId);
    if (event.pointerId === this.active) this.cancel();
  }

  /** Give up the stroke under way. */
  cancel() {
    this.samples = [];
    this.tool?.cancel();
    this.tool = this.panning = this.active = null;
    this.stage.reink();
  }

  get busy() {
    return Boolean(this.tool);
  }

  #leave(event) {
    if (this.active === event.pointerId || this.byKeyboard) return;
    this.point = null;
    this.app.onPoint(null);
    this.stage.reink();
  }

  // --- fingers: one draws, two move the view, a tap of two undoes, of three redoes ---

  #touchDown(event, pane) {
    const at = pane.local(event);
    this.touches.set(event.pointerId, at);
    if (this.touches.size === 1) {
      this.gesture = { started: performance.now(), most: 1, moved: 0 };
      if (this.penSeen && settings.get("penOnly")) this.panning = at;
      else return this.#begin(event, pane);
      this.active = event.pointerId;
    } else {
      if (this.tool) this.cancel();
      this.panning = null;
      this.gesture.most = Math.max(this.gesture.most, this.touches.size);
    }
  }

  /** @returns {boolean} the event belongs to a gesture */
  #touchMove(event, pane) {
    const before = [...this.touches.values()];
    const was = this.touches.get(event.pointerId);
    const now = pane.local(event);
    this.gesture.moved += Math.hypot(now.x - was.x, now.y - was.y);
    this.touches.set(event.pointerId, now);
    if (this.gesture.most < 2) return false;
    if (before.length === 2) this.stage.setView(pinch(this.stage.view, pane.size, before, [...this.touches.values()]));
    return true;
  }

  #touchUp(event) {
    this.touches.delete(event.pointerId);
    const { started, most, moved } = this.gesture ?? { most: 1 };
    if (most < 2) return false;
    if (this.touches.size === 0 && performance.now() - started < TAP_MS && moved < TAP_REACH * most) {
      if (most === 2) this.app.undo();
      else if (most === 3) this.app.redo();
    }
    return true;
  }

  #wheel(event, pane) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    const byWheel = event.deltaX === 0 && (event.deltaMode === 1 || Math.abs(event.deltaY) >= 50);
    if (event.ctrlKey || event.metaKey || byWheel) {
      const speed = event.ctrlKey && !byWheel ? 0.01 : 0.0018;
      this.stage.zoom(Math.exp(-clamp(event.deltaY * lines, -240, 240) * speed), pane.local(event), pane);
    } else {
      this.stage.setView(panBy(this.stage.view, -event.deltaX * lines, -event.deltaY * lines));
    }
  }

  // --- the keyboard's crosshair ---

  /** @param {number} dx @param {number} dy steps on the screen */
  nudge(dx, dy) {
    const { stage } = this;
    const [zero, moved] = [{ x: 0, y: 0 }, { x: dx, y: dy }].map((point) => toImage(stage.view, stage.main.size, point));
    const from = this.point ?? { x: stage.view.focusX, y: stage.view.focusY };
    const { width, height } = stage.layers.size;
    const x = clamp(from.x + moved.x - zero.x, 0, width - 1);
    const y = clamp(from.y + moved.y - zero.y, 0, height - 1);
    this.point = { x, y };
    this.byKeyboard = true;
    stage.root.classList.remove("by-pointer");
    this.app.onPoint(this.point);
    stage.reink();
  }

  /** A touch of the tool at the crosshair. @param {boolean} shift */
  async press(shift) {
    if (!this.point) this.nudge(0, 0);
    this.byKeyboard = true;
    const tool = this.app.tool();
    await tool.down({ ...this.point, pointerType: "keyboard", pressure: 0.5, shift, scale: this.stage.view.scale });
    tool.up();
    this.stage.reink();
  }
}
