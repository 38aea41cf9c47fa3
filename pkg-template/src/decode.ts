/** AVIF and HEIC by the browser's own decoder, in a page or in a worker. */
import { ImageCompressionError, reason } from './errors.js';
import type { PixelImage } from './types.js';

/** The browser turns the picture upright and converts its colours; a canvas gives the pixels back. */
export async function decode(bytes: Uint8Array, mimeType: string): Promise<PixelImage> {
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
