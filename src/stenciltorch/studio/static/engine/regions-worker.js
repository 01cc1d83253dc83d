/** Finds regions away from the page's own thread, so that a large drawing never makes the pen stutter. */

import { measureLines, regionAt, regionRuns, shrinkLines } from "../core/fill.js";

const MOST_PIXELS = 3_000_000;
const UNDER_INK = 3;

let full = null;
let lines = null;
let factor = 1;

function setDrawing(drawing) {
  full = drawing;
  factor = Math.max(1, Math.ceil(Math.sqrt((full.width * full.height) / MOST_PIXELS)));
  const small = factor === 1 ? full : shrinkLines(full.lineart, full.width, full.height, factor);
  lines = measureLines(small.lineart, small.width, small.height);
}

function find({ x, y, gap, underInk }) {
  const region = regionAt(lines, x / factor, y / factor, { gap: gap / factor, under: underInk ? UNDER_INK : 0 });
  return region && regionRuns(region, lines.width, factor, full, underInk);
}

self.onmessage = ({ data: { id, drawing, question } }) => {
  if (drawing) setDrawing(drawing);
  else self.postMessage({ id, area: find(question) });
};
