/**
 * The only conversion between screen and image. Pure: a view is a value.
 *
 * screen = centre of the pane + R(rotation) * flip * scale * (image point - focus); so `focus` is the image point in the
 * middle of the pane, and the same view serves panes of any size (drawing and result side by side).
 *
 * @typedef {import("./geometry.js").Point} Point
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {{scale: number, rotation: number, flipped: boolean, focusX: number, focusY: number}} View  rotation in degrees
 */

import { clamp } from "./geometry.js";

export const SMALLEST_SCALE = 0.02;
export const LARGEST_SCALE = 32;

/** The six numbers (a, b, c, d, e, f) that a 2D context takes. @param {View} view @param {Size} pane */
export function matrixOf(view, pane) {
  const angle = (view.rotation * Math.PI) / 180;
  const mirror = view.flipped ? -1 : 1;
  const [cosine, sine] = [Math.cos(angle) * view.scale, Math.sin(angle) * view.scale];
  const [a, b, c, d] = [cosine * mirror, sine * mirror, -sine, cosine];
  const e = pane.width / 2 - a * view.focusX - c * view.focusY;
  const f = pane.height / 2 - b * view.focusX - d * view.focusY;
  return [a, b, c, d, e, f];
}

/** @param {View} view @param {Size} pane @param {Point} point @returns {Point} */
export function toScreen(view, pane, point) {
  const [a, b, c, d, e, f] = matrixOf(view, pane);
  return { x: a * point.x + c * point.y + e, y: b * point.x + d * point.y + f };
}

/** @param {View} view @param {Size} pane @param {Point} point @returns {Point} */
export function toImage(view, pane, point) {
  const [a, b, c, d, e, f] = matrixOf(view, pane);
  const determinant = a * d - b * c;
  const [x, y] = [point.x - e, point.y - f];
  return { x: (d * x - c * y) / determinant, y: (a * y - b * x) / determinant };
}

/** The whole picture in the pane, upright as the view is turned. @param {View} view @param {Size} picture @param {Size} pane */
export function fit(view, picture, pane, margin = 24) {
  const angle = (view.rotation * Math.PI) / 180;
  const [cosine, sine] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const wide = picture.width * cosine + picture.height * sine;
  const high = picture.width * sine + picture.height * cosine;
  const room = Math.min((pane.width - 2 * margin) / wide, (pane.height - 2 * margin) / high);
  const scale = clamp(room, SMALLEST_SCALE, LARGEST_SCALE);
  return { ...view, scale, focusX: picture.width / 2, focusY: picture.height / 2 };
}

/** @param {Size} picture @param {Size} pane @returns {View} */
export const freshView = (picture, pane) =>
  fit({ scale: 1, rotation: 0, flipped: false, focusX: 0, focusY: 0 }, picture, pane);

/** Zoom so that the image point under `anchor` stays where it is. @param {View} view @param {Size} pane @param {Point} anchor @param {number} factor */
export function zoomAt(view, pane, anchor, factor) {
  const scale = clamp(view.scale * factor, SMALLEST_SCALE, LARGEST_SCALE);
  return keepUnder({ ...view, scale }, pane, anchor, toImage(view, pane, anchor));
}

/** @param {View} view @param {Size} pane @param {Point} anchor @param {number} degrees */
export function rotateAt(view, pane, anchor, degrees) {
  const rotation = (((view.rotation + degrees) % 360) + 360) % 360;
  return keepUnder({ ...view, rotation }, pane, anchor, toImage(view, pane, anchor));
}

function keepUnder(view, pane, anchor, wanted) {
  const found = toImage(view, pane, anchor);
  return { ...view, focusX: view.focusX + wanted.x - found.x, focusY: view.focusY + wanted.y - found.y };
}

/** Move the picture with the hand. @param {View} view @param {number} dx @param {number} dy screen pixels @returns {View} */
export function panBy(view, dx, dy) {
  const origin = { width: 0, height: 0 };
  const moved = toImage({ ...view, focusX: 0, focusY: 0 }, origin, { x: dx, y: dy });
  return { ...view, focusX: view.focusX - moved.x, focusY: view.focusY - moved.y };
}

/** Mirror left and right as seen. @param {View} view @returns {View} */
export const flipView = (view) => ({ ...view, flipped: !view.flipped, rotation: (360 - view.rotation) % 360 });

/** Two fingers: where they were, where they are. @param {View} view @param {Size} pane @param {Point[]} before @param {Point[]} after */
export function pinch(view, pane, before, after) {
  const [from, to] = [spread(before), spread(after)];
  const moved = panBy(view, to.x - from.x, to.y - from.y);
  const turned = rotateAt(moved, pane, to, ((to.angle - from.angle) * 180) / Math.PI);
  return zoomAt(turned, pane, to, from.length > 0 ? to.length / from.length : 1);
}

function spread([first, second]) {
  const [dx, dy] = [second.x - first.x, second.y - first.y];
  return { x: (first.x + second.x) / 2, y: (first.y + second.y) / 2, length: Math.hypot(dx, dy), angle: Math.atan2(dy, dx) };
}

/** The image-space box that the pane shows. @param {View} view @param {Size} pane */
export function visibleBox(view, pane) {
  const corners = [[0, 0], [pane.width, 0], [0, pane.height], [pane.width, pane.height]].map(([x, y]) => toImage(view, pane, { x, y }));
  const [xs, ys] = [corners.map((corner) => corner.x), corners.map((corner) => corner.y)];
  const [x, y] = [Math.floor(Math.min(...xs)), Math.floor(Math.min(...ys))];
  return { x, y, width: Math.ceil(Math.max(...xs)) - x, height: Math.ceil(Math.max(...ys)) - y };
}
