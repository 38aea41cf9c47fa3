/**
 * Where tasks are done: image workers for all that is decoded, sized and written, and AVIF workers of their own, so
 * that one slow encoder never stands before many quick ones. AVIF workers hold all of slimpix, image workers what most
 * pictures need; so the AVIF workers also do the whole of a picture in a rare format. Without workers (switched off, not
 * to be had here) the same tasks run on the caller's own thread, one after another.
 */
import { Budget } from './budget.js';
import * as engine from './engine.js';
import { reason } from './errors.js';
import type { FinishedPixels } from './glue.js';
import type { ResolvedServiceConfig } from './options.js';
import type { CompiledModules, Platform, Variant } from './platform.js';
import { Pool, WorkerUnavailable, type Hooks } from './pool.js';
import { highestLevel, isSearched, type EngineOptions } from './requests.js';
import { encoded, runTask } from './task.js';
import type { CompressTask, HandedOver, Made, Misplaced, Task, TaskResult, Undecoded } from './task.js';
import type { CompiledModule, ImageInfo, LoadOptions, Logger, OutputFormat } from './types.js';

const MEBIBYTE = 2 ** 20;

export class Workshop {
  readonly #platform: Platform;
  readonly #log: Logger;
  readonly #modules: ModuleShelf;
  readonly #images: Pool;
  readonly #avif: Pool;
  readonly #pace = new Pace();
  readonly #avifVariant: Variant;
  #hasWorkers: boolean;

  constructor(platform: Platform, config: ResolvedServiceConfig, log: Logger) {
    this.#platform = platform;
    this.#log = log;
    this.#modules = new ModuleShelf(platform, config);
    this.#hasWorkers = platform.startWorker !== undefined && config.worker;
    const start = (name: string) => platform.startWorker!(config.workerUrl, name);
    const budget = new Budget(config.memoryBudget * MEBIBYTE);
    const atMost = (count: number) => Math.min(count, platform.cores?.() ?? count);
    const threads = this.#hasWorkers && platform.canShareMemory?.() ? atMost(config.avifThreads) : 0;
    this.#avifVariant = threads ? 'threads' : 'full';
    this.#images = new Pool({ size: atMost(config.maxThreads), threads: 0, budget, start, modules: () => this.#modules.give(this.#modules.smallest) });
    // One worker whose threads share an image where memory can be shared; otherwise as many workers, an image each.
    this.#avif = new Pool({ size: threads ? 1 : atMost(config.avifThreads), threads, budget, start, modules: () => this.#modules.give(this.#avifVariant) });
  }

  /** How many images can be worked on at the same time. */
  get width(): number {
    return this.#hasWorkers ? this.#images.size + this.#avif.size : 0;
  }

  /** Workers that run, with the bytes of WebAssembly memory of each. */
  get memories(): { images: number[]; avif: number[] } {
    return { images: this.#images.memories, avif: this.#avif.memories };
  }

  async probe(bytes: Uint8Array): Promise<ImageInfo> {
    return engine.probe(this.#modules, bytes);
  }

  /** The modules that writing these formats takes, compiled; nothing is started. */
  async preload(formats: readonly OutputFormat[]): Promise<void> {
    const { smallest } = this.#modules;
    const variants = formats.includes('avif') ? [smallest, this.#avifVariant] : [smallest];
    await Promise.all([...new Set(variants)].map((variant) => this.#modules.give(variant)));
  }

  /** Every request of one picture, in their order. */
  async compress(task: Omit<CompressTask, 'handOver'>, transfer: ArrayBuffer[], hooks: Hooks, inline: boolean): Promise<engine.EngineOutput[] | Undecoded> {
    const made = await this.#make(task, transfer, hooks, inline);
    if ('undecoded' in made) return made;
    const shares = made.map((one) => ('finished' in one ? 0 : 1));
    return Promise.all(made.map((one, place) => {
      return 'finished' in one ? this.#encode(one, task, sharing(hooks, shares, place)) : one;
    }));
  }

  async #make(task: Omit<CompressTask, 'handOver'>, transfer: ArrayBuffer[], hooks: Hooks, inline: boolean): Promise<readonly Made[] | Undecoded> {
    const made = await this.#run(this.#images, (handOver) => ({ ...task, handOver }), transfer, hooks, inline) as readonly Made[] | Undecoded | Misplaced;
    if (!('misplaced' in made)) return made;
    const whole: CompressTask = { ...task, image: made.bytes, handOver: false };
    return await this.#run(this.#avif, () => whole, [made.bytes.buffer as ArrayBuffer], hooks, false) as readonly Made[] | Undecoded;
  }

  /** Between the chunks of a batch. */
  rest(): void {
    this.#images.rest();
    this.#avif.rest();
  }

  close(): void {
    this.#images.close();
    this.#avif.close();
  }

  async #encode(
    { finished, options }: HandedOver,
    { maxMemory }: Pick<CompressTask, 'maxMemory'>,
    hooks: Hooks,
  ): Promise<engine.EngineOutput> {
    const task: Task = { kind: 'encode', finished, options, maxMemory };
    const transfer = [finished.data, finished.icc, finished.exif, finished.xmp].flatMap((part) => (part ? [part.buffer] : []));
    const paced = this.#pace.follow(finished, options, hooks);
    try {
      return await this.#run(this.#avif, () => task, transfer, paced.hooks, false) as engine.EngineOutput;
    } finally {
      paced.end();
    }
  }

  async #run(pool: Pool, task: (handOver: boolean) => Task, transfer: ArrayBuffer[], hooks: Hooks, inline: boolean): Promise<TaskResult> {
    hooks.signal?.throwIfAborted();
    if (!this.#hasWorkers || inline) return this.#runHere(task(false), hooks);
    try {
      return await pool.run(task(true), transfer, hooks);
    } catch (error) {
      if (!(error instanceof WorkerUnavailable)) throw error;
      this.#goOnWithout(error);
      return this.#runHere(task(false), hooks);
    }
  }

  /** A worker that never started has taken nothing, so the task is still whole. */
  #goOnWithout(error: WorkerUnavailable): void {
    if (this.#hasWorkers) this.#log.warn(`slimpix: no worker can be started here (${reason(error)}); images are compressed on this thread. workerUrl says where the worker's script is, worker: false says that there is none`);
    this.#hasWorkers = false;
  }

  /** Here an abort is heard between the steps alone. */
  #runHere(task: Task, hooks: Hooks): Promise<TaskResult> {
    const admit = async () => hooks.signal?.throwIfAborted();
    const { decode } = this.#platform;
    return runTask(task, { modules: this.#modules, decode, admit, report: (stage, ratio) => hooks.report(stage, ratio) });
  }
}

/** One of several outputs that are encoded at once: what it reports is its share of the picture. */
function sharing(hooks: Hooks, shares: number[], place: number): Hooks {
  return {
    signal: hooks.signal,
    report(stage, ratio) {
      shares[place] = ratio;
      hooks.report(stage, encoded(shares.reduce((sum, share) => sum + share, 0) / shares.length));
    },
  };
}

/** Compiled modules: handed over, from a URL, or from beside the package; each is had once, for all workers. */
class ModuleShelf implements engine.ModuleSource {
  readonly smallest: Variant;
  readonly hasFull = true;
  readonly #platform: Platform;
  readonly #config: LoadOptions;
  readonly #had = new Map<Variant, Promise<CompiledModule>>();

  constructor(platform: Platform, config: LoadOptions) {
    this.#platform = platform;
    this.#config = config;
    this.smallest = config.wasmModule?.full && !config.wasmModule.core ? 'full' : (platform.smallest ?? 'core');
  }

  /** A load that failed is tried again by the next job. */
  load(variant: Variant): Promise<CompiledModule> {
    const had = this.#had.get(variant) ?? this.#load(variant);
    this.#had.set(variant, had);
    had.catch(() => this.#had.delete(variant));
    return had;
  }

  async give(variant: Variant): Promise<CompiledModules> {
    try {
      return { [variant]: await this.load(variant) };
    } catch (cause) {
      throw engine.loadError(cause);
    }
  }

  async #load(variant: Variant): Promise<CompiledModule> {
    return this.#config.wasmModule?.[variant] ?? this.#platform.loadWasm(variant, wasmAddress(this.#config.wasmUrl, variant));
  }
}

function wasmAddress(given: LoadOptions['wasmUrl'], variant: Variant): string | URL | undefined {
  if (typeof given !== 'string' && !(given instanceof URL)) return given?.[variant];
  return `${String(given).replace(/\/$/, '')}/${variant}_bg.wasm`;
}

/** A try of a search moves it on by so much of what is left: `src/search.rs` counts them so. */
const A_TRY = 0.3;

/**
 * The AVIF encoder says nothing while it works. How far it is follows from the clock: from how long the encodes before
 * took, in milliseconds a pixel at each speed, from one report to the next; it never says that the end is reached.
 */
class Pace {
  readonly #known = new Map<string, number>();

  follow({ width, height }: FinishedPixels, options: EngineOptions, hooks: Hooks): { hooks: Hooks; end(): void } {
    const key = `${options.avifSpeed} ${highestLevel(options) >= 90} ${isSearched(options)}`;
    const expected = (this.#known.get(key) ?? 0.002) * width * height;
    const share = isSearched(options) ? A_TRY : 1;
    let [started, base, furthest] = [0, 0, 0];
    let timer: ReturnType<typeof setInterval> | undefined;
    const tell = (ratio: number) => hooks.report('encode', (furthest = Math.max(furthest, ratio)));
    const tick = () => tell(base + share * (1 - base) * (1 - Math.exp((-1.5 * (Date.now() - started)) / expected)));
    const learn = () => started && this.#known.set(key, (Date.now() - started) / (width * height));
    const report: Hooks['report'] = (_, ratio) => {
      learn();
      [started, base] = [Date.now(), ratio];
      clearInterval(timer);
      timer = setInterval(tick, 200);
      (timer as { unref?: () => void }).unref?.();
      tell(ratio);
    };
    const end = () => {
      clearInterval(timer);
      // After the last try of a search there is nothing that took time.
      if (share === 1) learn();
    };
    return { hooks: { signal: hooks.signal, report }, end };
  }
}
