/** Shapes of a height map, cut by the studio's own modules: node shapes_case.mjs FOLDER WIDTH HEIGHT. */

import { readFileSync, writeFileSync } from "node:fs";

const CORE = new URL("../../../src/stenciltorch/studio/static/core/", import.meta.url).href;
const { cutShapes } = await import(`${CORE}shapes.js`);

const [folder, width, height] = process.argv.slice(2);
const heights = new Uint8Array(readFileSync(`${folder}/heights.raw`));
writeFileSync(`${folder}/labels.raw`, new Uint8Array(cutShapes(heights, Number(width), Number(height)).buffer));
