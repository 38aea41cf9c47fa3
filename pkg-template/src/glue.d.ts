/**
 * What the generated glue exports: the contract with `src/wasm.rs`. Written by hand, so that it is typed more closely
 * than the generator can; tests/js holds the generated files to it.
 */
import type { EngineOptions } from './requests.js';
import type { CompiledModule, CompressionFacts, ImageInfo } from './types.js';

/** A finished file and its facts. Sizes of the input and of the file are the service's to add. */
export interface EngineOutput extends CompressionFacts {
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Pixels that are ready to be encoded, three or four bytes each, and the metadata that goes with them. */
export interface FinishedPixels extends EngineOutput {
  readonly icc?: Uint8Array<ArrayBuffer>;
  readonly exif?: Uint8Array<ArrayBuffer>;
  readonly xmp?: Uint8Array<ArrayBuffer>;
}

/** Hears how far an encode is, 0–1, after each of the tries that a target takes. */
export type Told = (ratio: number) => void;

/** A decoded picture and the targets still to be made of it; each call makes the next one. */
export interface Picture {
  compress(told: Told): EngineOutput;
  finish(): FinishedPixels;
  free(): void;
}

/** What an instance exports beside its functions; the globals are added by the build (`growth.mjs`). */
export interface Instance {
  readonly memory: { readonly buffer: { readonly byteLength: number } };
  /** Pages of 64 KiB that the memory may grow to. */
  readonly memory_limit?: { value: number };
  /** 1 once memory was asked for and refused. */
  readonly memory_refused?: { value: number };
}

export interface Glue {
  /** Gives the instance that there is; makes one where there is none. */
  initSync(source: { module: CompiledModule }): Instance;
  probe(bytes: Uint8Array): ImageInfo;
  readonly Picture: {
    decode(bytes: Uint8Array, targets: readonly EngineOptions[]): Picture;
    fromPixels(rgba: Uint8Array, width: number, height: number, targets: readonly EngineOptions[]): Picture;
  };
  encode(data: Uint8Array, width: number, height: number, icc: Uint8Array | undefined, exif: Uint8Array | undefined, xmp: Uint8Array | undefined, options: EngineOptions, told: Told): EngineOutput;
  /** Of the threaded module alone: starts its threads, and resolves when all of them run. */
  initThreadPool?(threads: number): Promise<unknown>;
  /** A fresh instance of the same module; after a trap the old one must not be used. */
  __wbg_reset_state(): void;
}

export declare const initSync: Glue['initSync'];
export declare const probe: Glue['probe'];
export declare const Picture: Glue['Picture'];
export declare const encode: Glue['encode'];
export declare const __wbg_reset_state: Glue['__wbg_reset_state'];
