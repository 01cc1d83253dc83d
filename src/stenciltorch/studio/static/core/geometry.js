/**
 * Rectangles and sizes in image pixels. Pure.
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Rect  integer corner and size
 * @typedef {{width: number, height: number}} Size
 * @typedef {{x: number, y: number}} Point
 */

/** @returns {Rect} */
export const rectOf = (x, y, width, height) => ({ x, y, width, height });

/** @param {Size} size @returns {Rect} the whole picture */
export const wholeOf = (size) => rectOf(0, 0, size.width, size.height);

/** @param {Rect | null} rect */
export const isEmpty = (rect) => !rect || rect.width <= 0 || rect.height <= 0;

/** @param {Rect | null} first @param {Rect | null} second @returns {Rect | null} the smallest rectangle around both */
export function union(first, second) {
  if (isEmpty(first)) return isEmpty(second) ? null : second;
  if (isEmpty(second)) return first;
  const x = Math.min(first.x, second.x);
  const y = Math.min(first.y, second.y);
  const right = Math.max(first.x + first.width, second.x + second.width);
  const bottom = Math.max(first.y + first.height, second.y + second.height);
  return rectOf(x, y, right - x, bottom - y);
}

/** @param {Rect | null} first @param {Rect | null} second @returns {Rect | null} null where they do not meet */
export function intersect(first, second) {
  if (isEmpty(first) || isEmpty(second)) return null;
  const x = Math.max(first.x, second.x);
  const y = Math.max(first.y, second.y);
  const right = Math.min(first.x + first.width, second.x + second.width);
  const bottom = Math.min(first.y + first.height, second.y + second.height);
  return right > x && bottom > y ? rectOf(x, y, right - x, bottom - y) : null;
}

/** @param {Rect} rect @param {number} margin @returns {Rect} */
export const grow = (rect, margin) =>
  rectOf(rect.x - margin, rect.y - margin, rect.width + 2 * margin, rect.height + 2 * margin);

/** @param {Rect} outer @param {Rect} inner */
export const contains = (outer, inner) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

/** @param {number} value @param {number} low @param {number} high */
export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** @param {Size} size @param {number} x @param {number} y */
export const inside = (size, x, y) => x >= 0 && y >= 0 && x < size.width && y < size.height;
