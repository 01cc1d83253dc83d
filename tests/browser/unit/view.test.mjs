import assert from "node:assert/strict";
import { test } from "node:test";

import { flipView, freshView, matrixOf, panBy, pinch, rotateAt, toImage, toScreen, zoomAt } from "../../../src/stenciltorch/studio/static/core/view.js";

const pane = { width: 800, height: 600 };
const picture = { width: 1000, height: 500 };
const odd = { scale: 1.7, rotation: 33, flipped: true, focusX: 420, focusY: 130 };
const near = (found, wanted, tolerance = 1e-6) => {
  assert.ok(Math.abs(found.x - wanted.x) < tolerance && Math.abs(found.y - wanted.y) < tolerance, JSON.stringify({ found, wanted }));
};

test("screen and image are inverse to one another", () => {
  for (const point of [{ x: 0, y: 0 }, { x: 123.4, y: -56 }]) near(toImage(odd, pane, toScreen(odd, pane, point)), point);
});

test("a fresh view shows the whole picture in the middle", () => {
  const view = freshView(picture, pane);
  near(toScreen(view, pane, { x: 500, y: 250 }), { x: 400, y: 300 });
  assert.ok(toScreen(view, pane, { x: 0, y: 0 }).x >= 0);
  assert.ok(toScreen(view, pane, { x: 1000, y: 500 }).x <= 800);
});

test("the point under the cursor stays there while zooming and turning", () => {
  const anchor = { x: 613, y: 77 };
  const held = toImage(odd, pane, anchor);
  near(toScreen(zoomAt(odd, pane, anchor, 2.5), pane, held), anchor);
  near(toScreen(rotateAt(odd, pane, anchor, 15), pane, held), anchor);
});

test("panning moves the picture with the hand", () => {
  const held = toImage(odd, pane, { x: 100, y: 100 });
  near(toScreen(panBy(odd, 30, -20), pane, held), { x: 130, y: 80 });
});

test("flipping mirrors what is seen", () => {
  const before = toScreen(odd, pane, { x: 10, y: 20 });
  near(toScreen(flipView(odd), pane, { x: 10, y: 20 }), { x: pane.width - before.x, y: before.y });
  assert.deepEqual(flipView(flipView(odd)), odd);
});

test("two fingers carry their image points along", () => {
  const before = [{ x: 200, y: 200 }, { x: 400, y: 200 }];
  const after = [{ x: 250, y: 180 }, { x: 250, y: 580 }];
  const view = pinch(odd, pane, before, after);
  near(toScreen(view, pane, toImage(odd, pane, before[0])), after[0], 1e-6);
  near(toScreen(view, pane, toImage(odd, pane, before[1])), after[1], 1e-6);
});

test("the scale stays within bounds and the matrix finite", () => {
  assert.equal(zoomAt(odd, pane, { x: 0, y: 0 }, 1e9).scale, 32);
  assert.ok(matrixOf(zoomAt(odd, pane, { x: 0, y: 0 }, 1e-9), pane).every(Number.isFinite));
});
