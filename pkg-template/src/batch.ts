/**
 * Many files: several at a time, in chunks between which memory is given back. One bad file is an item of the result
 * and never the end of the batch; what may pass on a second try is tried again.
 *
 * Items come in the order in which they are done. Nobody who is slow to take them is overrun: no more files are begun
 * than there is room for, and a chunk ends when its last item has been taken.
 */
import { ImageCompressionError, ioError, type ErrorCode } from './errors.js';
import { Inputs, type Folder, type FoundFile } from './folder.js';
import { freeName, outputNames } from './names.js';
import { plainFormat, type Request } from './requests.js';
import { invalid } from './rules.js';
import type { BatchConfig, BatchItem, BatchOutput, BatchProcessingResult, BatchRun, CompressionResult, ImageInput, Progress } from './types.js';

export interface BatchPlan {
  /** Called once, when the batch starts. */
  list(): Promise<Listed>;
  readonly output: Folder | undefined;
  readonly requests: readonly Request[];
  readonly config: BatchConfig;
  readonly chunkSize: number;
  readonly concurrency: number;
  /** Every request of one image, in their order. */
  compress(image: ImageInput, name: string, job: BatchJob): Promise<CompressionResult[]>;
  /** Called between chunks. */
  rest(): void;
  retrying(input: string, error: ImageCompressionError): void;
}

/** The files of a batch; `total` where their number is known before the end. */
export interface Listed {
  readonly files: Iterable<FoundFile> | AsyncIterable<FoundFile>;
  readonly total: number | undefined;
}

/** One file's way through. */
export interface BatchJob {
  readonly signal: AbortSignal;
  report(stage: Progress['stage'], ratio: number): void;
  /** Called with the input's size once it has been read. */
  wasRead(bytes: number): void;
}

/** What may pass on a second try; a corrupt file never does. */
const MAY_PASS: readonly ErrorCode[] = ['OUT_OF_MEMORY', 'INTERNAL', 'IO'];

export class Batch implements BatchRun {
  readonly #plan: BatchPlan;
  readonly #tally = new Tally();
  readonly #progress: BatchProgress;
  readonly #inputs = new Inputs();
  readonly #taken = new Set<string>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<BatchProcessingResult>;
  #settle!: { done(result: BatchProcessingResult): void; fail(reason: unknown): void };
  #isStarted = false;

  constructor(plan: BatchPlan) {
    this.#plan = plan;
    this.#progress = new BatchProgress(plan.config.onProgress);
    this.#ended = new Promise((done, fail) => void (this.#settle = { done, fail }));
    // Whoever iterates hears of a failure there already.
    this.#ended.catch(() => undefined);
  }

  get result(): Promise<BatchProcessingResult> {
    if (!this.#isStarted) void this.#drain();
    return this.#ended;
  }

  [Symbol.asyncIterator](): AsyncGenerator<BatchItem> {
    if (this.#isStarted) throw invalid('the batch runs already; iterate it once, before its result is asked for');
    this.#isStarted = true;
    return this.#items();
  }

  async #drain(): Promise<void> {
    try {
      for await (const _ of this);
    } catch {
      // Told by the result.
    }
  }

  async *#items(): AsyncGenerator<BatchItem> {
    const { signal } = this.#plan.config;
    const abort = () => this.#stop.abort(signal!.reason);
    const stop = () => this.#stop.abort(new ImageCompressionError('ABORTED', 'the batch was left before its end'));
    try {
      signal?.throwIfAborted();
      signal?.addEventListener('abort', abort, { once: true });
      const { files, total } = await this.#list();
      this.#progress.total = total;
      for await (const chunk of chunks(numbered(files), this.#plan.chunkSize)) {
        for await (const item of inParallel(chunk, this.#plan.concurrency, ([index, file]) => this.#begin(index, file), stop)) {
          this.#tally.add(item);
          yield item;
        }
        this.#plan.rest();
      }
    } catch (error) {
      this.#settle.fail(error);
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
      this.#settle.done(this.#tally.total());
    }
  }

  /** Where all files are known they are all inputs from the start: none is written over before it is read. */
  async #list(): Promise<Listed> {
    const listed = await this.#plan.list();
    if (Array.isArray(listed.files)) for (const { identity } of listed.files) this.#inputs.add(identity);
    return listed;
  }

  /** Names are given out in the order of the inputs, whichever of them is done first. */
  #begin(index: number, file: FoundFile): Promise<BatchItem> {
    this.#inputs.add(file.identity);
    const names = this.#plan.requests.map(({ config: { format }, variant }) => (format && format !== 'auto' ? this.#name(file, plainFormat(format), variant) : undefined));
    return this.#tryFile(index, file, names);
  }

  #name(file: FoundFile, format: CompressionResult['format'], variant: string | undefined): string {
    return freeName(outputNames(file.name, format, this.#plan.config, variant), this.#taken);
  }

  async #tryFile(index: number, file: FoundFile, names: (string | undefined)[]): Promise<BatchItem> {
    const facts = { index, input: file.label, inputSize: 0 };
    const job: BatchJob = {
      signal: this.#stop.signal,
      report: (stage, ratio) => this.#progress.report(index, file.name, stage, ratio),
      wasRead: (bytes) => void (facts.inputSize = bytes),
    };
    for (let left = this.#plan.config.retries ?? 1; ; left--) {
      const outcome = await this.#doFile(file, names, job).catch((thrown: unknown) => this.#failure(file, thrown));
      if (outcome instanceof ImageCompressionError && left > 0 && MAY_PASS.includes(outcome.code)) {
        this.#plan.retrying(file.label, outcome);
        continue;
      }
      this.#progress.end(index, file.name);
      return outcome instanceof ImageCompressionError ? { ...facts, error: outcome } : { ...facts, results: outcome };
    }
  }

  /** An abort is the end of the batch, and no failure of the file that it met. */
  #failure(file: FoundFile, thrown: unknown): ImageCompressionError {
    this.#stop.signal.throwIfAborted();
    return thrown instanceof ImageCompressionError ? thrown : ioError(file.label, thrown);
  }

  async #doFile(file: FoundFile, names: (string | undefined)[], job: BatchJob): Promise<BatchOutput[]> {
    const results = await this.#plan.compress(file.image, file.name, job);
    job.report('write', 0.99);
    const outputs: BatchOutput[] = [];
    for (const [place, result] of results.entries()) {
      const { variant } = this.#plan.requests[place]!;
      outputs.push(await this.#write(result, (names[place] ??= this.#name(file, result.format, variant))));
    }
    return outputs;
  }

  async #write(result: CompressionResult, name: string): Promise<BatchOutput> {
    const { output, config } = this.#plan;
    if (output && !config.overwrite && (await this.#inputs.has(await output.identify(name)))) {
      throw new ImageCompressionError('INVALID_OPTION', `${name} would replace an input; choose another output, or allow overwrite`);
    }
    const path = output ? await output.write(name, result.data) : name;
    return Object.assign(result, { name: name.slice(name.lastIndexOf('/') + 1), path });
  }
}

/** The share of the whole that is done, and who hears of it. */
class BatchProgress {
  total: number | undefined;
  readonly #listener: ((progress: Progress) => void) | undefined;
  readonly #running = new Map<number, number>();
  #done = 0;

  constructor(listener: ((progress: Progress) => void) | undefined) {
    this.#listener = listener;
  }

  report(index: number, file: string, stage: Progress['stage'], ratio: number): void {
    this.#running.set(index, ratio);
    this.#tell(file, stage, ratio);
  }

  end(index: number, file: string): void {
    this.#running.delete(index);
    this.#done += 1;
    this.#tell(file, 'done', 1);
  }

  #tell(file: string, stage: Progress['stage'], own: number): void {
    const begun = [...this.#running.values()].reduce((sum, share) => sum + share, 0);
    const ratio = this.total === undefined ? own : Math.min(1, (this.#done + begun) / this.total);
    this.#listener?.({ stage, ratio, file, done: this.#done, total: this.total });
  }
}

/** How the batch went, in the order of the inputs. */
class Tally {
  readonly #successful: [index: number, paths: string[]][] = [];
  readonly #failed: [index: number, entry: BatchProcessingResult['failed'][number]][] = [];
  #inputSize = 0;
  #outputSize = 0;

  add(item: BatchItem): void {
    this.#inputSize += item.inputSize;
    if (item.error) {
      this.#failed.push([item.index, [item.input, item.error.message, item.error.code]]);
    } else {
      this.#successful.push([item.index, item.results.map(({ path }) => path)]);
      this.#outputSize += item.results.reduce((sum, { size }) => sum + size, 0);
    }
  }

  total(): BatchProcessingResult {
    const inOrder = <T>(entries: [number, T][]) => entries.sort(([a], [b]) => a - b).map(([, entry]) => entry);
    return {
      successful: inOrder(this.#successful).flat(),
      failed: inOrder(this.#failed),
      totalInputSize: this.#inputSize,
      totalOutputSize: this.#outputSize,
    };
  }
}

async function* numbered<T>(items: Iterable<T> | AsyncIterable<T>): AsyncGenerator<[number, T]> {
  let index = 0;
  for await (const item of items) yield [index++, item];
}

async function* chunks<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/**
 * What `work` makes of each item as it is done, `limit` at a time; the next begins when a result has been taken.
 * `stop` is called where work is left when somebody leaves; what was being written is still finished or removed.
 */
async function* inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>, stop: () => void): AsyncGenerator<R> {
  const running = new Map<number, Promise<{ place: number; result: R }>>();
  let next = 0;
  const begin = () => {
    const place = next++;
    running.set(place, work(items[place]!).then((result) => ({ place, result })));
  };
  try {
    while (next < items.length || running.size > 0) {
      while (next < items.length && running.size < limit) begin();
      const { place, result } = await Promise.race(running.values());
      running.delete(place);
      yield result;
    }
  } finally {
    if (running.size > 0) stop();
    await Promise.allSettled(running.values());
  }
}
