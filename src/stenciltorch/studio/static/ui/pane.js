/** One window onto the picture: a canvas for the layers and one above it for cursor and outlines. */

import { luminance, toHex } from "../core/colour.js";
import { hintAnchor } from "../core/hints.js";
import { matrixOf, toScreen } from "../core/view.js";
import { el } from "./dom.js";

/** The whole screen pixels that a rectangle of the picture lies in: a clip between pixels would leave seams. */
function deviceBox([a, b, c, d, e, f], { x, y, width, height }, margin) {
  const corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]];
  const across = corners.map(([px, py]) => a * px + c * py + e);
  const down = corners.map(([px, py]) => b * px + d * py + f);
  const [left, top] = [Math.floor(Math.min(...across)) - margin, Math.floor(Math.min(...down)) - margin];
  return { x: left, y: top, width: Math.ceil(Math.max(...across)) + margin - left, height: Math.ceil(Math.max(...down)) + margin - top };
}

export class Pane {
  /** @param {"drawing" | "result" | "over"} kind @param {string} labelKey */
  constructor(kind, labelKey) {
    this.kind = kind;
    this.canvas = el("canvas", { class: "picture", "aria-hidden": "true" });
    this.overlay = el("canvas", { class: "overlay", role: "img", tabindex: "0", "data-t-label": labelKey });
    this.badge = el("span", { class: "badge", "data-t": labelKey });
    this.node = el("div", { class: `pane pane-${kind}` }, this.canvas, this.overlay, this.badge);
    this.context = this.canvas.getContext("2d", { alpha: false });
    this.ink = this.overlay.getContext("2d");
    this.size = { width: 1, height: 1 };
  }

  /** Match the canvases to the room there is. @returns {boolean} something changed */
  fitRoom() {
    const { clientWidth: width, clientHeight: height } = this.node;
    const density = window.devicePixelRatio || 1;
    if (width === this.size.width && height === this.size.height && density === this.density) return false;
    this.size = { width: Math.max(1, width), height: Math.max(1, height) };
    this.density = density;
    for (const canvas of [this.canvas, this.overlay]) {
      canvas.width = Math.max(1, Math.round(width * density));
      canvas.height = Math.max(1, Math.round(height * density));
    }
    return true;
  }

  /** @param {PointerEvent | WheelEvent | Touch} event @returns {import("../core/geometry.js").Point} in CSS pixels of this pane */
  local(event) {
    const box = this.overlay.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /**
   * @param {import("./layers-view.js").LayersView} layers @param {import("../core/view.js").View} view
   * @param {import("../core/geometry.js").Rect | null} rect only this part of the picture; null = everything
   * @param {{before: boolean, surround: string}} options
   */
  draw(layers, view, rect, { before, surround }) {
    const { context, density } = this;
    const matrix = matrixOf(view, this.size).map((value) => value * density);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.save();
    if (rect) {
      const { x, y, width, height } = deviceBox(matrix, rect, 2);
      context.beginPath();
      context.rect(x, y, width, height);
      context.clip();
    }
    context.fillStyle = surround;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.setTransform(...matrix);
    context.beginPath();
    context.rect(0, 0, layers.size.width, layers.size.height);
    context.clip();
    layers.draw(context, view.scale * density, this.kind, before);
    context.restore();
  }

  /** Start an empty overlay; drawing is in CSS pixels of the pane. */
  clearInk() {
    this.ink.setTransform(1, 0, 0, 1, 0, 0);
    this.ink.clearRect(0, 0, this.overlay.width, this.overlay.height);
    this.ink.setTransform(this.density, 0, 0, this.density, 0, 0);
    return this.ink;
  }

  /** A circle of picture pixels: light and dark, to be seen on any colour. @param {import("../core/view.js").View} view @param {import("../core/geometry.js").Point} point @param {number} radius */
  ring(view, point, radius) {
    const { x, y } = toScreen(view, this.size, point);
    const reach = Math.max(1.5, radius * view.scale);
    for (const [colour, width] of [["rgba(0,0,0,.75)", 2.5], ["rgba(255,255,255,.95)", 1.2]]) {
      this.ink.strokeStyle = colour;
      this.ink.lineWidth = width;
      this.ink.beginPath();
      this.ink.arc(x, y, reach, 0, 2 * Math.PI);
      this.ink.stroke();
    }
  }

  /** @param {import("../core/view.js").View} view @param {import("../core/geometry.js").Point} point @param {number} [reach] */
  crosshair(view, point, reach = 12) {
    const { x, y } = toScreen(view, this.size, point);
    for (const [colour, width] of [["rgba(0,0,0,.8)", 3], ["#fff", 1.2]]) {
      this.ink.strokeStyle = colour;
      this.ink.lineWidth = width;
      this.ink.beginPath();
      for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
        this.ink.moveTo(x + dx * 4, y + dy * 4);
        this.ink.lineTo(x + dx * reach, y + dy * reach);
      }
      this.ink.stroke();
    }
  }

  /** Where hints lie under a result of the same colours: a small ring for each. @param {import("../core/view.js").View} view @param {readonly import("../core/hints.js").Hint[]} hints */
  marks(view, hints) {
    this.ink.lineWidth = 1.5;
    for (const hint of hints) {
      const { x, y } = toScreen(view, this.size, hintAnchor(hint));
      this.ink.beginPath();
      this.ink.arc(x, y, 4, 0, 2 * Math.PI);
      this.ink.fillStyle = toHex(hint.colour);
      this.ink.fill();
      this.ink.strokeStyle = luminance(hint.colour) > 0.4 ? "rgba(0,0,0,.75)" : "rgba(255,255,255,.9)";
      this.ink.stroke();
    }
  }

  /** A dashed outline through picture points. @param {import("../core/view.js").View} view @param {readonly number[]} corners x, y ... @param {boolean} closed */
  outline(view, corners, closed) {
    for (const [colour, offset] of [["rgba(0,0,0,.85)", 0], ["#fff", 4]]) {
      this.ink.strokeStyle = colour;
      this.ink.lineWidth = 1.4;
      this.ink.setLineDash([4, 4]);
      this.ink.lineDashOffset = offset;
      this.ink.beginPath();
      for (let at = 0; at < corners.length; at += 2) {
        const { x, y } = toScreen(view, this.size, { x: corners[at], y: corners[at + 1] });
        if (at) this.ink.lineTo(x, y);
        else this.ink.moveTo(x, y);
      }
      if (closed) this.ink.closePath();
      this.ink.stroke();
    }
    this.ink.setLineDash([]);
  }
}
