/**
 * The package for bundlers that lose files, and for a page that must be one file: the WebAssembly lies as text inside
 * two of its modules, `core` in one and `full` in the other, each imported when the first picture needs it. A third
 * heavier than the files (base64), it never streams, and its worker cannot be told from a bundle: so the work is done
 * on the calling thread, unless `workerUrl` says where `slimpix/worker` was put. A blob worker would need a policy of
 * `worker-src blob:`, and there is none here. A service worker may import() nothing: there it has to be in one file.
 */
import { decode } from './decode.js';
import { fetchBytes } from './input.js';
import type { Platform, Variant } from './platform.js';
import { CompressionService } from './service.js';
import { sharedFunctions } from './shared.js';
import type { CompiledModule, ServiceConfig } from './types.js';
import { cores, explainImport, held, openFolder } from './web.js';

export * from './public.js';

const inline: Platform = {
  loadWasm: async (variant) => unpack(await packed(variant).catch(explainImport)),
  readAddress: fetchBytes,
  decode,
  openFolder,
  cores,
};

/** Compresses images by its own settings. Making one unpacks nothing; the first image does. */
export class ImageCompressionService extends CompressionService {
  constructor(config?: ServiceConfig) {
    super(config?.workerUrl === undefined ? inline : { ...inline, startWorker }, config);
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

/** Unpacks and compiles the WebAssembly that writing these formats takes, and starts nothing. */
export const preload = shared.preload;

/** What slimpix can do in this browser. */
export const capabilities = shared.capabilities;

function packed(variant: Variant): Promise<{ default: string }> {
  return variant === 'core' ? import('./inline-core.js') : import('./inline-full.js');
}

async function unpack({ default: packed }: { default: string }): Promise<CompiledModule> {
  const gzip = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const unzipped = new Blob([gzip]).stream().pipeThrough(new DecompressionStream('gzip'));
  return WebAssembly.compile(await new Response(unzipped).arrayBuffer());
}

function startWorker(url: string | URL | undefined, name: string) {
  return held(new Worker(url!, { type: 'module', name }));
}
