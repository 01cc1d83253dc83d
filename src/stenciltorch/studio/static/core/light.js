/**
 * The light in which a drawing stands: twin of `stenciltorch.canvas.Light`. Pure.
 *
 * @typedef {object} Light
 * @property {number} angle  where it comes from, in degrees: 0 from above, 90 from the right, -90 from the left
 * @property {number} strength  0 = none, flat colours; 1 = as in most finished illustrations; at most 2
 */

export const MOST_STRENGTH = 2;
/** A light of strength 1: how dark what faces away is whatever the angle, and how much the angle tells. */
const AROUND = 0.5;
const SLANT = 0.5;

/** New drawings stand in this. @type {Light} */
export const USUAL_LIGHT = Object.freeze({ angle: -45, strength: 1 });
/** What was coloured before there was a light. @type {Light} */
export const NO_LIGHT = Object.freeze({ ...USUAL_LIGHT, strength: 0 });

/** As models take it: how dark what faces away is, and where the light stands, to the right and below. @param {Light} light @returns {Float32Array<ArrayBuffer>} three numbers */
export function vectorOf({ angle, strength }) {
  const turn = angle * (Math.PI / 180);
  const most = Math.fround(strength);
  return Float32Array.of(AROUND, SLANT * Math.sin(turn), -SLANT * Math.cos(turn)).map((part) => part * most);
}

/** @param {Light} first @param {Light} second */
export const sameLight = (first, second) => first.angle === second.angle && first.strength === second.strength;

/** The same angle in -179 .. 180. @param {number} angle */
export const plainAngle = (angle) => 180 - ((((180 - angle) % 360) + 360) % 360);

/** The light that stands at a place around the middle. @param {number} right @param {number} below @returns {number} whole degrees */
export const angleAt = (right, below) => plainAngle(Math.round((Math.atan2(right, -below) * 180) / Math.PI));

/** @param {any} value as read from JSON; nothing in what was saved before there was a light @returns {Light} @throws {RangeError} no such light */
export function readLight(value) {
  if (value === undefined || value === null) return NO_LIGHT;
  const { angle, strength } = value;
  if (!Number.isFinite(angle) || !(strength >= 0 && strength <= MOST_STRENGTH)) throw new RangeError("a light that cannot be");
  return Object.freeze({ angle, strength });
}
