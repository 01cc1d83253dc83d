/** The light: a ball to turn it by, how strong it is, and none at all. Hidden where the model cannot shade. */

import { drawBall } from "../core/ball.js";
import { angleAt, MOST_STRENGTH, plainAngle, USUAL_LIGHT } from "../core/light.js";
import { el, icon } from "./dom.js";
import { named, onLanguage, t, worded } from "./i18n.js";
import { section } from "./section.js";

/** Pixels of the ball: twice what is seen, for fine screens. */
const BALL = 136;
const CLAY = [240, 206, 178];
const SIDES = ["light.above", "light.above-right", "light.right", "light.below-right", "light.below", "light.below-left", "light.left", "light.above-left"];
/** Nearer to the middle no side is meant. */
const MIDDLE = 5;
const SNAP = 15;
const STEP = 5;
const HELD_MS = 250;
const ARROWS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

export class LightPanel {
  /** @param {import("../core/editor.js").Editor} editor @param {import("../engine/engine.js").Engine} engine @param {(key: string) => void} say */
  constructor(editor, engine, say) {
    Object.assign(this, { editor, engine, say });
    /** What comes back when flat is switched off. */
    this.strength = USUAL_LIGHT.strength;
    const controls = el("div", { class: "controls" }, this.#strengthField(), this.#flatSwitch());
    this.node = section("light", "panel.light", el("div", { class: "light" }, this.#dial(), controls));
    editor.on("open", () => this.show());
    editor.on("touched", ({ layer }) => layer === "light" && this.show());
    engine.on("state", () => this.#reveal());
    onLanguage(() => this.show());
    this.#reveal();
    this.show();
  }

  #reveal() {
    this.node.hidden = !this.engine.state.lit;
  }

  #dial() {
    this.ball = el("canvas", { width: BALL, height: BALL, "aria-hidden": "true" });
    this.knob = el("span", { class: "knob" });
    const limits = { "aria-valuemin": "-180", "aria-valuemax": "180" };
    this.dial = named(el("div", { class: "dial", role: "slider", tabindex: "0", ...limits }, this.ball, this.knob), "light.angle");
    this.#drag();
    this.dial.addEventListener("keydown", (event) => this.#key(event));
    this.dial.addEventListener("keyup", ({ key }) => ARROWS[key] && this.editor.keepLight());
    this.dial.addEventListener("blur", () => this.editor.keepLight());
    return this.dial;
  }

  #drag() {
    const { dial } = this;
    dial.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      dial.setPointerCapture(event.pointerId);
      this.release = () => dial.releasePointerCapture(event.pointerId);
      this.#point(event);
    });
    dial.addEventListener("pointermove", (event) => dial.hasPointerCapture(event.pointerId) && this.#point(event));
    dial.addEventListener("pointerup", () => this.editor.keepLight());
    dial.addEventListener("pointercancel", () => this.editor.cancelLight());
    dial.addEventListener("lostpointercapture", () => (this.release = null));
  }

  #point({ clientX, clientY, shiftKey }) {
    const box = this.dial.getBoundingClientRect();
    const [right, below] = [clientX - box.left - box.width / 2, clientY - box.top - box.height / 2];
    if (Math.hypot(right, below) < MIDDLE) return;
    const angle = angleAt(right, below);
    this.#turnTo(shiftKey ? SNAP * Math.round(angle / SNAP) : angle);
  }

  #key(event) {
    if (event.key === "Escape") return this.#giveUp();
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.#turn(direction * (event.shiftKey ? SNAP : STEP));
  }

  #giveUp() {
    this.release?.();
    this.editor.cancelLight();
  }

  #turn(degrees) {
    this.#turnTo(Math.round(this.editor.light.angle + degrees));
  }

  /** Who turns the light wants to see it. */
  #turnTo(angle) {
    this.#change({ angle: plainAngle(angle), strength: this.editor.light.strength || this.strength });
  }

  #change(change) {
    this.editor.previewLight({ ...this.editor.light, ...change });
  }

  /** A key that turns it for as long as it is held, in one step of the history. @param {1 | -1} direction @param {boolean} down */
  hold(direction, down) {
    clearInterval(this.turning);
    if (!this.engine.state.lit) return void (down && this.say("say.no-light"));
    if (!down) return void this.editor.keepLight();
    this.#turn(direction * SNAP);
    this.turning = setInterval(() => this.#turn(direction * SNAP), HELD_MS);
  }

  #strengthField() {
    this.range = named(el("input", { type: "range", min: "0", max: 100 * MOST_STRENGTH, step: "5" }), "light.strength");
    this.output = el("output", {});
    let held = false;
    const keep = () => held || this.editor.keepLight();
    this.range.addEventListener("input", () => this.#change({ strength: Number(this.range.value) / 100 }));
    this.range.addEventListener("change", keep);
    this.range.addEventListener("keydown", () => (held = true));
    for (const type of ["keyup", "blur"]) this.range.addEventListener(type, () => ((held = false), keep()));
    return el("label", {}, worded(el("span"), "light.strength"), this.output, this.range);
  }

  #flatSwitch() {
    this.flat = el("button", { type: "button", role: "switch", onclick: () => this.toggle() }, icon("flat"), worded(el("span"), "light.flat"));
    return this.flat;
  }

  /** Flat colours, or the light that was there before. */
  toggle() {
    if (!this.engine.state.lit) return void this.say("say.no-light");
    this.#change({ strength: this.editor.light.strength ? 0 : this.strength });
    this.editor.keepLight();
  }

  show() {
    const { angle, strength } = this.editor.light;
    if (strength) this.strength = strength;
    this.#place(plainAngle(angle));
    const percent = Math.round(100 * strength);
    this.range.value = String(percent);
    this.range.setAttribute("aria-valuetext", `${percent} %`);
    this.output.textContent = `${percent} %`;
    this.flat.setAttribute("aria-checked", String(!strength));
    this.dial.classList.toggle("flat", !strength);
    this.ball.getContext("2d").putImageData(new ImageData(drawBall(BALL, { angle, strength }, CLAY), BALL), 0, 0);
  }

  #place(angle) {
    const turn = (angle * Math.PI) / 180;
    this.knob.style.left = `${50 + 45 * Math.sin(turn)}%`;
    this.knob.style.top = `${50 - 45 * Math.cos(turn)}%`;
    const side = t(SIDES[(Math.round(angle / 45) + 8) % 8]);
    this.dial.setAttribute("aria-valuenow", String(Math.round(angle)));
    this.dial.setAttribute("aria-valuetext", `${side}, ${Math.round(angle)}°`);
  }
}
