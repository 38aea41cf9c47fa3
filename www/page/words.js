/** What is told in words: amounts, and what went wrong. */

/** Keeps a number and its unit on one line. */
const withUnit = (number, unit) => `${number}\u00a0${unit}`;

/** 1 kB is 1000 bytes, as file managers count. */
export function amount(bytes) {
  if (bytes < 100) return withUnit(bytes, 'B');
  if (bytes < 1e6) return withUnit(bytes < 1e4 ? (bytes / 1e3).toFixed(1) : Math.round(bytes / 1e3), 'kB');
  return withUnit((bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1), 'MB');
}

/** '−95 %', or '+3 %' where it grew. */
export function change(before, after) {
  const exact = 100 * (after / before - 1);
  const percent = exact < -99 ? Math.max(-99.9, exact).toFixed(1) : Math.round(exact);
  return withUnit(percent > 0 ? `+${percent}` : `−${-percent}`, '%');
}

export const dimensions = ({ width, height }) => `${width}\u00a0×\u00a0${height}`;

export function seconds(milliseconds) {
  if (milliseconds < 100) return 'under 0.1\u00a0s';
  return withUnit((milliseconds / 1000).toFixed(milliseconds < 9950 ? 1 : 0), 's');
}

/** What a score of SSIMULACRA2 means, beside the original. */
export function likeness(score) {
  if (score >= 90) return 'no difference to be seen';
  if (score >= 80) return 'hardly any difference';
  if (score >= 70) return 'small differences';
  return score >= 50 ? 'visible differences' : 'plain differences';
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

const FORMAT_NAMES = { jpeg: 'JPEG', png: 'PNG', webp: 'WebP', avif: 'AVIF' };
export const formatName = (format) => FORMAT_NAMES[format] ?? String(format).toUpperCase();

const BY_CODE = {
  UNSUPPORTED_FORMAT: 'This is not a picture that can be read here. JPEG, PNG, WebP, AVIF, GIF, BMP, TIFF and ICO can.',
  CORRUPT_IMAGE: 'The file is damaged or not complete.',
  INVALID_INPUT: 'The file is empty, or no picture.',
  LIMIT_EXCEEDED: 'The picture has more pixels than can be worked on.',
  OUT_OF_MEMORY: 'There is not enough memory for this picture. Closing other tabs may help.',
  LOAD_FAILED: 'The image engine could not be loaded. Is the network there?',
  IO: 'The file could not be read. Was it moved or changed?',
  INTERNAL: 'Something went wrong inside the image engine. Trying again may help.',
};

/** A sentence that a person understands; the error's own message goes beside it as detail. */
export function whatWentWrong(error, file) {
  if (error.code === 'UNSUPPORTED_FEATURE' && isHeic(error, file)) {
    return 'This is a HEIC photo, as iPhones take them, and this browser cannot open those. Safari can; or export it as JPEG first.';
  }
  if (error.code === 'UNSUPPORTED_FEATURE' && /animat/i.test(error.message)) return 'This is an animation. Under “More” you can have its first picture.';
  if (error.code === 'INVALID_OPTION' && /format is not given/.test(error.message)) return 'This format can be read but not written. Choose another format than “Keep”.';
  if (error.code === 'TARGET_UNREACHABLE') return 'The file cannot be made that small. Allow it more kB, or smaller sides.';
  return BY_CODE[error.code] ?? error.message;
}

const isHeic = ({ message }, { name, type }) => /hei[cf]/i.test(`${message} ${name} ${type}`);
