/**
 * Many files, one after another: each is read, compressed and written before the next is touched, so that a batch
 * needs the memory of its largest file alone. One bad file is a line in the result and never the end of the batch.
 *
 * Names: an output keeps its input's place in the tree and takes its format's extension. Where two inputs would
 * meet in one name (`a.png` and `a.jpg` to WebP), the later one keeps its old extension too: `a.jpg.webp`.
 */
import { ImageCompressionError, ioError } from './errors.js';
import type { BatchProcessingResult, CompressionResult, FileOutcome, OutputFormat } from './types.js';

/** A file to compress: where it is, and its name below the directory that it was found in, with '/' between parts. */
export interface FoundFile {
  readonly address: string;
  readonly name: string;
}

/** What a batch needs of directories; Node's are paths. */
export interface FileStore {
  /** Every image below `directory`, in the order of their names, leaving out what lies in `except`. */
  list(directory: string, except: string): AsyncIterable<FoundFile>;
  read(address: string): Promise<Uint8Array>;
  /** Writes whole or not at all. Gives the output's address. Refuses to replace `source` unless `overwrite`. */
  write(directory: string, name: string, data: Uint8Array, source: FoundFile, overwrite: boolean): Promise<string>;
}

export interface Batch {
  readonly files: AsyncIterable<FoundFile> | Iterable<FoundFile>;
  readonly output: string;
  readonly store: FileStore;
  readonly overwrite: boolean;
  readonly compress: (bytes: Uint8Array) => Promise<CompressionResult>;
}

const EXTENSIONS: Record<OutputFormat, string> = { avif: 'avif', webp: 'webp', jpeg: 'jpg', png: 'png' };

/** Tells of each file as it is done. */
export async function* compressFiles(batch: Batch, taken = new Set<string>()): AsyncGenerator<FileOutcome> {
  for await (const file of batch.files) {
    yield await compressFile(batch, file, taken);
  }
}

async function compressFile(batch: Batch, file: FoundFile, taken: Set<string>): Promise<FileOutcome> {
  let inputSize = 0;
  try {
    const bytes = await batch.store.read(file.address);
    inputSize = bytes.byteLength;
    const result = await batch.compress(bytes);
    const name = freeName(file.name, result.format, taken);
    const output = await batch.store.write(batch.output, name, result.data, file, batch.overwrite);
    return { input: file.address, inputSize, output, result };
  } catch (thrown) {
    const error = thrown instanceof ImageCompressionError ? thrown : ioError(file.address, thrown);
    return { input: file.address, inputSize, error };
  }
}

/** A name of its own for an output. Compared without regard to case, since many file systems do so. */
export function freeName(inputName: string, format: OutputFormat, taken: Set<string>): string {
  const stem = inputName.replace(/\.[^./]*$/, '') || inputName;
  const candidates = [`${stem}.${EXTENSIONS[format]}`, `${inputName}.${EXTENSIONS[format]}`];
  for (let n = 2; ; n++) {
    const name = candidates.shift() ?? `${inputName}-${n}.${EXTENSIONS[format]}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

/** Runs a batch to its end and adds it up. */
export async function summarise(outcomes: AsyncIterable<FileOutcome>): Promise<BatchProcessingResult> {
  const result = { successful: [] as string[], failed: [] as BatchProcessingResult['failed'], totalInputSize: 0, totalOutputSize: 0 };
  for await (const outcome of outcomes) {
    result.totalInputSize += outcome.inputSize;
    if ('error' in outcome) {
      result.failed.push([outcome.input, outcome.error.message, outcome.error.code]);
    } else {
      result.successful.push(outcome.output);
      result.totalOutputSize += outcome.result.size;
    }
  }
  return result;
}
