/**
 * browser-image-compression's call over slimpix: the same names, options and results, so that a page moves over by its
 * import. `maxSizeMB` is met by the best quality that fits, and by smaller sides only where that would be too bad.
 *
 * What differs: `libURL` is not needed and `exifOrientation` not heard (pictures are always turned upright, as they are
 * there in every browser of today); PNG stays lossless, so that `maxSizeMB` costs it pixels and not colours; SVG is
 * not read. `service` is new: the `ImageCompressionService` that does the work.
 */
import { contextOf, formatOf, pixelsOf, qualityOf, type Canvas } from './drop-in.js';
import { compressImage, type ImageCompressionService } from './entry-browser.js';
import { ImageCompressionError } from './errors.js';
import { copyExif, isJpeg, orientationOf } from './jpeg-exif.js';
import type { CompressionConfig } from './types.js';

export interface Options {
  /** Megabytes at most, of 1024 × 1024 bytes. Default: no limit but the file's own size. */
  maxSizeMB?: number | undefined;
  /** Longest side at most, pixels. Default: as it is. */
  maxWidthOrHeight?: number | undefined;
  /** Work in a worker. Default true. */
  useWebWorker?: boolean | undefined;
  /** Has no effect: the size is met in a few tries. */
  maxIteration?: number | undefined;
  /** Has no effect: pictures are turned upright by their own orientation. */
  exifOrientation?: number | undefined;
  /** Told how much is done, 0–100. */
  onProgress?: ((progress: number) => void) | undefined;
  /** MIME type to write. Default: the file's own; PNG for what is not written. */
  fileType?: string | undefined;
  /** Quality to start from, 0–1. Default 1. */
  initialQuality?: number | undefined;
  /** Meet the size by quality alone. Default false. */
  alwaysKeepResolution?: boolean | undefined;
  /** Stops the work; the call rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** Keep a JPEG's EXIF. Default false. */
  preserveExif?: boolean | undefined;
  /** Has no effect: there is no script to load. */
  libURL?: string | undefined;
  /** What does the work. Default: slimpix's shared service. */
  service?: ImageCompressionService | undefined;
}

async function compress(file: File, options: Options = {}): Promise<File> {
  if (!(file instanceof Blob)) throw new Error('The file given is not an instance of Blob or File');
  if (!/^image/.test(file.type)) throw new Error('The file given is not an image');
  const work = options.service?.compressImage.bind(options.service) ?? compressImage;
  const config = configOf(file, options);
  const { data, mimeType } = await work(file, config).catch((error: unknown) => {
    if (!(error instanceof ImageCompressionError) || error.code !== 'TARGET_UNREACHABLE') throw error;
    return work(file, leastOf(config));
  });
  options.onProgress?.(100);
  return new File([data], file.name, { type: mimeType, lastModified: file.lastModified });
}

function configOf(file: File, options: Options): CompressionConfig {
  const { maxWidthOrHeight, maxSizeMB, alwaysKeepResolution, onProgress, signal, useWebWorker } = options;
  const format = formatOf(options.fileType || file.type);
  const keepsExif = options.preserveExif && file.type === 'image/jpeg' && format === 'jpeg';
  const limit = Math.max(1, Math.floor((maxSizeMB || Infinity) * 1024 * 1024));
  let told = 0;
  return {
    format,
    ...qualityOf(options.initialQuality || 1, format),
    maxDimension: Number.isFinite(maxWidthOrHeight) ? Math.max(1, Math.floor(maxWidthOrHeight!)) : 65535,
    maxBytes: Math.max(1, Math.min(limit, file.size)),
    // A file that is only larger than it was keeps its sides.
    alwaysKeepResolution: alwaysKeepResolution === true || file.size <= limit,
    animated: 'first',
    metadata: keepsExif ? { exif: true } : 'strip',
    ...(onProgress && { onProgress: ({ ratio }) => onProgress((told = Math.max(told, Math.floor(ratio * 100)))) }),
    ...(signal && { signal }),
    ...(useWebWorker === false && { useWebWorker }),
  };
}

/** Where the size cannot be met, the smallest that there is: as there, no error. */
function leastOf({ maxBytes: _, ...config }: CompressionConfig): CompressionConfig {
  return config.quality === undefined ? config : { ...config, quality: 1 };
}

function getDataUrlFromFile(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = reject;
    reader.readAsDataURL(file);
  });
}

async function getFilefromDataUrl(dataUrl: string, filename: string, lastModified = Date.now()): Promise<File> {
  const [head = '', body = ''] = dataUrl.split(',');
  const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
  return new File([bytes], filename, { type: head.replace(/^data:|;.*$/g, ''), lastModified });
}

function loadImage(src: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = reject;
    image.src = src;
  });
}

/** On white, where the type is JPEG. */
function drawImageInCanvas(image: HTMLImageElement | ImageBitmap, fileType?: string): Canvas {
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = contextOf(canvas);
  if (fileType !== undefined && formatOf(fileType) === 'jpeg') {
    context.fillStyle = 'white';
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.drawImage(image, 0, 0);
  return canvas;
}

async function drawFileInCanvas(file: Blob, options: Options = {}): Promise<[ImageBitmap, Canvas]> {
  const image = await createImageBitmap(file);
  return [image, drawImageInCanvas(image, options.fileType || file.type)];
}

async function canvasToFile(canvas: Canvas, fileType: string, fileName: string, fileLastModified: number, quality = 1): Promise<File> {
  const format = formatOf(fileType);
  const { data, mimeType } = await compressImage(pixelsOf(canvas), { format, ...qualityOf(quality, format), maxDimension: 65535 });
  return new File([data], fileName, { type: mimeType, lastModified: fileLastModified });
}

/** 1–8; -1 where a JPEG says none, -2 for what is no JPEG. */
async function getExifOrientation(file: Blob): Promise<number> {
  return orientationOf(new Uint8Array(await file.arrayBuffer()));
}

/** `copyExifToFile` with the EXIF of the other one, upright. */
async function copyExifWithoutOrientation(copyExifFromFile: Blob, copyExifToFile: Blob): Promise<Blob> {
  const [from, to] = await Promise.all([copyExifFromFile, copyExifToFile].map(async (file) => new Uint8Array(await file.arrayBuffer())));
  if (!isJpeg(from!)) throw new Error('not a valid JPEG');
  return new Blob([copyExif(from!, to!)], { type: 'image/jpeg' });
}

/** Compresses a picture to a size and to sides, as browser-image-compression does. */
const imageCompression = /* @__PURE__ */ Object.assign(compress, {
  getDataUrlFromFile,
  getFilefromDataUrl,
  loadImage,
  drawImageInCanvas,
  drawFileInCanvas,
  canvasToFile,
  getExifOrientation,
  copyExifWithoutOrientation,
});

export default imageCompression;
