/**
 * What the generated glue exports: the contract with `src/wasm.rs`. Written by hand, so that it is typed more closely
 * than the generator can; tests/js holds the generated files to it.
 */
import type { EngineOptions } from './options.js';
import type { CompressionResult, ImageInfo } from './types.js';

/** A finished job. Sizes of the input and of the file are the service's to add. */
export type EngineOutput = Omit<CompressionResult, 'size' | 'inputSize'>;

export interface Glue {
  initSync(source: { module: WebAssembly.Module }): unknown;
  probe(bytes: Uint8Array): ImageInfo;
  compress(bytes: Uint8Array, options: EngineOptions): EngineOutput;
  compressPixels(rgba: Uint8Array, width: number, height: number, options: EngineOptions): EngineOutput;
  optionSpec(): unknown;
  /** A fresh instance of the same module; after a trap the old one must not be used. */
  __wbg_reset_state(): void;
}

export declare const initSync: Glue['initSync'];
export declare const probe: Glue['probe'];
export declare const compress: Glue['compress'];
export declare const compressPixels: Glue['compressPixels'];
export declare const optionSpec: Glue['optionSpec'];
export declare const __wbg_reset_state: Glue['__wbg_reset_state'];
