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
import type { EngineOutput, Glue } from './glue.js';
import type { EngineOptions } from './options.js';
import type { Variant } from './platform.js';
import type { ImageInfo, PixelImage } from './types.js';

export type { EngineOutput } from './glue.js';

export interface ModuleSource {
  /** Gives the compiled module of a variant. */
  load(variant: Variant): Promise<WebAssembly.Module>;
  /** The smallest variant to be had: 'full' where the caller handed over that one alone. */
  readonly smallest: Variant;
}

class Engine {
  readonly #glue: Glue;
  #ready: Promise<void> | undefined;

  constructor(glue: Glue) {
    this.#glue = glue;
  }

  get started(): boolean {
    return this.#ready !== undefined;
  }

  /** Runs `job` on a sound instance. A load that failed is tried again by the next job. */
  async run<T>(load: () => Promise<WebAssembly.Module>, job: (glue: Glue) => T): Promise<T> {
    this.#ready ??= this.#start(load);
    await this.#ready;
    try {
      return job(this.#glue);
    } catch (thrown) {
      throw this.#typed(thrown);
    }
  }

  async #start(load: () => Promise<WebAssembly.Module>): Promise<void> {
    try {
      this.#glue.initSync({ module: await load() });
    } catch (cause) {
      this.#ready = undefined;
      throw loadError(cause);
    }
  }

  #typed(thrown: unknown): ImageCompressionError {
    if (isErrorFacts(thrown)) return new ImageCompressionError(thrown.code, thrown.message);
    this.#glue.__wbg_reset_state();
    const message = `the image engine failed: ${reason(thrown)}; this is a bug in slimpix, and the next image runs on a fresh engine`;
    return new ImageCompressionError('INTERNAL', message, { cause: thrown });
  }
}

const engines: Record<Variant, Engine> = { core: /* @__PURE__ */ new Engine(core), full: /* @__PURE__ */ new Engine(full) };

/** Reads the header alone. */
export function probe(source: ModuleSource, bytes: Uint8Array): Promise<ImageInfo> {
  return run(source, 'core', (glue) => glue.probe(bytes));
}

export function compress(source: ModuleSource, bytes: Uint8Array, options: EngineOptions): Promise<EngineOutput> {
  return run(source, variantFor(options), (glue) => glue.compress(bytes, options));
}

export function compressPixels(source: ModuleSource, pixels: PixelImage, options: EngineOptions): Promise<EngineOutput> {
  const { data, width, height } = pixels;
  const rgba = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return run(source, variantFor(options), (glue) => glue.compressPixels(rgba, width, height, options));
}

/** Rust's own list of options, ranges, defaults and codes, for the test that holds the two languages together. */
export function optionSpec(source: ModuleSource): Promise<unknown> {
  return run(source, 'core', (glue) => glue.optionSpec());
}

function variantFor({ format }: EngineOptions): Variant {
  return format === 'avif' ? 'full' : 'core';
}

/** `full` can do what `core` can: where it is loaded already, a second module would only cost memory. */
function run<T>(source: ModuleSource, needed: Variant, job: (glue: Glue) => T): Promise<T> {
  const onlyFull = source.smallest === 'full' || (engines.full.started && !engines.core.started);
  const variant = onlyFull ? 'full' : needed;
  return engines[variant].run(() => source.load(variant), job);
}

/** The smallest module that holds a SIMD instruction. */
const SIMD_PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

function loadError(cause: unknown): ImageCompressionError {
  const why = cause instanceof ImageCompressionError ? cause.message : reason(cause);
  return new ImageCompressionError('LOAD_FAILED', `slimpix could not load its WebAssembly: ${why}${remedy(why)}`, { cause });
}

function remedy(why: string): string {
  if (typeof WebAssembly === 'undefined') return ' (this host has no WebAssembly)';
  if (/unsafe-eval|Content Security Policy/i.test(why)) return " (add 'wasm-unsafe-eval' to the page's script-src)";
  if (!WebAssembly.validate(new Uint8Array(SIMD_PROBE))) return ' (this engine lacks WebAssembly SIMD, which slimpix needs)';
  return '';
}
