/**
 * A project that pins the file format for the studio and the command line alike, and digests of its pictures' pixels.
 * Writes the fixtures anew:  node tests/support/studio/project_case.mjs
 */

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { startDocument } from "../../../src/stenciltorch/studio/static/core/document.js";
import { areaHint, eraseHints, rasteriseHints, strokeHint } from "../../../src/stenciltorch/studio/static/core/hints.js";
import { layOver } from "../../../src/stenciltorch/studio/static/core/compose.js";
import { Picture } from "../../../src/stenciltorch/studio/static/core/picture.js";
import { writeProject } from "../../../src/stenciltorch/studio/static/core/project.js";
import { pack } from "../../../src/stenciltorch/studio/static/core/tiles.js";

export const PROJECT = new URL("../../fixtures/project.zip", import.meta.url);
export const DIGESTS = new URL("../../fixtures/project.json", import.meta.url);

const size = { width: 61, height: 47 };
const whole = { x: 0, y: 0, ...size };
const noise = (length, seed) => Uint8Array.from({ length }, () => (seed = (seed * 48271) % 0x7fffffff) >> 16);
const named = (hint, id) => ({ ...hint, id });

/** Greys that levels would whiten, holes in hints, soft retouches, and a base from an earlier pass. */
export function projectCase() {
  const studio = startDocument({ name: "猫 cat", ...size, lineart: noise(61 * 47, 1).map((level) => Math.min(level, 200)) });
  studio.mask = noise(61 * 47, 5);
  const dab = named(strokeHint([20.25, 20, 6.5], [200, 10, 20]), "dab");
  const area = named(areaHint({ x: 3, y: 4, width: 5, height: 2, runs: [0, 0, 5, 1, 2, 2] }, [0, 200, 0]), "area");
  studio.hints = [...eraseHints([dab], [20, 20, 2]).map((hint) => named(hint, "dab")), area];
  studio.retouches = [named(strokeHint([30, 30, 4, 40, 40, 5], [0, 0, 9], { opacity: 0.4, softness: 1 }), "soft")];
  studio.base = new Picture(size, { pixels: noise(61 * 47 * 3, 9) });
  studio.light = { angle: 30, strength: 0.5 };
  studio.passes = [
    { id: "one", thumbnail: "data:image/png;base64,AA==", hints: [dab], retouches: [], mask: pack(noise(61 * 47, 3)), base: null, light: { angle: -90, strength: 2 }, result: studio.base },
  ];
  return studio;
}

const digest = (pixels) => createHash("sha256").update(pixels).digest("hex");

/** SHA-256 of what a reader must find; `retouched` is the base with the retouches on it. */
export async function digestsOf(studio) {
  const base = await studio.base.pixels();
  const retouches = rasteriseHints(studio.retouches, whole);
  const retouched = base.slice();
  layOver(retouched, retouches);
  const hints = rasteriseHints(studio.hints, whole);
  const pixels = { lineart: studio.lineart, hints, mask: studio.mask, base, retouches, retouched };
  return Object.fromEntries(Object.entries(pixels).map(([part, bytes]) => [part, digest(bytes)]));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(PROJECT, new Uint8Array(await (await writeProject(projectCase())).arrayBuffer()));
  writeFileSync(DIGESTS, JSON.stringify(await digestsOf(projectCase()), null, 1) + "\n");
}
