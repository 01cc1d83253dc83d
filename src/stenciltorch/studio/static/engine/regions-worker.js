/** Finds regions away from the page's own thread, so that a large drawing never makes the pen stutter. */

import { measureLines, regionAt, regionRuns, shapeRuns, shrinkLines } from "../core/fill.js";

const MOST_PIXELS = 3_000_000;
const UNDER_INK = 3;

let full = null;
let lines = null;
let shapes = null;
let factor = 1;

function setDrawing(drawing) {
  full = drawing;
  lines = shapes = null;
}

function measure() {
  factor = Math.max(1, Math.ceil(Math.sqrt((full.width * full.height) / MOST_PIXELS)));
  const small = factor === 1 ? full : shrinkLines(full.lineart, full.width, full.height, factor);
  return measureLines(small.lineart, small.width, small.height);
}

function byLines({ x, y, gap, underInk }) {
  lines ??= measure();
  const region = regionAt(lines, x / factor, y / factor, { gap: gap / factor, under: underInk ? UNDER_INK : 0 });
  return region && regionRuns(region, lines.width, factor, full, underInk);
}

/** The network is only loaded for those who ask for it. */
async function byShapes({ x, y }) {
  if (!shapes) {
    const { findShapes } = await import("./shapes.js");
    shapes = await findShapes(full);
  }
  return shapeRuns(shapes, x, y, full);
}

async function answer({ id, drawing, question }) {
  if (drawing) return setDrawing(drawing);
  try {
    self.postMessage({ id, area: await (question.finder === "shapes" ? byShapes(question) : byLines(question)) });
  } catch (error) {
    self.postMessage({ id, area: null, error: String(error?.message ?? error) });
  }
}

/** Questions are answered in the order they came. */
let queue = Promise.resolve();
self.onmessage = ({ data }) => {
  queue = queue.then(() => answer(data));
};
