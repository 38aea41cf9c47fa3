/**
 * The package in a browser's page or worker: WebAssembly compiled while it streams in from beside this module, Web
 * Workers, directories by handle, and AVIF and HEIC decoded by the browser where it can.
 */
import { decode } from './decode.js';
import { ImageCompressionError } from './errors.js';
import { handleFolder } from './handles.js';
import { fetchBytes } from './input.js';
import type { Platform, Variant, WorkerHandle } from './platform.js';
import { CompressionService } from './service.js';
import { sharedFunctions } from './shared.js';
import type { DirectoryHandleLike, ServiceConfig } from './types.js';

export * from './public.js';

const browser: Platform = {
  loadWasm,
  readAddress: fetchBytes,
  decode,
  openFolder,
  startWorker,
  canShareMemory: () => globalThis.crossOriginIsolated === true,
  cores: () => globalThis.navigator?.hardwareConcurrency || 4,
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

/** Written out in full, since bundlers look for exactly this form to find the files. */
function besideThisModule(variant: Variant): URL {
  if (variant === 'core') return new URL('./core_bg.wasm', import.meta.url);
  return variant === 'full' ? new URL('./full_bg.wasm', import.meta.url) : new URL('./threads_bg.wasm', import.meta.url);
}

/** A server that sends another type than application/wasm costs the streaming, not the job. */
async function loadWasm(variant: Variant, url: string | URL = besideThisModule(variant)): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${url} has status ${response.status}`);
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm');
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

function openFolder(directory: string | DirectoryHandleLike) {
  if (typeof directory !== 'string') return handleFolder(directory);
  throw new ImageCompressionError('UNSUPPORTED_FEATURE', `a browser has no directory by path ('${directory}'); give a FileSystemDirectoryHandle`);
}

/** The form with the script's URL inside is the one that bundlers look for. */
function startWorker(url: string | URL | undefined, name: string): WorkerHandle {
  const worker = url === undefined ? new Worker(new URL('./worker-browser.js', import.meta.url), { type: 'module', name }) : new Worker(url, { type: 'module', name });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    listen: (heard) => void (worker.onmessage = ({ data }) => heard(data)),
    onFailure(failed) {
      worker.onerror = ({ message }) => failed(message || 'its script could not be loaded');
      worker.onmessageerror = () => failed('a message could not be read');
    },
    keepAlive() {},
    terminate: () => worker.terminate(),
  };
}
