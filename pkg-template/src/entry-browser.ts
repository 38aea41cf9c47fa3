/**
 * The package in a browser's page or worker: WebAssembly compiled while it streams in from beside this module, and
 * AVIF and HEIC decoded by the browser where it can.
 */
import { ImageCompressionError, reason } from './errors.js';
import { fetchBytes } from './input.js';
import type { Platform, Variant } from './platform.js';
import { CompressionService } from './service.js';
import { sharedFunctions } from './shared.js';
import type { PixelImage, ServiceConfig } from './types.js';

export * from './public.js';

const browser: Platform = { loadWasm, readAddress: fetchBytes, decode };

/** Compresses images by its own settings. Making one loads nothing; the first image does. */
export class ImageCompressionService extends CompressionService {
  constructor(config?: ServiceConfig) {
    super(browser, config);
  }
}

const shared = /* @__PURE__ */ sharedFunctions(() => new ImageCompressionService());

/** One image → one compressed image, by a shared service with default settings. */
export const compressImage = shared.compressImage;

/** Format, size, orientation and more from an image's header, without decoding it. */
export const probe = shared.probe;

/** Compresses every image below a directory into another; by path, hence in Node, Deno and Bun alone. */
export const batchCompressDirectory = shared.batchCompressDirectory;

/** Written out in full, since bundlers look for exactly this form to find the files. */
function besideThisModule(variant: Variant): URL {
  return variant === 'core' ? new URL('./core_bg.wasm', import.meta.url) : new URL('./full_bg.wasm', import.meta.url);
}

/** A server that sends another type than application/wasm costs the streaming, not the job. */
async function loadWasm(variant: Variant, url: string | URL = besideThisModule(variant)): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: 'same-origin' });
  if (!response.ok) throw new Error(`${url} has status ${response.status}`);
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm');
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** The browser turns the picture upright and converts its colours; a canvas gives the pixels back. */
async function decode(bytes: Uint8Array, mimeType: string): Promise<PixelImage> {
  const bitmap = await createImageBitmap(new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mimeType })).catch((cause: unknown) => {
    const message = `this browser cannot decode this ${mimeType} (${reason(cause)}); pass decoders: {'${mimeType}': fn}`;
    throw new ImageCompressionError('UNSUPPORTED_FEATURE', message, { cause });
  });
  try {
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d', { colorSpace: 'srgb' });
    if (!context) throw new ImageCompressionError('OUT_OF_MEMORY', `no canvas of ${bitmap.width} × ${bitmap.height} to be had`);
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}
