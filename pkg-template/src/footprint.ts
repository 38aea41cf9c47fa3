/**
 * What a picture will take of WebAssembly's memory, told from its header and its options before any is asked for: by
 * this, jobs share a budget, and a host with little memory refuses what would not fit.
 *
 * The peak is one of three: pixels as they are decoded, the decoded picture with the scaled one, or the scaled one
 * with its encoder's own. The constants are bytes a pixel, measured as the growth of the memory over real files;
 * tests/js/footprint.test.mjs holds them to it, from above and not by far.
 */
import { ImageCompressionError } from './errors.js';
import { highestLevel, isMeasured, isSearched, writesAvif, type EngineOptions } from './requests.js';
import type { ImageInfo, InputFormat, OutputFormat } from './types.js';

/** The part of a header that counts. */
export type Header = Pick<ImageInfo, 'width' | 'height' | 'hasAlpha'> & {
  readonly format: InputFormat | 'pixels';
  /** None where pixels are given. */
  readonly metadataBytes?: number;
};

interface Size {
  readonly width: number;
  readonly height: number;
}

const MEBIBYTE = 2 ** 20;
/** The module's own data and stack, and what the allocator leaves between its blocks. */
const BASE = 3 * MEBIBYTE;

/** While decoding, the pixels themselves included, and what is left lying when they are scaled. JPEG has its own account. */
const DECODING: Record<Header['format'], { opaque: number; alpha: number }> = {
  png: { opaque: 8, alpha: 14 },
  webp: { opaque: 8, alpha: 13 },
  gif: { opaque: 12, alpha: 12 },
  bmp: { opaque: 9, alpha: 9 },
  tiff: { opaque: 13, alpha: 17 },
  ico: { opaque: 12, alpha: 12 },
  jpeg: { opaque: 4, alpha: 4 },
  avif: { opaque: 4, alpha: 4 },
  heic: { opaque: 4, alpha: 4 },
  pixels: { opaque: 8, alpha: 8 },
};

/** A picture that was not decoded in one piece leaves gaps about it. */
const SCATTERED = 1.3;
/** Pixels that go to another worker, and the copy that goes. */
const HANDED_OVER = 8;
/**
 * Scaled pixels and all that the encoder makes of them: frames and trees, the rest of AVIF's being of fixed size. From
 * quality 90 on, JPEG and AVIF give colour the resolution of light.
 */
const ENCODING = {
  coarse: { jpeg: 18, webp: 14, png: 17, avif: 24 },
  fine: { jpeg: 28, webp: 14, png: 17, avif: 35 },
};
const FINE_FROM = 90;
/** The best file so far, and the picture at smaller sides. */
const SEARCHING = 4;
/** What was written, as it is seen, and the smaller scales of the score, in what room the encoder left. */
const MEASURING = 6;
const ENCODING_ANY_AVIF = 8 * MEBIBYTE;
/** As they are read, and as an output keeps them. */
const COPIES_OF_METADATA = 2;

/** For a file, or for bare pixels, and every output that is made of it in turn. */
export function bytesNeeded(file: Uint8Array | undefined, header: Header, outputs: readonly EngineOptions[], handOver: boolean): number {
  const frame = header.format === 'jpeg' && file ? jpegFrame(file) : undefined;
  const bytesAPixel = header.hasAlpha || header.format === 'pixels' || frame?.sampling.length === 4 ? 4 : 3;
  const wholes = outputs.map((options) => scaled(header, options));
  const decoded = decodedSize(header, wholes);
  const picture = area(decoded) * bytesAPixel;
  const kept = outputs.length > 1 ? picture * (frame ? 1 : SCATTERED) : 0;
  const planes = frame ? samplesAPixel(frame) * area(decoded) * (frame.sampling.length === 4 ? 2 : 1) : 0;
  const held = file?.length ?? 0;
  const stages = outputs.map((options, index) => {
    const size = wholes[index]!;
    const made = outputArea(size, options);
    const resizing = picture + planes + (made + size.width * decoded.height) * bytesAPixel;
    return Math.max(resizing, kept + (handOver && writesAvif(options) ? made * HANDED_OVER : bytesToEncode(made, options)));
  });
  const decoding = frame ? picture + planes + jpegCoefficients(frame, area(header)) : area(decoded) * DECODING[header.format][header.hasAlpha ? 'alpha' : 'opaque'];
  return BASE + held + COPIES_OF_METADATA * (header.metadataBytes ?? 0) + Math.max(decoding, ...stages);
}

/** What the encoder takes for so many pixels. */
export function bytesToEncode(pixels: number, options: EngineOptions): number {
  const { format, formats = [format] } = options;
  const perPixel = ENCODING[highestLevel(options) < FINE_FROM ? 'coarse' : 'fine'];
  const encoding = Math.max(...formats.map((one) => perPixel[one]));
  const besides = (isSearched(options) ? SEARCHING : 0) + (isMeasured(options) ? MEASURING : 0);
  return pixels * (encoding + besides) + (writesAvif(options) ? ENCODING_ANY_AVIF : 0);
}

/** A choice of formats without those that would take more memory than may be used, as long as one does not. */
export function affordable(
  file: Uint8Array | undefined,
  header: Header,
  options: EngineOptions,
  maxMemory = Infinity,
): EngineOptions {
  const needed = (format: OutputFormat) => bytesNeeded(file, header, [{ ...options, format, formats: [format] }], false);
  const fits = (format: OutputFormat) => needed(format) <= maxMemory;
  const [format, ...others] = options.formats?.filter(fits) ?? [];
  return format ? { ...options, format, formats: [format, ...others] } : options;
}

/** Refuses what would take more than it may; without `maxMemory` there is no bound but the machine's. */
export function refuseAbove(maxMemory: number | undefined, bytes: number): void {
  if (maxMemory === undefined || bytes <= maxMemory) return;
  const [needed, allowed] = [Math.ceil(bytes / MEBIBYTE), (maxMemory / MEBIBYTE).toFixed(1)];
  const message = `the image would take about ${needed} MiB of memory; maxMemory is ${allowed} MiB`;
  throw new ImageCompressionError('LIMIT_EXCEEDED', message);
}

/** A progressive file's coefficients are held until its last scan, two bytes each. */
function jpegCoefficients(frame: JpegFrame, pixels: number): number {
  return frame.progressive ? 2 * samplesAPixel(frame) * pixels : 0;
}

/** A JPEG is decoded plane by plane, and where the planes were there is no room for what comes next; inks twice. */
function samplesAPixel({ sampling }: JpegFrame): number {
  return sampling.reduce((sum, one) => sum + one, 0) / Math.max(...sampling, 1);
}

/** A JPEG is decoded at half its size, a quarter or an eighth, where that is still as much as the outputs need. */
function decodedSize({ format, width, height }: Header, wholes: readonly Size[]): Size {
  const enough = (scale: number) => wholes.every((size) => size.width <= width * scale && size.height <= height * scale);
  const scale = format === 'jpeg' ? ([1 / 8, 1 / 4, 1 / 2].find(enough) ?? 1) : 1;
  return { width: Math.ceil(width * scale), height: Math.ceil(height * scale) };
}

interface JpegFrame {
  readonly progressive: boolean;
  /** Samples in a block of pixels, of each component. */
  readonly sampling: readonly number[];
}

/**
 * The frame header: sides, then a list of components, each with an id, its sampling in two halves, and a table. Segments
 * follow one another; any number of fill bytes, 0xFF, may stand before a marker (T.81, B.1.1.2), and a few markers stand
 * alone, without a length.
 */
function jpegFrame(file: Uint8Array): JpegFrame | undefined {
  for (let at = markerAt(file, 2); at + 9 < file.length; at = markerAt(file, nextSegment(file, at))) {
    const marker = file[at]!;
    if (marker < 0xc0 || marker > 0xcf || [0xc4, 0xc8, 0xcc].includes(marker)) continue;
    const halves = Array.from({ length: file[at + 8]! }, (_, index) => file[at + 10 + 3 * index]!);
    const sampling = halves.map((both) => (both >> 4) * (both & 15));
    return { progressive: marker === 0xc2, sampling };
  }
  return undefined;
}

/** Where the code of the next marker is: after 0xFF, and after all fill bytes. What is no marker is passed over. */
function markerAt(file: Uint8Array, from: number): number {
  let at = from;
  while (at < file.length && !(file[at] === 0xff && file[at + 1] !== 0xff && file[at + 1] !== 0)) at += 1;
  return at + 1;
}

/** TEM, RST0–RST7, SOI and EOI have no segment. */
function nextSegment(file: Uint8Array, marker: number): number {
  const code = file[marker]!;
  const standsAlone = code === 1 || (code >= 0xd0 && code <= 0xd9);
  return marker + 1 + (standsAlone ? 0 : file[marker + 1]! * 256 + file[marker + 2]!);
}

/** The whole picture at the scale of an output: what a crop is taken from. */
function scaled({ width, height }: Size, { targetSize, fit = 'inside', maxDimension = Infinity, withoutEnlargement = true }: EngineOptions): Size {
  const x = targetSize?.width === undefined ? undefined : targetSize.width / width;
  const y = targetSize?.height === undefined ? undefined : targetSize.height / height;
  const pick = fit === 'inside' || fit === 'contain' ? Math.min : Math.max;
  const common = x === undefined && y === undefined ? 1 : pick(x ?? y!, y ?? x!);
  const factors = fit === 'fill' ? [x ?? 1, y ?? 1] : [common, common];
  const [wide, high] = factors.map((factor) => (withoutEnlargement ? Math.min(1, factor) : factor)) as [number, number];
  const shrink = fit === 'cover' ? 1 : Math.min(1, maxDimension / Math.max(width * wide, height * high));
  return { width: Math.ceil(width * wide * shrink), height: Math.ceil(height * high * shrink) };
}

/** Bars make the output larger than the picture in it, and a crop smaller. */
function outputArea(whole: Size, { targetSize, fit }: EngineOptions): number {
  if (fit !== 'contain' && fit !== 'cover') return area(whole);
  const box = { width: targetSize?.width ?? whole.width, height: targetSize?.height ?? whole.height };
  return fit === 'contain' ? Math.max(area(box), area(whole)) : Math.min(area(box), area(whole));
}

function area({ width, height }: Size): number {
  return width * height;
}
