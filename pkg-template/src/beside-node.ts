/** Where the package's files lie in Node, Deno and Bun; imported when first needed, as in beside-browser.ts. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import type { Variant } from './platform.js';

export function wasmFile(variant: Variant): URL {
  if (variant === 'core') return new URL('./core_bg.wasm', import.meta.url);
  if (variant === 'full') return new URL('./full_bg.wasm', import.meta.url);
  return new URL('./threads_bg.wasm', import.meta.url);
}

export function newWorker(options: WorkerOptions): Worker {
  return new Worker(new URL('./worker-node.js', import.meta.url), options);
}
