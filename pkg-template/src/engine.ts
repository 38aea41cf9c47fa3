/**
 * The only file that knows the generated glue. It loads WebAssembly when the first job needs it, picks the smaller
 * module that can do the job, and turns what comes out of wasm into values and typed errors.
 *
 * A trap leaves an instance that still answers, with undefined state. So any error that is not a typed one throws
 * the instance away, with its memory: the job gets `OUT_OF_MEMORY` where memory was refused to it, else `INTERNAL`, and
 * the next one runs on a fresh instance.
 *
 * The glue keeps one instance per module in its own scope, hence one per realm and not one per service.
 */
import * as core from './core.js';
import * as full from './full.js';
import { ImageCompressionError, isErrorFacts, reason } from './errors.js';
import type { EngineOutput, FinishedPixels, Glue, Instance, Picture, Told } from './glue.js';
import type { Variant } from './platform.js';
import { writesAvif, type EngineOptions } from './requests.js';
import { hasSimd } from './simd.js';
import type { CompiledModule, ImageInfo, PixelImage } from './types.js';

export type { EngineOutput } from './glue.js';

export interface ModuleSource {
  /** Gives the compiled module of a variant. */
  load(variant: Variant): Promise<CompiledModule>;
  /** The smallest variant to be had: 'full' where the caller handed over that one alone. */
  readonly smallest: Variant;
  /** Whether `full` is to be had too: an image worker holds the smallest alone. */
  readonly hasFull: boolean;
  /** Threads for one image, in place of `full`. Their glue comes from outside, since a worker alone can wait for them. */
  readonly threads?: { readonly count: number; readonly glue: Glue } | undefined;
}

type Job<T> = (glue: Glue) => T;

const PAGE = 65536;
/** Pages that 32 bits can address. */
const ALL_PAGES = 65536;

class Engine {
  readonly #glueFor: (source: ModuleSource) => Glue;
  #ready: Promise<Glue> | undefined;
  #module: CompiledModule | undefined;
  #instance: Instance | undefined;

  constructor(glueFor: (source: ModuleSource) => Glue) {
    this.#glueFor = glueFor;
  }

  get started(): boolean {
    return this.#ready !== undefined;
  }

  /** Bytes that the instance holds; they never become fewer. */
  get memory(): number {
    return this.#instance?.memory.buffer.byteLength ?? 0;
  }

  /**
   * Runs `job` on a sound instance, which is given no more memory than `maxMemory`. A load that failed is tried again by
   * the next job.
   */
  async run<T>(source: ModuleSource, variant: Variant, maxMemory: number | undefined, job: Job<T>): Promise<T> {
    this.#ready ??= this.#start(source, variant);
    const glue = await this.#ready;
    if (!this.#instance) this.#replace(glue);
    this.#bound(maxMemory);
    const { result, error, trapped } = this.#attempt(glue, maxMemory, job);
    if (!error) return result as T;
    if (trapped) await collectGarbage(trapped);
    throw error;
  }

  /** A function of its own, so that nothing of a trap is left on the stack when it is done. */
  #attempt<T>(glue: Glue, maxMemory: number | undefined, job: Job<T>): Outcome<T> {
    try {
      return { result: job(glue) };
    } catch (thrown) {
      if (isErrorFacts(thrown)) return { error: new ImageCompressionError(thrown.code, thrown.message) };
      const [error, trapped] = [this.#trapError(thrown, maxMemory), this.memory];
      this.#letGo(glue);
      return { error, trapped };
    }
  }

  #bound(maxMemory: number | undefined): void {
    const { memory_limit: limit, memory_refused: refused } = this.#instance!;
    if (limit) limit.value = maxMemory === undefined ? ALL_PAGES : Math.min(ALL_PAGES, Math.floor(maxMemory / PAGE));
    if (refused) refused.value = 0;
  }

  /**
   * Nothing may hold the old instance any more, hence a new one at once; where there is no memory for it now, the next
   * job tries again.
   */
  #letGo(glue: Glue): void {
    this.#instance = undefined;
    try {
      this.#replace(glue);
    } catch {
      // The error of the job itself says more.
    }
  }

  #replace(glue: Glue): void {
    try {
      glue.__wbg_reset_state();
      this.#instance = glue.initSync({ module: this.#module! });
    } catch (cause) {
      throw new ImageCompressionError('OUT_OF_MEMORY', `a fresh image engine cannot be had: ${reason(cause)}`, { cause });
    }
  }

  async #start(source: ModuleSource, variant: Variant): Promise<Glue> {
    try {
      const glue = this.#glueFor(source);
      this.#module = await source.load(variant);
      this.#instance = glue.initSync({ module: this.#module });
      if (variant === 'threads') await glue.initThreadPool?.(source.threads!.count);
      return glue;
    } catch (cause) {
      this.#ready = undefined;
      throw loadError(cause);
    }
  }

  /** Running out of memory is a trap like any other, and nobody's bug; the instance itself says whether it was that. */
  #trapError(thrown: unknown, maxMemory: number | undefined): ImageCompressionError {
    const cause = withoutFrames(thrown);
    if (!this.#instance?.memory_refused?.value) {
      const next = 'this is a bug in slimpix, and the next image runs on a fresh engine';
      return new ImageCompressionError('INTERNAL', `the image engine failed: ${reason(thrown)}; ${next}`, { cause });
    }
    const bound = maxMemory === undefined ? '' : `; maxMemory is ${(maxMemory / 2 ** 20).toFixed(1)} MiB`;
    const message = `the image engine ran out of memory at ${this.memory >> 20} MiB${bound}`;
    return new ImageCompressionError('OUT_OF_MEMORY', message, { cause });
  }
}

/** What became of a job; `trapped` is what the instance held that it took along. */
interface Outcome<T> {
  readonly result?: T;
  readonly error?: ImageCompressionError;
  readonly trapped?: number;
}

/** What engines take as a sign that garbage is worth collecting: so many bytes of buffers since they last did. */
const PRESSURE = 2 ** 28;
/** Of small ones, so that those which wait to be collected are no burden of their own. */
const PIECE = 2 ** 20;
/** An instance that holds less, bytes, is not worth a collection. */
const SMALL = 2 ** 23;

/**
 * Asks for the memory of an instance that is gone. An engine frees it when it next collects garbage, and it collects when
 * JavaScript's own objects are many; a Worker that traps now and then makes few, and came to hold five instances. No host
 * lets a program ask; but buffers count.
 */
async function collectGarbage(held: number): Promise<void> {
  // What the stack holds is no garbage yet.
  await Promise.resolve();
  if (held < SMALL) return;
  try {
    for (let pressed = 0; pressed < PRESSURE; pressed += PIECE) new ArrayBuffer(PIECE);
  } catch {
    // Not to be had: then there is need enough.
  }
}

/** The same error without the frames of its stack, which would keep the instance and all of its memory. */
function withoutFrames(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name, message, stack } = thrown;
  return Object.assign(new Error(message), { name, stack });
}

const engines: Record<Variant, Engine> = {
  core: /* @__PURE__ */ new Engine(() => core),
  full: /* @__PURE__ */ new Engine(() => full),
  threads: /* @__PURE__ */ new Engine(({ threads }) => threads!.glue),
};

/** Reads the header alone. */
export function probe(source: ModuleSource, bytes: Uint8Array): Promise<ImageInfo> {
  return run(source, 'core', undefined, (glue) => glue.probe(bytes));
}

/** Decodes once for all of `targets`, and gives the picture to `use`, which makes them in their order. */
export function withPicture<T>(
  source: ModuleSource,
  variant: Variant,
  image: Uint8Array | PixelImage,
  targets: readonly EngineOptions[],
  maxMemory: number | undefined,
  use: (picture: Picture) => T,
): Promise<T> {
  return run(source, variant, maxMemory, (glue) => {
    const picture = open(glue, image, targets);
    try {
      const made = use(picture);
      picture.free();
      return made;
    } catch (thrown) {
      // After a trap the whole instance goes, and nothing in it may be called any more.
      if (isErrorFacts(thrown)) picture.free();
      throw thrown;
    }
  });
}

function open(glue: Glue, image: Uint8Array | PixelImage, targets: readonly EngineOptions[]): Picture {
  if (image instanceof Uint8Array) return glue.Picture.decode(image, targets);
  const { data, width, height } = image;
  return glue.Picture.fromPixels(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height, targets);
}

/** Where the pixels came from they tell themselves; the rest is the file's. */
export function encode(
  source: ModuleSource,
  finished: FinishedPixels,
  options: EngineOptions,
  maxMemory: number | undefined,
  told: Told,
): Promise<EngineOutput> {
  const { data, width, height, icc, exif, xmp, sourceFormat, sourceWidth, sourceHeight, animated, warnings } = finished;
  return run(source, writesAvif(options) ? 'full' : 'core', maxMemory, (glue) => {
    const file = glue.encode(data, width, height, icc, exif, xmp, options, told);
    return { ...file, sourceFormat, sourceWidth, sourceHeight, animated, warnings: [...warnings, ...file.warnings] };
  });
}

/** Bytes that all instances of this realm hold. */
export function memoryInUse(): number {
  return Object.values(engines).reduce((sum, { memory }) => sum + memory, 0);
}

/** `full` can do what `core` can: where it is loaded already, a second module would only cost memory. */
function run<T>(source: ModuleSource, needed: Variant, maxMemory: number | undefined, job: Job<T>): Promise<T> {
  const largest = source.threads ? 'threads' : 'full';
  const onlyLargest = source.smallest !== 'core' || (engines[largest].started && !engines.core.started);
  const variant = needed === 'full' || onlyLargest ? largest : needed;
  return engines[variant].run(source, variant, maxMemory, job);
}

/** What to say where WebAssembly cannot be had, and what would help. */
export function loadError(cause: unknown): ImageCompressionError {
  const why = reason(cause);
  return new ImageCompressionError('LOAD_FAILED', `slimpix could not load its WebAssembly: ${why}${remedy(why)}`, { cause });
}

function remedy(why: string): string {
  if (typeof WebAssembly === 'undefined') return ' (this host has no WebAssembly)';
  if (/unsafe-eval|Content Security Policy/i.test(why)) return " (add 'wasm-unsafe-eval' to the script-src of the page, or of the worker's script, in which slimpix runs)";
  if (/magic/i.test(why)) return ' (its address leads to some other file: wasmUrl says where the modules are)';
  if (!hasSimd()) return ' (this engine lacks WebAssembly SIMD, which slimpix needs)';
  return '';
}
