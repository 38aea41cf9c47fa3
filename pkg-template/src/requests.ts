/**
 * From a checked call to what the engine is told: one request for each file that is to be made, and, once the input's
 * format is known, its options with the service's defaults filled in and the several names of one thing settled. Rust
 * checks their meaning once more on its side.
 */
import { COMPRESSION_RULES, OUTPUT_FORMATS, type ResolvedServiceConfig } from './options.js';
import { choice, invalid, isObject, show } from './rules.js';
import type { CompressionConfig, Fit, FormatName, InputFormat, MetadataOptions, OutputFormat, SizeVariant, TargetSize, VariantConfig } from './types.js';

/** The part of a service's settings that a picture's options fall back on; plain data. */
export type ServiceDefaults = Pick<ResolvedServiceConfig, 'maxDimension' | 'jpegQuality' | 'webpQuality' | 'avifQuality' | 'avifSpeed'>;

/** A call's options without what cannot cross to a worker. */
export interface PlainConfig extends Omit<CompressionConfig, NotPlain> {
  /** The qualities of a size variant, which stand between the call's own and the service's. */
  readonly variantQuality?: { readonly [format in OutputFormat]?: number | undefined };
}

type NotPlain = 'decoders' | 'maxMemory' | 'signal' | 'onProgress' | 'rename' | 'suffix' | 'useWebWorker';

/** The options as they cross into wasm. */
export interface EngineOptions {
  format: OutputFormat;
  /** The best of these is written, in place of `format`. */
  formats?: readonly OutputFormat[];
  quality?: NonNullable<CompressionConfig['quality']>;
  maxBytes?: number;
  alwaysKeepResolution?: boolean;
  score?: boolean;
  maxDimension?: number;
  targetSize?: { width?: number; height?: number };
  fit?: Fit;
  withoutEnlargement?: boolean;
  background?: string;
  autoOrient?: boolean;
  metadata: Required<MetadataOptions>;
  optimize?: boolean;
  lossless?: boolean;
  exact?: boolean;
  avifSpeed?: number;
  effort?: number;
  alphaQuality?: number;
  animated?: 'error' | 'first';
  recover?: boolean;
  limitInputPixels?: number;
}

const NOT_PLAIN: readonly string[] = [
  'decoders',
  'maxMemory',
  'signal',
  'onProgress',
  'rename',
  'suffix',
  'useWebWorker',
] satisfies NotPlain[];
const PLAIN_KEYS = Object.keys(COMPRESSION_RULES).filter((key) => !NOT_PLAIN.includes(key));

/** What 'auto' chooses from: JPEG is rarely the smallest, and PNG stands for all that is lossless. */
const AUTO_FORMATS: readonly OutputFormat[] = ['webp', 'avif', 'png'];
const LOSSLESS_FORMATS: readonly OutputFormat[] = ['webp', 'png'];

/** One output of a picture: what to do, and of which variant it is. */
export interface Request {
  readonly variant?: string;
  readonly config: PlainConfig;
}

/** Every variant in every format that a call asks for; the largest variant first, and one request where there are none. */
export function requestsOf(config: VariantConfig, service: ResolvedServiceConfig): Request[] {
  const { variants, format, formats } = config;
  const isEach = formats !== undefined && format !== 'auto';
  const isShared = (key: string) => PLAIN_KEYS.includes(key) && !(isEach && key === 'formats');
  const shared = Object.fromEntries(Object.entries(config).filter(([key]) => isShared(key))) as PlainConfig;
  const inFormats = isEach ? formats.map((format) => ({ ...shared, format })) : [shared];
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

/** The formats to choose from: the one asked for, or the input's own where slimpix writes it; several where that is left open. */
function outputFormats(config: PlainConfig, source: InputFormat | 'pixels'): readonly OutputFormat[] {
  const asked = oneName(config, ['format', 'fileType', 'mimeType'], (name) => (name === 'auto' ? name : plainFormat(name)));
  if (asked === 'auto') return config.formats?.map(plainFormat) ?? (config.lossless ? LOSSLESS_FORMATS : AUTO_FORMATS);
  if (asked) return [asked];
  const own = OUTPUT_FORMATS.find((name) => name === source);
  if (own) return [own];
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
  const formats = outputFormats(config, source);
  const format = formats[0]!;
  const isChoice = config.format === 'auto';
  return withoutUndefined<EngineOptions>({
    format,
    formats: isChoice ? formats : undefined,
    quality: config.quality ?? (isChoice ? undefined : serviceQuality(format, config, service)),
    maxBytes: maxBytes(config),
    alwaysKeepResolution: config.alwaysKeepResolution,
    score: config.score,
    maxDimension: maxDimension(config, service),
    targetSize: targetBox(config),
    fit: fit(config),
    withoutEnlargement: config.withoutEnlargement,
    background: config.background,
    autoOrient: config.autoOrient,
    metadata: keptMetadata(config),
    optimize: config.optimize,
    lossless: config.lossless,
    exact: config.exact,
    avifSpeed: formats.includes('avif') ? (config.avifSpeed ?? service.avifSpeed) : undefined,
    effort: formats.includes('webp') ? config.effort : undefined,
    alphaQuality: formats.includes('webp') ? config.alphaQuality : undefined,
    animated: config.animated,
    recover: config.recover,
    limitInputPixels: config.limitInputPixels,
  });
}

/** Whether AVIF is written, or may be. */
export function writesAvif({ format, formats = [format] }: Pick<EngineOptions, 'format' | 'formats'>): boolean {
  return formats.includes('avif');
}

/** Whether the score is measured: it is asked for, or a target takes it. */
export function isMeasured({ formats, quality, score = false }: EngineOptions): boolean {
  return score || formats !== undefined || isScore(quality);
}

function isScore(quality: EngineOptions['quality']): boolean {
  return quality !== undefined && typeof quality !== 'number';
}

/** Whether it takes several encodes to meet what is asked. */
export function isSearched({ formats, quality, maxBytes }: EngineOptions): boolean {
  return formats !== undefined || maxBytes !== undefined || isScore(quality);
}

/** The level of quality that may be come to, in the end. */
export function highestLevel({ formats, quality = 0 }: EngineOptions): number {
  return formats === undefined && typeof quality === 'number' ? quality : 100;
}

/** A megabyte is browser-image-compression's, 1024 × 1024. */
function maxBytes({ maxBytes, maxSizeMB }: PlainConfig): number | undefined {
  const bytes = maxSizeMB === undefined ? undefined : Math.max(1, Math.floor(maxSizeMB * 2 ** 20));
  if (maxBytes === undefined || bytes === undefined || maxBytes === bytes) return maxBytes ?? bytes;
  throw invalid(`maxBytes is ${maxBytes} and maxSizeMB is ${maxSizeMB}, ${bytes} bytes; they name one thing`);
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
