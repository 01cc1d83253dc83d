/**
 * What a coloured file says of how it was made: with which program and model, following which hints. Twin of
 * `files/provenance.py`: no time, and no name of a person or a file, so that equal work makes equal files. Pure.
 *
 * @typedef {{version: string, model: string, modelDigest: string, hintsDigest: string}} Facts
 */

import { wholeOf } from "./geometry.js";
import { rasteriseHints } from "./hints.js";
import { Pace } from "./pace.js";
import { Sha256, sha256 } from "./sha256.js";

/** IPTC's word for a work by a person that a trained model had a part in. */
const SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";
const NAMESPACE = "urn:stenciltorch:provenance:1";
const XMP_KEYWORD = "XML:com.adobe.xmp";
const GRAPHS = ["encoder", "painter", "finisher"];
const BAND = 1 << 16;

/** @param {Facts} facts */
const softwareOf = ({ version }) => `StencilTorch ${version}`;

/** @param {Facts} facts */
const noteOf = (facts) => `Coloured with ${softwareOf(facts)}, model ${facts.model}: an artist's hints, colours by a trained model.`;

/** Keywords and texts as PNG keeps them, the XMP packet the last. @param {Facts} facts @returns {Record<string, string>} */
export const textsOf = (facts) => ({
  Software: softwareOf(facts),
  Comment: noteOf(facts),
  "stenciltorch:model": facts.model,
  "stenciltorch:model-sha256": facts.modelDigest,
  "stenciltorch:hints-sha256": facts.hintsDigest,
  [XMP_KEYWORD]: xmpOf(facts),
});

/** The same as an XMP packet (ISO 16684-1). @param {Facts} facts @returns {string} */
export function xmpOf(facts) {
  const told = {
    "xmp:CreatorTool": softwareOf(facts),
    "Iptc4xmpExt:DigitalSourceType": SOURCE_TYPE,
    "stenciltorch:version": facts.version,
    "stenciltorch:model": facts.model,
    "stenciltorch:modelSha256": facts.modelDigest,
    "stenciltorch:hintsSha256": facts.hintsDigest,
  };
  const attributes = Object.entries(told).map(([key, value]) => `${key}=${quoted(value)}`).join("\n   ");
  return packet(attributes, escaped(noteOf(facts)));
}

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;", '"': "&quot;" };
const escaped = (text) => text.replace(/[&<>]/g, (letter) => ENTITIES[letter]);

/** In the quotes that need the fewest entities, as Python's `quoteattr` has it. */
function quoted(text) {
  const safe = text.replace(/[&<>\n\r\t]/g, (letter) => ENTITIES[letter]);
  if (!safe.includes('"')) return `"${safe}"`;
  return safe.includes("'") ? `"${safe.replace(/"/g, ENTITIES['"'])}"` : `'${safe}'`;
}

const packet = (attributes, note) => `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
   xmlns:xmp="http://ns.adobe.com/xap/1.0/"
   xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
   xmlns:stenciltorch="${NAMESPACE}"
   ${attributes}>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">${note}</rdf:li></rdf:Alt></dc:description>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>`;

/** The same for the same weights, whatever the model is called. @param {Record<string, {sha256: string}>} files of model.json */
export const digestOfModel = (files) => sha256(GRAPHS.map((graph) => String(files?.[`${graph}.onnx`]?.sha256 ?? "").toLowerCase()).join(""));

/**
 * Of size and visible pixels; what lies under alpha 0 does not count.
 * @param {readonly import("./hints.js").Hint[]} hints @param {import("./geometry.js").Size} size @returns {Promise<string>}
 */
export async function digestOfHints(hints, size) {
  const sum = new Sha256().add(new TextEncoder().encode(`${size.height} ${size.width} `));
  const rows = Math.max(1, Math.floor(BAND / size.width));
  const pace = new Pace();
  for (let y = 0; y < size.height; y += rows) {
    const pixels = rasteriseHints(hints, { ...wholeOf(size), y, height: Math.min(rows, size.height - y) });
    sum.add(seen(pixels));
    await pace.rest();
  }
  return sum.hex();
}

function seen(pixels) {
  const words = new Uint32Array(pixels.buffer, pixels.byteOffset, pixels.length / 4);
  for (let at = 0; at < words.length; at++) if (words[at] >>> 24 === 0) words[at] = 0;
  return pixels;
}
