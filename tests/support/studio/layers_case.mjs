/** Writes a painting's layers with the studio's own modules: node layers_case.mjs FOLDER. */

import { readFileSync, writeFileSync } from "node:fs";

const CORE = new URL("../../../src/stenciltorch/studio/static/core/", import.meta.url).href;
const { digestOfHints, digestOfModel, textsOf, xmpOf } = await import(`${CORE}provenance.js`);
const { encodePng } = await import(`${CORE}png.js`);
const { wholeOf } = await import(`${CORE}geometry.js`);
const { rasteriseHints, strokeHint } = await import(`${CORE}hints.js`);
const { encodeOra } = await import(`${CORE}layers/ora.js`);
const { encodePsd } = await import(`${CORE}layers/psd.js`);
const { buildStack } = await import(`${CORE}layers/stack.js`);

const folder = process.argv[2];
const { width, height, strokes, retouches, facts, wish } = JSON.parse(readFileSync(`${folder}/case.json`, "utf8"));
const raw = (name) => new Uint8Array(readFileSync(`${folder}/${name}.raw`));
const pictures = Object.fromEntries(["lineart", "mask", "base", "illustration", "colour", "flats"].map((name) => [name, raw(name)]));
const made = (list) => list.map(({ points, colour, softness }) => strokeHint(points, colour, { softness }));
const hints = { hints: made(strokes), retouches: made(retouches) };
for (const [name, list] of Object.entries(hints)) writeFileSync(`${folder}/${name}.raw`, new Uint8Array(rasteriseHints(list, wholeOf({ width, height })).buffer));

const stack = buildStack({ width, height, ...pictures, ...hints, result: pictures.illustration }, wish);
const told = { ...facts, modelDigest: digestOfModel(facts.files), hintsDigest: await digestOfHints(hints.hints, { width, height }) };
const write = async (name, blob) => writeFileSync(`${folder}/${name}`, new Uint8Array(await blob.arrayBuffer()));
await write("made.png", await encodePng({ width, height, channels: 3, pixels: pictures.illustration }, textsOf(told)));
await write("made.psd", encodePsd(stack, xmpOf(told)));
await write("made.ora", await encodeOra(stack, xmpOf(told)));

/** The same with another name for the lowest layer of flats, as palettes will give. */
stack.children.flatMap((node) => [node, ...(node.children ?? [])]).find(({ name }) => name === "flats").children[0].name = "肌 & <髪> “é” 🎨";
await write("named.psd", encodePsd(stack));
await write("named.ora", await encodeOra(stack));
