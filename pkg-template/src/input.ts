/**
 * From any shape that an image has in JavaScript to bytes or pixels.
 *
 * Shapes are told apart by the members they have and not by `instanceof`: a `Blob` from another realm or a
 * polyfill is a Blob all the same.
 */
import { ImageCompressionError, ioError } from './errors.js';
import type { Platform } from './platform.js';
import { isObject, show } from './rules.js';
import type { BlobLike, FileHandleLike, ImageInput, PixelImage, ResponseLike } from './types.js';

export type Source = { readonly bytes: Uint8Array } | { readonly pixels: PixelImage };

export async function readInput(input: ImageInput, platform: Platform): Promise<Source> {
  if (isPixels(input)) return { pixels: checkPixels(input) };
  const bytes = await readBytes(input, platform);
  if (bytes.byteLength === 0) throw new ImageCompressionError('INVALID_INPUT', 'the image is empty: 0 bytes');
  return { bytes };
}

async function readBytes(input: ImageInput, platform: Platform): Promise<Uint8Array> {
  if (typeof input === 'string' || input instanceof URL) return platform.readAddress(input);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (isFileHandle(input)) return readBlob(await fileOf(input));
  if (isResponse(input)) return readResponse(input);
  if (isBlob(input)) return readBlob(input);
  throw new ImageCompressionError(
    'INVALID_INPUT',
    `the image is ${show(input)}; it must be a File, Blob, ArrayBuffer, Uint8Array, Response, URL, path, FileSystemFileHandle or ImageData`,
  );
}

async function fileOf(handle: FileHandleLike): Promise<BlobLike> {
  return handle.getFile().catch((cause: unknown) => {
    throw ioError('the file handle could not be opened', cause);
  });
}

async function readBlob(blob: BlobLike): Promise<Uint8Array> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    throw ioError('the file could not be read', cause);
  }
}

/** The body of a `Response`; a status of failure is an error and never an image. */
export async function readResponse(response: ResponseLike): Promise<Uint8Array> {
  // A Worker's `Request` has a body and no status.
  if (response.ok === false) throw new ImageCompressionError('IO', `${response.url || 'the response'} has status ${response.status}`);
  if (response.bodyUsed) throw new ImageCompressionError('INVALID_INPUT', 'the body of the response has been read already');
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw ioError('the response could not be read', cause);
  }
}

/** Fetches an address; for the hosts where a string is a URL. */
export async function fetchBytes(address: string | URL): Promise<Uint8Array> {
  const response = await fetch(address).catch((cause: unknown) => {
    throw ioError(`${address} could not be fetched`, cause);
  });
  return readResponse(response);
}

/** Pixels as slimpix needs them, or an error that says what is wrong with them. */
export function checkPixels(image: PixelImage): PixelImage {
  const { data, width, height } = image;
  const isSide = (side: number) => Number.isInteger(side) && side >= 1 && side <= 65535;
  if (!isSide(width) || !isSide(height)) {
    throw new ImageCompressionError('INVALID_INPUT', `the pixels are ${width} × ${height}; each side must be an integer from 1 to 65535`);
  }
  if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray) || data.length !== width * height * 4) {
    const expected = `${width * height * 4} bytes of RGBA for ${width} × ${height} pixels`;
    throw new ImageCompressionError('INVALID_INPUT', `data has ${data?.length} elements; it must be ${expected}`);
  }
  return image;
}

function isPixels(input: unknown): input is PixelImage {
  return isObject(input) && 'data' in input && 'width' in input && 'height' in input;
}

function isFileHandle(input: unknown): input is FileHandleLike {
  return isObject(input) && input['kind'] === 'file' && typeof input['getFile'] === 'function';
}

function isResponse(input: unknown): input is ResponseLike {
  return isObject(input) && 'bodyUsed' in input && typeof input['arrayBuffer'] === 'function';
}

function isBlob(input: unknown): input is BlobLike {
  return isObject(input) && 'size' in input && typeof input['arrayBuffer'] === 'function';
}
