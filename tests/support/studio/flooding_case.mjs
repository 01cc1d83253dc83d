/** Floods from the studio's own module: node flooding_case.mjs FOLDER. */

import { readFileSync, writeFileSync } from "node:fs";

const CORE = new URL("../../../src/stenciltorch/studio/static/core/", import.meta.url).href;
const { flood, survey } = await import(`${CORE}flooding.js`);

const folder = process.argv[2];
const { size } = JSON.parse(readFileSync(`${folder}/case.json`, "utf8"));
const raw = (name) => new Uint8Array(readFileSync(`${folder}/${name}.raw`));
writeFileSync(`${folder}/flooded.raw`, flood(survey(raw("heights"), raw("lineart"), raw("mask"), size), raw("hints")));
