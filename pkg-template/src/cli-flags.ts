/**
 * Flags from the table of rules, and a checked `CompressionConfig` from flags.
 */
import type { ParseArgsConfig } from 'node:util';
import { BATCH_RULES, checkBatchConfig, resolveServiceConfig } from './options.js';
import { boolean, show, type Rule } from './rules.js';
import type { BatchConfig, ServiceConfig } from './types.js';

export class UsageError extends Error {}

/** Options of the library that make no sense as a flag, or that have another flag's meaning. */
const NOT_FLAGS = ['decoders', 'fileType', 'mimeType', 'maxWidthOrHeight', 'maxSizeMB', 'stripMetadata', 'maintainAspectRatio', 'rename', 'signal', 'onProgress', 'useWebWorker'];

/** One line of help each; what it may hold is added from its rule. */
const HELP: Record<string, string> = {
  format: "avif, webp, jpeg, png, or auto for the best; several with commas (default: the input's own)",
  formats: 'those that --format auto chooses from (default: webp,avif,png)',
  quality: '1–100, auto, or target=80 for a score (default: jpeg 85, webp 80, avif 75)',
  maxBytes: 'bytes at most, by quality, and by smaller sides where those look better',
  alwaysKeepResolution: 'meet --max-bytes by quality alone',
  score: 'tell how near the result is to the original, 100 being the same',
  maxDimension: 'longest side at most, pixels (default: 2048)',
  targetSize: 'box to fit to, as 800x600, 800x or x600',
  fit: 'contain, cover, fill, inside or outside (default: inside)',
  withoutEnlargement: 'never enlarge (default: on)',
  background: "behind transparency where there is none, as '#fff'",
  autoOrient: 'turn upright by EXIF (default: on)',
  metadata: 'strip, keep, or a list: icc,exif,xmp,gps,copyright (default: strip)',
  optimize: 'spend time on fewer bytes (default: on)',
  lossless: 'WebP without loss',
  exact: 'AVIF, WebP: keep the colour under full transparency',
  avifSpeed: '1 smallest, 10 fastest (default: 6)',
  effort: 'WebP: 0 fastest, 6 smallest (default: 4)',
  alphaQuality: 'lossy WebP: 1–100, 100 keeps alpha exactly (default: 100)',
  animated: 'animated input, or pages: refuse it, or take the first (default: error)',
  recover: 'take what there is of a JPEG or PNG that ends early, with a warning',
  limitInputPixels: 'refuse larger input (default: 268402689)',
};

/** The same for what is asked of the batch and of the machine. */
const BATCH_HELP: Record<string, string> = {
  suffix: 'put before the extension, as --suffix=-small',
  recursive: 'go into folders below a folder (default: on)',
  chunkSize: 'files of a chunk, between which memory is given back (default: 10)',
  maxMemory: 'bytes of memory that one image may take (default: no bound)',
  retries: 'tries after what may pass: no memory, a crash, IO (default: 1)',
};

const FLAGS = Object.entries(BATCH_RULES as Record<string, Rule>).filter(([key]) => !NOT_FLAGS.includes(key) && (key in HELP || key in BATCH_HELP));

export function flagOptions(): NonNullable<ParseArgsConfig['options']> {
  const options: NonNullable<ParseArgsConfig['options']> = {
    output: { type: 'string', short: 'o' },
    variants: { type: 'boolean' },
    threads: { type: 'string' },
    'avif-threads': { type: 'string' },
    'keep-metadata': { type: 'boolean' },
    overwrite: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'V' },
  };
  for (const [key, rule] of FLAGS) {
    options[kebab(key)] = { type: rule === boolean ? 'boolean' : 'string' };
    if (rule === boolean) options[`no-${kebab(key)}`] = { type: 'boolean' };
  }
  return options;
}

/** Flags whose range is too long for a help line, or not all that they take. */
const WORDED = ['limitInputPixels', 'maxBytes', 'maxMemory', 'quality'];

/** The part of the help that follows from the rules. */
export function flagTable(): string {
  return FLAGS.map(([key, rule]) => `      ${flagHead(key, rule).padEnd(30)}${HELP[key] ?? BATCH_HELP[key]}`).join('\n');
}

function flagHead(key: string, rule: Rule): string {
  if (rule === boolean) return `--[no-]${kebab(key)}`;
  if (key === 'format') return '--format FORMAT';
  const choices = rule.choices?.join('|') ?? (rule.range && !WORDED.includes(key) ? rule.range.join('–') : '');
  return `--${kebab(key)} ${choices.length > 0 && choices.length < 16 ? choices : kebab(key).split('-').at(-1)!.toUpperCase()}`;
}

/** What is asked of every file; several formats are made from one decode. */
export function configFromFlags(values: Record<string, unknown>): BatchConfig {
  const config: Record<string, unknown> = {};
  for (const [key, rule] of FLAGS) {
    const value = flagValue(key, rule, values);
    if (value !== undefined) config[key] = value;
  }
  const { format, ...rest } = config;
  const formats = typeof format === 'string' ? format.split(',') : undefined;
  if (formats) Object.assign(rest, formats.length > 1 ? { formats } : { format });
  if (values['keep-metadata']) rest['metadata'] = 'keep';
  if (values['overwrite']) rest['overwrite'] = true;
  if (values['variants']) rest['variants'] = true;
  checkFormats(formats);
  checkBatchConfig(rest);
  return rest;
}

/** By the rule of one format, whose words name the one that is wrong. */
function checkFormats(formats: readonly string[] = []): void {
  for (const format of formats) checkBatchConfig({ format } as BatchConfig);
}

export function serviceFromFlags(values: Record<string, unknown>): ServiceConfig {
  const threads = { threads: 'maxThreads', 'avif-threads': 'avifThreads' } as const;
  const given = Object.entries(threads).filter(([flag]) => values[flag] !== undefined);
  const config: ServiceConfig = Object.fromEntries(given.map(([flag, key]) => [key, number(flag, values[flag] as string)]));
  return resolveServiceConfig(config) && config;
}

function flagValue(key: string, rule: Rule, values: Record<string, unknown>): unknown {
  const flag = kebab(key);
  if (rule === boolean) return values[`no-${flag}`] ? false : values[flag];
  const text = values[flag] as string | undefined;
  if (text === undefined) return undefined;
  if (key === 'targetSize') return targetSize(text);
  if (key === 'metadata') return metadata(text);
  if (key === 'quality') return quality(text);
  if (key === 'formats') return text.split(',');
  return rule.range ? number(flag, text) : text;
}

function number(flag: string, text: string): number {
  if (text.trim() === '' || Number.isNaN(Number(text))) throw new UsageError(`--${flag} is ${show(text)}; it must be a number`);
  return Number(text);
}

function targetSize(text: string): { width?: number; height?: number } {
  const sides = /^(\d*)x(\d*)$/.exec(text);
  if (!sides) throw new UsageError(`--target-size is ${show(text)}; it must be like 800x600, 800x or x600`);
  return { ...(sides[1] && { width: Number(sides[1]) }), ...(sides[2] && { height: Number(sides[2]) }) };
}

function quality(text: string): unknown {
  if (text === 'auto') return text;
  const [, score] = /^target=(.*)$/.exec(text) ?? [];
  return score === undefined ? number('quality', text) : { target: number('quality', score) };
}

function metadata(text: string): unknown {
  if (text === 'strip' || text === 'keep') return text;
  return Object.fromEntries(text.split(',').map((part) => [part, true]));
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
