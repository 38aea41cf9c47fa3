/**
 * Where the package's files lie in a browser: beside this module. It is imported when they are first needed and never
 * before, since `import.meta` cannot be read by what makes scripts of modules, as Jest does. The forms are written out
 * in full, since bundlers look for exactly these to find the files.
 */
import type { Variant } from './platform.js';

export function wasmFile(variant: Variant): URL {
  if (variant === 'core') return new URL('./core_bg.wasm', import.meta.url);
  if (variant === 'full') return new URL('./full_bg.wasm', import.meta.url);
  return new URL('./threads_bg.wasm', import.meta.url);
}

export function newWorker(name: string): Worker {
  return new Worker(new URL('./worker-browser.js', import.meta.url), { type: 'module', name });
}
