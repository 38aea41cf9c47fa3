/**
 * What an address may ask for, and which format a browser is given. There are few variants of a picture, each named by
 * one address, so that a stranger can have no more than these made: 8 widths, 4 qualities, 4 formats.
 */
import { oneOf, oneOfNumbers, readQuery, takes } from '../../shared/http.js';

const WIDTHS = [160, 320, 480, 640, 960, 1280, 1600, 2048];
const QUALITIES = [40, 60, 75, 90];
const MAX_SIDE = 2048;
/** AVIF takes seconds a megapixel; who does not ask for it by name is given WebP above this width. */
const MAX_AVIF_WIDTH = 480;

const READERS = {
  w: oneOfNumbers('w', WIDTHS),
  q: oneOfNumbers('q', QUALITIES),
  format: oneOf('format', ['auto', 'avif', 'webp', 'jpeg', 'png']),
};

/** `{width, quality, format}`, each with its default in place, so that equal requests are equal here. */
export function readVariant(query, accept) {
  const { w: width = MAX_SIDE, q: quality = 75, format = 'auto' } = readQuery(query, READERS);
  const chosen = format === 'auto' ? chooseFormat(width, accept) : format;
  return { width, format: chosen, ...(chosen !== 'png' && { quality }) };
}

/** slimpix's options: a tall picture fits too. */
export function optionsOf({ width, quality, format }) {
  return { format, targetSize: { width, height: MAX_SIDE }, ...(quality && { quality }) };
}

/** The smallest that the browser says it takes. JPEG is for those that say nothing. */
function chooseFormat(width, accept) {
  if (width <= MAX_AVIF_WIDTH && takes(accept, 'avif')) return 'avif';
  return takes(accept, 'webp') ? 'webp' : 'jpeg';
}
