import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { reduceHints, reducePlain, workingSize } from "../../../src/stenciltorch/studio/static/core/scaling.js";

const fixture = JSON.parse(readFileSync(new URL("../../fixtures/scaling.json", import.meta.url), "utf8"));
const sizeOf = ([height, width]) => ({ width, height });

test("working sizes are those of the Python twin", () => {
  assert.ok(fixture.working.length > 10);
  for (const { size, work_pixels, working } of fixture.working) assert.deepEqual(workingSize(sizeOf(size), work_pixels), sizeOf(working));
});

test("plain reductions are those of the Python twin, byte for byte", () => {
  assert.ok(fixture.plain.length > 5);
  for (const { channels, source, target, pixels, reduced } of fixture.plain) {
    assert.deepEqual([...reducePlain(Uint8Array.from(pixels), channels, sizeOf(source), sizeOf(target))], reduced);
  }
});

test("hint reductions are those of the Python twin, byte for byte", () => {
  assert.ok(fixture.hints.length > 3);
  for (const { source, target, pixels, reduced } of fixture.hints) {
    assert.deepEqual([...reduceHints(Uint8Array.from(pixels), sizeOf(source), sizeOf(target))], reduced);
  }
});
