/** What an address may ask for, and which format a browser is given. */
import { ImageCompressionError } from 'slimpix';

const MOST_SIDE = 2048;
const FORMATS = ['avif', 'webp', 'jpeg', 'png'];
/** AVIF takes seconds a megapixel; who does not ask for it by name is given WebP above this. */
const MOST_AVIF_PIXELS = 500_000;

const READERS = {
  w: (text) => ({ width: integer('w', text, MOST_SIDE) }),
  h: (text) => ({ height: integer('h', text, MOST_SIDE) }),
  q: (text) => ({ quality: integer('q', text, 100) }),
  fit: (text) => ({ fit: oneOf('fit', text, ['inside', 'outside', 'contain', 'cover', 'fill']) }),
  format: (text) => ({ format: oneOf('format', text, [...FORMATS, 'auto']) }),
};

/** slimpix's options. An unknown word is an error, so that nobody fills the cache with copies of one picture. */
export function readOptions(query) {
  const asked = {};
  for (const [name, text] of query) {
    if (!Object.hasOwn(READERS, name)) throw invalid(`${name} is unknown; it must be one of ${Object.keys(READERS).join(', ')}`);
    Object.assign(asked, READERS[name](text));
  }
  const { width, height, format, ...rest } = asked;
  const targetSize = width || height ? { targetSize: { width, height } } : {};
  return { maxDimension: MOST_SIDE, ...targetSize, ...rest, ...(format && format !== 'auto' && { format }) };
}

/** The format that was named, or the smallest that the browser says it takes. JPEG is for those that say nothing. */
export function chooseFormat({ format, targetSize }, accept) {
  if (format) return format;
  const takes = (name) => new RegExp(`image/${name}(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`, 'i').test(accept);
  const pixels = (targetSize?.width ?? MOST_SIDE) * (targetSize?.height ?? MOST_SIDE);
  if (takes('avif') && pixels <= MOST_AVIF_PIXELS) return 'avif';
  return takes('webp') ? 'webp' : 'jpeg';
}

function integer(name, text, most) {
  const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw invalid(`${name} is ${text}; it must be an integer from 1 to ${most}`);
  return value;
}

function oneOf(name, text, words) {
  if (words.includes(text)) return text;
  throw invalid(`${name} is ${text}; it must be one of ${words.join(', ')}`);
}

function invalid(message) {
  return new ImageCompressionError('INVALID_OPTION', message);
}
