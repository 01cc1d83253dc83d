import assert from "node:assert/strict";
import { test } from "node:test";

import { extendStroke, moveStroke, nextSize, radiusAt, strokeBounds } from "../../../src/stenciltorch/studio/static/core/strokes.js";

const brush = { size: 10, pressure: true };

test("only a pen's pressure counts", () => {
  assert.equal(radiusAt({ x: 0, y: 0, pressure: 0.5, pointerType: "mouse" }, brush), 5);
  assert.equal(radiusAt({ x: 0, y: 0, pressure: 0, pointerType: "touch" }, brush), 5);
  assert.equal(radiusAt({ x: 0, y: 0, pressure: 1, pointerType: "pen" }, brush), 5);
  assert.ok(radiusAt({ x: 0, y: 0, pressure: 0.2, pointerType: "pen" }, brush) < 2);
  assert.equal(radiusAt({ x: 0, y: 0, pressure: 0.2, pointerType: "pen" }, { ...brush, pressure: false }), 5);
});

test("one sample is one point, doubles are left out, nothing is ever NaN", () => {
  assert.deepEqual(extendStroke([], [{ x: 1, y: 2 }], brush), [1, 2, 5]);
  assert.deepEqual(extendStroke([], [{ x: 1, y: 2 }, { x: 1, y: 2 }, { x: 1.2, y: 2 }], brush), [1, 2, 5]);
  assert.deepEqual(extendStroke([1, 2, 5], [{ x: 1, y: 2 }], brush), []);
  const odd = extendStroke([], [{ x: NaN, y: 1 }, { x: Infinity, y: 0 }, { x: 3, y: 3 }, { x: 30, y: 3 }], brush);
  assert.deepEqual(odd, [3, 3, 5, 30, 3, 5]);
});

test("bounds hold every pixel of a stroke", () => {
  assert.equal(strokeBounds([]), null);
  const bounds = strokeBounds([10, 10, 4, 30, 12, 2]);
  assert.ok(bounds.x <= 6 && bounds.y <= 6);
  assert.ok(bounds.x + bounds.width >= 32 && bounds.y + bounds.height >= 14);
});

test("moving leaves radii alone", () => {
  assert.deepEqual(moveStroke([1, 2, 5, 3, 4, 6], 10, -2), [11, 0, 5, 13, 2, 6]);
});

test("sizes step up and down within bounds", () => {
  assert.equal(nextSize(8, 1), 9);
  assert.equal(nextSize(40, -1), 38);
  assert.equal(nextSize(1, -1), 1);
  assert.equal(nextSize(512, 1), 512);
});
