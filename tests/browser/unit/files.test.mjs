import assert from "node:assert/strict";
import { test } from "node:test";

import { Picture } from "../../../src/stenciltorch/studio/static/core/picture.js";
import { crc32, decodePng, encodePng, pngSize } from "../../../src/stenciltorch/studio/static/core/png.js";
import { readZip, writeZip } from "../../../src/stenciltorch/studio/static/core/zip.js";

const noise = (length, seed = 1) => Uint8Array.from({ length }, () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16);
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

test("crc32 of the standard check string", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("PNGs of one, three and four channels come back byte for byte", async () => {
  for (const channels of [1, 3, 4]) {
    const bitmap = { width: 37, height: 23, channels, pixels: noise(37 * 23 * channels) };
    const blob = await encodePng(bitmap);
    assert.deepEqual(pngSize(await bytesOf(blob)), { width: 37, height: 23 });
    assert.deepEqual(await decodePng(blob), bitmap);
  }
});

test("what is no PNG is said to be none", async () => {
  await assert.rejects(decodePng(new Blob(["hello, this is not a picture at all"])), /not a PNG/);
  assert.equal(pngSize(new Uint8Array(3)), null);
});

test("zip files come back, and damage is noticed", async () => {
  const files = new Map([["project.json", new TextEncoder().encode('{"a":1}')], ["資料/線画.png", noise(3000)]]);
  const blob = await writeZip(files);
  assert.deepEqual(await readZip(blob), files);
  const broken = await bytesOf(blob);
  broken[44] ^= 255;
  await assert.rejects(readZip(new Blob([broken])), /damaged/);
  await assert.rejects(readZip(new Blob(["no zip"])), /not a zip file/);
  await assert.rejects(readZip(blob, 100), /too much/);
});

test("the same content gives the same zip", async () => {
  const files = new Map([["a", noise(10)]]);
  assert.deepEqual(await bytesOf(await writeZip(files)), await bytesOf(await writeZip(files)));
});

test("a resting picture comes back as it was", async () => {
  const pixels = noise(30 * 20 * 3);
  const picture = new Picture({ width: 30, height: 20 }, { pixels });
  await picture.rest();
  assert.equal(picture.held, null);
  assert.deepEqual(await picture.pixels(), pixels);
});
