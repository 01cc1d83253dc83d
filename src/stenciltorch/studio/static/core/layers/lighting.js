/**
 * Flats and the shaded colour -> a shade layer (multiply) and a light layer (screen) that bring back the colour. Twin of
 * `layers/lighting.py`: in every channel either the shade darkens or the light brightens, so the layers give the colour
 * back to the level. Pure.
 */

import { roundEven } from "./rounding.js";

/** [flat * 256 + colour] -> what multiplying has to be done with; 255 where nothing is to be darkened. */
export const SHADE = Uint8Array.from({ length: 65536 }, (_, at) => {
  const [flat, colour] = [at >> 8, at & 255];
  return flat === 0 ? 255 : roundEven(Math.min((255 * colour) / flat, 255));
});

/** [flat * 256 + colour] -> what screening has to be done with; 0 where nothing is to be brightened. */
export const LIGHT = Uint8Array.from({ length: 65536 }, (_, at) => 255 - SHADE[65535 - at]);

/**
 * @param {Uint8Array} table SHADE or LIGHT @param {Uint8Array} labels @param {readonly (readonly number[])[]} colours of the labels
 * @param {Uint8Array} colour RGB @returns {Uint8Array} RGB
 */
export function lightingOf(table, labels, colours, colour) {
  const levels = new Uint8Array(colour.length);
  for (let at = 0, to = 0; at < labels.length; at++) {
    const flat = colours[labels[at]];
    for (let channel = 0; channel < 3; channel++, to++) levels[to] = table[(flat[channel] << 8) | colour[to]];
  }
  return levels;
}

const { fround } = Math;
const WHOLE = fround(255 * 255);

/**
 * The colour, moved by at most one level so that under lines and mask it gives the illustration best: the colour was
 * rounded once, the illustration once more, and this keeps the two from adding up.
 * @param {{lineart: Uint8Array, mask: Uint8Array, base: Uint8Array, illustration: Uint8Array, colour: Uint8Array}} painting
 * @returns {Uint8Array} RGB
 */
export function belowLines({ lineart, mask, base, illustration, colour }) {
  const best = new Uint8Array(colour.length);
  for (let at = 0, to = 0; at < lineart.length; at++) {
    const share = fround((lineart[at] * mask[at]) / WHOLE);
    const kept = fround(1 - fround(mask[at] / 255));
    for (let channel = 0; channel < 3; channel++, to++) {
      const near = colour[to];
      const wanted = fround(illustration[to] - fround(kept * base[to]));
      const solved = share > 0 ? fround(wanted / share) : near;
      best[to] = roundEven(Math.min(255, Math.max(0, Math.min(near + 1, Math.max(near - 1, solved)))));
    }
  }
  return best;
}
