/**
 * A stack of layers -> a Photoshop document, after Adobe's description of the format. Twin of `layers/psd.py`: the merged
 * picture is the painting itself, layers are cropped, names are Unicode, and the mask is a layer mask that the artist can
 * go on painting in. Pure.
 */

import { rgbToRgba } from "../compose.js";
import { rectOf, wholeOf } from "../geometry.js";
import { Bytes, packRows } from "./bytes.js";
import { srgbProfile } from "./srgb.js";
import { boundsOf, isGroup } from "./stack.js";

/** Of a Photoshop document, pixels; larger ones need another format (PSB). */
export const MOST_SIDE = 30_000;
const BLENDS = { normal: "norm", multiply: "mul ", screen: "scrn" };
const [RGB_MODE, PACKBITS, RAW] = [3, 1, 0];
const RESOURCES = { resolution: 1005, profile: 1039, xmp: 1060 };
/** Identifiers of channels: opacity, colours, the layer mask. */
const [OPACITY, MASK] = [-1, -2];
const SECTION = { open: 1, closed: 2, end: 3 };
/** Bits of a layer's flags. */
const [HIDDEN, NO_PIXELS] = [2, 0x18];

/**
 * @param {import("./stack.js").Stack} stack @param {string | null} [xmp] a metadata packet to put in
 * @returns {Blob} the same stack gives the same bytes
 * @throws {RangeError} a side of more than MOST_SIDE pixels
 */
export function encodePsd(stack, xmp = null) {
  const { width, height } = stack.size;
  if (Math.max(width, height) > MOST_SIDE) throw new RangeError(`a PSD file holds at most ${MOST_SIDE} pixels on a side`);
  const file = new Bytes().ascii("8BPS").number(2, 1, 0, 0, 0, 3).number(4, height, width).number(2, 8, RGB_MODE);
  file.number(4, 0).block(resources(xmp)).block(layersOf(stack));
  file.add(mergedPicture(stack));
  return new Blob(file.parts, { type: "image/vnd.adobe.photoshop" });
}

function resources(xmp) {
  const dotsPerInch = new Bytes().number(4, 72 << 16).number(2, 1, 1).number(4, 72 << 16).number(2, 1, 1);
  const all = resource(RESOURCES.resolution, dotsPerInch).add(resource(RESOURCES.profile, new Bytes().add(srgbProfile())));
  return xmp ? all.add(resource(RESOURCES.xmp, new Bytes().add(new TextEncoder().encode(xmp)))) : all;
}

const resource = (number, content) => {
  const bytes = new Bytes().ascii("8BIM").number(2, number, 0).number(4, content.length).add(content);
  return content.length % 2 ? bytes.number(1, 0) : bytes;
};

/** Records of all layers, then their pixels; the lowest first. */
function layersOf({ size, children, base }) {
  const records = [];
  if (base) records.push(pixelRecord(baseLayer(base, size)));
  for (const node of children) records.push(...recordsOf(node, size));
  const info = new Bytes().number(2, records.length);
  for (const { record } of records) info.add(record);
  for (const { pixels } of records) info.add(pixels);
  return new Bytes().block(info, 4).number(4, 0);
}

const baseLayer = (base, size) => ({ name: "base", box: wholeOf(size), paint: () => new Uint8Array(rgbToRgba(base).buffer), blend: "normal", clipped: false, visible: true });

const recordsOf = (node, size) => (isGroup(node) ? groupRecords(node, size) : [pixelRecord(node)]);

function pixelRecord({ name, box, paint, blend, clipped, visible }) {
  const rgba = paint();
  const channels = [OPACITY, 0, 1, 2].map((id) => ({ id, data: packedChannel(rgba, 4, id === OPACITY ? 3 : id, box) }));
  return recordOf({ name, box, channels, blend, clipped, flags: visible ? 0 : HIDDEN });
}

/** A mark where the group ends, what is in it, and the group itself on top. */
function groupRecords({ name, children, mask }, size) {
  const empty = [OPACITY, 0, 1, 2].map((id) => ({ id, data: new Bytes().number(2, RAW) }));
  const common = { box: rectOf(0, 0, 0, 0), channels: empty, blend: "normal", clipped: false, flags: NO_PIXELS };
  const end = recordOf({ ...common, name: "</Layer group>", section: SECTION.end });
  const inner = children.flatMap((child) => recordsOf(child, size));
  const whole = { ...common, name, section: mask ? SECTION.open : SECTION.closed };
  return [end, ...inner, recordOf(mask ? withMask(whole, mask, size) : whole)];
}

/** Closed outside its box. */
function withMask(record, mask, { width, height }) {
  const box = boundsOf((at) => mask[at] > 0, width, height) ?? rectOf(0, 0, 1, 1);
  const levels = new Uint8Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) levels.set(mask.subarray((box.y + y) * width + box.x, (box.y + y) * width + box.x + box.width), y * box.width);
  return { ...record, maskBox: box, channels: [...record.channels, { id: MASK, data: packedChannel(levels, 1, 0, box) }] };
}

function recordOf({ name, box, channels, blend, clipped, flags, section = 0, maskBox = null }) {
  const record = rectangle(box).number(2, channels.length);
  for (const { id, data } of channels) record.number(2, id).number(4, data.length);
  record.ascii("8BIM").ascii(BLENDS[blend]).number(1, 255, clipped ? 1 : 0, flags, 0);
  const extra = new Bytes().block(maskBox ? rectangle(maskBox).number(1, 0, 0, 0, 0) : new Bytes());
  extra.block(blendingRanges(channels.length)).add(plainName(name)).add(tagged("luni", unicode(name)));
  if (section) extra.add(tagged("lsct", sectionOf(section)));
  record.block(extra, 2);
  const pixels = new Bytes();
  for (const { data } of channels) pixels.add(data);
  return { record, pixels };
}

const rectangle = ({ x, y, width, height }) => new Bytes().number(4, y, x, y + height, x + width);

/** Everything blends, in the grey channel and in each of the others. */
function blendingRanges(channels) {
  const ranges = new Bytes();
  for (let count = 0; count <= channels; count++) ranges.number(2, 0, 0xffff, 0, 0xffff);
  return ranges;
}

/** The old name, of ASCII letters; the real one is the Unicode one. */
function plainName(name) {
  const letters = name.replace(/[^ -~]/g, "?").slice(0, 255);
  const bytes = new Bytes().number(1, letters.length).ascii(letters);
  return bytes.add(new Uint8Array((4 - (bytes.length % 4)) % 4));
}

const tagged = (key, content) => new Bytes().ascii("8BIM").ascii(key).block(content, 4);

const unicode = (name) => new Bytes().number(4, name.length).number(2, ...[...Array(name.length).keys()].map((at) => name.charCodeAt(at)));

function sectionOf(kind) {
  const bytes = new Bytes().number(4, kind);
  return kind === SECTION.end ? bytes : bytes.ascii("8BIM").ascii(BLENDS.normal);
}

function packedChannel(pixels, channels, channel, { width, height }) {
  const { counts, packed } = packRows(pixels, channels, channel, width, height);
  return new Bytes().number(2, PACKBITS, ...counts).add(packed);
}

/** For programs that show no layers. */
function mergedPicture({ preview, size: { width, height } }) {
  const rows = [0, 1, 2].map((channel) => packRows(preview, 3, channel, width, height));
  const merged = new Bytes().number(2, PACKBITS);
  for (const { counts } of rows) merged.number(2, ...counts);
  for (const { packed } of rows) merged.add(packed);
  return merged;
}
