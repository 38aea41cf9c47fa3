/**
 * From what a caller may write to what the engine is told.
 *
 * Two tables say which keys there are and what each may hold: one for a service, one for a call. A call's options
 * are checked before anything is read; once the input's format is known, `resolveOptions` fills in the service's
 * defaults and settles the several names of one thing. Rust checks the meaning once more on its side.
 */
import { boolean, checkOptions, choice, either, integer, invalid, isObject, matching, show, type Rule, type RuleTable } from './rules.js';
import type { BatchConfig, CompressionConfig, Fit, FormatName, InputFormat, MetadataOptions, OutputFormat, ServiceConfig, SizeVariant, TargetSize } from './types.js';

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

/** A service's settings with every default filled in. */
export type ResolvedServiceConfig = typeof DEFAULT_COMPRESSION_CONFIG & ServiceConfig;

/** The options as they cross into wasm. */
export interface EngineOptions {
  format: OutputFormat;
  quality?: number;
  maxDimension?: number;
  targetSize?: { width?: number; height?: number };
  fit?: Fit;
  withoutEnlargement?: boolean;
  background?: string;
  autoOrient?: boolean;
  metadata: Required<MetadataOptions>;
  optimize?: boolean;
  lossless?: boolean;
  avifSpeed?: number;
  effort?: number;
  alphaQuality?: number;
  animated?: 'error' | 'first';
  limitInputPixels?: number;
}

const OUTPUT_FORMATS = ['avif', 'webp', 'jpeg', 'png'] as const;
const SIDE_MAX = 65535;

/** Some packages count quality from 0 to 1; that slip is named rather than guessed at. */
const quality = integer(1, 100, (value) => {
  const isFraction = typeof value === 'number' && value > 0 && value < 1;
  return isFraction ? String(Math.max(1, Math.round(value * 100))) : undefined;
});
const side = integer(1, SIDE_MAX);
const format: Rule = {
  ...choice(...OUTPUT_FORMATS, 'jpg', ...OUTPUT_FORMATS.map((name) => `image/${name}`), 'image/jpg'),
  expects: choice(...OUTPUT_FORMATS).expects,
};

const metadataParts: RuleTable = { exif: boolean, icc: boolean, xmp: boolean, gps: boolean, copyright: boolean };
const box: RuleTable = { width: side, height: side };
const sizeVariant: RuleTable = { maxDimension: side, jpegQuality: quality, webpQuality: quality, avifQuality: quality };

const targetSize = matching(
  `[width, height] or {width, height} with sides from 1 to ${SIDE_MAX}`,
  (value) => (Array.isArray(value) ? value.length === 2 && value.every(side.accepts) : isObject(value)),
);
const decoders = matching("an object of functions by MIME type, like {'image/heic': decode}", (value) =>
  isObject(value) && Object.values(value).every((decoder) => typeof decoder === 'function'));
const wasmUrl = matching("a folder's URL, or {core, full} with the URL of each file", (value) =>
  isVariants(value) || ((typeof value === 'string' || value instanceof URL) && !String(value).endsWith('.wasm')));
const wasmModule = matching('{core, full} with a WebAssembly.Module each', (value) =>
  isVariants(value) && Object.values(value).every((module) => module instanceof WebAssembly.Module));
const logger = matching('an object with debug, info, warn and error', (value) =>
  isObject(value) && ['debug', 'info', 'warn', 'error'].every((level) => typeof value[level] === 'function'));

/** What a call may hold. */
export const COMPRESSION_RULES = {
  format,
  fileType: format,
  mimeType: format,
  quality,
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
  avifSpeed: integer(1, 10),
  effort: integer(0, 6),
  alphaQuality: integer(1, 100),
  animated: choice('error', 'first'),
  limitInputPixels: integer(1, SIDE_MAX * SIDE_MAX),
  decoders,
} satisfies Record<keyof CompressionConfig, Rule>;

/** What a batch may hold besides. */
const BATCH_RULES = { ...COMPRESSION_RULES, chunkSize: integer(1, 10000), overwrite: boolean } satisfies Record<keyof BatchConfig, Rule>;

/** What a service may hold. */
export const SERVICE_RULES = {
  maxDimension: side,
  jpegQuality: quality,
  webpQuality: quality,
  avifQuality: quality,
  avifSpeed: integer(1, 10),
  sizeVariants: matching('an object of sizes by name, like {small: {maxDimension: 320}}', isObject),
  maxThreads: integer(1, 64),
  chunkSize: integer(1, 10000),
  avifThreads: integer(1, 64),
  logger,
  decoders,
  wasmUrl,
  wasmModule,
} satisfies Record<keyof ServiceConfig, Rule>;

/** The service's settings: the given ones, checked, over the defaults. */
export function resolveServiceConfig(given: ServiceConfig = {}): ResolvedServiceConfig {
  checkOptions(given, SERVICE_RULES);
  for (const [name, variant] of Object.entries(given.sizeVariants ?? {})) {
    checkOptions(variant, sizeVariant, `sizeVariants.${name}`);
    if (variant.maxDimension === undefined) throw invalid(`sizeVariants.${name} has no maxDimension; it must be ${side.expects}`);
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...DEFAULT_COMPRESSION_CONFIG, ...Object.fromEntries(known) });
}

export function checkCompressionConfig(config: CompressionConfig): void {
  checkOptions(config, COMPRESSION_RULES);
  checkNested(config);
}

export function checkBatchConfig(config: BatchConfig): void {
  checkOptions(config, BATCH_RULES);
  checkNested(config);
}

function checkNested(config: CompressionConfig): void {
  if (isObject(config.targetSize)) checkOptions(config.targetSize, box, 'targetSize');
  if (isObject(config.metadata)) checkOptions(config.metadata, metadataParts, 'metadata');
  if (config.metadata !== undefined && config.stripMetadata !== undefined) {
    throw invalid(`metadata is ${show(config.metadata)} and stripMetadata is ${config.stripMetadata}; give one of them`);
  }
}

/** The format to write: the one asked for, or the input's own where slimpix writes it. */
export function outputFormat(config: CompressionConfig, source: InputFormat | 'pixels'): OutputFormat {
  const asked = oneName(config, ['format', 'fileType', 'mimeType'], plainFormat);
  if (asked) return asked;
  const own = OUTPUT_FORMATS.find((name) => name === source);
  if (own) return own;
  throw invalid(`format is not given, and slimpix writes no ${source}; it must be ${choice(...OUTPUT_FORMATS).expects}`);
}

/** 'image/jpg' and 'jpg' are 'jpeg'. */
export function plainFormat(name: FormatName): OutputFormat {
  const bare = name.replace('image/', '');
  return (bare === 'jpg' ? 'jpeg' : bare) as OutputFormat;
}

/** The value of the one option that has several names. */
function oneName<K extends keyof CompressionConfig, T>(
  config: CompressionConfig,
  names: readonly K[],
  plain: (value: NonNullable<CompressionConfig[K]>) => T,
): T | undefined {
  const given = names.flatMap((name) => (config[name] === undefined ? [] : [{ name, value: plain(config[name]!) }]));
  const odd = given.find(({ value }) => value !== given[0]?.value);
  if (odd) throw invalid(`${given[0]?.name} is ${show(given[0]?.value)} and ${odd.name} is ${show(odd.value)}; they name one thing`);
  return given[0]?.value;
}

/** A checked call over a service's settings, for an input of format `source`. */
export function resolveOptions(
  config: CompressionConfig,
  service: ResolvedServiceConfig,
  source: InputFormat | 'pixels',
): EngineOptions {
  const format = outputFormat(config, source);
  return withoutUndefined<EngineOptions>({
    format,
    quality: config.quality ?? serviceQuality(format, config, service),
    maxDimension: maxDimension(config, service),
    targetSize: targetBox(config),
    fit: fit(config),
    withoutEnlargement: config.withoutEnlargement,
    background: config.background,
    autoOrient: config.autoOrient,
    metadata: keptMetadata(config),
    optimize: config.optimize,
    lossless: config.lossless,
    avifSpeed: format === 'avif' ? (config.avifSpeed ?? service.avifSpeed) : undefined,
    effort: format === 'webp' ? config.effort : undefined,
    alphaQuality: format === 'webp' ? config.alphaQuality : undefined,
    animated: config.animated,
    limitInputPixels: config.limitInputPixels,
  });
}

/** PNG and lossless WebP have no default quality: they lose nothing unless told to. */
function serviceQuality(format: OutputFormat, config: CompressionConfig, service: ResolvedServiceConfig): number | undefined {
  if (format === 'png' || config.lossless) return undefined;
  return { jpeg: service.jpegQuality, webp: service.webpQuality, avif: service.avifQuality }[format];
}

/** Who names a target size means that size: the service's cap then stands back. */
function maxDimension(config: CompressionConfig, service: ResolvedServiceConfig): number | undefined {
  const asked = oneName(config, ['maxDimension', 'maxWidthOrHeight'], (value) => value);
  return asked ?? (config.targetSize ? undefined : service.maxDimension);
}

function targetBox({ targetSize }: CompressionConfig): EngineOptions['targetSize'] {
  if (!targetSize) return undefined;
  const sides = isPair(targetSize) ? { width: targetSize[0], height: targetSize[1] } : targetSize;
  const box = withoutUndefined<{ width?: number; height?: number }>({ ...sides });
  if (Object.keys(box).length === 0) throw invalid('targetSize is {}; it must have a width, a height or both');
  return box;
}

function isVariants(value: unknown): value is object {
  return isObject(value) && !(value instanceof URL) && Object.keys(value).every((key) => key === 'core' || key === 'full');
}

function isPair(size: TargetSize): size is readonly [number, number] {
  return Array.isArray(size);
}

function fit({ fit, maintainAspectRatio }: CompressionConfig): Fit | undefined {
  if (maintainAspectRatio === undefined) return fit;
  const meant = maintainAspectRatio ? 'inside' : 'fill';
  if (fit === undefined) return meant;
  if ((fit === 'fill') === maintainAspectRatio) {
    throw invalid(`fit is '${fit}' and maintainAspectRatio is ${maintainAspectRatio}; give one of them`);
  }
  return fit;
}

/** Who asks for EXIF or XMP by name gets it whole, unless `gps: false`; by default nothing is kept at all. */
function keptMetadata({ metadata, stripMetadata }: CompressionConfig): Required<MetadataOptions> {
  const all = stripMetadata === undefined ? metadata === 'keep' : !stripMetadata;
  const parts = isObject(metadata) ? withoutUndefined<MetadataOptions>({ ...metadata }) : {};
  return { exif: all, icc: all, xmp: all, gps: all || isObject(metadata), copyright: all, ...parts };
}

function withoutUndefined<T>(object: { [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
