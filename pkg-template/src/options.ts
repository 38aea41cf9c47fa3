/**
 * What a caller may write. Two tables say which keys there are and what each may hold: one for a service, one for a
 * call; what one key means for another is checked beside them. All of it is checked before anything is read.
 */
import { isPortable } from './names.js';
import { boolean, checkOptions, choice, either, integer, invalid, isObject, matching, show, type Rule, type RuleTable } from './rules.js';
import type { BatchConfig, CompressionConfig, FormatName, ServiceConfig, SizeVariant, VariantConfig } from './types.js';

/** What a service does when it is told nothing else. */
export const DEFAULT_COMPRESSION_CONFIG = Object.freeze({
  maxDimension: 2048,
  jpegQuality: 85,
  webpQuality: 80,
  avifQuality: 75,
  avifSpeed: 6,
  sizeVariants: Object.freeze({
    thumbnail: Object.freeze({ maxDimension: 150, jpegQuality: 80, webpQuality: 75, avifQuality: 70 }),
    preview: Object.freeze({ maxDimension: 500, jpegQuality: 85, webpQuality: 80, avifQuality: 75 }),
    full: Object.freeze({ maxDimension: 2048, jpegQuality: 90, webpQuality: 85, avifQuality: 80 }),
  }) as Readonly<Record<string, SizeVariant>>,
  maxThreads: 4,
  chunkSize: 10,
  avifThreads: 2,
});

/** What a service does beside compressing, when it is told nothing else. */
const SERVICE_DEFAULTS = Object.freeze({ worker: true, memoryBudget: 1024 });

/** Rust's own default, applied here to what a foreign decoder is about to decode. */
export const DEFAULT_LIMIT_INPUT_PIXELS = 268402689;

/** A service's settings with every default filled in. */
export type ResolvedServiceConfig = typeof DEFAULT_COMPRESSION_CONFIG & typeof SERVICE_DEFAULTS & ServiceConfig;

export const OUTPUT_FORMATS = ['avif', 'webp', 'jpeg', 'png'] as const;
const SIDE_MAX = 65535;

/** Some packages count quality from 0 to 1; that slip is named rather than guessed at. */
const level = integer(1, 100, (value) => {
  const isFraction = typeof value === 'number' && value > 0 && value < 1;
  return isFraction ? String(Math.max(1, Math.round(value * 100))) : undefined;
});
const quality: Rule = {
  ...level,
  expects: `${level.expects}, 'auto', or {target} with a score from 1 to 100`,
  accepts: (value) => level.accepts(value) || value === 'auto' || isTarget(value),
};
const side = integer(1, SIDE_MAX);
const FORMAT_NAMES = [...OUTPUT_FORMATS, 'jpg', ...OUTPUT_FORMATS.map((name) => `image/${name}`), 'image/jpg'];
const formatName: Rule = { ...choice(...FORMAT_NAMES), expects: choice(...OUTPUT_FORMATS).expects };
const format: Rule = { ...choice(...FORMAT_NAMES, 'auto'), expects: choice(...OUTPUT_FORMATS, 'auto').expects };

const metadataParts: RuleTable = { exif: boolean, icc: boolean, xmp: boolean, gps: boolean, copyright: boolean };
const box: RuleTable = { width: side, height: side };
const sizeVariant: RuleTable = { maxDimension: side, jpegQuality: level, webpQuality: level, avifQuality: level };

const targetSize = matching(
  `[width, height] or {width, height} with sides from 1 to ${SIDE_MAX}`,
  (value) => (Array.isArray(value) ? value.length === 2 && value.every(side.accepts) : isObject(value)),
);
const decoders = matching("an object of functions by MIME type, like {'image/heic': decode}", (value) =>
  isObject(value) && Object.values(value).every((decoder) => typeof decoder === 'function'));
const wasmUrl = matching("a folder's URL, or {core, full} with the URL of each file", (value) =>
  isVariants(value) || ((typeof value === 'string' || value instanceof URL) && !String(value).endsWith('.wasm')));
const address = matching('a URL', (value) => typeof value === 'string' || value instanceof URL);
const fileName = matching("a file name on every system, or a function from name to name", (value) =>
  typeof value === 'function' || (typeof value === 'string' && isPortable(value)));
const suffix = matching("a part of a file name on every system, like '-small'", (value) =>
  typeof value === 'string' && isPortable(`a${value}.webp`));
const variants = matching("true, an array of the service's variants by name, or an object of sizes", (value) => value === true || Array.isArray(value) || isObject(value));
const formats = matching('an array of formats', (value) => Array.isArray(value) && value.length > 0 && value.every(formatName.accepts));
const megabytes = matching('a number above 0, up to 4095', (value) => typeof value === 'number' && value > 0 && value <= 4095);
const maxMemory = integer(2 ** 20, 2 ** 32);
const output = matching('a directory: a path or a FileSystemDirectoryHandle', (value) => typeof value === 'string' || (isObject(value) && value['kind'] === 'directory'));
const wasmModule = matching('{core, full} with a WebAssembly.Module each', (value) =>
  isVariants(value) && Object.values(value).every((module) => module instanceof WebAssembly.Module));
const signal = matching('an AbortSignal', (value) => isObject(value) && typeof value['aborted'] === 'boolean' && typeof value['addEventListener'] === 'function');
const functionRule = matching('a function', (value) => typeof value === 'function');
const logger = matching('an object with debug, info, warn and error', (value) =>
  isObject(value) && ['debug', 'info', 'warn', 'error'].every((level) => typeof value[level] === 'function'));

/** What a call may hold. */
export const COMPRESSION_RULES = {
  format,
  fileType: formatName,
  mimeType: formatName,
  formats,
  quality,
  maxBytes: integer(1, 2 ** 32 - 1),
  maxSizeMB: megabytes,
  alwaysKeepResolution: boolean,
  score: boolean,
  maxDimension: side,
  maxWidthOrHeight: side,
  targetSize,
  maintainAspectRatio: boolean,
  fit: choice('contain', 'cover', 'fill', 'inside', 'outside'),
  withoutEnlargement: boolean,
  background: matching("a colour as '#rgb' or '#rrggbb'", (value) =>
    typeof value === 'string' && /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(value)),
  autoOrient: boolean,
  stripMetadata: boolean,
  metadata: either(choice('strip', 'keep'), matching('an object of exif, icc, xmp, gps, copyright', isObject)),
  optimize: boolean,
  lossless: boolean,
  exact: boolean,
  avifSpeed: integer(1, 10),
  effort: integer(0, 6),
  alphaQuality: integer(1, 100),
  animated: choice('error', 'first'),
  recover: boolean,
  limitInputPixels: integer(1, SIDE_MAX * SIDE_MAX),
  maxMemory,
  decoders,
  rename: fileName,
  suffix,
  signal,
  onProgress: functionRule,
  useWebWorker: boolean,
} satisfies Record<keyof CompressionConfig, Rule>;

/** What a call for several variants may hold. */
const VARIANT_RULES = { ...COMPRESSION_RULES, variants } satisfies Record<keyof VariantConfig, Rule>;

/** What a batch may hold besides. */
export const BATCH_RULES = {
  ...VARIANT_RULES,
  output,
  recursive: boolean,
  chunkSize: integer(1, 10000),
  concurrency: integer(1, 1000),
  retries: integer(0, 10),
  overwrite: boolean,
} satisfies Record<keyof BatchConfig, Rule>;

/** What a service may hold. */
export const SERVICE_RULES = {
  maxDimension: side,
  jpegQuality: level,
  webpQuality: level,
  avifQuality: level,
  avifSpeed: integer(1, 10),
  sizeVariants: matching('an object of sizes by name, like {small: {maxDimension: 320}}', isObject),
  maxThreads: integer(1, 64),
  chunkSize: integer(1, 10000),
  avifThreads: integer(1, 64),
  memoryBudget: integer(16, 65536),
  maxMemory,
  worker: boolean,
  logger,
  decoders,
  wasmUrl,
  wasmModule,
  workerUrl: address,
} satisfies Record<keyof ServiceConfig, Rule>;

/** The service's settings: the given ones, checked, over the defaults. */
export function resolveServiceConfig(given: ServiceConfig = {}): ResolvedServiceConfig {
  checkOptions(given, SERVICE_RULES);
  checkSizes(given.sizeVariants ?? {}, 'sizeVariants');
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...DEFAULT_COMPRESSION_CONFIG, ...SERVICE_DEFAULTS, ...Object.fromEntries(known) });
}

function checkSizes(sizes: Readonly<Record<string, SizeVariant>>, key: string): void {
  for (const [name, variant] of Object.entries(sizes)) {
    checkOptions(variant, sizeVariant, `${key}.${name}`);
    if (variant.maxDimension === undefined) throw invalid(`${key}.${name} has no maxDimension; it must be ${side.expects}`);
  }
}

export function checkCompressionConfig(config: CompressionConfig): void {
  checkOptions(config, COMPRESSION_RULES);
  checkNested(config);
  if (config.formats && config.format !== 'auto') {
    throw invalid(`formats is ${show(config.formats)}, of which one file cannot be all; format: 'auto' makes the best of them, compressVariants each`);
  }
}

export function checkVariantConfig(config: VariantConfig): void {
  checkOptions(config, VARIANT_RULES);
  checkNested(config);
  checkVariants(config);
}

export function checkBatchConfig(config: BatchConfig): void {
  checkOptions(config, BATCH_RULES);
  checkNested(config);
  checkVariants(config);
}

export function checkFormats(given: readonly FormatName[]): void {
  checkOptions({ formats: given ?? null }, { formats });
}

function checkVariants({ variants, maxDimension, maxWidthOrHeight, targetSize }: VariantConfig): void {
  if (isObject(variants)) checkSizes(variants as Readonly<Record<string, SizeVariant>>, 'variants');
  const odd = isObject(variants) ? Object.keys(variants).find((name) => !/^[\w.-]+$/.test(name)) : undefined;
  if (odd !== undefined) throw invalid(`variants names ${show(odd)}; names become parts of file names, of letters, digits, '.', '-' and '_'`);
  if (variants !== undefined && (maxDimension ?? maxWidthOrHeight ?? targetSize) !== undefined) {
    throw invalid('variants have their own sizes; give them, or maxDimension or targetSize');
  }
}

function checkNested(config: CompressionConfig): void {
  checkChoice(config);
  if (isObject(config.targetSize)) checkOptions(config.targetSize, box, 'targetSize');
  if (isObject(config.metadata)) checkOptions(config.metadata, metadataParts, 'metadata');
  if (config.metadata !== undefined && config.stripMetadata !== undefined) {
    throw invalid(`metadata is ${show(config.metadata)} and stripMetadata is ${config.stripMetadata}; give one of them`);
  }
}

/** What a choice of formats goes together with. */
function checkChoice({ format, formats, quality }: CompressionConfig): void {
  if (format !== undefined && format !== 'auto' && formats !== undefined) throw invalid(`format is ${show(format)} and formats is ${show(formats)}; give one of them`);
  if (format !== 'auto' || typeof quality !== 'number') return;
  throw invalid(`quality is ${quality}, which means something else in each format; with format 'auto' it must be 'auto' or {target} with a score from 1 to 100`);
}

function isTarget(value: unknown): boolean {
  if (!isObject(value) || Object.keys(value).join() !== 'target') return false;
  const { target } = value;
  return typeof target === 'number' && target >= 1 && target <= 100;
}

function isVariants(value: unknown): value is object {
  return isObject(value) && !(value instanceof URL) && Object.keys(value).every((key) => ['core', 'full', 'threads'].includes(key));
}
