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
  /** The address of `name` below `directory`. */
  place(directory: string, name: string): string;
  /** One string per file, whatever links and spellings lead to it. */
  identity(address: string): Promise<string>;
  /** Writes whole or not at all. */
  write(address: string, data: Uint8Array): Promise<void>;
}

export interface Batch {
  readonly files: AsyncIterable<FoundFile> | Iterable<FoundFile>;
  readonly output: string;
  readonly store: FileStore;
  readonly overwrite: boolean;
  readonly compress: (bytes: Uint8Array) => Promise<CompressionResult>;
}

/** The first is given to an output; an input that already has one of them keeps its own. */
const EXTENSIONS: Record<OutputFormat, string[]> = { avif: ['avif'], webp: ['webp'], jpeg: ['jpg', 'jpeg', 'jpe', 'jfif'], png: ['png'] };

/** Tells of each file as it is done. `taken` holds the output names in use, where several batches share a directory. */
export async function* compressFiles(batch: Batch, taken = new Set<string>()): AsyncGenerator<FileOutcome> {
  const files = await collect(batch.files);
  const inputs = new Set(await Promise.all(files.map(({ address }) => batch.store.identity(address))));
  for (const file of files) yield await compressFile(batch, file, inputs, taken);
}

async function compressFile(batch: Batch, file: FoundFile, inputs: Set<string>, taken: Set<string>): Promise<FileOutcome> {
  let inputSize = 0;
  try {
    const bytes = await batch.store.read(file.address);
    inputSize = bytes.byteLength;
    const result = await batch.compress(bytes);
    const output = batch.store.place(batch.output, freeName(file.name, result.format, taken));
    if (!batch.overwrite) await refuseInput(batch.store, output, inputs);
    await batch.store.write(output, result.data);
    return { input: file.address, inputSize, output, result };
  } catch (thrown) {
    const error = thrown instanceof ImageCompressionError ? thrown : ioError(file.address, thrown);
    return { input: file.address, inputSize, error };
  }
}

/** Any of the batch's inputs, not its own alone: `a.png` must not become an `a.jpg` that is still to be read. */
async function refuseInput(store: FileStore, output: string, inputs: Set<string>): Promise<void> {
  if (!inputs.has(await store.identity(output))) return;
  throw new ImageCompressionError('INVALID_OPTION', `${output} would replace an input; choose another output, or allow overwrite`);
}

/** A name of its own for an output. Compared without regard to case, since many file systems do so. */
export function freeName(inputName: string, format: OutputFormat, taken: Set<string>): string {
  const [stem, ownExtension] = splitExtension(inputName);
  const extensions = EXTENSIONS[format];
  const extension = extensions.includes(ownExtension.toLowerCase()) ? ownExtension : extensions[0];
  const candidates = [`${stem}.${extension}`, `${inputName}.${extension}`];
  for (let n = 2; ; n++) {
    const name = candidates.shift() ?? `${inputName}-${n}.${extension}`;
    if (taken.has(name.toLowerCase())) continue;
    taken.add(name.toLowerCase());
    return name;
  }
}

function splitExtension(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  return dot > name.lastIndexOf('/') + 1 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ''];
}

export async function collect<T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
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
