/**
 * The service: what a caller talks to. It checks options, reads the input, finds who decodes what slimpix does not,
 * and hands the work to its workshop. Making one costs nothing and loads nothing; the first image does.
 */
import { Batch, type BatchJob, type Listed } from './batch.js';
import { capabilitiesOf } from './capabilities.js';
import { ImageCompressionError, reason } from './errors.js';
import type { Folder, FoundFile } from './folder.js';
import type { EngineOutput } from './glue.js';
import { isFileHandle, nameOf, readInput, type Source } from './input.js';
import { outputNames } from './names.js';
import { checkBatchConfig, checkCompressionConfig, checkFormats, checkVariantConfig, resolveServiceConfig, type ResolvedServiceConfig } from './options.js';
import type { Platform } from './platform.js';
import { CallProgress } from './progress.js';
import { plainFormat, requestsOf, type Request } from './requests.js';
import { Compressed } from './result.js';
import { isObject, isPromise } from './rules.js';
import { onAbort } from './signals.js';
import { decodeWith, type CompressTask, type Undecoded } from './task.js';
import type { BatchConfig, BatchInput, BatchProcessingResult, BatchRun, Capabilities, CompressionConfig, CompressionResult, Decoder, DirectoryHandleLike, FormatName, ImageInfo, ImageInput, Logger, NamedImage, ServiceConfig, VariantConfig, VariantResult } from './types.js';
import { Workshop } from './workshop.js';

/** Silent but for warnings. */
const QUIET: Logger = {
  debug() {},
  info() {},
  warn: (...message) => console.warn(...message),
  error() {},
};

export class CompressionService {
  /** The settings in force: the given ones over `DEFAULT_COMPRESSION_CONFIG`. */
  readonly config: ResolvedServiceConfig;
  readonly #platform: Platform;
  readonly #log: Logger;
  readonly #workshop: Workshop;
  /** What stops each call that is in hand. */
  readonly #inHand = new Set<AbortController>();

  constructor(platform: Platform, config?: ServiceConfig) {
    this.config = resolveServiceConfig(config);
    this.#platform = platform;
    this.#log = this.config.logger ?? QUIET;
    this.#workshop = new Workshop(platform, this.config, this.#log);
  }

  /** One image → one compressed image. */
  async compressImage(image: ImageInput, config: CompressionConfig = {}): Promise<CompressionResult> {
    const [result] = await this.#logged(async () => {
      checkCompressionConfig(config);
      return this.#single(image, requestsOf(config, this.config), config);
    });
    return result!;
  }

  /** One image → every size variant in every format that is asked for, from one decode; the largest first. */
  async compressVariants(image: ImageInput, config: VariantConfig = {}): Promise<VariantResult[]> {
    const results = await this.#logged(async () => {
      const wanted = { variants: true as const, ...config };
      checkVariantConfig(wanted);
      return this.#single(image, requestsOf(wanted, this.config), config);
    });
    return results as VariantResult[];
  }

  /** What an image's header says. */
  async probe(image: ImageInput): Promise<ImageInfo> {
    const source = await readInput(image, this.#platform, { maxMemory: this.#maxMemory({}) });
    if (source.image instanceof Uint8Array) return this.#workshop.probe(source.image);
    throw new ImageCompressionError('INVALID_INPUT', 'pixels have no header to probe; give a file');
  }

  /** Has the WebAssembly that writing these formats takes fetched and compiled, before the first image; starts nothing. */
  async preload(formats: readonly FormatName[]): Promise<void> {
    checkFormats(formats);
    await this.#workshop.preload(formats.map(plainFormat));
  }

  /** What slimpix can do here. */
  async capabilities(): Promise<Capabilities> {
    return capabilitiesOf(this.#platform);
  }

  /** Compresses many images, or every image of a directory handle: item by item as they are done, and a result at the end. */
  compressBatch(images: Iterable<BatchInput> | AsyncIterable<BatchInput> | DirectoryHandleLike, config: BatchConfig = {}): BatchRun {
    checkBatchConfig(config);
    const output = config.output === undefined ? undefined : this.#open(config.output);
    return this.#batch(config, output, isDirectory(images) ? this.#filesOf(images, config, output) : async () => this.#filesAmong(images));
  }

  /** Compresses every image below the directory `input` into `output`, keeping the tree. */
  async batchCompressDirectory(input: string | DirectoryHandleLike, output: string | DirectoryHandleLike, config: BatchConfig = {}): Promise<BatchProcessingResult> {
    checkBatchConfig({ ...config, output });
    const target = this.#open(output);
    return this.#batch(config, target, this.#filesOf(input, config, target)).result;
  }

  /** Workers that run now, with the bytes of WebAssembly memory that each holds. */
  get workers(): { images: number[]; avif: number[] } {
    return this.#workshop.memories;
  }

  /**
   * Ends all workers at once; calls in hand reject with `ABORTED`. Workers end by themselves when they have had nothing to
   * do for a while. A later call starts them anew.
   */
  close(): void {
    const closed = new ImageCompressionError('ABORTED', 'the service was closed before the work was done');
    for (const stop of [...this.#inHand]) stop.abort(closed);
    this.#workshop.close();
  }

  /** Until the result is called, `stop` is aborted with the caller's signal, and by `close`. */
  #enter(stop: AbortController, signal: AbortSignal | undefined): () => void {
    this.#inHand.add(stop);
    const stopWaiting = onAbort(signal, (reason) => stop.abort(reason));
    return () => {
      this.#inHand.delete(stop);
      stopWaiting();
    };
  }

  #maxMemory({ maxMemory = Infinity }: CompressionConfig): number | undefined {
    const least = Math.min(maxMemory, this.config.maxMemory ?? Infinity, this.#platform.maxMemory ?? Infinity);
    return least === Infinity ? undefined : least;
  }

  #open(directory: string | DirectoryHandleLike): Folder {
    if (this.#platform.openFolder) return this.#platform.openFolder(directory);
    throw new ImageCompressionError('UNSUPPORTED_FEATURE', 'this host has no directories; compress the files one by one');
  }

  #filesOf(directory: string | DirectoryHandleLike, { recursive = true }: BatchConfig, output: Folder | undefined): () => Promise<Listed> {
    const folder = this.#open(directory);
    return async () => {
      const files: FoundFile[] = [];
      for await (const file of folder.list(recursive, output)) files.push(file);
      return { files, total: files.length };
    };
  }

  async #filesAmong(images: Iterable<BatchInput> | AsyncIterable<BatchInput>): Promise<Listed> {
    if (!Array.isArray(images)) return { files: this.#named(images), total: undefined };
    // A promise that fails before its turn has been heard of, which Node wants to know.
    for (const given of images) void kept(isNamed(given) ? given.image : given);
    const files: FoundFile[] = [];
    for await (const file of this.#named(images)) files.push(file);
    return { files, total: files.length };
  }

  async *#named(images: Iterable<BatchInput> | AsyncIterable<BatchInput>): AsyncGenerator<FoundFile> {
    let count = 0;
    for await (const { given } of eachOf(images)) {
      count += 1;
      const image = isNamed(given) ? given.image : given;
      const name = isNamed(given) ? given.name : (nameOf(await kept(given)) ?? `image-${count}`);
      const label = typeof image === 'string' ? image : name;
      yield { name, label, image, identity: isFileHandle(image) ? image : await this.#platform.identify?.(image) };
    }
  }

  #batch(config: BatchConfig, output: Folder | undefined, list: () => Promise<Listed>): Batch {
    const requests = requestsOf(config, this.config);
    return new Batch({
      list,
      output,
      requests,
      config,
      chunkSize: config.chunkSize ?? this.config.chunkSize,
      concurrency: config.concurrency ?? this.#workshop.width + 1,
      compress: (image, name, job) => this.#logged(() => this.#compress(image, requests, config, name, job)),
      rest: () => this.#workshop.rest(),
      enter: (stop) => this.#enter(stop, config.signal),
      retrying: (input, error) => this.#log.info(`slimpix: ${input} is tried again after ${error.code}: ${error.message}`),
    });
  }

  /** A single image is the whole of its batch. */
  async #single(image: ImageInput, requests: Request[], config: CompressionConfig): Promise<CompressionResult[]> {
    const stop = new AbortController();
    const leave = this.#enter(stop, config.signal);
    const progress = new CallProgress(config.onProgress, stop, 1).begin(nameOf(image) ?? 'image');
    try {
      stop.signal.throwIfAborted();
      const report: BatchJob['report'] = (stage, ratio) => progress.report(stage, ratio);
      const results = await this.#compress(image, requests, config, 'image', { signal: stop.signal, report, wasRead() {} });
      progress.end();
      // A listener that is an async function fails a moment later.
      await undefined;
      stop.signal.throwIfAborted();
      return results;
    } finally {
      leave();
    }
  }

  async #logged<T extends CompressionResult>(work: () => Promise<T[]>): Promise<T[]> {
    try {
      const results = await work();
      for (const result of results) {
        for (const warning of result.warnings) this.#log.warn(`slimpix: ${warning}`);
        this.#log.info(`slimpix: ${describe(result)}`);
      }
      return results;
    } catch (error) {
      this.#log.error(`slimpix: ${reason(error)}`);
      throw error;
    }
  }

  async #compress(image: ImageInput, requests: readonly Request[], config: CompressionConfig, fallbackName: string, job: BatchJob): Promise<CompressionResult[]> {
    job.report('read', 0);
    const maxMemory = this.#maxMemory(config);
    const source = await readInput(image, this.#platform, { maxMemory, signal: job.signal });
    job.signal.throwIfAborted();
    const inputSize = source.image instanceof Uint8Array ? source.image.byteLength : source.image.data.byteLength;
    job.wasRead(inputSize);
    const outputs = await this.#outputs(source, requests, { ...config, maxMemory }, job);
    // Without workers nothing else hears of an abort that came while the last file was written.
    job.signal.throwIfAborted();
    const name = source.name ?? fallbackName;
    return outputs.map((output, place) => {
      const { variant, config: { maxDimension } } = requests[place]!;
      const facts = { ...output, inputSize, name: outputNames(name, output.format, config, variant)[0]!, lastModified: source.lastModified ?? Date.now() };
      if (variant === undefined) return new Compressed(facts);
      return Object.assign(new Compressed(facts), { variant, notEnlarged: isSmaller(output, maxDimension!) });
    });
  }

  /** What slimpix does not decode comes back undone; the decoder then runs here, and the work goes on with its pixels. */
  async #outputs(source: Source, requests: readonly Request[], config: CompressionConfig, job: BatchJob): Promise<EngineOutput[]> {
    const inline = config.useWebWorker === false;
    const decoders = { ...this.config.decoders, ...config.decoders };
    const image = source.isOwned || inline || !(source.image instanceof Uint8Array) ? source.image : source.image.slice();
    const task: Omit<CompressTask, 'handOver'> = {
      kind: 'compress',
      image,
      requests: requests.map(({ config }) => config),
      service: defaultsOf(this.config),
      decoders: Object.keys(decoders),
      maxMemory: config.maxMemory,
    };
    const transfer = image instanceof Uint8Array ? [image.buffer as ArrayBuffer] : [];
    const made = await this.#workshop.compress(task, transfer, job, inline);
    if (!('undecoded' in made)) return made;
    const pixels = await decodeWith(this.#decoderFor(made, decoders), made.bytes, made.undecoded);
    const again = { ...task, image: pixels, decodedFrom: made.undecoded.format };
    return await this.#workshop.compress(again, [], job, inline) as EngineOutput[];
  }

  #decoderFor({ undecoded: { format, mimeType } }: Undecoded, decoders: Readonly<Record<string, Decoder>>): Decoder {
    const given = decoders[mimeType] ?? (this.#platform.decode && ((bytes: Uint8Array) => this.#platform.decode!(bytes, mimeType)));
    if (given) return given;
    throw new ImageCompressionError('UNSUPPORTED_FEATURE', `${format} is recognised but not decoded here: browsers decode it themselves, elsewhere give decoders: {'${mimeType}': fn}`);
  }
}

function defaultsOf({ maxDimension, jpegQuality, webpQuality, avifQuality, avifSpeed }: ResolvedServiceConfig): CompressTask['service'] {
  return { maxDimension, jpegQuality, webpQuality, avifQuality, avifSpeed };
}

function isSmaller({ sourceWidth, sourceHeight, width, height }: EngineOutput, maxDimension: number): boolean {
  return Math.max(width, height) < maxDimension && Math.max(sourceWidth, sourceHeight) < maxDimension;
}

function isDirectory(images: object): images is DirectoryHandleLike {
  return (images as Partial<DirectoryHandleLike>).kind === 'directory';
}

/** One by one, promises among them as they are: one that is not kept is a file that fails, and no end of the batch. */
async function* eachOf(
  images: Iterable<BatchInput> | AsyncIterable<BatchInput>,
): AsyncGenerator<{ readonly given: BatchInput }> {
  if (Symbol.asyncIterator in images) for await (const given of images) yield { given };
  else for (const given of images) yield { given };
}

/** What a promise comes to; the promise itself where it comes to nothing, which is told where it is read. */
async function kept(given: ImageInput): Promise<unknown> {
  return isPromise(given) ? given.then((value) => value, () => undefined) : given;
}

function isNamed(given: BatchInput): given is NamedImage {
  return isObject(given) && 'image' in given && typeof (given as Partial<NamedImage>).name === 'string';
}

function describe({ sourceFormat, sourceWidth, sourceHeight, inputSize, format, width, height, size }: CompressionResult): string {
  return `${sourceFormat} ${sourceWidth}×${sourceHeight} ${inputSize} B → ${format} ${width}×${height} ${size} B`;
}
