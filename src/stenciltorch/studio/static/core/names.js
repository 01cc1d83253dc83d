/**
 * What people call a colour: the nearest of a short list of everyday names. Twin of `palettes/names.py`. Pure.
 *
 * @typedef {{colour: readonly number[], name: string}} Swatch  name: may be empty
 */

import { fromHex, sameColour, toHex } from "./colour.js";
import { nearestColours } from "./oklab.js";

const TABLE = `
white ffffff; off-white f6f3ec; pale grey dcdcdc; light grey bfbfbf; grey 868686; dark grey 595959; charcoal 333333
black 101010; blue-grey 6a7f99; pale blue-grey c3ced8; dark slate 2f3a46; warm grey a3927f; taupe 7d6b5d
cream fff3d6; ivory fbf7e4; beige e3d2b0; sand d2b68a; khaki a8985a; tan c79a6b; camel b0824f; ochre c58a2a
pale peach fde3d0; peach f7c9a8; apricot f5b27f; light brown b98a64; brown 8a5a34; chestnut 7a3f23
dark brown 4d2f1c; umber 33231a; terracotta b85c3e; rust 9c4221; copper b4693a
pale pink fbdfe4; pink f5a9bc; rose e0708c; hot pink ec3f8f; raspberry b3215a; salmon f4897b; coral f76f58
dusty pink c68e96; blush eebdb5; red e2201f; scarlet f4501f; crimson a8142c; dark red 731119; maroon 4f0f1e; wine 5f1f3a
light orange fbb65c; orange f58518; dark orange c9600e; amber f7a80c; gold d9a520; mustard b8911f
pale yellow fdf6b8; light yellow fbec7a; yellow f8d915; lemon f5ef3c; olive 75742b; dark olive 45451c
pale green d3efcf; light green 93d98a; green 35a043; dark green 175c2c; lime a6d830; moss 6d8440; forest green 1d4026
mint aeeccf; sea green 3aa67d; emerald 0f9a62; sage a3b491; teal 147d80; dark teal 0c4a50; turquoise 34c2bd
aqua 6fe0e6; pale cyan cdf3f5; cyan 1fb6d9; sky blue 85c6f0; pale blue d4e6f8; light blue a8c8ee; blue 2b66d1
royal blue 2340b0; dark blue 1a2a73; navy 131a40; steel blue 4f7ba6; denim 3d5a86; indigo 3c2f8f; periwinkle 8f97e3
lavender d2c6f2; lilac bf9fdd; violet 8243c9; purple 6a2a8f; dark purple 3b1752; plum 723a68; mauve a8839f
magenta cf2fae; orchid d873cf; pale lilac ebdff7
`;

const KNOWN = TABLE.split(/[;\n]/).map((entry) => entry.trim()).filter(Boolean).map((entry) => {
  const space = entry.lastIndexOf(" ");
  return { name: entry.slice(0, space).trim(), colour: fromHex(entry.slice(space + 1)) };
});

/** @param {readonly number[]} colour @returns {string} such as "dark teal" */
export const colourName = (colour) => KNOWN[nearestColours(colour, KNOWN.flatMap((entry) => [...entry.colour]))[0]].name;

/**
 * The artist's own name of exactly this colour or else an everyday name, then its code: "skin #f2c4a0".
 * @param {readonly number[]} colour @param {readonly Swatch[]} [known]
 */
export function label(colour, known = []) {
  const own = known.find((swatch) => swatch.name && sameColour(swatch.colour, colour));
  return `${own?.name ?? colourName(colour)} ${toHex(colour)}`;
}

/** Equal labels are numbered: a, b, a -> "a 1", "b", "a 2". @param {readonly string[]} labels @returns {string[]} */
export function unique(labels) {
  const counts = new Map();
  for (const one of labels) counts.set(one, (counts.get(one) ?? 0) + 1);
  const seen = new Map();
  return labels.map((one) => {
    seen.set(one, (seen.get(one) ?? 0) + 1);
    return counts.get(one) > 1 ? `${one} ${seen.get(one)}` : one;
  });
}
