/**
 * What a browser can draw and slimpix cannot read: `ImageBitmap`, canvases of both kinds, `<img>`. They are drawn onto a
 * canvas of their own, which gives their pixels back; a canvas that belongs to WebGL is left as it is.
 */
import { ImageCompressionError, reason } from './errors.js';
import { isObject, tagOf } from './rules.js';
import type { DrawableImage, PixelImage } from './types.js';

const DRAWABLE = ['ImageBitmap', 'HTMLCanvasElement', 'OffscreenCanvas', 'HTMLImageElement'];

export function isDrawable(input: unknown): input is DrawableImage {
  return isObject(input) && DRAWABLE.includes(tagOf(input));
}

/** Upright sRGB pixels, at the image's own size. */
export function drawnPixels(image: DrawableImage, maxMemory = Infinity): PixelImage {
  const [width, height] = 'naturalWidth' in image ? [image.naturalWidth, image.naturalHeight] : [image.width, image.height];
  const kind = tagOf(image);
  if (!width || !height) {
    const why = kind === 'HTMLImageElement' ? '; wait for its decode()' : '';
    throw new ImageCompressionError('INVALID_INPUT', `the ${kind} is ${width} × ${height}${why}`);
  }
  if (width * height * 4 > maxMemory) {
    const size = `${width} × ${height}, ${width * height * 4} bytes`;
    throw new ImageCompressionError('LIMIT_EXCEEDED', `the ${kind} is ${size}; ${maxMemory} may be used`);
  }
  const context = contextOf(width, height);
  try {
    context.drawImage(image, 0, 0, width, height);
    return context.getImageData(0, 0, width, height, { colorSpace: 'srgb' });
  } catch (cause) {
    throw new ImageCompressionError('INVALID_INPUT', `the ${kind} cannot be read: ${reason(cause)}`, { cause });
  }
}

type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

/** Safari before 16.4 has no `OffscreenCanvas`. */
function contextOf(width: number, height: number): Context {
  const canvas = typeof OffscreenCanvas === 'undefined'
    ? Object.assign(document.createElement('canvas'), { width, height })
    : new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d', { colorSpace: 'srgb', willReadFrequently: true }) as Context | null;
  if (context) return context;
  throw new ImageCompressionError('OUT_OF_MEMORY', `no canvas of ${width} × ${height} to be had`);
}
