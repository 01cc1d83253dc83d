/**
 * The flats of a painting as areas of few colours: what layers are made of. Twin of `palettes/segments.py`. Pure.
 *
 * @typedef {import("../geometry.js").Size} Size
 * @typedef {number[]} Colour  sRGB bytes
 * @typedef {{labels: Uint8Array, colours: Colour[]}} Segments  one label a pixel; colours: most used first
 */

import { connectedParts, filledFromNearest } from "../connected.js";
import { nearestColours, squaredDistance, toOklab } from "../oklab.js";
import { roundEven } from "./rounding.js";

const REACH = 0.055;
const MOST_COLOURS = 24;
const LEAST_SHARE = 0.0004;
const SPECK_SHARE = 6e-5;
const PAPER = 160;
const MINOR_SHARE = 0.1;
const AMPLE_SHARE = 0.02;
const ALL_COLOURS = 1 << 24;
const COARSE = 1 << 15;

/** @param {Uint8Array} flats RGB @param {Size} size @returns {Segments} */
export function findSegments(flats, size) {
  const { colours, weights } = histogram(flats);
  const leaders = findLeaders(colours, weights);
  const owners = nearestColours(colours, leaders);
  const table = new Uint8Array(ALL_COLOURS);
  for (let at = 0; at < owners.length; at++) table[packed(colours, at * 3)] = owners[at];
  const labels = new Uint8Array(flats.length / 3);
  for (let at = 0; at < labels.length; at++) labels[at] = table[packed(flats, at * 3)];
  return tidied(withoutSpecks(labels, size), settled(colours, weights, owners, leaders));
}

const packed = (pixels, at) => (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];

/** Every colour that occurs, darkest red first, and how often. */
function histogram(flats) {
  const counts = new Uint32Array(ALL_COLOURS);
  for (let at = 0; at < flats.length; at += 3) counts[packed(flats, at)]++;
  const count = counts.reduce((sum, weight) => sum + (weight > 0 ? 1 : 0), 0);
  const colours = new Uint8Array(count * 3);
  const weights = new Float64Array(count);
  for (let code = 0, at = 0; code < ALL_COLOURS; code++) {
    if (counts[code] === 0) continue;
    colours.set([code >> 16, (code >> 8) & 255, code & 255], at * 3);
    weights[at++] = counts[code];
  }
  return { colours, weights };
}

/** The commonest colour leads, all within REACH follow, and so on. @returns {number[]} red, green, blue, red ... */
function findLeaders(colours, weights) {
  const lab = toOklab(colours);
  const left = weights.slice();
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const leaders = [];
  for (let rest = total; leaders.length < MOST_COLOURS * 3 && rest > LEAST_SHARE * total; ) {
    const leader = commonest(colours, left);
    const taken = takeNear(lab, leader, left);
    if (!leaders.length || taken >= LEAST_SHARE * total) leaders.push(...colours.subarray(leader * 3, leader * 3 + 3));
    rest -= taken;
  }
  return leaders;
}

/** The most used colour of the most crowded corner of the cube. */
function commonest(colours, left) {
  const crowd = new Float64Array(COARSE);
  for (let at = 0; at < left.length; at++) crowd[coarse(colours, at * 3)] += left[at];
  let [best, leader] = [0, -1];
  for (let bin = 1; bin < COARSE; bin++) if (crowd[bin] > crowd[best]) best = bin;
  for (let at = 0; at < left.length; at++) if (coarse(colours, at * 3) === best && (leader < 0 || left[at] > left[leader])) leader = at;
  return leader;
}

const coarse = (colours, at) => ((colours[at] >> 3) << 10) | ((colours[at + 1] >> 3) << 5) | (colours[at + 2] >> 3);

function takeNear(lab, leader, left) {
  let taken = 0;
  for (let at = 0; at < left.length; at++) {
    if (left[at] === 0 || squaredDistance(lab, at * 3, lab, leader * 3) > REACH ** 2) continue;
    taken += left[at];
    left[at] = 0;
  }
  return taken;
}

/** The leader itself where it is meant (a dab's very colour), else the mean of its followers. @returns {Colour[]} */
function settled(colours, weights, owners, leaders) {
  const sums = Array.from({ length: leaders.length / 3 }, () => ({ red: 0, green: 0, blue: 0, all: 0, meant: 0 }));
  for (let at = 0; at < owners.length; at++) {
    const sum = sums[owners[at]];
    const [red, green, blue] = colours.subarray(at * 3, at * 3 + 3);
    sum.red += red * weights[at];
    sum.green += green * weights[at];
    sum.blue += blue * weights[at];
    sum.all += weights[at];
    if (packed(colours, at * 3) === packed(leaders, owners[at] * 3)) sum.meant += weights[at];
  }
  return sums.map(({ red, green, blue, all, meant }, number) => (meant < 0.2 * all ? [red, green, blue].map((sum) => roundEven(sum / all)) : leaders.slice(number * 3, number * 3 + 3)));
}

/** Connected parts under SPECK_SHARE of the picture take the label of the nearest pixel of a larger part. */
function withoutSpecks(labels, { width, height }) {
  const { parts, count } = connectedParts(labels, width, height);
  const areas = new Uint32Array(count);
  for (const part of parts) areas[part]++;
  const specks = Uint8Array.from(areas, (area) => (area < SPECK_SHARE * labels.length ? 1 : 0));
  const holes = new Uint8Array(labels.length);
  for (let at = 0; at < parts.length; at++) holes[at] = specks[parts[at]];
  return filledFromNearest(labels, holes, width, height);
}

/**
 * The largest connected parts, the largest first.
 * @param {Uint8Array} labels @param {Size} size @param {number} most up to 255
 * @returns {{ranked: Uint8Array, numbers: number[]}} ranked: 1 for pixels of the largest part and so on, 0 for none of them; numbers: each part's label
 */
export function largestParts(labels, { width, height }, most) {
  const { parts, count } = connectedParts(labels, width, height);
  const areas = new Uint32Array(count);
  const numbers = new Uint8Array(count);
  for (let at = 0; at < parts.length; at++) {
    areas[parts[at]]++;
    numbers[parts[at]] = labels[at];
  }
  const order = [...areas.keys()].sort((first, second) => areas[second] - areas[first] || first - second).slice(0, most);
  const rank = new Uint8Array(count);
  for (const [place, part] of order.entries()) rank[part] = place + 1;
  return { ranked: Uint8Array.from(parts, (part) => rank[part]), numbers: order.map((part) => numbers[part]) };
}

const codeOf = (colour) => packed(colour, 0);

/** Equal colours as one, unused ones left out, most used first. @param {Uint8Array} labels changed in place @param {Colour[]} colours @returns {Segments} */
function tidied(labels, colours) {
  const codes = [...new Set(colours.map(codeOf))].sort((first, second) => first - second);
  const owner = colours.map((colour) => codes.indexOf(codeOf(colour)));
  const areas = codes.map(() => 0);
  for (const label of labels) areas[owner[label]]++;
  const order = codes.map((_, number) => number).filter((number) => areas[number] > 0).sort((first, second) => areas[second] - areas[first] || first - second);
  const place = Uint8Array.from(owner, (number) => Math.max(0, order.indexOf(number)));
  for (let at = 0; at < labels.length; at++) labels[at] = place[labels[at]];
  return { labels, colours: order.map((number) => [codes[number] >> 16, (codes[number] >> 8) & 255, codes[number] & 255]) };
}

/**
 * Areas closed by lines without the scraps of other colours in them; below lines, the nearest area's colour.
 * @param {Segments} segments @param {Uint8Array} lineart @param {Size} size @returns {Segments}
 */
export function agreedInsideLines({ labels, colours }, lineart, { width, height }) {
  const paper = lineart.map((level) => (level >= PAPER ? 1 : 0));
  const { parts, count } = connectedParts(paper, width, height, true);
  const elected = elect(labels, colours.length, parts, count);
  const agreed = new Uint8Array(labels.length);
  for (let at = 0; at < agreed.length; at++) agreed[at] = elected[parts[at] * colours.length + labels[at]];
  const ink = paper.map((open) => 1 - open);
  return tidied(filledFromNearest(agreed, ink, width, height), colours);
}

/** What each colour becomes in each area: itself where it has a fair share, else the area's commonest. */
function elect(labels, colours, parts, count) {
  const votes = new Uint32Array(count * colours);
  for (let at = 0; at < labels.length; at++) votes[parts[at] * colours + labels[at]]++;
  const elected = new Uint8Array(votes.length);
  for (let part = 0; part < count; part++) {
    const ballots = votes.subarray(part * colours, (part + 1) * colours);
    const all = ballots.reduce((sum, votesOf) => sum + votesOf, 0);
    const winner = ballots.indexOf(ballots.reduce((most, votesOf) => Math.max(most, votesOf), 0));
    for (let colour = 0; colour < colours; colour++) {
      const stays = ballots[colour] >= MINOR_SHARE * all || ballots[colour] >= AMPLE_SHARE * labels.length;
      elected[part * colours + colour] = stays ? colour : winner;
    }
  }
  return elected;
}
