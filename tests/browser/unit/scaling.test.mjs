import assert from "node:assert/strict";
import { test } from "node:test";

import { rasteriseHints, strokeHint } from "../../../src/stenciltorch/studio/static/core/hints.js";
import { reduceHints, reducePlain, sourceRect, targetRect, workingSize } from "../../../src/stenciltorch/studio/static/core/scaling.js";

test("the working size keeps small pictures and reduces large ones", () => {
  assert.deepEqual(workingSize({ width: 700, height: 500 }, 768 * 768), { width: 700, height: 500 });
  const { width, height } = workingSize({ width: 4000, height: 3000 }, 768 * 768);
  assert.deepEqual([width, height], [887, 665]);
  assert.deepEqual(workingSize({ width: 1000000, height: 1 }, 100), { width: 10000, height: 1 });
});

test("means by hand: 3 pixels onto 2", () => {
  assert.deepEqual([...reducePlain(Uint8Array.from([0, 90, 255]), 1, { width: 3, height: 1 }, { width: 2, height: 1 })], [30, 200]);
});

test("halves round up", () => {
  assert.deepEqual([...reducePlain(Uint8Array.from([0, 255]), 1, { width: 2, height: 1 }, { width: 1, height: 1 })], [128]);
});

test("hint colours count by their alpha", () => {
  const pixels = Uint8Array.from([200, 100, 50, 255, 0, 0, 0, 0]);
  assert.deepEqual([...reduceHints(pixels, { width: 2, height: 1 }, { width: 1, height: 1 })], [200, 100, 50, 128]);
});

test("a part computed alone equals the same part of the whole", () => {
  const source = { width: 101, height: 67 };
  const target = { width: 43, height: 29 };
  const hints = [strokeHint([20, 20, 9, 80, 50, 5], [10, 200, 90]), strokeHint([50, 30, 12], [250, 0, 9], { softness: 1 })];
  const all = reduceHints(rasteriseHints(hints, { x: 0, y: 0, ...source }), source, target);
  const part = targetRect({ x: 33, y: 17, width: 20, height: 11 }, source, target);
  const some = reduceHints(rasteriseHints(hints, sourceRect(part, source, target)), source, target, part);
  for (let y = 0; y < part.height; y++) {
    const from = ((part.y + y) * target.width + part.x) * 4;
    assert.deepEqual(some.slice(y * part.width * 4, (y + 1) * part.width * 4), all.slice(from, from + part.width * 4));
  }
});
