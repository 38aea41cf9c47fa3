/**
 * What can be set: one table with each setting's default and what it may hold. Settings live in the address (after
 * '#', which no server ever sees) and in localStorage; from them follows the package's configuration.
 */
import { DEFAULT_COMPRESSION_CONFIG } from 'slimpix';

const { maxDimension, avifQuality, webpQuality, jpegQuality, avifSpeed, sizeVariants } = DEFAULT_COMPRESSION_CONFIG;
const STORE = 'slimpix-settings';
export const SIDE_MAX = 65535;
export const KILOBYTES_MAX = 1_000_000;
/** What `quality: 'auto'` stands for. */
const AUTO_SCORE = 80;
export const variantNames = Object.keys(sizeVariants);

const choice = (initial, ...others) => ({ initial, accepts: (value) => value === initial || others.includes(value) });
const integer = (initial, least, most) => ({ initial, accepts: (value) => Number.isInteger(value) && value >= least && value <= most });
const flag = (initial) => ({ initial, accepts: (value) => typeof value === 'boolean' });
const matching = (initial, pattern) => ({ initial, accepts: (value) => typeof value === 'string' && pattern.test(value) });

const TABLE = {
  format: choice('webp', 'avif', 'jpeg', 'png', 'auto', 'keep'),
  aim: choice('level', 'score'),
  score: integer(AUTO_SCORE, 30, 95),
  avifQuality: integer(avifQuality, 1, 100),
  webpQuality: integer(webpQuality, 1, 100),
  jpegQuality: integer(jpegQuality, 1, 100),
  avifSpeed: integer(avifSpeed, 1, 10),
  effort: integer(4, 0, 6),
  lossless: flag(false),
  optimize: flag(true),
  sizing: choice('longest', 'box', 'variants', 'original'),
  maxDimension: integer(maxDimension, 1, SIDE_MAX),
  width: integer(1200, 1, SIDE_MAX),
  height: integer(800, 1, SIDE_MAX),
  fit: choice('inside', 'cover', 'contain', 'fill', 'outside'),
  enlarge: flag(false),
  /** 0 for any size. */
  kilobytes: integer(0, 0, KILOBYTES_MAX),
  keepSides: flag(false),
  variants: matching(variantNames.join(','), new RegExp(`^(${variantNames.join('|')})(,(${variantNames.join('|')}))*$`)),
  metadata: choice('strip', 'keep', 'no-gps'),
  background: matching('#ffffff', /^#[0-9a-f]{6}$/),
  firstFrame: flag(false),
  beside: choice('original', 'avif', 'webp', 'jpeg', 'png'),
  besideQuality: integer(webpQuality, 1, 100),
};

export const defaults = Object.freeze(Object.fromEntries(Object.entries(TABLE).map(([key, { initial }]) => [key, initial])));

export const accepts = (key, value) => TABLE[key].accepts(value);

/** From the address, where it says something; else as they were left the last time. */
export function loadSettings() {
  const fromAddress = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  const known = Object.keys(fromAddress).some((key) => key in TABLE);
  return fromText(known ? fromAddress : stored());
}

/** Only what differs from the defaults is kept, so that a plain address stays plain. */
export function keepSettings(settings) {
  const changed = Object.entries(settings).filter(([key, value]) => value !== defaults[key]);
  const hash = new URLSearchParams(changed).toString();
  history.replaceState(null, '', hash ? `#${hash}` : location.pathname + location.search);
  try {
    localStorage.setItem(STORE, JSON.stringify(Object.fromEntries(changed)));
  } catch {
    // Private windows may refuse to store; the address still has it all.
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}

/** What is unknown or out of range is left at its default. */
function fromText(given) {
  const read = Object.keys(TABLE).map((key) => {
    const value = plain(given[key], typeof defaults[key]);
    return [key, accepts(key, value) ? value : defaults[key]];
  });
  return Object.fromEntries(read);
}

function plain(text, type) {
  if (text === undefined || text === null) return undefined;
  if (type === 'number') return Number(text);
  return type === 'boolean' ? String(text) === 'true' : String(text);
}

/** The package's configuration: what is at the package's own default is left out. */
export function configOf(settings) {
  return {
    ...(settings.format !== 'keep' && { format: settings.format }),
    ...encoding(settings.format, settings),
    ...sizing(settings),
    ...(settings.kilobytes > 0 && { maxBytes: settings.kilobytes * 1000, ...(settings.keepSides && { alwaysKeepResolution: true }) }),
    ...(settings.metadata === 'keep' && { metadata: 'keep' }),
    ...(settings.metadata === 'no-gps' && { metadata: { exif: true, icc: true, xmp: true, gps: false, copyright: true } }),
    ...(settings.background !== defaults.background && { background: settings.background }),
    ...(settings.firstFrame && { animated: 'first' }),
  };
}

/** The same picture in the format of the left side. */
export function besideConfigOf(settings) {
  const { quality: _, lossless, effort, avifSpeed: speed, variants, ...shared } = configOf(settings);
  return { ...shared, format: settings.beside, ...(settings.beside !== 'png' && { quality: settings.besideQuality }) };
}

/** How good the picture is to be: by a number that is the format's own, or by how near it is to the original. */
export const aimOf = ({ format, aim }) => (format === 'auto' ? 'score' : aim);

export const isLossless = ({ format, lossless }) => format === 'png' || (format === 'webp' && lossless);

function quality(format, settings) {
  if (aimOf(settings) === 'score') return settings.score === AUTO_SCORE ? { ...(format !== 'auto' && { quality: 'auto' }) } : { quality: { target: settings.score } };
  const level = settings[`${format}Quality`];
  return level === undefined || level === defaults[`${format}Quality`] ? {} : { quality: level };
}

function encoding(format, settings) {
  const { lossless, optimize, effort, avifSpeed: speed } = settings;
  if (format === 'webp' && lossless) return { lossless: true };
  return {
    ...(format !== 'png' && quality(format, settings)),
    ...(format === 'avif' && speed !== avifSpeed && { avifSpeed: speed }),
    ...(format === 'webp' && effort !== defaults.effort && { effort }),
    ...(!optimize && ['jpeg', 'png', 'keep'].includes(format) && { optimize: false }),
  };
}

function sizing({ sizing, enlarge, fit, variants, ...sides }) {
  if (sizing === 'variants') return { variants: variants.split(',') };
  if (sizing === 'original') return { maxDimension: SIDE_MAX };
  const larger = enlarge && { withoutEnlargement: false };
  if (sizing === 'box') return { targetSize: [sides.width, sides.height], ...(fit !== 'inside' && { fit }), ...larger };
  return { ...(sides.maxDimension !== maxDimension && { maxDimension: sides.maxDimension }), ...larger };
}
