/** A ball in a light, shaded as the model begins to shade a round area (`networks.relief`). Pure. */

import { vectorOf } from "./light.js";

const DEADZONE = 0.06;
const TINT = [0.92, 1.06, 1];
const GLOW = 0.5;
/** Width of the outline, as a share of the radius. */
const LINE = 0.055;
const INK = [43, 36, 38];

/** How much of the colour's brightness is left where the ball leans to the right and down: a logarithm. */
function depthAt(right, down, [around, fromRight, fromBelow]) {
  const toViewer = Math.sqrt(Math.max(0, 1 - right * right - down * down));
  return around * (toViewer - 1) + fromRight * right + fromBelow * down;
}

/** @param {readonly number[]} colour @param {number} depth @returns {number[]} */
function shaded(colour, depth) {
  const added = 1 - Math.exp(-GLOW * Math.max(0, depth - DEADZONE));
  return colour.map((level, channel) => level * Math.exp(TINT[channel] * Math.min(0, depth + DEADZONE)) * (1 - added) + 255 * added);
}

/**
 * @param {number} side pixels @param {import("./light.js").Light} light @param {readonly number[]} colour
 * @returns {Uint8ClampedArray<ArrayBuffer>} RGBA, straight alpha; nothing around the ball
 */
export function drawBall(side, light, colour) {
  const pixels = new Uint8ClampedArray(side * side * 4);
  const vector = vectorOf(light);
  const radius = side / 2;
  for (let at = 0; at < side * side; at++) {
    const right = ((at % side) + 0.5 - radius) / radius;
    const down = (Math.floor(at / side) + 0.5 - radius) / radius;
    const inside = (1 - Math.hypot(right, down)) * radius;
    if (inside <= -0.5) continue;
    const ink = Math.min(1, Math.max(0, LINE * radius - inside + 0.5));
    const skin = shaded(colour, depthAt(right, down, vector));
    pixels.set([...skin.map((level, channel) => level + (INK[channel] - level) * ink), 255 * Math.min(1, inside + 0.5)], at * 4);
  }
  return pixels;
}
