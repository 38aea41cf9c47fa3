/**
 * The package in Cloudflare Workers and their kin, which compile no WebAssembly at run time: the module is a static
 * import, compiled when the Worker is deployed. Strings are URLs.
 *
 * An isolate has 128 MB, and one that takes more is ended with all its requests. So there is one module and one memory
 * for all work, the memory cannot grow past its bound, and what would not fit is refused by its header.
 */
import edge from './edge_bg.wasm';
import { fetchBytes } from './input.js';
import type { Platform } from './platform.js';
import { CompressionService } from './service.js';
import { sharedFunctions } from './shared.js';
import type { ServiceConfig } from './types.js';

export * from './public.js';

const workerd: Platform = {
  loadWasm: async () => edge,
  smallest: 'full',
  maxMemory: 96 * 2 ** 20,
  readAddress: fetchBytes,
};

/** Compresses images by its own settings. Making one starts nothing; the first image does. */
export class ImageCompressionService extends CompressionService {
  constructor(config?: ServiceConfig) {
    super(workerd, config);
  }
}

const shared = /* @__PURE__ */ sharedFunctions(() => new ImageCompressionService());

/** One image → one compressed image, by a shared service with default settings. */
export const compressImage = shared.compressImage;

/** One image → every size variant in every format that is asked for, from one decode. */
export const compressVariants = shared.compressVariants;

/** Many images, item by item as they are done, and a result at the end. */
export const compressBatch = shared.compressBatch;

/** Compresses every image below a directory into another, keeping the tree. */
export const batchCompressDirectory = shared.batchCompressDirectory;

/** Format, size, orientation and more from an image's header, without decoding it. */
export const probe = shared.probe;

/** Fetches and compiles the WebAssembly that writing these formats takes, and starts nothing. */
export const preload = shared.preload;

/** What slimpix can do on this host. */
export const capabilities = shared.capabilities;
