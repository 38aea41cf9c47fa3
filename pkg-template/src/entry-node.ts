/**
 * The package in Node, Deno and Bun: WebAssembly read from beside this module, strings as paths, directories.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { pathStore, readPath } from './files.js';
import { fetchBytes } from './input.js';
import type { Platform, Variant } from './platform.js';
import { CompressionService } from './service.js';
import { sharedFunctions } from './shared.js';
import type { ServiceConfig } from './types.js';

export * from './public.js';

const node: Platform = { loadWasm, readAddress, files: pathStore };

/** Compresses images by its own settings. Making one loads nothing; the first image does. */
export class ImageCompressionService extends CompressionService {
  constructor(config?: ServiceConfig) {
    super(node, config);
  }
}

const shared = /* @__PURE__ */ sharedFunctions(() => new ImageCompressionService());

/** One image → one compressed image, by a shared service with default settings. */
export const compressImage = shared.compressImage;

/** Format, size, orientation and more from an image's header, without decoding it. */
export const probe = shared.probe;

/** Compresses every image below a directory into another, keeping the tree. */
export const batchCompressDirectory = shared.batchCompressDirectory;

/** Written out in full, since bundlers look for exactly this form to find the files. */
function besideThisModule(variant: Variant): URL {
  return variant === 'core' ? new URL('./core_bg.wasm', import.meta.url) : new URL('./full_bg.wasm', import.meta.url);
}

async function loadWasm(variant: Variant, url: string | URL = besideThisModule(variant)): Promise<WebAssembly.Module> {
  const bytes = url instanceof URL && url.protocol === 'file:' ? await readFile(url) : await readAddress(url);
  return WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}

/** A path, a file: URL, or an address with a scheme to fetch. A single letter before ':' is a Windows drive. */
async function readAddress(address: string | URL): Promise<Uint8Array> {
  const text = String(address);
  if (text.startsWith('file:')) return readPath(fileURLToPath(text));
  return /^[a-z][a-z0-9+.-]+:/i.test(text) ? fetchBytes(text) : readPath(text);
}
