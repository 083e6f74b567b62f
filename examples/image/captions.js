// What a picture looks like, in numbers and in words. A piece of a picture is five int32 (left, top, width, height, channels) and then its
// pixels; a histogram is 256 uint32, one per brightness. Both are little-endian.

export const signatures = {
  histogram: '(bytes)->bytes',
  sum: '(bytes,bytes,bytes,bytes,bytes,bytes,bytes,bytes)->bytes',
  caption: '(bytes)->string',
};

const HEADER_BYTES = 20;
const LEVELS = 256;

function levelsOf(bytes) {
  if (bytes.byteLength !== 4 * LEVELS) throw new RangeError(`not a histogram: bytes=${bytes.byteLength}, expected=${4 * LEVELS}`);
  return new Uint32Array(bytes.buffer, bytes.byteOffset, LEVELS);
}

/** How many pixels of a piece have each brightness. */
export function histogram(piece) {
  const channels = new DataView(piece.buffer, piece.byteOffset).getInt32(16, true);
  if (channels !== 3) throw new RangeError(`not a picture in colour: channels=${channels}`);
  const counts = new Uint32Array(LEVELS);
  for (let i = HEADER_BYTES; i < piece.length; i += 3) {
    counts[(77 * piece[i] + 150 * piece[i + 1] + 29 * piece[i + 2]) >> 8]++;
  }
  return new Uint8Array(counts.buffer);
}

/** The sum of up to eight histograms; an empty array counts as none. */
export function sum(...histograms) {
  const total = new Uint32Array(LEVELS);
  for (const bytes of histograms) {
    if (bytes.byteLength === 0) continue;
    const counts = levelsOf(bytes);
    for (let level = 0; level < LEVELS; level++) total[level] += counts[level];
  }
  return new Uint8Array(total.buffer);
}

/** One line about a picture. */
export function caption(bytes) {
  const counts = levelsOf(bytes);
  let pixels = 0, light = 0, dark = 0, bright = 0;
  for (let level = 0; level < LEVELS; level++) {
    pixels += counts[level];
    light += level * counts[level];
    if (level < 64) dark += counts[level];
    if (level >= 192) bright += counts[level];
  }
  let median = 0;
  for (let below = counts[0]; 2 * below < pixels; below += counts[median]) median++;
  const percent = (part) => Math.round((100 * part) / pixels);
  const mood = light > 170 * pixels ? 'bright' : light < 85 * pixels ? 'dark' : 'balanced';
  return `a ${mood} picture of ${pixels} pixels: mean ${Math.round(light / pixels)}, median ${median}, `
    + `${percent(dark)} % dark, ${percent(bright)} % bright`;
}
