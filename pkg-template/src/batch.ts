/**
 * Many files: several at a time, in chunks between which memory is given back. One bad file is an item of the result
 * and never the end of the batch; what may pass on a second try is tried again.
 *
 * Items come in the order in which they are done. Nobody who is slow to take them is overrun: no more files are begun
 * than there is room for, and a chunk ends when its last item has been taken.
 */
import { ImageCompressionError, ioError, type ErrorCode } from './errors.js';
import { Inputs, type Folder, type FoundFile } from './folder.js';
import { isReadOnce } from './input.js';
import { freeName, outputNames } from './names.js';
import { CallProgress } from './progress.js';
import { plainFormat, type Request } from './requests.js';
import { invalid } from './rules.js';
import type { Stage } from './task.js';
import type { BatchConfig, BatchItem, BatchOutput, BatchProcessingResult, BatchRun, CompressionResult, ImageInput } from './types.js';

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
  /** The batch is in hand from here on: `stop` ends it. Gives what is to be called when it is not any more. */
  enter(stop: AbortController): () => void;
}

/** The files of a batch; `total` where their number is known before the end. */
export interface Listed {
  readonly files: Iterable<FoundFile> | AsyncIterable<FoundFile>;
  readonly total: number | undefined;
}

/** One file's way through. */
export interface BatchJob {
  readonly signal: AbortSignal;
  report(stage: Stage, ratio: number): void;
  /** Called with the input's size once it has been read. */
  wasRead(bytes: number): void;
}

/** What the outputs of a file will be called, as far as their formats are known before it is read. */
type Names = (string | undefined)[];

/** What may pass on a second try; a corrupt file never does. */
const MAY_PASS: readonly ErrorCode[] = ['OUT_OF_MEMORY', 'INTERNAL', 'IO'];

export class Batch implements BatchRun {
  readonly #plan: BatchPlan;
  readonly #tally = new Tally();
  readonly #progress: CallProgress;
  readonly #inputs = new Inputs();
  readonly #taken = new Set<string>();
  readonly #stop = new AbortController();
  readonly #ended: Promise<BatchProcessingResult>;
  #settle!: { done(result: BatchProcessingResult): void; fail(reason: unknown): void };
  #isStarted = false;

  constructor(plan: BatchPlan) {
    this.#plan = plan;
    this.#progress = new CallProgress(plan.config.onProgress, this.#stop);
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
    const { signal } = this.#stop;
    const stop = () => this.#stop.abort(new ImageCompressionError('ABORTED', 'the batch was left before its end'));
    const leave = this.#plan.enter(this.#stop);
    try {
      signal.throwIfAborted();
      const { files, total } = await this.#list();
      this.#progress.total = total;
      for await (const chunk of chunks(numbered(files), this.#plan.chunkSize)) {
        for await (const item of inParallel(chunk, this.#plan.concurrency, ([index, file]) => this.#begin(index, file), stop)) {
          this.#tally.add(item);
          yield item;
        }
        this.#plan.rest();
      }
      signal.throwIfAborted();
    } catch (error) {
      this.#settle.fail(error);
      throw error;
    } finally {
      leave();
      this.#settle.done(this.#tally.total());
    }
  }

  /** Where all files are known they are all inputs from the start: none is written over before it is read. */
  async #list(): Promise<Listed> {
    const listed = await this.#plan.list();
    if (Array.isArray(listed.files)) for (const { identity } of listed.files) this.#inputs.add(identity);
    return listed;
  }

  async #begin(index: number, file: FoundFile): Promise<BatchItem> {
    this.#inputs.add(file.identity);
    const progress = this.#progress.begin(file.name);
    const facts = { index, input: file.label, inputSize: 0 };
    const job: BatchJob = {
      signal: this.#stop.signal,
      report: (stage, ratio) => progress.report(stage, ratio),
      wasRead: (bytes) => void (facts.inputSize = bytes),
    };
    const outcome = await this.#tryFile(file, job, this.#names(file));
    progress.end();
    return outcome instanceof ImageCompressionError ? { ...facts, error: outcome } : { ...facts, results: outcome };
  }

  /** Names are given out in the order of the inputs, whichever of them is done first. */
  #names(file: FoundFile): Names | ImageCompressionError {
    try {
      return this.#plan.requests.map(({ config: { format }, variant }) => {
        const isKnown = format !== undefined && format !== 'auto';
        return isKnown ? this.#name(file, plainFormat(format), variant) : undefined;
      });
    } catch (thrown) {
      return this.#failure(file, thrown);
    }
  }

  #name(file: FoundFile, format: CompressionResult['format'], variant: string | undefined): string {
    return freeName(outputNames(file.name, format, this.#plan.config, variant), this.#taken);
  }

  async #tryFile(
    file: FoundFile,
    job: BatchJob,
    names: Names | ImageCompressionError,
  ): Promise<BatchOutput[] | ImageCompressionError> {
    if (names instanceof ImageCompressionError) return names;
    let left = isReadOnce(file.image) ? 0 : (this.#plan.config.retries ?? 1);
    for (;;) {
      const outcome = await this.#doFile(file, names, job).catch((thrown: unknown) => this.#failure(file, thrown));
      const mayPass = outcome instanceof ImageCompressionError && MAY_PASS.includes(outcome.code);
      if (!mayPass || left === 0) return outcome;
      left -= 1;
      this.#plan.retrying(file.label, outcome);
    }
  }

  /** An abort is the end of the batch, and no failure of the file that it met. */
  #failure(file: FoundFile, thrown: unknown): ImageCompressionError {
    this.#stop.signal.throwIfAborted();
    return thrown instanceof ImageCompressionError ? thrown : ioError(file.label, thrown);
  }

  async #doFile(file: FoundFile, names: Names, job: BatchJob): Promise<BatchOutput[]> {
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
