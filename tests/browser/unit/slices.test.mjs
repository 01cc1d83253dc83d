import assert from "node:assert/strict";
import { test } from "node:test";

import { areaHint, rasteriseHints, strokeHint } from "../../../src/stenciltorch/studio/static/core/hints.js";
import { Jobs } from "../../../src/stenciltorch/studio/static/core/jobs.js";
import { NewsReader } from "../../../src/stenciltorch/studio/static/core/news.js";
import { breathe, Pace } from "../../../src/stenciltorch/studio/static/core/pace.js";
import { reduceHints, reducePlain, sourceRect, workingSize } from "../../../src/stenciltorch/studio/static/core/scaling.js";
import { Wishes } from "../../../src/stenciltorch/studio/static/core/wishes.js";

const size = { width: 1300, height: 700 };

test("marked twice is done once, everything marked is covered, nothing lies outside", () => {
  const seen = new Map();
  const jobs = new Jobs(size, (layer, rect) => {
    for (let y = rect.y; y < rect.y + rect.height; y++) seen.set(`${layer}${rect.x},${y}`, (seen.get(`${layer}${rect.x},${y}`) ?? 0) + rect.width);
    assert.ok(rect.x + rect.width <= size.width && rect.y + rect.height <= size.height);
  });
  jobs.mark("mask", { x: -50, y: 0, width: 5000, height: 5000 });
  jobs.mark("mask", { x: 600, y: 300, width: 10, height: 10 });
  jobs.mark("hints", { x: 2000, y: 0, width: 10, height: 10 });
  assert.deepEqual(jobs.run(() => false), { x: 0, y: 0, ...size });
  assert.ok(jobs.empty);
  assert.equal([...seen.values()].reduce((sum, width) => sum + width, 0), size.width * size.height);
  assert.equal(jobs.run(() => false), null);
});

test("each slice does at least one tile and stops when time is up", () => {
  let worked = 0;
  const jobs = new Jobs({ width: 4000, height: 3000 }, (_, rect) => {
    worked++;
    assert.ok(rect.width * rect.height <= 512 * 256);
  });
  jobs.mark("hints", { x: 0, y: 0, width: 4000, height: 3000 });
  let slices = 0;
  while (jobs.run(() => true)) slices++;
  assert.equal(slices, 8 * 12);
  assert.equal(worked, slices);
});

test("a pace lets others go first, but only when its time is used up", async () => {
  const pace = new Pace(5);
  await pace.rest();
  assert.equal(pace.slices, 1);
  const end = performance.now() + 6;
  while (performance.now() < end);
  let others = false;
  setTimeout(() => (others = true));
  await pace.rest();
  await breathe();
  assert.equal(pace.slices, 2);
  assert.ok(others);
});

const hints = [
  strokeHint([200, 150, 30, 500, 300, 12], [200, 30, 40]),
  strokeHint([900, 600, 80], [10, 200, 90], { softness: 0.7 }),
  areaHint({ x: 100, y: 100, width: 700, height: 400, runs: Array.from({ length: 400 }, (_, row) => [row, row % 50, 600]).flat() }, [1, 2, 250]),
];

for (const workPixels of [1e7, 90_000]) {
  test(`hints changed one after another are what they would be all at once (working size ${workPixels})`, () => {
    const work = workingSize(size, workPixels);
    const all = (list) => reduceHints(rasteriseHints(list, { x: 0, y: 0, ...size }), size, work);
    const wishes = new Wishes(size, work, [hints[0]]);
    assert.deepEqual(wishes.pixels, all([hints[0]]));
    wishes.change({ start: 1, removed: 0, inserted: [hints[1], hints[2]] });
    assert.deepEqual(wishes.pixels, all(hints));
    wishes.change({ start: 0, removed: 2, inserted: [] });
    assert.deepEqual(wishes.pixels, all([hints[2]]));
    wishes.change({ start: 0, removed: 0, inserted: [] });
    assert.deepEqual(wishes.hints, [hints[2]]);
  });
}

test("a part of a mask is reduced as the whole would be", () => {
  const work = workingSize(size, 90_000);
  const mask = Uint8Array.from({ length: size.width * size.height }, (_, at) => (at * 7919) % 256);
  const whole = reducePlain(mask, 1, size, work);
  const part = { x: 40, y: 33, width: 57, height: 21 };
  const source = sourceRect(part, size, work);
  const pixels = new Uint8Array(source.width * source.height);
  for (let row = 0; row < source.height; row++) {
    const from = (source.y + row) * size.width + source.x;
    pixels.set(mask.subarray(from, from + source.width), row * source.width);
  }
  const reduced = reducePlain(pixels, 1, size, work, part);
  for (let row = 0; row < part.height; row++) {
    const from = (part.y + row) * work.width + part.x;
    assert.deepEqual(reduced.subarray(row * part.width, (row + 1) * part.width), whole.subarray(from, from + part.width));
  }
});

test("news are the whole picture first, then the box of what differs, then nothing", () => {
  const reader = new NewsReader({ width: 7, height: 5 });
  const picture = (marks) => {
    const pixels = new Uint8ClampedArray(7 * 5 * 4).fill(9);
    for (const [x, y] of marks) pixels[(y * 7 + x) * 4 + 1] = 200;
    return pixels;
  };
  const all = reader.of(picture([]));
  assert.deepEqual([all.rect, all.pixels], [{ x: 0, y: 0, width: 7, height: 5 }, picture([])]);
  const some = reader.of(picture([[2, 1], [5, 3]]));
  assert.deepEqual(some.rect, { x: 2, y: 1, width: 4, height: 3 });
  assert.equal(some.pixels.length, 4 * 3 * 4);
  assert.deepEqual([some.pixels[1], some.pixels[some.pixels.length - 3], some.pixels[5]], [200, 200, 9]);
  assert.equal(reader.of(picture([[2, 1], [5, 3]])), null);
  assert.deepEqual(reader.of(picture([[5, 3]])).rect, { x: 2, y: 1, width: 1, height: 1 });
});
