import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, fromHsv, luminance, readGpl, remember, toHex, toHsv, writeGpl } from "../../../src/stenciltorch/studio/static/core/colour.js";

test("hex goes there and back; nonsense is null", () => {
  assert.equal(toHex([255, 136, 0]), "#ff8800");
  assert.deepEqual(fromHex("#f80"), [255, 136, 0]);
  assert.deepEqual(fromHex(" FF8800 "), [255, 136, 0]);
  for (const wrong of ["", "#12", "#12345g", "red", "#1234567"]) assert.equal(fromHex(wrong), null);
});

test("hsv goes there and back for a grid of colours", () => {
  for (let red = 0; red < 256; red += 51) {
    for (let green = 0; green < 256; green += 51) {
      for (let blue = 0; blue < 256; blue += 17) assert.deepEqual(fromHsv(toHsv([red, green, blue])), [red, green, blue]);
    }
  }
  assert.deepEqual(toHsv([0, 0, 255]), { hue: 240, saturation: 1, value: 1 });
});

test("luminance of black, white and grey", () => {
  assert.equal(luminance([0, 0, 0]), 0);
  assert.ok(Math.abs(luminance([255, 255, 255]) - 1) < 1e-9);
  assert.ok(Math.abs(luminance([188, 188, 188]) - 0.5) < 0.01);
});

test("recent colours: newest first, no doubles, not too many", () => {
  assert.deepEqual(remember([[1, 1, 1], [2, 2, 2]], [2, 2, 2]), [[2, 2, 2], [1, 1, 1]]);
  assert.equal(remember(Array.from({ length: 20 }, (_, at) => [at, 0, 0]), [9, 9, 9], 16).length, 16);
});

test("a palette file goes there and back", () => {
  const palette = { name: "Skin 肌", colours: [{ colour: [255, 224, 196], name: "light" }, { colour: [0, 9, 99], name: "" }] };
  assert.deepEqual(readGpl(writeGpl(palette)), palette);
  assert.match(writeGpl(palette), /0 {3}9 {2}99\tUntitled/);
});

test("palettes of other programs are read, other files refused", () => {
  const text = "GIMP Palette\r\nName: Bears\r\nColumns: 4\r\n# comment\r\n  8   8   8\tgrey3\r\n200 10 0\r\n999 0 0 no\r\n0 9 99 #000963\r\n";
  assert.deepEqual(readGpl(text), { name: "Bears", colours: [{ colour: [8, 8, 8], name: "grey3" }, { colour: [200, 10, 0], name: "" }, { colour: [0, 9, 99], name: "" }] });
  assert.throws(() => readGpl("JASC-PAL\n0100"), /not a GIMP palette/);
  assert.throws(() => readGpl("GIMP Palette\n#\n"), /empty palette/);
});
