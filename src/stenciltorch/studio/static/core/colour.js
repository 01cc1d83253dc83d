/**
 * Colours: hex, HSV, and GIMP palettes (.gpl). Pure. A colour is three sRGB bytes.
 *
 * @typedef {readonly [number, number, number]} Colour
 * @typedef {{hue: number, saturation: number, value: number}} Hsv  degrees 0..360, shares 0..1
 * @typedef {{name: string, colours: {colour: Colour, name: string}[]}} Palette
 */

/** @param {readonly number[]} colour @returns {string} "#rrggbb" */
export const toHex = (colour) => `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

/** @param {string} text "#rgb", "#rrggbb", with or without # @returns {Colour | null} null when it is no colour */
export function fromHex(text) {
  const found = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim());
  if (!found) return null;
  const digits = found[1].length === 3 ? [...found[1]].map((digit) => digit + digit).join("") : found[1];
  return [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

/** @param {readonly number[]} colour @returns {Hsv} */
export function toHsv([red, green, blue]) {
  const high = Math.max(red, green, blue);
  const range = high - Math.min(red, green, blue);
  const saturation = high === 0 ? 0 : range / high;
  return { hue: hueOf(red, green, blue, high, range), saturation, value: high / 255 };
}

function hueOf(red, green, blue, high, range) {
  if (range === 0) return 0;
  if (high === red) return (60 * ((green - blue) / range) + 360) % 360;
  if (high === green) return 60 * ((blue - red) / range) + 120;
  return 60 * ((red - green) / range) + 240;
}

/** @param {Hsv} hsv @returns {Colour} */
export function fromHsv({ hue, saturation, value }) {
  const channel = (offset) => {
    const sector = (offset + hue / 60) % 6;
    return Math.round(255 * value * (1 - saturation * Math.max(0, Math.min(sector, 4 - sector, 1))));
  };
  return [channel(5), channel(3), channel(1)];
}

/** @param {readonly number[]} first @param {readonly number[]} second */
export const sameColour = (first, second) => first.every((part, at) => part === second[at]);

/** Relative luminance, WCAG 2. @param {readonly number[]} colour @returns {number} 0..1 */
export function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {readonly Colour[]} recent @param {Colour} colour @param {number} [most] @returns {Colour[]} newest first, no doubles */
export const remember = (recent, colour, most = 16) =>
  [colour, ...recent.filter((other) => !sameColour(other, colour))].slice(0, most);

/** GIMP's word for colours without a name. */
const UNNAMED = "Untitled";

/** @param {Palette} palette @returns {string} a .gpl file */
export function writeGpl(palette) {
  const rows = palette.colours.map(({ colour, name }) => {
    const parts = colour.map((part) => String(part).padStart(3)).join(" ");
    return `${parts}\t${(name || UNNAMED).replace(/\s+/g, " ")}`;
  });
  return ["GIMP Palette", `Name: ${palette.name.replace(/\s+/g, " ")}`, "Columns: 8", "#", ...rows, ""].join("\n");
}

/**
 * @param {string} text @param {string} [fallbackName] @returns {Palette}
 * @throws {RangeError} when the text is no .gpl palette or holds no colour
 */
export function readGpl(text, fallbackName = "Palette") {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);
  if (!/^GIMP Palette/i.test(lines[0] ?? "")) throw new RangeError("not a GIMP palette");
  const name = lines.map((line) => /^Name:\s*(.+)$/i.exec(line)?.[1].trim()).find(Boolean) ?? fallbackName;
  const colours = lines.slice(1).map(readGplLine).filter(Boolean);
  if (!colours.length) throw new RangeError("an empty palette");
  return { name, colours };
}

function readGplLine(line) {
  const found = /^\s*(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})(?:\s+(.*))?$/.exec(line);
  if (!found) return null;
  const colour = found.slice(1, 4).map(Number);
  return colour.every((part) => part <= 255) ? { colour, name: nameIn((found[4] ?? "").trim(), colour) } : null;
}

/** A colour's mere code is no name. */
const nameIn = (text, colour) => (text === UNNAMED || text === toHex(colour) ? "" : text);
