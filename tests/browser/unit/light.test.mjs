import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { drawBall } from "../../../src/stenciltorch/studio/static/core/ball.js";
import { startDocument } from "../../../src/stenciltorch/studio/static/core/document.js";
import { Editor } from "../../../src/stenciltorch/studio/static/core/editor.js";
import { angleAt, NO_LIGHT, plainAngle, readLight, USUAL_LIGHT, vectorOf } from "../../../src/stenciltorch/studio/static/core/light.js";

const cases = JSON.parse(readFileSync(new URL("../../fixtures/light.json", import.meta.url), "utf8"));

test("a light is the vector that Python makes of it", () => {
  assert.ok(cases.length > 50);
  for (const { angle, strength, vector } of cases) {
    const found = vectorOf({ angle, strength });
    assert.ok(found instanceof Float32Array);
    for (const [at, value] of found.entries()) {
      const most = 2 ** -23 * Math.abs(vector[at]) + 1e-16;
      assert.ok(Math.abs(value - vector[at]) <= most, `${angle} ${strength}: ${value} for ${vector[at]}`);
    }
  }
});

test("places around the middle are angles, clockwise from above", () => {
  const places = [[0, -1, 0], [1, -1, 45], [1, 0, 90], [1, 1, 135], [0, 1, 180], [-1, 1, -135], [-1, 0, -90], [-1, -1, -45]];
  for (const [right, below, angle] of places) assert.equal(angleAt(right, below), angle);
  for (const [angle, plain] of [[270, -90], [-180, 180], [540, 180], [-765, -45], [33.5, 33.5]]) assert.equal(plainAngle(angle), plain);
});

test("a light that cannot be is refused, none is flat", () => {
  assert.equal(readLight(undefined), NO_LIGHT);
  assert.equal(readLight(null).strength, 0);
  assert.deepEqual(readLight({ angle: 400, strength: 2, mood: "good" }), { angle: 400, strength: 2 });
  for (const broken of [{}, 3, "45", { angle: "45", strength: 1 }, { angle: null, strength: 1 }, { angle: 0, strength: 2.1 }, { angle: 0, strength: -1 }, { angle: 0, strength: NaN }, { angle: 0 }]) {
    assert.throws(() => readLight(broken), RangeError, JSON.stringify(broken));
  }
});

function opened() {
  const editor = new Editor();
  editor.open(startDocument({ name: "test", width: 5, height: 4, lineart: new Uint8Array(20).fill(255) }));
  const touched = [];
  editor.on("touched", (detail) => touched.push(detail));
  return { editor, touched };
}

test("turning is seen at once and is one step when it ends", () => {
  const { editor, touched } = opened();
  assert.equal(editor.light, USUAL_LIGHT);
  for (const angle of [10, 20, 30]) editor.previewLight({ angle, strength: 1 });
  assert.equal(editor.light.angle, 30);
  assert.equal(editor.document.light, USUAL_LIGHT);
  assert.deepEqual(touched[0], { layer: "light", rect: null, live: true });
  assert.equal(editor.keepLight(), true);
  assert.deepEqual(touched.at(-1), { layer: "light", rect: null, live: false });
  assert.equal(editor.history.done.length, 1);
  assert.equal(editor.saved, false);
  editor.undo();
  assert.deepEqual(editor.light, USUAL_LIGHT);
  editor.redo();
  assert.deepEqual(editor.light, { angle: 30, strength: 1 });
});

test("a light that comes back to where it was is no step; a turn can be given up", () => {
  const { editor } = opened();
  editor.previewLight({ angle: 10, strength: 1 });
  editor.previewLight({ ...USUAL_LIGHT });
  assert.equal(editor.keepLight(), false);
  editor.previewLight({ angle: 10, strength: 1 });
  editor.cancel();
  assert.equal(editor.light, USUAL_LIGHT);
  assert.equal(editor.history.canUndo, false);
});

const pixelOf = (pixels, side, x, y) => [...pixels.subarray((y * side + x) * 4, (y * side + x) * 4 + 4)];

test("the ball is bright where the light comes from and dark on the other side", () => {
  const clay = [240, 206, 178];
  for (const [angle, x, y] of [[0, 32, 12], [90, 52, 32], [180, 32, 52], [-90, 12, 32]]) {
    const ball = drawBall(64, { angle, strength: 1 }, clay);
    const [near, far] = [pixelOf(ball, 64, x, y), pixelOf(ball, 64, 63 - x, 63 - y)];
    assert.ok(near[1] > far[1] + 40, `${angle}: ${near} and ${far}`);
    assert.ok(far[0] / far[2] > clay[0] / clay[2], "shadow is no greyer");
  }
});

test("without light it has its own colour, and nothing lies around it", () => {
  const flat = drawBall(64, { angle: 12, strength: 0 }, [240, 206, 178]);
  for (const [x, y] of [[32, 32], [12, 32], [45, 45]]) assert.deepEqual(pixelOf(flat, 64, x, y), [240, 206, 178, 255]);
  assert.deepEqual(pixelOf(flat, 64, 0, 0), [0, 0, 0, 0]);
  assert.ok(pixelOf(flat, 64, 1, 32)[0] < 100, "an outline");
});
