/**
 * From what a caller may write to what the engine is told.
 *
 * Two tables say which keys there are and what each may hold: one for a service, one for a call. A call's options
 * are checked before anything is read; once the input's format is known, `resolveOptions` fills in the service's
 * defaults and settles the several names of one thing. Rust checks the meaning once more on its side.
 */
import { boolean, checkOptions, choice, either, integer, invalid, isObject, matching, show, type Rule, type RuleTable } from './rules.js';
import type { BatchConfig, CompressionConfig, Fit, FormatName, InputFormat, MetadataOptions, OutputFormat, ServiceConfig, SizeVariant, TargetSize, VariantConfig } from './types.js';

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

/** The part of a service's settings that a picture's options fall back on; plain data. */
export type ServiceDefaults = Pick<ResolvedServiceConfig, 'maxDimension' | 'jpegQuality' | 'webpQuality' | 'avifQuality' | 'avifSpeed'>;

/** A call's options without what cannot cross to a worker. */
export interface PlainConfig extends Omit<CompressionConfig, NotPlain> {
  /** The qualities of a size variant, which stand between the call's own and the service's. */
  readonly variantQuality?: { readonly [format in OutputFormat]?: number | undefined };
}

type NotPlain = 'decoders' | 'signal' | 'onProgress' | 'rename' | 'suffix' | 'useWebWorker';

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
const address = matching('a URL', (value) => typeof value === 'string' || value instanceof URL);
const fileName = matching("a file's name, or a function from name to name", (value) => typeof value === 'function' || (typeof value === 'string' && value.length > 0 && !/[/\\]/.test(value)));
const suffix = matching("a string without '/', like '-small'", (value) => typeof value === 'string' && !/[/\\]/.test(value));
const variants = matching("true, an array of the service's variants by name, or an object of sizes", (value) => value === true || Array.isArray(value) || isObject(value));
const formats = matching('an array of formats', (value) => Array.isArray(value) && value.length > 0 && value.every(format.accepts));
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
  rename: fileName,
  suffix,
  signal,
  onProgress: functionRule,
  useWebWorker: boolean,
} satisfies Record<keyof CompressionConfig, Rule>;

/** What a call for several variants may hold. */
const VARIANT_RULES = { ...COMPRESSION_RULES, variants, formats } satisfies Record<keyof VariantConfig, Rule>;

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
  jpegQuality: quality,
  webpQuality: quality,
  avifQuality: quality,
  avifSpeed: integer(1, 10),
  sizeVariants: matching('an object of sizes by name, like {small: {maxDimension: 320}}', isObject),
  maxThreads: integer(1, 64),
  chunkSize: integer(1, 10000),
  avifThreads: integer(1, 64),
  memoryBudget: integer(16, 65536),
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

function checkVariants({ variants, maxDimension, maxWidthOrHeight, targetSize, format, formats }: VariantConfig): void {
  if (isObject(variants)) checkSizes(variants as Readonly<Record<string, SizeVariant>>, 'variants');
  const odd = isObject(variants) ? Object.keys(variants).find((name) => !/^[\w.-]+$/.test(name)) : undefined;
  if (odd !== undefined) throw invalid(`variants names ${show(odd)}; names become parts of file names, of letters, digits, '.', '-' and '_'`);
  if (variants !== undefined && (maxDimension ?? maxWidthOrHeight ?? targetSize) !== undefined) {
    throw invalid('variants have their own sizes; give them, or maxDimension or targetSize');
  }
  if (format !== undefined && formats !== undefined) throw invalid(`format is ${show(format)} and formats is ${show(formats)}; give one of them`);
}

const NOT_PLAIN: readonly string[] = ['decoders', 'signal', 'onProgress', 'rename', 'suffix', 'useWebWorker'] satisfies NotPlain[];
const PLAIN_KEYS = Object.keys(COMPRESSION_RULES).filter((key) => !NOT_PLAIN.includes(key));

/** One output of a picture: what to do, and of which variant it is. */
export interface Request {
  readonly variant?: string;
  readonly config: PlainConfig;
}

/** Every variant in every format that a call asks for; the largest variant first, and one request where there are none. */
export function requestsOf(config: VariantConfig, service: ResolvedServiceConfig): Request[] {
  const { variants, formats } = config;
  const shared = Object.fromEntries(Object.entries(config).filter(([key]) => PLAIN_KEYS.includes(key))) as PlainConfig;
  const inFormats = formats ? formats.map((format) => ({ ...shared, format })) : [shared];
  const sizes = variants === undefined ? undefined : Object.entries(sizesOf(variants, service));
  if (!sizes) return inFormats.map((config) => ({ config }));
  sizes.sort(([, a], [, b]) => b.maxDimension - a.maxDimension);
  return sizes.flatMap(([variant, size]) => inFormats.map((config) => ({ variant, config: sized(config, size) })));
}

function sizesOf(variants: NonNullable<VariantConfig['variants']>, { sizeVariants }: ResolvedServiceConfig): Readonly<Record<string, SizeVariant>> {
  if (variants === true) return sizeVariants;
  if (!isList(variants)) return variants;
  return Object.fromEntries(variants.map((name) => {
    const size = Object.hasOwn(sizeVariants, name) ? sizeVariants[name] : undefined;
    if (!size) throw invalid(`variants names ${show(name)}; the service knows ${Object.keys(sizeVariants).join(', ')}`);
    return [name, size];
  }));
}

function isList(variants: unknown): variants is readonly string[] {
  return Array.isArray(variants);
}

/** A quality in the call is meant for all variants; else each has its own for its format. */
function sized(config: PlainConfig, { maxDimension, jpegQuality, webpQuality, avifQuality }: SizeVariant): PlainConfig {
  return { ...config, maxDimension, variantQuality: { jpeg: jpegQuality, webp: webpQuality, avif: avifQuality } };
}

function checkNested(config: CompressionConfig): void {
  if (isObject(config.targetSize)) checkOptions(config.targetSize, box, 'targetSize');
  if (isObject(config.metadata)) checkOptions(config.metadata, metadataParts, 'metadata');
  if (config.metadata !== undefined && config.stripMetadata !== undefined) {
    throw invalid(`metadata is ${show(config.metadata)} and stripMetadata is ${config.stripMetadata}; give one of them`);
  }
}

/** The format to write: the one asked for, or the input's own where slimpix writes it. */
export function outputFormat(config: PlainConfig, source: InputFormat | 'pixels'): OutputFormat {
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
function oneName<K extends keyof PlainConfig, T>(
  config: PlainConfig,
  names: readonly K[],
  plain: (value: NonNullable<PlainConfig[K]>) => T,
): T | undefined {
  const given = names.flatMap((name) => (config[name] === undefined ? [] : [{ name, value: plain(config[name]!) }]));
  const odd = given.find(({ value }) => value !== given[0]?.value);
  if (odd) throw invalid(`${given[0]?.name} is ${show(given[0]?.value)} and ${odd.name} is ${show(odd.value)}; they name one thing`);
  return given[0]?.value;
}

/** A checked call over a service's settings, for an input of format `source`. */
export function resolveOptions(
  config: PlainConfig,
  service: ServiceDefaults,
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
function serviceQuality(format: OutputFormat, config: PlainConfig, service: ServiceDefaults): number | undefined {
  if (format === 'png' || config.lossless) return undefined;
  return config.variantQuality?.[format] ?? { jpeg: service.jpegQuality, webp: service.webpQuality, avif: service.avifQuality }[format];
}

/** Who names a target size means that size: the service's cap then stands back. */
function maxDimension(config: PlainConfig, service: ServiceDefaults): number | undefined {
  const asked = oneName(config, ['maxDimension', 'maxWidthOrHeight'], (value) => value);
  return asked ?? (config.targetSize ? undefined : service.maxDimension);
}

function targetBox({ targetSize }: PlainConfig): EngineOptions['targetSize'] {
  if (!targetSize) return undefined;
  const sides = isPair(targetSize) ? { width: targetSize[0], height: targetSize[1] } : targetSize;
  const box = withoutUndefined<{ width?: number; height?: number }>({ ...sides });
  if (Object.keys(box).length === 0) throw invalid('targetSize is {}; it must have a width, a height or both');
  return box;
}

function isVariants(value: unknown): value is object {
  return isObject(value) && !(value instanceof URL) && Object.keys(value).every((key) => ['core', 'full', 'threads'].includes(key));
}

function isPair(size: TargetSize): size is readonly [number, number] {
  return Array.isArray(size);
}

function fit({ fit, maintainAspectRatio }: PlainConfig): Fit | undefined {
  if (maintainAspectRatio === undefined) return fit;
  const meant = maintainAspectRatio ? 'inside' : 'fill';
  if (fit === undefined) return meant;
  if ((fit === 'fill') === maintainAspectRatio) {
    throw invalid(`fit is '${fit}' and maintainAspectRatio is ${maintainAspectRatio}; give one of them`);
  }
  return fit;
}

/** Who asks for EXIF or XMP by name gets it whole, unless `gps: false`; by default nothing is kept at all. */
function keptMetadata({ metadata, stripMetadata }: PlainConfig): Required<MetadataOptions> {
  const all = stripMetadata === undefined ? metadata === 'keep' : !stripMetadata;
  const parts = isObject(metadata) ? withoutUndefined<MetadataOptions>({ ...metadata }) : {};
  return { exif: all, icc: all, xmp: all, gps: all || isObject(metadata), copyright: all, ...parts };
}

function withoutUndefined<T>(object: { [K in keyof T]?: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
