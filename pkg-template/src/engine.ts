/**
 * The only file that knows the generated glue. It loads WebAssembly when the first job needs it, picks the smaller
 * module that can do the job, and turns what comes out of wasm into values and typed errors.
 *
 * A trap leaves an instance that still answers, with undefined state. So any error that is not a typed one throws
 * the instance away: the job gets `INTERNAL`, the next one runs on a fresh instance.
 *
 * The glue keeps one instance per module in its own scope, hence one per realm and not one per service.
 */
import * as core from './core.js';
import * as full from './full.js';
import { ImageCompressionError, isErrorFacts, reason } from './errors.js';
import type { EngineOutput, FinishedPixels, Glue, Memory, Picture, Told } from './glue.js';
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

class Engine {
  readonly #glueFor: (source: ModuleSource) => Glue;
  #ready: Promise<Glue> | undefined;
  #module: CompiledModule | undefined;
  #memory: Memory | undefined;

  constructor(glueFor: (source: ModuleSource) => Glue) {
    this.#glueFor = glueFor;
  }

  get started(): boolean {
    return this.#ready !== undefined;
  }

  /** Bytes that the instance holds; they never become fewer. */
  get memory(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** Runs `job` on a sound instance. A load that failed is tried again by the next job. */
  async run<T>(source: ModuleSource, variant: Variant, job: (glue: Glue) => T): Promise<T> {
    this.#ready ??= this.#start(source, variant);
    const glue = await this.#ready;
    try {
      return job(glue);
    } catch (thrown) {
      if (isErrorFacts(thrown)) throw new ImageCompressionError(thrown.code, thrown.message);
      const error = trapError(thrown, this.#memory);
      glue.__wbg_reset_state();
      this.#memory = glue.initSync({ module: this.#module! }).memory;
      throw error;
    }
  }

  async #start(source: ModuleSource, variant: Variant): Promise<Glue> {
    try {
      const glue = this.#glueFor(source);
      this.#module = await source.load(variant);
      this.#memory = glue.initSync({ module: this.#module }).memory;
      if (variant === 'threads') await glue.initThreadPool?.(source.threads!.count);
      return glue;
    } catch (cause) {
      this.#ready = undefined;
      throw loadError(cause);
    }
  }
}

const engines: Record<Variant, Engine> = {
  core: /* @__PURE__ */ new Engine(() => core),
  full: /* @__PURE__ */ new Engine(() => full),
  threads: /* @__PURE__ */ new Engine(({ threads }) => threads!.glue),
};

/** Reads the header alone. */
export function probe(source: ModuleSource, bytes: Uint8Array): Promise<ImageInfo> {
  return run(source, 'core', (glue) => glue.probe(bytes));
}

/** Decodes once for all of `targets`, and gives the picture to `use`, which makes them in their order. */
export function withPicture<T>(source: ModuleSource, variant: Variant, image: Uint8Array | PixelImage, targets: readonly EngineOptions[], use: (picture: Picture) => T): Promise<T> {
  return run(source, variant, (glue) => {
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
export function encode(source: ModuleSource, finished: FinishedPixels, options: EngineOptions, told: Told): Promise<EngineOutput> {
  const { data, width, height, icc, exif, xmp, sourceFormat, sourceWidth, sourceHeight, animated, warnings } = finished;
  return run(source, writesAvif(options) ? 'full' : 'core', (glue) => {
    const file = glue.encode(data, width, height, icc, exif, xmp, options, told);
    return { ...file, sourceFormat, sourceWidth, sourceHeight, animated, warnings: [...warnings, ...file.warnings] };
  });
}

/** Bytes that all instances of this realm hold. */
export function memoryInUse(): number {
  return Object.values(engines).reduce((sum, { memory }) => sum + memory, 0);
}

/** `full` can do what `core` can: where it is loaded already, a second module would only cost memory. */
function run<T>(source: ModuleSource, needed: Variant, job: (glue: Glue) => T): Promise<T> {
  const largest = source.threads ? 'threads' : 'full';
  const onlyLargest = source.smallest !== 'core' || (engines[largest].started && !engines.core.started);
  const variant = needed === 'full' || onlyLargest ? largest : needed;
  return engines[variant].run(source, variant, job);
}

/** Pages of 64 KiB; an instance that cannot have as many more was out of memory. */
const PROBED_PAGES = 1024;

/** Running out of memory is a trap like any other, and nobody's bug; what is left of the memory tells the two apart. */
function trapError(cause: unknown, memory: Memory | undefined): ImageCompressionError {
  try {
    memory?.grow(PROBED_PAGES);
  } catch {
    return new ImageCompressionError('OUT_OF_MEMORY', `the image engine ran out of memory at ${memory!.buffer.byteLength >> 20} MiB`, { cause });
  }
  const message = `the image engine failed: ${reason(cause)}; this is a bug in slimpix, and the next image runs on a fresh engine`;
  return new ImageCompressionError('INTERNAL', message, { cause });
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
