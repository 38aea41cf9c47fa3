/**
 * What differs from host to host, as one small interface. Each entry supplies its own; everything above the entries'
 * platforms is the same code in a page, in Node and at the edge.
 */
import type { FileStore } from './batch.js';
import type { CompiledModule, PixelImage } from './types.js';

/** `core` is everything but the AVIF encoder, which is most of the weight of `full`. */
export type Variant = 'core' | 'full';

export interface Platform {
  /** The compiled module from beside the package, or from `url`. */
  loadWasm(variant: Variant, url?: string | URL): Promise<CompiledModule>;
  /** The bytes that a string or a URL stands for: a path or an address, as the host has it. */
  readAddress(address: string | URL): Promise<Uint8Array>;
  /** Decodes AVIF and HEIC to upright sRGB pixels, where the host can. */
  decode?(bytes: Uint8Array, mimeType: string): Promise<PixelImage>;
  /** Directories by path, where the host has them. */
  readonly files?: FileStore;
}
