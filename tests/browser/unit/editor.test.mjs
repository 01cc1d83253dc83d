import assert from "node:assert/strict";
import { test } from "node:test";

import { flattenToGrey, inkOf, layOver, rgbToRgba } from "../../../src/stenciltorch/studio/static/core/compose.js";
import { isOpen, startDocument } from "../../../src/stenciltorch/studio/static/core/document.js";
import { Editor } from "../../../src/stenciltorch/studio/static/core/editor.js";
import { strokeHint } from "../../../src/stenciltorch/studio/static/core/hints.js";
import { areaCoverage, coverMask, fillArea, growMask, invertMask, mapMask, polygonCoverage, strokeCoverage } from "../../../src/stenciltorch/studio/static/core/mask.js";

function opened() {
  const editor = new Editor();
  editor.open(startDocument({ name: "test", width: 50, height: 40, lineart: new Uint8Array(2000).fill(255) }));
  const touched = [];
  editor.on("touched", (detail) => touched.push(detail));
  return { editor, touched };
}

test("a preview is shown but not kept; keeping it is one step", () => {
  const { editor, touched } = opened();
  const hint = strokeHint([10, 10, 4], [1, 2, 3]);
  editor.preview("hints", [hint], { x: -5, y: 0, width: 20, height: 20 });
  assert.deepEqual(editor.strokes("hints"), [hint]);
  assert.deepEqual(editor.document.hints, []);
  assert.deepEqual(touched[0], { layer: "hints", rect: { x: 0, y: 0, width: 15, height: 20 }, live: true });
  editor.keep("stroke", "hints", [hint]);
  assert.deepEqual(editor.document.hints, [hint]);
  editor.undo();
  assert.deepEqual(editor.strokes("hints"), []);
  editor.redo();
  assert.deepEqual(editor.strokes("hints"), [hint]);
});

test("undo in the middle of a stroke takes back the stroke and the step before it", () => {
  const { editor } = opened();
  editor.keep("stroke", "hints", [strokeHint([10, 10, 4], [1, 2, 3])]);
  editor.preview("hints", [], { x: 0, y: 0, width: 20, height: 20 });
  editor.undo();
  assert.deepEqual(editor.strokes("hints"), []);
  assert.equal(editor.history.canRedo, true);
});

test("a mask stroke is one step, and can be cancelled", () => {
  const { editor } = opened();
  const rect = { x: 5, y: 5, width: 10, height: 10 };
  const close = (mask, part) => mapMask(mask, 50, part, () => 0);
  editor.changeMask(rect, close);
  editor.changeMask({ ...rect, x: 20 }, close);
  assert.equal(editor.endMask("mask"), true);
  assert.equal(editor.document.mask.filter((value) => value === 0).length, 200);
  editor.undo();
  assert.ok(editor.document.mask.every((value) => value === 255));
  editor.changeMask(rect, close);
  editor.cancelMask();
  assert.ok(editor.document.mask.every((value) => value === 255));
  assert.equal(editor.endMask("mask"), false);
});

test("strokes and polygons open and close the mask", () => {
  const mask = new Uint8Array(2000);
  const rect = { x: 0, y: 0, width: 50, height: 40 };
  coverMask(mask, 50, rect, strokeCoverage(rect, [20, 20, 5]), true);
  assert.equal(mask[20 * 50 + 20], 255);
  coverMask(mask, 50, rect, strokeCoverage(rect, [20, 20, 2]), false);
  assert.equal(mask[20 * 50 + 20], 0);
  assert.equal(mask[20 * 50 + 16], 255);
  const square = polygonCoverage(rect, [10, 10, 20, 10, 20, 20, 10, 20]);
  assert.equal(square.filter(Boolean).length, 100);
  assert.equal(polygonCoverage(rect, [10, 10, 20, 10]).filter(Boolean).length, 0);
});

test("a soft brush leaves a soft edge", () => {
  const rect = { x: 0, y: 0, width: 50, height: 40 };
  const [hard, soft] = [strokeCoverage(rect, [20, 20, 10]), strokeCoverage(rect, [20, 20, 10], 1)];
  const between = (coverage) => coverage.filter((value) => value > 0 && value < 255).length;
  assert.ok(between(soft) > 3 * between(hard));
  assert.ok(soft.every((value, at) => value <= hard[at]));
});

test("filling an area is the same as covering it", () => {
  const area = { x: 5, y: 6, width: 20, height: 3, runs: [0, 0, 20, 1, 2, 3, 1, 9, 1, 2, 19, 1] };
  const rect = { x: 8, y: 0, width: 12, height: 40 };
  for (const open of [true, false]) {
    const [one, other] = [new Uint8Array(2000).fill(100), new Uint8Array(2000).fill(100)];
    fillArea(one, 50, rect, area, open);
    coverMask(other, 50, rect, areaCoverage(rect, area), open);
    assert.deepEqual(one, other);
    assert.ok(one.some((value) => value !== 100));
  }
});

test("inverting turns every value, whatever the length", () => {
  for (const length of [1, 4, 7, 2001]) {
    const mask = Uint8Array.from({ length }, (_, at) => at * 37);
    const expected = mask.map((value) => 255 - value);
    invertMask(mask);
    assert.deepEqual(mask, expected);
  }
});

test("a mask is open only when all of it is", () => {
  for (const length of [1, 6, 2001]) {
    const mask = new Uint8Array(length).fill(255);
    assert.equal(isOpen(mask), true);
    for (const at of [0, length >> 1, length - 1]) {
      mask[at] = 254;
      assert.equal(isOpen(mask), false);
      mask[at] = 255;
    }
    assert.equal(isOpen(new Uint8Array(length)), false);
    assert.equal(isOpen(new Uint8Array(length + 1).fill(255).subarray(1)), true);
  }
});

test("growing skips only what cannot change", () => {
  let seed = 5;
  const [width, height] = [200, 150];
  const mask = new Uint8Array(width * height);
  for (let dot = 0; dot < 6; dot++) mask[(seed = (seed * 48271) % 0x7fffffff) % mask.length] = 255;
  const expected = mask.slice();
  for (let step = 0; step < 3; step++) {
    const before = expected.slice();
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
      const near = [[0, 0], [1, 0], [-1, 0], [0, 1], [0, -1]].filter(([dx, dy]) => x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height);
      expected[y * width + x] = Math.max(...near.map(([dx, dy]) => before[(y + dy) * width + x + dx]));
    }
  }
  growMask(mask, width, height, 3);
  assert.deepEqual(mask, expected);
});

test("growing and shrinking by a pixel", () => {
  const mask = new Uint8Array(2000);
  mask[20 * 50 + 20] = 255;
  growMask(mask, 50, 40, 1);
  assert.equal(mask.filter(Boolean).length, 5);
  growMask(mask, 50, 40, -1);
  assert.equal(mask.filter(Boolean).length, 1);
});

test("layers are laid over one another by the rules of straight alpha", () => {
  const rgb = Uint8Array.from([0, 100, 200, 9, 9, 9]);
  layOver(rgb, Uint8Array.from([255, 255, 255, 128, 1, 2, 3, 0]));
  assert.deepEqual([...rgb], [128, 178, 228, 9, 9, 9]);
  assert.deepEqual([...rgbToRgba(Uint8Array.from([1, 2, 3]))], [1, 2, 3, 255]);
  assert.deepEqual([...inkOf(Uint8Array.from([255, 0]))], [0, 0, 0, 0, 0, 0, 0, 255]);
  assert.deepEqual([...flattenToGrey(Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 128, 255, 0, 0, 255]))], [255, 0, 127, 76]);
});
