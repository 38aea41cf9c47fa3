/** What the two drop-ins share: their words for types and qualities in slimpix's own, and the canvas. */
import type { OutputFormat, PixelImage } from './types.js';

/** A canvas writes PNG where it is asked for what it does not write; so does a drop-in. */
export function formatOf(mimeType: string): OutputFormat {
  const name = mimeType.toLowerCase().replace('image/', '').replace('jpg', 'jpeg');
  return name === 'jpeg' || name === 'webp' || name === 'avif' ? name : 'png';
}

/** A canvas counts quality from 0 to 1, and PNG has none. */
export function qualityOf(fraction: number, format: OutputFormat): { quality?: number } {
  return format === 'png' ? {} : { quality: Math.min(100, Math.max(1, Math.round(fraction * 100))) };
}

export type Canvas = HTMLCanvasElement | OffscreenCanvas;
export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export function contextOf(canvas: Canvas): Context {
  const context = canvas.getContext('2d') as Context | null;
  if (context) return context;
  throw new Error(`no canvas of ${canvas.width} × ${canvas.height} to be had`);
}

export function pixelsOf(canvas: Canvas): PixelImage {
  return contextOf(canvas).getImageData(0, 0, canvas.width, canvas.height);
}
