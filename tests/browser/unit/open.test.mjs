import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { readHintSheet } from "../../../src/stenciltorch/studio/static/core/hintfile.js";
import { pictureSize, tooLarge } from "../../../src/stenciltorch/studio/static/core/headers.js";
import { levelPaper, whitePoint } from "../../../src/stenciltorch/studio/static/core/levels.js";
import { encodePng } from "../../../src/stenciltorch/studio/static/core/png.js";

const levels = JSON.parse(readFileSync(new URL("../../fixtures/levels.json", import.meta.url), "utf8"));

test("white points and levels are those of the Python twin", () => {
  assert.ok(levels.length > 15);
  assert.ok(levels.some(({ white }) => white !== 255) && levels.some(({ white }) => white === 255));
  for (const { counts, white, levelled } of levels) {
    const histogram = new Float64Array(256);
    for (const [level, count] of Object.entries(counts)) histogram[level] = count;
    assert.equal(whitePoint(histogram), white);
    const page = Uint8Array.from(Object.entries(counts).flatMap(([level, count]) => Array(count).fill(Number(level))));
    const after = levelPaper(page);
    page.forEach((level, at) => assert.equal(after[at], levelled[level]));
  }
});

const bytes = (...parts) => Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((letter) => letter.charCodeAt(0)) : part)));

test("sizes are read from the first bytes of each format", async () => {
  const png = await encodePng({ width: 7, height: 9, channels: 1, pixels: new Uint8Array(63) });
  assert.deepEqual(pictureSize(new Uint8Array(await png.arrayBuffer())), { width: 7, height: 9 });
  const jpeg = bytes([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0, 0xff, 0xc2, 0, 17, 8, 0x4e, 0x20, 0x01, 0x00, 3, 0, 0, 0]);
  assert.deepEqual(pictureSize(jpeg), { width: 256, height: 20000 });
  const webp = bytes("RIFF", [0, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0, 0, 0, 0, 0, 0x1f, 0x4e, 0, 9, 0, 0]);
  assert.deepEqual(pictureSize(webp), { width: 20000, height: 10 });
  assert.deepEqual(pictureSize(bytes("GIF89a", [5, 0, 6, 0])), { width: 5, height: 6 });
  assert.equal(pictureSize(bytes("nothing that is a picture, only words")), null);
  assert.equal(pictureSize(new Uint8Array(0)), null);
  assert.equal(pictureSize(bytes([0xff, 0xd8, 0xff])), null);
});

test("pictures over the limits are told apart", () => {
  assert.equal(tooLarge({ width: 20000, height: 20000 }), true);
  assert.equal(tooLarge({ width: 30001, height: 1 }), true);
  assert.equal(tooLarge({ width: 6000, height: 6000 }), false);
});

test("hint files: pixel centres, another size, a default radius", () => {
  const sheet = { size: [100, 200], dabs: [{ at: [10, 20], color: "#102030" }], strokes: [{ points: [[0, 0], [4, 4]], color: "#ffffff", radius: 3 }] };
  const [stroke, dab] = readHintSheet(sheet, { width: 400, height: 200 });
  assert.deepEqual(stroke.points, [1, 1, 6, 9, 9, 6]);
  assert.deepEqual(dab.points, [21, 41, 3.125]);
  assert.deepEqual(dab.colour, [16, 32, 48]);
  for (const wrong of [null, [], {}, { dabs: [{ at: [1], color: "#102030" }] }, { dabs: [{ at: [1, 1], color: "red" }] }, { strokes: [{ points: [], color: "#fff" }] }]) {
    assert.throws(() => readHintSheet(wrong, { width: 10, height: 10 }), Error);
  }
});
