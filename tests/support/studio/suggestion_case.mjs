/** Proposals from the studio's own modules: node suggestion_case.mjs FOLDER. */

import { readFileSync, writeFileSync } from "node:fs";

const CORE = new URL("../../../src/stenciltorch/studio/static/core/", import.meta.url).href;
const { suggest } = await import(`${CORE}suggestion.js`);

const folder = process.argv[2];
const { size, colours, runs } = JSON.parse(readFileSync(`${folder}/case.json`, "utf8"));
const raw = (name) => new Uint8Array(readFileSync(`${folder}/${name}.raw`));
const drawing = { size, lineart: raw("lineart"), mask: raw("mask"), hints: raw("hints") };
const taste = { colours, values: new Float32Array(raw("taste").buffer) };
const found = runs.map(({ seed, palette }) => suggest(drawing, taste, seed, palette));
writeFileSync(`${folder}/found.json`, JSON.stringify(found));
