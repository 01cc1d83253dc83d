/** Hint files (docs/hints.md): dabs and strokes as JSON, where whole numbers are the centres of pixels. Pure. */

import { fromHex } from "./colour.js";
import { strokeHint } from "./hints.js";

const DEFAULT_SHARE = 1 / 128;

/**
 * @param {any} sheet parsed JSON @param {import("./geometry.js").Size} size of the drawing
 * @returns {import("./hints.js").Hint[]} strokes first, dabs on top @throws {RangeError} when it is no hint file
 */
export function readHintSheet(sheet, size) {
  if (!sheet || typeof sheet !== "object" || !(Array.isArray(sheet.dabs) || Array.isArray(sheet.strokes))) throw new RangeError("no dabs and no strokes");
  const [height, width] = sheet.size ?? [size.height, size.width];
  const scale = { across: size.width / width, down: size.height / height };
  const marks = [...(sheet.strokes ?? []), ...(sheet.dabs ?? []).map(({ at, ...rest }) => ({ points: [at], ...rest }))];
  return marks.map((mark) => readMark(mark, scale, size));
}

function readMark({ points, color, radius }, { across, down }, size) {
  const colour = fromHex(String(color));
  const reach = radius ? radius * Math.sqrt(across * down) : Math.max(2, DEFAULT_SHARE * Math.max(size.width, size.height));
  const flat = (Array.isArray(points) ? points : []).flatMap(([x, y]) => [(x + 0.5) * across, (y + 0.5) * down, reach]);
  if (!colour || !flat.length || !flat.every(Number.isFinite)) throw new RangeError("a mark that cannot be read");
  return strokeHint(flat, colour);
}

