import assert from "node:assert/strict";
import { test } from "node:test";

import { startDocument } from "../../../src/stenciltorch/studio/static/core/document.js";
import { areaHint, eraseHints, strokeHint } from "../../../src/stenciltorch/studio/static/core/hints.js";
import { Picture } from "../../../src/stenciltorch/studio/static/core/picture.js";
import { decodePng } from "../../../src/stenciltorch/studio/static/core/png.js";
import { ProjectError, readProject, writeProject } from "../../../src/stenciltorch/studio/static/core/project.js";
import { pack } from "../../../src/stenciltorch/studio/static/core/tiles.js";
import { readZip, writeZip } from "../../../src/stenciltorch/studio/static/core/zip.js";

const size = { width: 61, height: 47 };
const noise = (length, seed = 1) => Uint8Array.from({ length }, () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 16);

function sample() {
  const studio = startDocument({ name: "猫 cat", ...size, lineart: noise(61 * 47) });
  studio.mask = noise(61 * 47, 5);
  const dab = strokeHint([20.25, 20, 6.5], [200, 10, 20]);
  studio.hints = [...eraseHints(eraseHints([dab], [20, 20, 2]), [24, 20, 3], 0.5), areaHint({ x: 3, y: 4, width: 5, height: 2, runs: [0, 0, 5, 1, 2, 2] }, [0, 200, 0])];
  studio.retouches = [strokeHint([30, 30, 4, 40, 40, 5], [0, 0, 9], { opacity: 0.4, softness: 1 })];
  studio.base = new Picture(size, { pixels: noise(61 * 47 * 3, 9) });
  const thumbnail = "data:image/png;base64,AA==";
  studio.passes = [{ id: "one", thumbnail, hints: [dab], retouches: [], mask: pack(noise(61 * 47, 3)), base: null, light: { angle: 90, strength: 2 }, result: studio.base }];
  studio.light = { angle: 12.5, strength: 0.3 };
  return studio;
}

test("a project reopens exactly", async () => {
  const studio = sample();
  const again = await readProject(await writeProject(studio));
  for (const part of ["name", "width", "height", "lineart", "mask", "hints", "retouches", "light"]) assert.deepEqual(again[part], studio[part], part);
  assert.deepEqual(await again.base.pixels(), await studio.base.pixels());
  assert.equal(again.passes[0].result, again.base);
  assert.deepEqual(again.passes[0].mask, studio.passes[0].mask);
  assert.deepEqual(again.passes[0].hints, studio.passes[0].hints);
  assert.deepEqual(again.passes[0].light, studio.passes[0].light);
});

test("a project also holds the hints as pixels, for programs without our rasteriser", async () => {
  const files = await readZip(await writeProject(sample()));
  const hints = await decodePng(new Blob([files.get("hints.png")]));
  assert.equal(hints.channels, 4);
  assert.deepEqual([...hints.pixels.slice((20 * 61 + 16) * 4, (20 * 61 + 16) * 4 + 4)], [200, 10, 20, 255]);
});

test("foreign, newer and damaged files are told apart", async () => {
  const reasonOf = async (blob) => {
    try {
      await readProject(blob);
    } catch (error) {
      return error instanceof ProjectError ? error.reason : `foreign: ${error}`;
    }
    return "none";
  };
  const manifest = (json) => writeZip(new Map([["project.json", new TextEncoder().encode(json)]]));
  assert.equal(await reasonOf(new Blob(["no zip"])), "error.project-damaged");
  assert.equal(await reasonOf(await manifest("{]")), "error.project-foreign");
  assert.equal(await reasonOf(await writeZip(new Map())), "error.project-foreign");
  assert.equal(await reasonOf(await manifest('{"format":"stenciltorch-project","version":99}')), "error.project-newer");
  assert.equal(await reasonOf(await manifest('{"format":"stenciltorch-project","version":1}')), "error.project-damaged");
  const files = await readZip(await writeProject(sample()));
  files.delete("mask.png");
  assert.equal(await reasonOf(await writeZip(files)), "error.project-damaged");
});

/** A project whose manifest was changed by hand. */
async function altered(change) {
  const files = await readZip(await writeProject(sample()));
  const json = JSON.parse(new TextDecoder().decode(files.get("project.json")));
  change(json);
  return writeZip(files.set("project.json", new TextEncoder().encode(JSON.stringify(json))));
}

test("a project from before there was a light is flat, and so are its passes", async () => {
  const old = await readProject(await altered((json) => (delete json.light, delete json.passes[0].light)));
  assert.equal(old.light.strength, 0);
  assert.equal(old.passes[0].light.strength, 0);
});

test("a light that cannot be is damage", async () => {
  for (const light of [{ angle: "left", strength: 1 }, { angle: 0, strength: 3 }, 7]) {
    await assert.rejects(altered((json) => (json.light = light)).then(readProject), { reason: "error.project-damaged" });
  }
});
