/**
 * Flags from the table of rules, and a checked `CompressionConfig` from flags.
 */
import type { ParseArgsConfig } from 'node:util';
import { checkCompressionConfig, COMPRESSION_RULES } from './options.js';
import { boolean, show, type Rule } from './rules.js';
import type { CompressionConfig } from './types.js';

export class UsageError extends Error {}

/** Options of the library that make no sense as a flag, or that have another flag's meaning. */
const NOT_FLAGS = ['decoders', 'fileType', 'mimeType', 'maxWidthOrHeight', 'stripMetadata', 'maintainAspectRatio'];

/** One line of help each; what it may hold is added from its rule. */
const HELP: Record<string, string> = {
  format: "avif, webp, jpeg or png; several with commas (default: the input's own)",
  quality: 'jpeg 85, webp 80, avif 75 unless given',
  maxDimension: 'longest side at most, pixels (default: 2048)',
  targetSize: 'box to fit to, as 800x600, 800x or x600',
  fit: 'contain, cover, fill, inside or outside (default: inside)',
  withoutEnlargement: 'never enlarge (default: on)',
  background: "behind transparency where there is none, as '#fff'",
  autoOrient: 'turn upright by EXIF (default: on)',
  metadata: 'strip, keep, or a list: icc,exif,xmp,gps,copyright (default: strip)',
  optimize: 'spend time on fewer bytes (default: on)',
  lossless: 'WebP without loss',
  avifSpeed: '1 smallest, 10 fastest (default: 6)',
  effort: 'WebP: 0 fastest, 6 smallest (default: 4)',
  alphaQuality: 'lossy WebP: 1–100, 100 keeps alpha exactly (default: 100)',
  animated: 'animated input: refuse it, or take its first frame (default: error)',
  limitInputPixels: 'refuse larger input (default: 268402689)',
};

const FLAGS = Object.entries(COMPRESSION_RULES as Record<string, Rule>).filter(([key]) => !NOT_FLAGS.includes(key));

export function flagOptions(): NonNullable<ParseArgsConfig['options']> {
  const options: NonNullable<ParseArgsConfig['options']> = {
    output: { type: 'string', short: 'o' },
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

/** The part of the help that follows from the rules. */
export function flagTable(): string {
  return FLAGS.map(([key, rule]) => `      ${flagHead(key, rule).padEnd(30)}${HELP[key]}`).join('\n');
}

function flagHead(key: string, rule: Rule): string {
  if (rule === boolean) return `--[no-]${kebab(key)}`;
  if (key === 'format') return '--format FORMAT';
  const choices = rule.choices?.join('|') ?? (rule.range && key !== 'limitInputPixels' ? rule.range.join('–') : '');
  return `--${kebab(key)} ${choices.length > 0 && choices.length < 16 ? choices : kebab(key).split('-').at(-1)!.toUpperCase()}`;
}

/** One config for each format asked for. */
export function configFromFlags(values: Record<string, unknown>): CompressionConfig[] {
  const config: Record<string, unknown> = {};
  for (const [key, rule] of FLAGS) {
    const value = flagValue(key, rule, values);
    if (value !== undefined) config[key] = value;
  }
  if (values['keep-metadata']) config['metadata'] = 'keep';
  const formats = String(config['format'] ?? '').split(',');
  const configs = formats.map((format) => (format ? { ...config, format } : config) as CompressionConfig);
  configs.forEach(checkCompressionConfig);
  return configs;
}

function flagValue(key: string, rule: Rule, values: Record<string, unknown>): unknown {
  const flag = kebab(key);
  if (rule === boolean) return values[`no-${flag}`] ? false : values[flag];
  const text = values[flag] as string | undefined;
  if (text === undefined) return undefined;
  if (key === 'targetSize') return targetSize(text);
  if (key === 'metadata') return metadata(text);
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

function metadata(text: string): unknown {
  if (text === 'strip' || text === 'keep') return text;
  return Object.fromEntries(text.split(',').map((part) => [part, true]));
}

function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
