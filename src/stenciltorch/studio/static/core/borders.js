/**
 * Regions that touch, joined over open borders. Twin of `merge_open` in `synthesis/regions.py`. Pure.
 *
 * @typedef {{first: number, second: number, length: number, height: number}} Border
 *   between two regions, first < second; length: in pixels; height: the sum along it
 */

const STEPS = 8;

/**
 * Borders of a label map, in the order of their regions.
 * @param {Int32Array} labels @param {ArrayLike<number>} heights of the same pixels @param {number} width @param {number} height @returns {Border[]}
 */
export function bordersOf(labels, heights, width, height) {
  const borders = new Map();
  const meet = (near, far) => {
    if (labels[near] === labels[far]) return;
    add(borders, labels[near], labels[far], 1, Math.max(heights[near], heights[far]));
  };
  for (let y = 0; y < height; y++) for (let x = 1, at = y * width; x < width; x++, at++) meet(at, at + 1);
  for (let at = 0; at < (height - 1) * width; at++) meet(at, at + width);
  return inOrder(borders);
}

function add(borders, one, other, length, height) {
  const [first, second] = one < other ? [one, other] : [other, one];
  const key = first * 2 ** 26 + second;
  const known = borders.get(key);
  if (!known) borders.set(key, { first, second, length, height });
  else {
    known.length += length;
    known.height += height;
  }
}

const inOrder = (borders) => [...borders.entries()].sort(([one], [other]) => one - other).map(([, border]) => border);

/**
 * Join regions, the most open border first, until every border is lower than `open` on average.
 * @param {number} count of regions @param {Border[]} borders @param {number} open mean height @returns {Int32Array} the region that each belongs to
 */
export function joinOpen(count, borders, open) {
  const owner = Int32Array.from({ length: count }, (_, region) => region);
  for (let step = 1; step <= STEPS; step++) {
    const limit = step === STEPS ? open : 1 + (step * (open - 1)) / STEPS;
    for (let wide = widest(borders, limit); wide.length; wide = widest(borders, limit)) borders = joined(owner, borders, wide);
  }
  return owner.map((_, region) => rootOf(owner, region));
}

const openness = ({ height, length }) => height / length;

/** The most open border of each region, where it is more open than the limit. */
function widest(borders, limit) {
  const [asFirst, asSecond] = [new Map(), new Map()];
  for (const border of borders) {
    keepWider(asFirst, border.first, border);
    keepWider(asSecond, border.second, border);
  }
  const best = new Set();
  for (const region of new Set([...asFirst.keys(), ...asSecond.keys()])) {
    const [one, other] = [asFirst.get(region), asSecond.get(region)];
    best.add(one && (!other || openness(other) <= openness(one)) ? one : other);
  }
  return [...best].filter((border) => openness(border) > limit);
}

/** Of equals the last. */
function keepWider(best, region, border) {
  const known = best.get(region);
  if (!known || openness(border) >= openness(known)) best.set(region, border);
}

function rootOf(owner, region) {
  while (owner[region] !== region) region = owner[region] = owner[owner[region]];
  return region;
}

function joined(owner, borders, wide) {
  for (const { first, second } of wide) {
    const [one, other] = [rootOf(owner, first), rootOf(owner, second)];
    owner[Math.max(one, other)] = Math.min(one, other);
  }
  const left = new Map();
  for (const { first, second, length, height } of borders) {
    const [one, other] = [rootOf(owner, first), rootOf(owner, second)];
    if (one !== other) add(left, one, other, length, height);
  }
  return inOrder(left);
}
