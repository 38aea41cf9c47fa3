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

/** An image as it will be worked on, and what its origin says of it. */
export interface Source {
  readonly image: Uint8Array | PixelImage;
  /** The bytes are nobody else's, and may be transferred to a worker. */
  readonly isOwned: boolean;
  readonly name?: string | undefined;
  readonly lastModified?: number | undefined;
}

export async function readInput(input: ImageInput, platform: Platform): Promise<Source> {
  if (isPixels(input)) return { image: checkPixels(input), isOwned: false };
  const source = await readFile(input, platform);
  if (source.bytes.byteLength === 0) throw new ImageCompressionError('INVALID_INPUT', 'the image is empty: 0 bytes');
  return { image: source.bytes, isOwned: source.isOwned ?? true, name: source.name ?? nameOf(input), lastModified: source.lastModified };
}

/** What an input is called, as far as it says so without being read. */
export function nameOf(input: unknown): string | undefined {
  if (typeof input === 'string' || input instanceof URL) return nameInAddress(String(input));
  if (!isObject(input)) return undefined;
  if (isResponse(input)) return input.url ? nameInAddress(input.url) : undefined;
  return typeof input['name'] === 'string' && input['name'] !== '' ? input['name'] : undefined;
}

function nameInAddress(address: string): string | undefined {
  if (/^(data|blob):/.test(address)) return undefined;
  const isUrl = /^[a-z][a-z0-9+.-]+:/i.test(address);
  const path = isUrl ? address.replace(/[?#].*$/, '').replace(/^[^:]+:(\/\/[^/]*)?/, '') : address;
  const last = path.split(/[/\\]/).at(-1) || undefined;
  return isUrl && last ? decodeOr(last) : last;
}

function decodeOr(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface FileRead {
  readonly bytes: Uint8Array;
  readonly isOwned?: boolean;
  readonly name?: string | undefined;
  readonly lastModified?: number | undefined;
}

async function readFile(input: ImageInput, platform: Platform): Promise<FileRead> {
  if (typeof input === 'string' || input instanceof URL) return { bytes: await platform.readAddress(input) };
  if (isArrayBuffer(input)) return { bytes: new Uint8Array(input), isOwned: false };
  if (ArrayBuffer.isView(input)) return { bytes: new Uint8Array(input.buffer, input.byteOffset, input.byteLength), isOwned: false };
  if (isFileHandle(input)) return readBlob(await fileOf(input));
  if (isResponse(input)) return { bytes: await readResponse(input) };
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

async function readBlob(blob: BlobLike): Promise<FileRead> {
  try {
    return { bytes: new Uint8Array(await blob.arrayBuffer()), name: blob.name, lastModified: blob.lastModified };
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
  if (!isBytes(data) || data.length !== width * height * 4) {
    const expected = `${width * height * 4} bytes of RGBA for ${width} × ${height} pixels`;
    throw new ImageCompressionError('INVALID_INPUT', `data has ${data?.length} elements; it must be ${expected}`);
  }
  return image;
}

/** What an object says it is, which is the same in every realm. */
function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function isArrayBuffer(input: unknown): input is ArrayBuffer {
  return tagOf(input) === 'ArrayBuffer';
}

function isBytes(data: unknown): data is Uint8Array | Uint8ClampedArray {
  return ['Uint8Array', 'Uint8ClampedArray'].includes(tagOf(data));
}

function isPixels(input: unknown): input is PixelImage {
  return isObject(input) && 'data' in input && 'width' in input && 'height' in input;
}

export function isFileHandle(input: unknown): input is FileHandleLike {
  return isObject(input) && input['kind'] === 'file' && typeof input['getFile'] === 'function';
}

function isResponse(input: unknown): input is ResponseLike {
  return isObject(input) && 'bodyUsed' in input && typeof input['arrayBuffer'] === 'function';
}

function isBlob(input: unknown): input is BlobLike {
  return isObject(input) && 'size' in input && typeof input['arrayBuffer'] === 'function';
}
