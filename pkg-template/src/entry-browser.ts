/**
 * The package in a browser's page or worker: WebAssembly compiled while it streams in from beside this module, Web
 * Workers, directories by handle, and AVIF and HEIC decoded by the browser where it can.
 */
import { decode } from './decode.js';
import { fetchBytes } from './input.js';
import type { Platform, Variant, WorkerHandle } from './platform.js';
import { CompressionService } from './service.js';
import { sharedFunctions } from './shared.js';
import { startedLater } from './started-later.js';
import type { ServiceConfig } from './types.js';
import { cores, explainImport, held, openFolder } from './web.js';

export * from './public.js';

const browser: Platform = {
  loadWasm,
  readAddress: fetchBytes,
  decode,
  openFolder,
  startWorker,
  canShareMemory: () => globalThis.crossOriginIsolated === true,
  cores,
};

/** Compresses images by its own settings. Making one loads nothing; the first image does. */
export class ImageCompressionService extends CompressionService {
  constructor(config?: ServiceConfig) {
    super(browser, config);
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

/** Imported when needed: see beside-browser.ts. */
const beside = () => import('./beside-browser.js').catch(explainImport);

/** A server that sends another type than application/wasm costs the streaming, not the job. */
async function loadWasm(variant: Variant, url?: string | URL): Promise<WebAssembly.Module> {
  const address = url ?? (await beside()).wasmFile(variant);
  const response = await fetch(address, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${address} has status ${response.status}`);
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm');
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

function startWorker(url: string | URL | undefined, name: string): WorkerHandle {
  if (url !== undefined) return held(new Worker(url, { type: 'module', name }));
  return startedLater(beside().then(({ newWorker }) => held(newWorker(name))));
}
