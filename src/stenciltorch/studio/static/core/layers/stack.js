/**
 * A painting as the layers that an artist would have made: the tree that PSD and OpenRaster files are written from. Twin
 * of `layers/stack.py`. Pure.
 *
 * @typedef {import("../geometry.js").Rect} Rect
 * @typedef {import("../geometry.js").Size} Size
 * @typedef {"normal" | "multiply" | "screen"} Blend
 *
 * @typedef {object} Layer
 * @property {string} name
 * @property {Rect} box  where the pixels lie; everything outside is transparent
 * @property {() => Uint8Array} paint  makes the pixels, straight RGBA, when they are written
 * @property {Blend} blend
 * @property {boolean} clipped  belongs to the layer below and stays inside it
 * @property {boolean} visible
 *
 * @typedef {{name: string, children: Node[], mask: Uint8Array | null}} Group  children: the lowest first
 * @typedef {Layer | Group} Node
 *
 * @typedef {object} Stack
 * @property {Size} size
 * @property {Node[]} children  the lowest first
 * @property {Uint8Array} preview  RGB: the flat picture that they give
 * @property {Uint8Array | null} base  RGB: the picture before, below everything
 * @property {Uint8Array | null} mask  what of it the first child covers
 *
 * @typedef {object} Finished  all of one size; pictures are RGB
 * @property {number} width
 * @property {number} height
 * @property {Uint8Array} lineart
 * @property {Uint8Array} mask
 * @property {Uint8Array} base
 * @property {Uint8Array} illustration
 * @property {Uint8Array} colour
 * @property {Uint8Array} flats
 * @property {Uint8Array} result  the illustration with the strokes on it
 * @property {readonly import("../hints.js").Hint[]} hints
 * @property {readonly import("../hints.js").Hint[]} retouches
 *
 * @typedef {object} Wish  how the flats become layers
 * @property {"colour" | "region"} by  one layer for each colour, or for each connected region
 * @property {readonly import("../names.js").Swatch[]} palette  names for its colours
 */

import { intersect, rectOf, wholeOf } from "../geometry.js";
import { listBounds, rasteriseHints } from "../hints.js";
import { label, unique } from "../names.js";
import { belowLines, LIGHT, lightingOf, SHADE } from "./lighting.js";
import { agreedInsideLines, findSegments, largestParts } from "./segments.js";

/** Layers of single regions; the smallest regions beyond share one layer a colour. */
const MOST_REGIONS = 250;

/** @param {Node} node @returns {node is Group} */
export const isGroup = (node) => "children" in node;

/** @param {Finished} finished @param {Partial<Wish>} [wish] @returns {Stack} */
export function buildStack(finished, { by = "colour", palette = [] } = {}) {
  const { width, height, mask, hints, retouches, result: preview } = finished;
  const size = { width, height };
  const colouring = colouringOf(finished, size, { by, palette });
  const over = [...strokes("retouches", retouches, size), ...strokes("hints", hints, size, false)];
  if (mask.every((level) => level === 255)) return { size, children: [...colouring, ...over], preview, base: null, mask: null };
  return { size, children: [{ name: "colouring", children: colouring, mask }, ...over], preview, base: finished.base, mask };
}

function colouringOf(finished, size, wish) {
  const segments = agreedInsideLines(findSegments(finished.flats, size), finished.lineart, size);
  const { labels, colours } = segments;
  const colour = belowLines(finished);
  const lighting = (name, table, neutral, blend) => lightingLayer(name, lightingOf(table, labels, colours, colour), neutral, blend, size);
  return [
    { name: "flats", children: flatsLayers(segments, size, wish), mask: null },
    ...lighting("shade", SHADE, 255, "multiply"),
    ...lighting("light", LIGHT, 0, "screen"),
    ...lineLayer(finished.lineart, size),
  ];
}

const layerOf = (name, box, paint, options = {}) => ({ name, box, paint, blend: "normal", clipped: false, visible: true, ...options });

/** Pixels that change nothing are transparent. */
function lightingLayer(name, levels, neutral, blend, { width, height }) {
  const active = (at) => levels[at * 3] !== neutral || levels[at * 3 + 1] !== neutral || levels[at * 3 + 2] !== neutral;
  const box = boundsOf(active, width, height);
  const paint = () => paintedBox(box, width, (at, pixels, to) => active(at) && setPixel(pixels, to, levels[at * 3], levels[at * 3 + 1], levels[at * 3 + 2]));
  return box ? [layerOf(name, box, paint, { blend, clipped: true })] : [];
}

/** Black ink on a transparent page; in mode multiply it darkens just as the drawing on its paper does. */
function lineLayer(lineart, { width, height }) {
  const box = boundsOf((at) => lineart[at] < 255, width, height);
  const paint = () => paintedBox(box, width, (at, pixels, to) => (pixels[to + 3] = 255 - lineart[at]));
  return box ? [layerOf("line", box, paint, { blend: "multiply" })] : [];
}

/** Strokes as pixels, cropped to those that are seen. */
function strokes(name, list, size, visible = true) {
  const reach = intersect(listBounds(list), wholeOf(size));
  if (!reach) return [];
  const pixels = new Uint8Array(rasteriseHints(list, reach).buffer);
  const inside = boundsOf((at) => pixels[at * 4 + 3] > 0, reach.width, reach.height);
  if (!inside) return [];
  const box = rectOf(reach.x + inside.x, reach.y + inside.y, inside.width, inside.height);
  const paint = () => paintedBox(inside, reach.width, (at, painted, to) => painted.set(pixels.subarray(at * 4, at * 4 + 4), to));
  return [layerOf(name, box, paint, { visible })];
}

/** The most used colour lowest. */
function flatsLayers(segments, size, { by, palette }) {
  const { labels, colours } = segments;
  const cuts = by === "region" ? byRegion(segments, size) : byColour(labels, colours.length, size);
  const names = unique(cuts.map(({ number }) => label(colours[number], palette)));
  return cuts.map(({ number, places, mark, box }, at) => {
    const paint = () => paintedBox(box, size.width, (from, pixels, to) => places[from] === mark && setPixel(pixels, to, ...colours[number]));
    return layerOf(names[at], box, paint);
  });
}

/** Pixels of one colour: its number, and where `places` has this mark. @returns {{number: number, places: Uint8Array, mark: number, box: Rect}[]} */
const byColour = (labels, count, size) =>
  boxesOf(labels, count, size).map((box, number) => ({ number, places: labels, mark: number, box })).filter(({ box }) => box);

/** The largest regions one by one, large ones first; of each colour what is left over together. */
function byRegion({ labels, colours }, size) {
  const { ranked, numbers } = largestParts(labels, size, MOST_REGIONS);
  const boxes = boxesOf(ranked, numbers.length + 1, size);
  const cuts = numbers.map((number, place) => ({ number, places: ranked, mark: place + 1, box: boxes[place + 1] }));
  if (!boxes[0]) return cuts;
  const left = labels.map((number, at) => (ranked[at] ? 255 : number));
  return [...cuts, ...byColour(left, colours.length, size)];
}

function setPixel(pixels, to, red, green, blue) {
  pixels[to] = red;
  pixels[to + 1] = green;
  pixels[to + 2] = blue;
  pixels[to + 3] = 255;
}

/** RGBA of a box; `paint` is told where each pixel is in the picture and in the box. */
function paintedBox(box, width, paint) {
  const pixels = new Uint8Array(box.width * box.height * 4);
  for (let y = 0, to = 0; y < box.height; y++) {
    for (let x = 0, at = (box.y + y) * width + box.x; x < box.width; x++, at++, to += 4) paint(at, pixels, to);
  }
  return pixels;
}

/** The smallest box that holds all pixels which `inside` says yes to. @param {(at: number) => boolean} inside @returns {Rect | null} */
export function boundsOf(inside, width, height) {
  let [left, top, right, bottom] = [width, -1, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = y * width;
    let first = 0;
    while (first < width && !inside(row + first)) first++;
    if (first === width) continue;
    let last = width - 1;
    while (last > right && !inside(row + last)) last--;
    if (top < 0) top = y;
    [left, right, bottom] = [Math.min(left, first), Math.max(right, last), y];
  }
  return top < 0 ? null : rectOf(left, top, right - left + 1, bottom - top + 1);
}

/** Of each label below `count`; null where no pixel has it. @returns {(Rect | null)[]} */
function boxesOf(labels, count, { width, height }) {
  const edges = Array.from({ length: count }, () => ({ left: width, top: height, right: -1, bottom: -1 }));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const edge = edges[labels[at]];
      if (!edge) continue;
      if (x < edge.left) edge.left = x;
      if (x > edge.right) edge.right = x;
      if (y < edge.top) edge.top = y;
      edge.bottom = y;
    }
  }
  return edges.map(({ left, top, right, bottom }) => (right < 0 ? null : rectOf(left, top, right - left + 1, bottom - top + 1)));
}
