/**
 * Regions of a drawing: what a bucket or a region select takes, stopping at lines and at small gaps in them. Pure.
 *
 * A gap is closed by a ball: the fill may only go where a ball of half the gap's width fits, and then grows back to the
 * lines without going farther than that radius. Small regions that no ball fits into are filled with a smaller one.
 *
 * @typedef {import("./raster.js").Area} Area
 * @typedef {{width: number, height: number, distance: Uint16Array}} LineDistance
 *   distance: to the nearest ink pixel, in tenths of a pixel; 0 on ink
 */

const STEP = 10;
const DIAGONAL = 14;
export const INK_BELOW = 160;

/**
 * @param {Uint8Array} lineart 0 ink .. 255 paper @param {number} width @param {number} height
 * @param {number} [inkBelow] darker than this is a line @returns {LineDistance}
 */
export function measureLines(lineart, width, height, inkBelow = INK_BELOW) {
  const distance = new Uint16Array(width * height);
  for (let at = 0; at < distance.length; at++) distance[at] = lineart[at] < inkBelow ? 0 : 65000;
  sweepDown(distance, width, height);
  sweepUp(distance, width, height);
  return { width, height, distance };
}

function sweepDown(distance, width, height) {
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let best = distance[at];
      if (x > 0) best = Math.min(best, distance[at - 1] + STEP);
      if (y > 0) {
        best = Math.min(best, distance[at - width] + STEP);
        if (x > 0) best = Math.min(best, distance[at - width - 1] + DIAGONAL);
        if (x < width - 1) best = Math.min(best, distance[at - width + 1] + DIAGONAL);
      }
      distance[at] = best;
    }
  }
}

function sweepUp(distance, width, height) {
  for (let y = height - 1, at = width * height - 1; y >= 0; y--) {
    for (let x = width - 1; x >= 0; x--, at--) {
      let best = distance[at];
      if (x < width - 1) best = Math.min(best, distance[at + 1] + STEP);
      if (y < height - 1) {
        best = Math.min(best, distance[at + width] + STEP);
        if (x < width - 1) best = Math.min(best, distance[at + width + 1] + DIAGONAL);
        if (x > 0) best = Math.min(best, distance[at + width - 1] + DIAGONAL);
      }
      distance[at] = best;
    }
  }
}

/**
 * The region around a point.
 * @param {LineDistance} lines @param {number} x @param {number} y
 * @param {{gap?: number, under?: number}} [options] gap: widest hole in a line that still counts as closed, in pixels;
 *   under: how far the region reaches under the ink, so that no pale rim is left
 * @returns {Uint8Array | null} 255 in the region; null where there is nothing but ink
 */
export function regionAt(lines, x, y, { gap = 4, under = 0 } = {}) {
  const seed = nearestPaper(lines, Math.floor(x), Math.floor(y));
  if (seed < 0) return null;
  const radius = Math.min((gap / 2) * STEP, lines.distance[seed] - STEP);
  const region = new Uint8Array(lines.distance.length);
  const front = floodOpen(lines, seed, Math.max(0, radius), region);
  growBack(lines, region, front, radius > 0 ? Math.ceil(radius / STEP) + 1 : 0, 1);
  if (under > 0) growBack(lines, region, edgeOf(lines, region), under, 0);
  return region;
}

function nearestPaper({ width, height, distance }, x, y) {
  for (let reach = 0; reach <= 4; reach++) {
    let best = -1;
    for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
      for (let column = Math.max(0, x - reach); column <= Math.min(width - 1, x + reach); column++) {
        const at = row * width + column;
        if (distance[at] > 0 && (best < 0 || distance[at] > distance[best])) best = at;
      }
    }
    if (best >= 0) return best;
  }
  return -1;
}

/** Fill by rows where the distance exceeds `radius`; answers with the pixels at the rim. */
function floodOpen({ width, height, distance }, seed, radius, region) {
  const front = [];
  const waiting = [seed];
  while (waiting.length) {
    const start = waiting.pop();
    if (region[start]) continue;
    const row = start - (start % width);
    let left = start;
    let right = start;
    while (left > row && distance[left - 1] > radius && !region[left - 1]) left--;
    while (right < row + width - 1 && distance[right + 1] > radius && !region[right + 1]) right++;
    region.fill(255, left, right + 1);
    front.push(left, right);
    if (row > 0) pushRuns(distance, radius, region, left - width, right - width, waiting, front);
    if (row < (height - 1) * width) pushRuns(distance, radius, region, left + width, right + width, waiting, front);
  }
  return front;
}

/** Where a row above or below is open, one seed a run; where it is shut, the pixel beside it belongs to the rim. */
function pushRuns(distance, radius, region, from, to, waiting, front) {
  let open = false;
  for (let at = from; at <= to; at++) {
    const passable = distance[at] > radius;
    if (passable && !open && !region[at]) waiting.push(at);
    if (!passable) front.push(at);
    open = passable && !region[at];
  }
}

/** Grow from the rim by `steps` rings into pixels at least `least` from ink; `front` may hold pixels outside the region. */
function growBack({ width, height, distance }, region, front, steps, least) {
  let ring = front;
  for (let step = 0; step < steps && ring.length; step++) {
    const next = [];
    const take = (at) => {
      if (!region[at] && distance[at] >= least) {
        region[at] = 255;
        next.push(at);
      }
    };
    for (const at of ring) {
      if (!region[at]) {
        take(at);
        continue;
      }
      const x = at % width;
      if (x > 0) take(at - 1);
      if (x < width - 1) take(at + 1);
      if (at >= width) take(at - width);
      if (at < (height - 1) * width) take(at + width);
    }
    ring = next;
  }
}

function edgeOf({ width, height }, region) {
  const edge = [];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (!region[at]) continue;
      const open =
        (x > 0 && !region[at - 1]) || (x < width - 1 && !region[at + 1]) || (y > 0 && !region[at - width]) || (y < height - 1 && !region[at + width]);
      if (open) edge.push(at);
    }
  }
  return edge;
}

/**
 * Shrink a drawing for region finding, keeping thin lines: each block takes its darkest pixel.
 * @param {Uint8Array} lineart @param {number} width @param {number} height @param {number} factor whole number
 */
export function shrinkLines(lineart, width, height, factor) {
  const smallWidth = Math.ceil(width / factor);
  const smallHeight = Math.ceil(height / factor);
  const small = new Uint8Array(smallWidth * smallHeight).fill(255);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(y / factor) * smallWidth;
    for (let x = 0; x < width; x++, at++) {
      const to = row + Math.floor(x / factor);
      if (lineart[at] < small[to]) small[to] = lineart[at];
    }
  }
  return { lineart: small, width: smallWidth, height: smallHeight };
}

/**
 * A region of the shrunken drawing as runs at full size, kept off the ink.
 * @param {Uint8Array} region @param {number} regionWidth @param {number} factor
 * @param {{lineart: Uint8Array, width: number, height: number}} full @param {boolean} [overInk] take ink pixels too
 * @returns {Area | null} null when the region holds nothing
 */
export function regionRuns(region, regionWidth, factor, full, overInk = false) {
  const runs = [];
  for (let y = 0; y < full.height; y++) {
    const row = Math.floor(y / factor) * regionWidth;
    let start = -1;
    for (let x = 0; x <= full.width; x++) {
      const taken = x < full.width && region[row + Math.floor(x / factor)] > 0 && (overInk || full.lineart[y * full.width + x] >= INK_BELOW);
      if (taken && start < 0) start = x;
      if (!taken && start >= 0) {
        runs.push(y, start, x - start);
        start = -1;
      }
    }
  }
  return runs.length ? cropRuns(runs) : null;
}

/**
 * The shape under a point of a drawing, as runs at full size.
 * @param {{width: number, height: number, labels: Int32Array}} shapes of the drawing, which may be larger
 * @param {number} x @param {number} y @param {{width: number, height: number}} full @returns {Area}
 */
export function shapeRuns(shapes, x, y, full) {
  const columns = Int32Array.from({ length: full.width }, (_, column) => Math.floor(((column + 0.5) * shapes.width) / full.width));
  const rowOf = (row) => Math.floor(((row + 0.5) * shapes.height) / full.height) * shapes.width;
  const label = shapes.labels[rowOf(Math.floor(y)) + columns[Math.floor(x)]];
  const runs = [];
  for (let row = 0; row < full.height; row++) {
    const from = rowOf(row);
    for (let column = 0, start = -1; column <= full.width; column++) {
      const taken = column < full.width && shapes.labels[from + columns[column]] === label;
      if (taken && start < 0) start = column;
      if (taken || start < 0) continue;
      runs.push(row, start, column - start);
      start = -1;
    }
  }
  return cropRuns(runs);
}

function cropRuns(runs) {
  const y = runs[0];
  let [x, right] = [Infinity, 0];
  for (let at = 0; at < runs.length; at += 3) {
    x = Math.min(x, runs[at + 1]);
    right = Math.max(right, runs[at + 1] + runs[at + 2]);
  }
  for (let at = 0; at < runs.length; at += 3) {
    runs[at] -= y;
    runs[at + 1] -= x;
  }
  return { x, y, width: right - x, height: runs[runs.length - 3] + 1, runs };
}
