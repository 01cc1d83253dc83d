/** Bring the paper of scanned drawings to white: the twin of `stenciltorch/files/levels.py` (one fixture tests both). Pure. */

const WHITE = 253;
const WHITE_SHARE = 0.02;
const PAPER_FLOOR = 128;
const PAPER_DEPTH = 40;
const PAPER_SHARE = 0.5;
const INK_SHARE = 1e-4;
const INK_RATIO = 0.75;

/** @param {Uint8Array} lineart @returns {Uint8Array} the same array when its paper is white already */
export function levelPaper(lineart) {
  const white = whitePoint(countLevels(lineart));
  if (white === 255) return lineart;
  const levels = Uint8Array.from({ length: 256 }, (_, level) => Math.min(255, roundHalfEven((level * 255) / white)));
  return lineart.map((level) => levels[level]);
}

/** @param {Uint8Array} lineart @returns {Float64Array} how often each level occurs */
export function countLevels(lineart) {
  const histogram = new Float64Array(256);
  for (let at = 0; at < lineart.length; at++) histogram[lineart[at]]++;
  return histogram;
}

const roundHalfEven = (value) => {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
};

const sum = (histogram, from = 0, to = 256) => {
  let total = 0;
  for (let level = from; level < to; level++) total += histogram[level];
  return total;
};

/** @param {Float64Array} histogram counts of all 256 levels @returns {number} the level that is to become 255; 255 leaves all as it is */
export function whitePoint(histogram) {
  const total = sum(histogram);
  const peak = brightestMode(histogram);
  const white = peak - brightShoulder(histogram, peak);
  if (white < PAPER_FLOOR || hasWhite(histogram, peak)) return 255;
  const paper = sum(histogram, Math.max(0, white - PAPER_DEPTH));
  const broad = sum(histogram, white) >= (PAPER_SHARE / 2) * total;
  const ink = sum(histogram, 0, Math.floor(INK_RATIO * white));
  return broad && paper > PAPER_SHARE * total && ink >= INK_SHARE * total ? white : 255;
}

function hasWhite(histogram, peak) {
  const total = sum(histogram);
  const whites = sum(histogram, WHITE);
  let valley = Infinity;
  for (let level = Math.min(peak, WHITE - 3); level < WHITE - 2; level++) valley = Math.min(valley, sum(histogram, level, level + 3));
  const standsOut = whites >= WHITE_SHARE * total && whites > 3 * valley;
  return peak >= WHITE || whites >= (PAPER_SHARE / 2) * total || standsOut;
}

function brightestMode(histogram) {
  const brightest = brightestLevel(histogram);
  const lowest = Math.max(0, brightest - PAPER_DEPTH);
  let best = lowest;
  for (let level = lowest; level <= brightest; level++) if (smooth(histogram, level) > smooth(histogram, best)) best = level;
  return best;
}

const smooth = (histogram, level) => [1, 2, 3, 2, 1].reduce((total, weight, at) => total + weight * (histogram[level + at - 2] ?? 0), 0);

function brightestLevel(histogram) {
  const least = 0.005 * sum(histogram);
  let above = 0;
  for (let level = 255; level >= 0; level--) {
    above += histogram[level];
    if (above >= least) return level;
  }
  return 0;
}

function brightShoulder(histogram, peak) {
  const wanted = 0.98 * sum(histogram, peak);
  let seen = 0;
  for (let level = peak; level < 256; level++) {
    seen += histogram[level];
    if (seen >= wanted) return level - peak;
  }
  return 255 - peak;
}
