/** What every page has, wherever the package's files lie: directories by handle, and Web Workers. */
import { ImageCompressionError } from './errors.js';
import type { Folder } from './folder.js';
import { handleFolder } from './handles.js';
import type { WorkerHandle } from './platform.js';
import type { DirectoryHandleLike } from './types.js';

export function openFolder(directory: string | DirectoryHandleLike): Folder {
  if (typeof directory !== 'string') return handleFolder(directory);
  throw new ImageCompressionError('UNSUPPORTED_FEATURE', `a browser has no directory by path ('${directory}'); give a FileSystemDirectoryHandle`);
}

export function cores(): number {
  return globalThis.navigator?.hardwareConcurrency || 4;
}

/** A Web Worker as its pool holds it. */
export function held(worker: Worker): WorkerHandle {
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

/**
 * A service worker may import() nothing, by the HTML specification; only where a bundler has put all into one file is
 * there nothing to import. Its own message does not say what to do.
 */
export function explainImport(cause: unknown): never {
  const { ServiceWorkerGlobalScope: kind } = globalThis as { ServiceWorkerGlobalScope?: new () => object };
  if (kind === undefined || !(globalThis instanceof kind)) throw cause;
  const remedy = "bundle slimpix/inline into its one file, or import from 'slimpix' and give wasmUrl";
  throw new Error(`a service worker cannot import() modules; ${remedy}`, { cause });
}
