/**
 * What differs from host to host, as one small interface. Each entry supplies its own; everything above the entries'
 * platforms is the same code in a page, in Node and at the edge.
 */
import type { Folder } from './folder.js';
import type { FromWorker, Port, ToWorker } from './protocol.js';
import type { ReadLimits } from './streams.js';
import type { CompiledModule, DirectoryHandleLike, PixelImage } from './types.js';

/**
 * `core` is what most pictures need; `full` writes AVIF too, and reads GIF, BMP, TIFF and ICO, for twice the weight.
 * `threads` is `full` with shared memory, for a worker of a cross-origin-isolated page.
 */
export type Variant = 'core' | 'full' | 'threads';

export type CompiledModules = Partial<Record<Variant, CompiledModule>>;

export interface Platform {
  /** The compiled module from beside the package, or from `url`. */
  loadWasm(variant: Variant, url?: string | URL): Promise<CompiledModule>;
  /** 'full' where the host has one module for all work. Default 'core'. */
  readonly smallest?: Variant;
  /** Bytes of WebAssembly memory that a job may take here, whatever `maxMemory` allows. Default: no bound. */
  readonly maxMemory?: number;
  /** The bytes that a string or a URL stands for: a path or an address, as the host has it. */
  readAddress(address: string | URL, limits: ReadLimits): Promise<Uint8Array>;
  /** Decodes AVIF and HEIC to upright sRGB pixels, where the host can. */
  readonly decode?: Decode;
  /** One string for a file that an address stands for, whatever links and spellings lead to it. */
  identify?(address: unknown): Promise<string | undefined>;
  /** How much can be done at the same time. */
  readonly cores?: () => number;
  /** A directory, where the host has them. */
  openFolder?(directory: string | DirectoryHandleLike): Folder;
  /** Starts a worker, where the host has them. Its threads, if any, ring on the `BroadcastChannel` of its name. */
  startWorker?(url: string | URL | undefined, name: string): WorkerHandle;
  /** Whether memory can be shared with a worker's own threads. */
  readonly canShareMemory?: () => boolean;
}

export type Decode = (bytes: Uint8Array, mimeType: string) => Promise<PixelImage>;

/** A worker as its pool holds it. */
export interface WorkerHandle extends Port<ToWorker, FromWorker> {
  /** Called once, when the worker dies or its script cannot be had. */
  onFailure(failed: (why: string) => void): void;
  /** Whether the process waits for this worker; a page never does. */
  keepAlive(needed: boolean): void;
  terminate(): void;
}
