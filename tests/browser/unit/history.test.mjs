import assert from "node:assert/strict";
import { test } from "node:test";

import { applyPatch, invertPatch, spliceOf, startDocument } from "../../../src/stenciltorch/studio/static/core/document.js";
import { strokeHint } from "../../../src/stenciltorch/studio/static/core/hints.js";
import { History } from "../../../src/stenciltorch/studio/static/core/history.js";
import { applyTiles, pack, TileRecorder, unpack } from "../../../src/stenciltorch/studio/static/core/tiles.js";

const size = { width: 300, height: 200 };
const blank = () => startDocument({ name: "test", ...size, lineart: new Uint8Array(300 * 200).fill(255) });
const noise = (length, seed = 1) => Uint8Array.from({ length }, () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16);

test("packing goes there and back, flat tiles become tiny", () => {
  for (const bytes of [new Uint8Array(16384).fill(7), noise(5000), new Uint8Array(0), Uint8Array.from([1, 1, 2]), new Uint8Array(259).fill(3), new Uint8Array(512), noise(41).subarray(1)]) {
    assert.deepEqual(unpack(pack(bytes), bytes.length), bytes);
  }
  assert.ok(pack(new Uint8Array(16384).fill(255)).length < 200);
  assert.ok(pack(noise(5000)).length <= 5001);
});

test("a recorder keeps only tiles that changed, and can take a stroke back", () => {
  const layer = new Uint8Array(300 * 200);
  const recorder = new TileRecorder(layer, size);
  recorder.touch({ x: -5, y: 120, width: 200, height: 20 });
  layer[125 * 300 + 140] = 9;
  const changes = recorder.finish();
  assert.deepEqual(changes.map(({ column, row }) => [column, row]), [[1, 0]]);
  applyTiles(layer, size, changes);
  assert.ok(layer.every((value) => value === 0));
  recorder.touch({ x: 0, y: 0, width: 300, height: 200 });
  layer.fill(3);
  assert.deepEqual(recorder.cancel(), { x: 0, y: 0, width: 300, height: 200 });
  assert.ok(layer.every((value) => value === 0));
});

test("splices are the smallest exchange", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"];
  assert.deepEqual(spliceOf([a, b, c], [a, d, c]), { start: 1, removed: [b], inserted: [d] });
  assert.deepEqual(spliceOf([a], [a, b]), { start: 1, removed: [], inserted: [b] });
  assert.deepEqual(spliceOf([a, a], [a]), { start: 1, removed: [a], inserted: [] });
});

test("a patch and its inverse leave the document as it was", () => {
  const studio = blank();
  const hint = strokeHint([10, 10, 4], [1, 2, 3]);
  const patch = { hints: spliceOf([], [hint]), base: { before: null, after: { bytes: 5 } } };
  const touched = applyPatch(studio, patch);
  assert.ok(touched.hints.width >= 8 && touched.base);
  applyPatch(studio, invertPatch(patch));
  assert.deepEqual(studio.hints, []);
  assert.equal(studio.base, null);
});

test("250 steps of hints and mask go all the way back and forth", () => {
  const studio = blank();
  const history = new History(studio);
  const states = [];
  for (let step = 0; step < 250; step++) {
    states.push({ hints: studio.hints, mask: studio.mask.slice() });
    if (step % 2) {
      const recorder = new TileRecorder(studio.mask, studio);
      recorder.touch({ x: step, y: 0, width: 20, height: 100 });
      const before = studio.mask.slice();
      studio.mask.fill(step % 7, step * 10, step * 10 + 500);
      recorder.touch({ x: 0, y: 0, width: 0, height: 0 });
      const changes = recorder.finish();
      studio.mask.set(before);
      history.change("mask", { mask: changes });
    } else {
      history.change("hint", { hints: spliceOf(studio.hints, [...studio.hints, strokeHint([step, 5, 3], [step % 255, 0, 0])]) });
    }
  }
  const last = { hints: studio.hints, mask: studio.mask.slice() };
  const steps = history.done.length;
  assert.ok(steps >= 200);
  while (history.canUndo) history.undo();
  assert.deepEqual(studio.hints, states[0].hints);
  assert.deepEqual(studio.mask, states[0].mask);
  while (history.canRedo) history.redo();
  assert.deepEqual(studio.hints, last.hints);
  assert.deepEqual(studio.mask, last.mask);
});

test("nothing changed is no step; a new change forgets what was undone", () => {
  const studio = blank();
  const history = new History(studio);
  assert.equal(history.change("nothing", { hints: spliceOf([], []) }), false);
  assert.equal(history.undo(), null);
  history.change("one", { hints: spliceOf(studio.hints, [strokeHint([1, 1, 1], [0, 0, 0])]) });
  assert.equal(history.undo(), "one");
  history.change("two", { hints: spliceOf(studio.hints, [strokeHint([2, 1, 1], [0, 0, 0])]) });
  assert.equal(history.canRedo, false);
});

const inverted = (studio) => {
  const recorder = new TileRecorder(studio.mask, studio);
  recorder.touch({ x: 0, y: 0, width: studio.width, height: studio.height });
  for (let at = 0; at < studio.mask.length; at++) studio.mask[at] = 255 - studio.mask[at];
  return recorder.finish();
};

test("memory is bounded", () => {
  const studio = blank();
  const history = new History(studio, () => {}, { steps: 500, fewest: 20, bytes: 200_000 });
  for (let step = 0; step < 120; step++) {
    const points = Array.from({ length: 900 }, (_, at) => at + step);
    history.change("stroke", { hints: spliceOf(studio.hints, [strokeHint(points, [0, 0, 0])]) });
  }
  assert.ok(history.done.length < 60 && history.done.length >= 20);
  assert.ok(history.bytes <= 200_000 + 20 * 16_000);
});

test("inverting a mask of 12 megapixels weighs next to nothing, whatever is in it", () => {
  const studio = startDocument({ name: "large", width: 4000, height: 3000, lineart: new Uint8Array(12e6) });
  studio.mask = noise(12e6, 7);
  const first = studio.mask.slice(0, 5000);
  const history = new History(studio);
  for (let step = 0; step < 3; step++) history.keep("invert", { mask: inverted(studio) });
  assert.ok(history.bytes < 3 * 200_000, `${history.bytes} bytes`);
  assert.notDeepEqual(studio.mask.slice(0, 5000), first);
  for (let step = 0; step < 3; step++) history.undo();
  assert.deepEqual(studio.mask.slice(0, 5000), first);
});

const scribbled = (studio, seed) => {
  const recorder = new TileRecorder(studio.mask, studio);
  recorder.touch({ x: 0, y: 0, width: studio.width, height: studio.height });
  studio.mask.set(noise(studio.mask.length, seed));
  return recorder.finish();
};
const settled = (history) => new Promise((resolve) => {
  const look = () => (history.asked.length ? setTimeout(look, 1) : resolve());
  look();
});

test("210 steps that cannot be packed stay within the bound, are all there, and come back and forth", async () => {
  const studio = blank();
  const bytes = 2_000_000;
  const history = new History(studio, () => {}, { bytes });
  const sums = [];
  const sum = () => studio.mask.reduce((all, value, at) => (all * 31 + value * (at % 97)) % 1e9, 0);
  for (let step = 0; step < 210; step++) {
    sums.push(sum());
    history.keep("scribble", { mask: scribbled(studio, step + 1) });
  }
  sums.push(sum());
  assert.equal(history.done.length, 210);
  assert.ok(history.bytes <= bytes, `${history.bytes} bytes held`);
  assert.ok(history.done[0].parked, "the oldest steps are parked");
  for (let step = 209; step >= 0; step--) {
    assert.equal(history.undo(), "scribble");
    await settled(history);
    assert.equal(sum(), sums[step]);
    assert.ok(history.bytes <= bytes * 1.5, `${history.bytes} bytes held while going back`);
  }
  assert.equal(history.undo(), null);
  for (let step = 1; step <= 210; step++) {
    history.redo();
    await settled(history);
    assert.equal(sum(), sums[step]);
  }
});

test("undo pressed faster than parked steps can be fetched does all of it, in order", async () => {
  const studio = blank();
  const history = new History(studio, () => {}, { bytes: 300_000 });
  const first = studio.mask.slice();
  for (let step = 0; step < 40; step++) history.keep("scribble", { mask: scribbled(studio, step + 1) });
  for (let step = 0; step < 40; step++) history.undo();
  await settled(history);
  assert.deepEqual(studio.mask, first);
  assert.equal(history.undone.length, 40);
});

test("something new while a step is being fetched: the new step counts, the rest of the undoing is dropped", async () => {
  const studio = blank();
  const history = new History(studio, () => {}, { bytes: 300_000 });
  for (let step = 0; step < 40; step++) history.keep("scribble", { mask: scribbled(studio, step + 1) });
  for (let step = 0; step < 30; step++) history.undo();
  assert.ok(history.asked.length > 0);
  const left = history.done.length;
  const now = studio.mask.slice();
  history.change("hint", { hints: spliceOf([], [strokeHint([1, 1, 1], [0, 0, 0])]) });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(history.done.length, left + 1);
  assert.deepEqual(studio.mask, now);
  assert.equal(history.canRedo, false);
});
