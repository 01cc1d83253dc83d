import assert from "node:assert/strict";
import { test } from "node:test";

import { measureLines, regionAt, regionRuns, shrinkLines } from "../../../src/stenciltorch/studio/static/core/fill.js";

/** Two rooms, a wall between them at x = 20 with a hole of `hole` pixels. */
function rooms(hole) {
  const [width, height] = [41, 31];
  const lineart = new Uint8Array(width * height).fill(255);
  for (let x = 0; x < width; x++) lineart[x] = lineart[(height - 1) * width + x] = 0;
  for (let y = 0; y < height; y++) lineart[y * width] = lineart[y * width + width - 1] = lineart[y * width + 20] = 0;
  for (let y = 0; y < hole; y++) lineart[(12 + y) * width + 20] = 255;
  return { lineart, width, height };
}

const count = (region) => region.filter(Boolean).length;

test("a closed room is filled to the lines and no farther", () => {
  const { lineart, width, height } = rooms(0);
  const region = regionAt(measureLines(lineart, width, height), 5, 5, { gap: 0 });
  assert.equal(count(region), 19 * 29);
});

test("a small gap is closed, a wide one is not", () => {
  for (const [hole, gap, closed] of [[3, 0, false], [3, 6, true], [12, 6, false]]) {
    const { lineart, width, height } = rooms(hole);
    const region = regionAt(measureLines(lineart, width, height), 5, 5, { gap });
    assert.equal(region[15 * width + 35] === 0, closed, `hole ${hole}, gap ${gap}`);
  }
});

test("closing gaps still fills the room into its straight sides", () => {
  const { lineart, width, height } = rooms(3);
  const region = regionAt(measureLines(lineart, width, height), 5, 5, { gap: 6 });
  assert.equal(region[15 * width + 1], 255);
  assert.equal(region[1 * width + 10], 255);
  assert.ok(count(region) > 19 * 29 - 12);
});

test("a region too small for the ball is filled all the same", () => {
  const { lineart, width, height } = rooms(0);
  for (let y = 0; y < height; y++) lineart[y * width + 4] = 0;
  const region = regionAt(measureLines(lineart, width, height), 2, 10, { gap: 20 });
  assert.equal(region[10 * width + 2], 255);
  assert.equal(region[10 * width + 10], 0);
});

test("a click on a line takes the region beside it; a page of ink has none", () => {
  const { lineart, width, height } = rooms(0);
  assert.ok(regionAt(measureLines(lineart, width, height), 20, 10, { gap: 0 }));
  assert.equal(regionAt(measureLines(new Uint8Array(100), 10, 10), 5, 5), null);
});

test("a region can reach under the ink", () => {
  const { lineart, width, height } = rooms(0);
  const region = regionAt(measureLines(lineart, width, height), 5, 5, { gap: 0, under: 1 });
  assert.equal(region[10 * width + 20], 255);
  assert.equal(region[10 * width + 21], 0);
});

test("runs describe the region exactly, at full size and shrunken", () => {
  const full = rooms(0);
  const region = regionAt(measureLines(full.lineart, full.width, full.height), 5, 5, { gap: 0 });
  const area = regionRuns(region, full.width, 1, full);
  assert.deepEqual({ ...area, runs: area.runs.length }, { x: 1, y: 1, width: 19, height: 29, runs: 29 * 3 });
  const small = shrinkLines(full.lineart, full.width, full.height, 2);
  const coarse = regionAt(measureLines(small.lineart, small.width, small.height), 2, 2, { gap: 0, under: 1 });
  const back = regionRuns(coarse, small.width, 2, full);
  const pixels = back.runs.reduce((sum, value, at) => sum + (at % 3 === 2 ? value : 0), 0);
  assert.ok(pixels > 0.9 * 19 * 29 && pixels <= 19 * 29 + 29, `${pixels}`);
  assert.equal(regionRuns(new Uint8Array(region.length), full.width, 1, full), null);
});
