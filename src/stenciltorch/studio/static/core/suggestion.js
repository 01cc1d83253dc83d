/**
 * Proposals: where the artist has said nothing, dabs that could be a start: colours of hints near by, or, where nothing
 * is hinted yet, a scheme. Twin of `suggestion.py`, which says how they are found; the encoder's `taste` tells which
 * areas look like skin, hair or cloth. Pure; runs in the worker.
 *
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {{label: number, pixels: number, x: number, y: number, depth: number, edges: number}} Area
 *   x, y: the place deepest inside; depth: from there to the lines, in pixels; edges: of the picture that it touches
 * @typedef {{x: number, y: number, radius: number, colour: readonly number[]}} Dab  x, y: of a pixel
 * @typedef {{colour: readonly number[], x: number, y: number, background: boolean}} Wish  a colour put into an area, and the middle of its pixels
 */

import { Chance } from "./chance.js";
import { connectedParts, nearestPixels, STEP } from "./connected.js";
import { clamp } from "./geometry.js";
import { closed, dilate, erode, opened } from "./morphology.js";
import { nearestColours } from "./oklab.js";
import { drawScheme, schemeOf } from "./schemes.js";

const SQUARE = 8;
/** Families of the taste's colours: skin, hair, cloth; first and one past the last. */
const FAMILIES = [[7, 12], [12, 18], [18, Infinity]];
const SMALLEST = 0.0003;
const LARGEST_DAB = 0.02;
/** Hinted pixels that make an area a hinted one, and a colour a wish. */
const FEWEST = 4;
const FREEDOM = 0.3;

/**
 * @param {object} drawing
 * @param {Size} drawing.size @param {Uint8Array} drawing.lineart @param {Uint8Array} drawing.mask @param {Uint8Array} drawing.hints RGBA
 * @param {{colours: number, values: Float32Array}} taste logits (colours, height / 8, width / 8)
 * @param {number} seed another seed, another proposal @param {readonly (readonly number[])[] | null} [palette] colours to keep to
 * @returns {Dab[]} one for every area that is open, large enough and not hinted yet
 */
export function suggest({ size, lineart, mask, hints }, taste, seed, palette = null) {
  const { labels, areas } = findAreas({ size, lineart, mask, hints });
  if (!areas.length) return [];
  const chance = new Chance(seed);
  const scheme = palette ? schemeOf(palette, chance) : drawScheme(chance);
  const roles = castRoles(areas, expectations(labels, areas, taste, size), size, chance);
  const colours = goOn(areas, keptTo(findWishes(labels, hints, size), palette), roles.map((role) => scheme[role]), size, chance);
  const most = Math.max(2, LARGEST_DAB * Math.max(size.width, size.height));
  return areas.map(({ x, y, depth }, number) => ({ x, y, radius: clamp(0.6 * depth, 1, most), colour: colours[number] }));
}

/** What is hinted so far, by area, then by colour; hints on lines are nobody's. @returns {Wish[]} */
export function findWishes(labels, hints, { width, height }) {
  const found = new Map();
  const sizes = new Map();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      sizes.set(labels[at], (sizes.get(labels[at]) ?? 0) + 1);
      if (hints[at * 4 + 3] <= 127 || labels[at] === 0) continue;
      const colour = [...hints.subarray(at * 4, at * 4 + 3)];
      const key = labels[at] * 2 ** 24 + colour[0] * 65536 + colour[1] * 256 + colour[2];
      if (!found.has(key)) found.set(key, { label: labels[at], colour, count: 0, across: 0, down: 0 });
      const sum = found.get(key);
      sum.count++;
      sum.across += x;
      sum.down += y;
    }
  }
  const wishes = [...found].filter(([, { count }]) => count >= FEWEST).sort(([first], [second]) => first - second);
  const rims = rimsOf(labels, width, height);
  const whole = width * height;
  return wishes.map(([, { label, colour, count, across, down }]) => {
    const edges = rims.filter((rim) => rim.has(label)).length;
    return { colour, x: across / count, y: down / count, background: isBackground(sizes.get(label), edges, whole) };
  });
}

/** The labels along each of the picture's four edges. @returns {Set<number>[]} */
function rimsOf(labels, width, height) {
  const row = (y) => new Set(labels.subarray(y * width, (y + 1) * width));
  const column = (x) => new Set(Array.from({ length: height }, (_, y) => labels[y * width + x]));
  return [row(0), row(height - 1), column(0), column(width - 1)];
}

const isBackground = (pixels, edges, whole) => edges >= 2 && pixels > 0.05 * whole;

/** @param {Wish[]} wishes @param {readonly (readonly number[])[] | null} palette @returns {Wish[]} in the palette's colours, if there is one */
function keptTo(wishes, palette) {
  if (!palette || !wishes.length) return wishes;
  const nearest = nearestColours(wishes.flatMap(({ colour }) => [...colour]), palette.flatMap((colour) => [...colour]));
  return wishes.map((wish, number) => ({ ...wish, colour: palette[nearest[number]] }));
}

/** For each area the colour of a wish near by; `otherwise` where there is none of its kind, background or not. @param {Area[]} areas @param {Wish[]} wishes */
function goOn(areas, wishes, otherwise, { width, height }, chance) {
  if (!wishes.length) return otherwise;
  return areas.map(({ x, y, pixels, edges }, number) => {
    const behind = isBackground(pixels, edges, width * height);
    let [nearest, colour] = [Infinity, otherwise[number]];
    for (const wish of wishes) {
      const far = Math.exp(FREEDOM * chance.normal()) * Math.hypot(wish.x - x, wish.y - y);
      if (wish.background === behind && far < nearest) [nearest, colour] = [far, wish.colour];
    }
    return colour;
  });
}

/** Areas between lines, the largest first, and a number for each pixel: 0 for lines, else Area.label. @returns {{labels: Int32Array, areas: Area[]}} */
export function findAreas({ size, lineart, mask, hints }) {
  const { width, height } = size;
  const lines = borders(lineart, width, height);
  const paper = lines.map((line, at) => (line || mask[at] < 128 ? 0 : 1));
  const { parts: labels, count } = connectedParts(paper, width, height, true);
  const facts = factsOf(labels, count, hints, size);
  const fewest = Math.max(24, SMALLEST * paper.length);
  const open = facts.filter(({ label, pixels, hinted }) => label > 0 && pixels >= fewest && hinted < FEWEST);
  const depth = depthOf(paper, size);
  const areas = open.map((fact) => areaOf(fact, labels, depth, size));
  return { labels, areas: areas.sort((first, second) => second.pixels - first.pixels || first.label - second.label) };
}

/** Where lines are, small gaps closed; areas filled with grey count by their edges only. */
function borders(lineart, width, height) {
  const ink = lineart.map((level) => 255 - level);
  const tone = opened(ink, width, height, 13);
  const [high, low] = [dilate(tone, width, height, 3), erode(tone, width, height, 3)];
  const lines = ink.map((level, at) => (level - tone[at] + high[at] - low[at] > 36 ? 1 : 0));
  return closed(lines, width, height, 3);
}

function factsOf(labels, count, hints, { width, height }) {
  const facts = Array.from({ length: count }, (_, label) => ({ label, pixels: 0, hinted: 0, left: width, top: height, right: -1, bottom: -1 }));
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const fact = facts[labels[at]];
      fact.pixels++;
      if (hints[at * 4 + 3] > 127) fact.hinted++;
      if (x < fact.left) fact.left = x;
      if (x > fact.right) fact.right = x;
      if (y < fact.top) fact.top = y;
      fact.bottom = y;
    }
  }
  return facts;
}

/** How far each pixel is from lines and from the picture's rim. @returns {(x: number, y: number) => number} */
function depthOf(paper, { width, height }) {
  const padded = new Uint8Array((width + 2) * (height + 2));
  for (let y = 0; y < height; y++) padded.set(paper.subarray(y * width, (y + 1) * width), (y + 1) * (width + 2) + 1);
  const { distance, stride, start } = nearestPixels(padded, width + 2, height + 2);
  return (x, y) => distance[start + (y + 1) * stride + x + 1];
}

function areaOf({ label, pixels, left, top, right, bottom }, labels, depth, { width, height }) {
  let [best, deepest] = [{ x: left, y: top }, 0];
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      if (labels[y * width + x] === label && depth(x, y) > deepest) [best, deepest] = [{ x, y }, depth(x, y)];
    }
  }
  const edges = [left === 0, top === 0, right === width - 1, bottom === height - 1].filter(Boolean).length;
  return { label, pixels, ...best, depth: deepest / STEP, edges };
}

/** The log-probability of each colour in each area: means over the squares that it lies in. @returns {Float64Array[]} */
export function expectations(labels, areas, { colours, values }, { width, height }) {
  const squares = { across: Math.ceil(width / SQUARE), down: Math.ceil(height / SQUARE) };
  const sure = certainties(values, colours, squares.across * squares.down);
  const place = new Map(areas.map(({ label }, number) => [label, number]));
  const sums = areas.map(() => new Float64Array(colours));
  for (const [key, count] of sharesOf(labels, place, squares, { width, height })) {
    const [number, square] = [Math.floor(key / (squares.across * squares.down)), key % (squares.across * squares.down)];
    for (let colour = 0; colour < colours; colour++) sums[number][colour] += (count * sure[colour * squares.across * squares.down + square]) / areas[number].pixels;
  }
  return sums;
}

/** Logits -> log-probabilities. */
function certainties(values, colours, squares) {
  const sure = new Float64Array(values.length);
  for (let square = 0; square < squares; square++) {
    let [most, sum] = [-Infinity, 0];
    for (let colour = 0; colour < colours; colour++) most = Math.max(most, values[colour * squares + square]);
    for (let colour = 0; colour < colours; colour++) sum += Math.exp(values[colour * squares + square] - most);
    for (let colour = 0; colour < colours; colour++) sure[colour * squares + square] = values[colour * squares + square] - most - Math.log(sum);
  }
  return sure;
}

/** Pixels of each area in each square; a key is area x squares + square. @returns {Map<number, number>} */
function sharesOf(labels, place, { across, down }, { width, height }) {
  const shares = new Map();
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const number = labels[at] > 0 ? place.get(labels[at]) : undefined;
      if (number === undefined) continue;
      const key = number * across * down + Math.floor(y / SQUARE) * across + Math.floor(x / SQUARE);
      shares.set(key, (shares.get(key) ?? 0) + 1);
    }
  }
  return shares;
}

const LEANINGS = [-0.3, -0.1, 0.3];

/** The role of each area, a field of Scheme. @param {Area[]} areas @param {ArrayLike<number>[]} expected @returns {string[]} */
export function castRoles(areas, expected, { width, height }, chance) {
  const scores = standardised(expected.map((chances) => FAMILIES.map((family) => familyScore(chances, family))));
  for (const row of scores) for (let family = 0; family < 3; family++) row[family] += 0.25 * chance.normal() + LEANINGS[family];
  return areas.map(({ edges, pixels }, rank) => {
    const [skin, hair, cloth] = scores[rank];
    if (isBackground(pixels, edges, width * height)) return "background";
    if (Math.max(skin, hair) > cloth) return skin > hair ? "skin" : "hair";
    const share = rank / areas.length;
    return share < 0.2 ? "main" : share < 0.6 ? "second" : "accent";
  });
}

function familyScore(chances, [first, end]) {
  let sum = 0;
  for (let colour = first; colour < Math.min(end, chances.length); colour++) sum += Math.exp(chances[colour]);
  return Math.log(sum + 1e-6);
}

/** Every column with mean 0 and deviation 1. */
function standardised(rows) {
  for (let column = 0; column < 3; column++) {
    const mean = rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
    const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (row[column] - mean) ** 2, 0) / rows.length);
    for (const row of rows) row[column] = (row[column] - mean) / (deviation + 1e-3);
  }
  return rows;
}
