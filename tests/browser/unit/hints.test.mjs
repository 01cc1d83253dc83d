import assert from "node:assert/strict";
import { test } from "node:test";

import {
  areaHint, eraseHints, hintAt, hintBounds, listBounds, moveHint, rasteriseHints, recolourHint, removeHint, replaceHint, strokeHint,
} from "../../../src/stenciltorch/studio/static/core/hints.js";

const red = [255, 0, 0];
const blue = [0, 0, 255];
const whole = { x: 0, y: 0, width: 40, height: 30 };
const pixel = (pixels, x, y, width = 40) => [...pixels.slice((y * width + x) * 4, (y * width + x) * 4 + 4)];

test("a dab is a filled disc of its colour, empty elsewhere", () => {
  const pixels = rasteriseHints([strokeHint([20, 15, 5], red)], whole);
  assert.deepEqual(pixel(pixels, 20, 15), [255, 0, 0, 255]);
  assert.deepEqual(pixel(pixels, 23, 15), [255, 0, 0, 255]);
  assert.deepEqual(pixel(pixels, 30, 15), [0, 0, 0, 0]);
  const covered = pixels.filter((value, at) => at % 4 === 3 && value > 127).length;
  assert.ok(Math.abs(covered - Math.PI * 25) < 5, `${covered} pixels`);
});

test("a stroke joins its points without gaps", () => {
  const pixels = rasteriseHints([strokeHint([5, 15, 2, 35, 15, 2], red)], whole);
  for (let x = 5; x < 35; x++) assert.equal(pixel(pixels, x, 15)[3], 255);
});

test("a part of the raster equals the same part of the whole", () => {
  const hints = [strokeHint([5, 5, 4, 30, 25, 7], red), strokeHint([20, 15, 9], blue, { opacity: 0.5, softness: 0.5 })];
  const all = rasteriseHints(hints, whole);
  const part = { x: 11, y: 7, width: 13, height: 9 };
  const some = rasteriseHints(hints, part);
  for (let y = 0; y < part.height; y++) {
    for (let x = 0; x < part.width; x++) assert.deepEqual(pixel(some, x, y, part.width), pixel(all, x + part.x, y + part.y));
  }
});

test("later hints lie over earlier ones; half opacity mixes", () => {
  const below = strokeHint([20, 15, 8], red);
  assert.deepEqual(pixel(rasteriseHints([below, strokeHint([20, 15, 4], blue)], whole), 20, 15), [0, 0, 255, 255]);
  assert.deepEqual(pixel(rasteriseHints([below, strokeHint([20, 15, 4], blue, { opacity: 0.5 })], whole), 20, 15), [128, 0, 128, 255]);
});

test("straight alpha: a pale edge keeps its full colour", () => {
  const pixels = rasteriseHints([strokeHint([20.3, 15.1, 5.4], [200, 100, 50])], whole);
  for (let at = 0; at < pixels.length; at += 4) if (pixels[at + 3] > 0) assert.deepEqual([...pixels.slice(at, at + 3)], [200, 100, 50]);
});

test("moving and recolouring make new objects and leave the old alone", () => {
  const hint = strokeHint([10, 10, 3], red);
  const moved = moveHint(hint, 15, 5);
  assert.deepEqual(moved.points, [25, 15, 3]);
  assert.deepEqual(hint.points, [10, 10, 3]);
  assert.equal(moved.id, hint.id);
  assert.deepEqual(recolourHint(hint, blue).colour, blue);
  assert.deepEqual(replaceHint([hint], moved), [moved]);
  assert.deepEqual(removeHint([hint, moved], hint.id), []);
});

test("the topmost hint is found, small ones with tolerance", () => {
  const large = strokeHint([20, 15, 8], red);
  const small = strokeHint([20, 15, 2], blue);
  assert.equal(hintAt([large, small], 20.5, 15.5), small);
  assert.equal(hintAt([large, small], 25, 15), large);
  assert.equal(hintAt([small], 25, 15), null);
  assert.equal(hintAt([small], 24, 15, 4), small);
});

test("the eraser cuts only what it touches, and removes what it wipes out", () => {
  const left = strokeHint([8, 15, 4], red);
  const right = strokeHint([30, 15, 4], blue);
  const hints = [left, right];
  assert.equal(eraseHints(hints, [20, 2, 2]), hints);
  const half = eraseHints(hints, [8, 15, 1.5]);
  assert.equal(half.length, 2);
  assert.equal(half[1], right);
  assert.equal(pixel(rasteriseHints(half, whole), 8, 15)[3], 0);
  assert.equal(pixel(rasteriseHints(half, whole), 8, 12)[3], 255);
  assert.deepEqual(eraseHints(hints, [8, 15, 6]), [right]);
});

test("a soft cut fades, and a hard one after it is hard", () => {
  const dab = strokeHint([15, 15, 10], red);
  const [hard] = eraseHints([dab], [15, 15, 6]);
  const [soft] = eraseHints([dab], [15, 15, 6], 1);
  const alphaAt = (hint, x) => rasteriseHints([hint], whole)[(15 * whole.width + x) * 4 + 3];
  assert.equal(hard.cutSoftness, undefined);
  assert.equal(alphaAt(hard, 17), 0);
  assert.ok(alphaAt(soft, 15) < alphaAt(soft, 17) && alphaAt(soft, 17) < alphaAt(soft, 19), "less is taken away towards the rim");
  const [both] = eraseHints([soft], [20, 15, 2]);
  assert.deepEqual(both.cutSoftness, [1, 0]);
  assert.equal(alphaAt(both, 20), 0);
  assert.ok(alphaAt(both, 17) > 0);
});

test("a cut travels with its hint", () => {
  const [cut] = eraseHints([strokeHint([8, 15, 5], red)], [8, 15, 2]);
  const pixels = rasteriseHints([moveHint(cut, 20, 0)], whole);
  assert.equal(pixel(pixels, 28, 15)[3], 0);
  assert.equal(pixel(pixels, 24, 15)[3], 255);
});

test("an area covers its runs and can be moved", () => {
  const area = areaHint({ x: 3, y: 4, width: 5, height: 2, runs: [0, 0, 5, 1, 2, 2] }, red);
  const pixels = rasteriseHints([area], whole);
  assert.equal(pixels.filter((value, at) => at % 4 === 3 && value === 255).length, 7);
  assert.equal(pixel(pixels, 5, 5)[3], 255);
  assert.equal(pixel(pixels, 3, 5)[3], 0);
  assert.deepEqual(hintBounds(moveHint(area, 2.4, 1)), { x: 5, y: 5, width: 5, height: 2 });
  assert.deepEqual(listBounds([area, strokeHint([30, 20, 2], red)]).x, 3);
});

test("hints outside the picture are harmless", () => {
  const pixels = rasteriseHints([strokeHint([-50, -50, 5], red), strokeHint([1000, 10, 5], red)], whole);
  assert.ok(pixels.every((value) => value === 0));
});
