/** A ball in a light, shaded as the model shades a round area (`networks.relief`). Pure. */

import { vectorOf } from "./light.js";

const SHADOW = 0.12;
const SHINE = 0.25;
const SOFTNESS = 0.15;
const DEEPEST = 0.22;
const BRIGHTEST = 0.12;
const TINT = [0.78, 0.92, 0.82];
const RICHNESS = 0.8;
/** Width of the outline, as a share of the radius. */
const LINE = 0.055;
const INK = [43, 36, 38];

/** How far the ball is turned to the light where it leans to the right and down; below 0 from it. */
function depthAt(right, down, [around, fromRight, fromBelow]) {
  const toViewer = Math.sqrt(Math.max(0, 1 - right * right - down * down));
  return around * (toViewer - 1) + fromRight * right + fromBelow * down;
}

/** @param {readonly number[]} colour @param {number} depth @returns {number[]} */
function shaded(colour, depth) {
  const shadow = DEEPEST * Math.tanh(Math.max(0, -depth - SHADOW) / SOFTNESS);
  const shine = BRIGHTEST * Math.tanh(Math.max(0, depth - SHINE) / SOFTNESS);
  return colour.map((level, channel) => {
    const dark = level * (1 - TINT[channel] * shadow) * (1 - RICHNESS * shadow * (1 - level / 255));
    return dark + shine * (255 - dark);
  });
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
