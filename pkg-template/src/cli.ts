#!/usr/bin/env node
/**
 * The command line: the package's Node entry with flags. Every option of the library has the flag of its name
 * (`maxDimension` is `--max-dimension`), made from the same table of rules, so that the two cannot drift apart.
 *
 * Exit codes: 0 all files done, 1 a file failed, 2 the command was not understood, 130 interrupted by Ctrl+C.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { configFromFlags, flagOptions, flagTable, serviceFromFlags, UsageError } from './cli-flags.js';
import { progress, report, type Totals } from './cli-report.js';
import { ImageCompressionService } from './entry-node.js';
import { ImageCompressionError } from './errors.js';
import { expandInputs } from './files.js';
import type { BatchConfig, BatchItem, NamedImage, ServiceConfig } from './types.js';

const USAGE = `slimpix: smaller pictures. JPEG, PNG, WebP, GIF, BMP and TIFF in; AVIF, WebP, JPEG and PNG out.

  slimpix INPUT… [-o OUT] [--format FORMAT] [options]

INPUT is a file, a folder (in depth) or a pattern such as 'photos/**/*.jpg'.

  -o, --output OUT          folder to write into, or a file's name when INPUT is one file (default: compressed)
      --keep-metadata       keep EXIF, ICC, XMP and GPS (the same as --metadata keep)
      --overwrite           let an output take the place of an input
      --variants            every size variant: thumbnail, preview, full
      --threads N           image workers at most (default: 4)
      --avif-threads N      AVIF workers at most (default: 2)
      --json                print one JSON object and nothing else
  -h, --help                print this
  -V, --version             print the version

${flagTable()}

Exit code: 0 all done, 1 a file failed, 2 the command was not understood, 130 interrupted.
`;

/** 128 and the number of SIGINT, as shells have it. */
const INTERRUPTED = 130;

interface Job {
  readonly files: NamedImage[];
  readonly config: BatchConfig & { readonly output: string };
  readonly service: ServiceConfig;
  readonly json: boolean;
}

export async function main(args: string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args, options: flagOptions(), allowPositionals: true });
    if (values['help']) return print(USAGE);
    if (values['version']) return print(`${await version()}\n`);
    return await run(await plan(values, positionals));
  } catch (error) {
    return complain(error);
  }
}

async function plan(values: Record<string, unknown>, inputs: string[]): Promise<Job> {
  if (inputs.length === 0) throw new UsageError('no INPUT given');
  const output = String(values['output'] ?? 'compressed');
  const config = { ...configFromFlags(values), output };
  const service = serviceFromFlags(values);
  const files: NamedImage[] = [];
  for await (const { label, name } of expandInputs(inputs, config.recursive ?? true, output)) files.push({ image: label, name });
  if (files.length === 0) throw new ImageCompressionError('IO', `${inputs.join(', ')} holds no image`);
  return toOneFile({ files, config, service, json: Boolean(values['json']) });
}

/** `-o picture.webp` for one file names the file, and its format where none is given. */
function toOneFile(job: Job): Job {
  const { output, formats, variants } = job.config;
  const extension = extname(output).slice(1).toLowerCase();
  const [file] = job.files;
  const isOne = file && job.files.length === 1 && !formats && !variants;
  if (!isOne || !/^(jpe?g|png|webp|avif)$/.test(extension)) return job;
  const format = extension.replace('jpg', 'jpeg') as NonNullable<BatchConfig['format']>;
  return { ...job, config: { format, ...job.config, output: dirname(output) }, files: [{ ...file, name: basename(output) }] };
}

async function run({ files, config, service, json }: Job): Promise<number> {
  const items: BatchItem[] = [];
  const line = progress(files.length, json);
  const signal = interruption();
  const batch = new ImageCompressionService(service).compressBatch(files, { ...config, signal, onProgress: line.move });
  try {
    for await (const item of batch) {
      items.push(item);
      line.step(item);
    }
  } catch (error) {
    if (error !== signal.reason) throw error;
  }
  line.end();
  const totals: Totals = report(items, json);
  if (signal.aborted) process.stderr.write(`slimpix: interrupted after ${items.length} of ${files.length} inputs; what is listed is whole\n`);
  return signal.aborted ? INTERRUPTED : Number(totals.failed > 0);
}

/** Ctrl+C stops the work, so that no file is left half written and what is done is told; a second one ends the process. */
function interruption(): AbortSignal {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  return stop.signal;
}

async function version(): Promise<string> {
  const text = await readFile(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** What the caller got wrong is 2; what went wrong with the files is 1. */
function complain(error: unknown): number {
  const isUsage = error instanceof UsageError || (error instanceof ImageCompressionError && error.code === 'INVALID_OPTION') || isParseError(error);
  if (!isUsage && !(error instanceof ImageCompressionError)) throw error;
  process.stderr.write(`slimpix: ${(error as Error).message}\n${isUsage ? "Try 'slimpix --help'.\n" : ''}`);
  return isUsage ? 2 : 1;
}

function isParseError(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('ERR_PARSE_ARGS');
}

process.exitCode = await main(process.argv.slice(2));
