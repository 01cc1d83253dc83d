/**
 * Colours that go together, one for each role; twin of `draw_scheme` and `scheme_of` in `suggestion.py`. Pure.
 *
 * @typedef {readonly number[]} Colour  sRGB bytes
 * @typedef {{background: Colour, skin: Colour, hair: Colour, main: Colour, second: Colour, accent: Colour}} Scheme
 */

import { fromHex, fromHsv } from "./colour.js";
import { squaredDistance, toOklab } from "./oklab.js";

const SKINS = ["#fde3d2", "#f8d5bd", "#f3c8ab", "#dfa27d", "#a86b48"];
const SKIN_SHARES = [0.3, 0.25, 0.2, 0.15, 0.1];
const HAIRS = ["#3a3038", "#5b3d2e", "#8a5a38", "#d9a957", "#f0dfae", "#c9c4d6", "#b5483f", "#5f79b8", "#d98fae", "#6f9c86"];

/** Around a hue at random: cloths in that hue and its neighbour or opposite, a pale background. @param {import("./chance.js").Chance} chance @returns {Scheme} */
export function drawScheme(chance) {
  const hue = chance.share();
  const turn = chance.one([0.08, -0.08, 0.5, 0.42]);
  const dyed = (turned, saturation, value) => {
    const chosen = { saturation: chance.between(...saturation), value: chance.between(...value) };
    return fromHsv({ hue: (((turned % 1) + 1) % 1) * 360, ...chosen });
  };
  return {
    background: dyed(hue + chance.one([0, 0.5, 0.1]), [0.06, 0.18], [0.94, 1]),
    skin: fromHex(chance.one(SKINS, SKIN_SHARES)),
    hair: fromHex(chance.one(HAIRS)),
    main: dyed(hue, [0.3, 0.5], [0.75, 0.95]),
    second: dyed(hue + turn, [0.1, 0.25], [0.92, 1]),
    accent: dyed(hue + turn + 0.06, [0.45, 0.65], [0.8, 0.95]),
  };
}

/** Of a palette: its palest for the background, the most skin-like for skin, others by chance. @param {readonly Colour[]} palette @param {import("./chance.js").Chance} chance @returns {Scheme} */
export function schemeOf(palette, chance) {
  const lab = toOklab(palette.flatMap((colour) => [...colour]));
  const middle = toOklab(fromHex(SKINS[1]));
  const places = palette.map((_, place) => place);
  const least = (measure) => places.reduce((best, place) => (measure(place) < measure(best) ? place : best), 0);
  const [palest, skin] = [least((place) => -lab[place * 3]), least((place) => squaredDistance(lab, place * 3, middle, 0))];
  const shuffled = chance.order(palette.length).filter((place) => place !== palest && place !== skin);
  const others = shuffled.length ? shuffled : [palest];
  const [background, skinned, hair, main, second, accent] = [palest, skin, ...[0, 1, 2, 3].map((at) => others[at % others.length])].map((place) => palette[place]);
  return { background, skin: skinned, hair, main, second, accent };
}
