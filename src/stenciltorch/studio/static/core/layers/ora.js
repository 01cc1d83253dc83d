/**
 * A stack of layers -> OpenRaster (baseline 0.0.5): a zip with stack.xml, a PNG for each layer, and the flat picture. Twin
 * of `layers/ora.py`.
 *
 * OpenRaster has neither layer masks nor clipping. So the kept picture lies on top, with the mask cut out of it, which
 * gives the same picture; shade and light are transparent where they change nothing; and the mask comes along as a
 * hidden layer. Pure.
 */

import { greyToRgb, rgbToRgba } from "../compose.js";
import { wholeOf } from "../geometry.js";
import { encodePng } from "../png.js";
import { reducePlain } from "../scaling.js";
import { writeZip } from "../zip.js";
import { boundsOf, isGroup } from "./stack.js";

const MIMETYPE = "image/openraster";
const VERSION = "0.0.5";
const THUMBNAIL_SIDE = 256;
const BLENDS = { normal: "svg:src-over", multiply: "svg:multiply", screen: "svg:screen" };
const text = new TextEncoder();

/**
 * @param {import("./stack.js").Stack} stack @param {string | null} [xmp] a metadata packet to put in
 * @returns {Promise<Blob>} the same stack gives the same bytes
 */
export async function encodeOra(stack, xmp = null) {
  const files = new Map([["mimetype", text.encode(MIMETYPE)]]);
  files.set("stack.xml", new Uint8Array(0));
  const { width, height } = stack.size;
  const [lowest, ...others] = stack.children;
  const xml = await nodesXml([lowest, ...keptOf(stack), ...others], files, "  ");
  files.set("stack.xml", text.encode(`<?xml version='1.0' encoding='UTF-8'?>\n<image version="${VERSION}" w="${width}" h="${height}" xres="72" yres="72">\n <stack>\n${xml} </stack>\n</image>\n`));
  files.set("mergedimage.png", await opaquePng(stack.preview, stack.size));
  files.set("Thumbnails/thumbnail.png", await thumbnail(stack));
  if (xmp) files.set("META-INF/metadata.xml", text.encode(xmp));
  return writeZip(files, MIMETYPE);
}

/** The picture before, only where the mask keeps it, over the colouring; and the mask, hidden. */
function keptOf({ size, base, mask }) {
  if (!base || !mask) return [];
  const whole = wholeOf(size);
  const box = boundsOf((at) => mask[at] < 255, size.width, size.height);
  const cut = () => new Uint8Array(rgbToRgba(base, mask.map((level) => 255 - level)).buffer);
  const shown = () => new Uint8Array(rgbToRgba(greyToRgb(mask)).buffer);
  const layer = { blend: "normal", clipped: false };
  return [
    { ...layer, name: "base", box, paint: () => cropped(cut(), size.width, box), visible: true },
    { ...layer, name: "mask", box: whole, paint: shown, visible: false },
  ];
}

function cropped(rgba, width, box) {
  const pixels = new Uint8Array(box.width * box.height * 4);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.y + y) * width + box.x) * 4;
    pixels.set(rgba.subarray(from, from + box.width * 4), y * box.width * 4);
  }
  return pixels;
}

/** In stack.xml the uppermost comes first. @returns {Promise<string>} */
async function nodesXml(nodes, files, indent) {
  const lines = [];
  for (const node of [...nodes].reverse()) lines.push(isGroup(node) ? await groupXml(node, files, indent) : await layerXml(node, files, indent));
  return lines.join("");
}

async function groupXml({ name, children }, files, indent) {
  const inner = await nodesXml(children, files, `${indent} `);
  return `${indent}<stack name="${escaped(name)}" ${mode("normal", true)} isolation="isolate">\n${inner}${indent}</stack>\n`;
}

async function layerXml({ name, box, paint, blend, visible }, files, indent) {
  const source = `data/layer${String(files.size - 1).padStart(3, "0")}.png`;
  files.set(source, await encodePng({ width: box.width, height: box.height, channels: 4, pixels: paint() }));
  return `${indent}<layer name="${escaped(name)}" src="${source}" x="${box.x}" y="${box.y}" ${mode(blend, visible)}/>\n`;
}

const mode = (blend, visible) => `composite-op="${BLENDS[blend]}" opacity="1.0" visibility="${visible ? "visible" : "hidden"}"`;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (name) => name.replace(/[&<>"]/g, (letter) => ENTITIES[letter]);

const opaquePng = (rgb, { width, height }) => encodePng({ width, height, channels: 4, pixels: new Uint8Array(rgbToRgba(rgb).buffer) });

/** At most 256 pixels on a side, 8-bit RGBA, as the specification asks. */
function thumbnail({ preview, size }) {
  const factor = Math.min(1, THUMBNAIL_SIDE / Math.max(size.width, size.height));
  const small = { width: Math.max(1, Math.round(size.width * factor)), height: Math.max(1, Math.round(size.height * factor)) };
  return opaquePng(reducePlain(preview, 3, size, small), small);
}
