/**
 * From any shape that an image has in JavaScript to bytes or pixels.
 *
 * Shapes are told apart by the members they have and not by `instanceof`: a `Blob` from another realm or a
 * polyfill is a Blob all the same.
 */
import { drawnPixels, isDrawable } from './drawable.js';
import { ImageCompressionError, ioError } from './errors.js';
import { baseName, safeName } from './names.js';
import type { Platform } from './platform.js';
import { isObject, isPromise, show, tagOf } from './rules.js';
import { isStream, readStream, type ReadLimits } from './streams.js';
import type { BlobLike, FileHandleLike, ImageInput, ImageSource, PixelImage, ResponseLike } from './types.js';

/** An image as it will be worked on, and what its origin says of it. */
export interface Source {
  readonly image: Uint8Array | PixelImage;
  /** The bytes are nobody else's, and may be transferred to a worker. */
  readonly isOwned: boolean;
  readonly name?: string | undefined;
  readonly lastModified?: number | undefined;
}

/** A file of more bytes than WebAssembly has addresses cannot be worked on by anybody. */
export const MAX_FILE_BYTES = 2 ** 32 - 1;

/** `limits` are those of the call; a file is at most as large as what it may take of memory. */
export async function readInput(given: ImageInput, platform: Platform, limits: InputLimits = {}): Promise<Source> {
  const { maxMemory, signal } = limits;
  const input = await settled(given);
  if (isPixels(input)) return { image: checkPixels(input), isOwned: false };
  if (isDrawable(input)) return { image: checkPixels(drawnPixels(input, maxMemory)), isOwned: true };
  const source = await readFile(input, platform, { bytes: Math.min(maxMemory ?? Infinity, MAX_FILE_BYTES), signal });
  if (source.bytes.byteLength === 0) throw new ImageCompressionError('INVALID_INPUT', 'the image is empty: 0 bytes');
  const name = source.name === undefined ? nameOf(input) : safeName(source.name);
  return { image: source.bytes, isOwned: source.isOwned ?? true, name, lastModified: source.lastModified };
}

export interface InputLimits {
  /** Bytes that the work may take of memory. */
  readonly maxMemory?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a promise comes to. */
async function settled(given: ImageInput): Promise<ImageSource> {
  if (!isPromise(given)) return given;
  try {
    return await given;
  } catch (cause) {
    throw ioError('the promise of an image was not kept', cause);
  }
}

/** What can be read only once, so that a second try would find nothing. */
export function isReadOnce(input: ImageInput): boolean {
  return isResponse(input) || isStream(input) || isPromise(input);
}

/**
 * What an input is called, as far as it says so without being read: one file name. A path is the caller's own and its
 * name stays as it is; all else may come from a stranger.
 */
export function nameOf(input: unknown): string | undefined {
  if (typeof input === 'string' || input instanceof URL) return nameInAddress(String(input));
  if (!isObject(input)) return undefined;
  if (isResponse(input)) return input.url ? nameInAddress(input.url) : undefined;
  // Node's file streams know their path.
  if (isStream(input) && typeof input['path'] === 'string') return baseName(input['path']);
  return typeof input['name'] === 'string' ? safeName(input['name']) : undefined;
}

function nameInAddress(address: string): string | undefined {
  if (/^(data|blob):/i.test(address)) return undefined;
  if (!/^[a-z][a-z0-9+.-]+:/i.test(address)) return baseName(address);
  const path = decodeOr(address.replace(/[?#].*$/, '').replace(/^[^:]+:(\/\/[^/]*)?/, ''));
  return /^file:/i.test(address) ? baseName(path) : safeName(path);
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

type Readable = Exclude<ImageSource, PixelImage>;

async function readFile(input: Readable, platform: Platform, limits: ReadLimits): Promise<FileRead> {
  if (typeof input === 'string' || input instanceof URL) return { bytes: await platform.readAddress(input, limits) };
  if (isArrayBuffer(input)) return { bytes: new Uint8Array(input), isOwned: false };
  if (ArrayBuffer.isView(input)) return { bytes: new Uint8Array(input.buffer, input.byteOffset, input.byteLength), isOwned: false };
  if (isFileHandle(input)) return readBlob(await fileOf(input), limits);
  if (isResponse(input)) return { bytes: await readResponse(input, limits) };
  if (isBlob(input)) return readBlob(input, limits);
  if (isStream(input)) return { bytes: await readStream(input, limits) };
  const files = 'File, Blob, ArrayBuffer, Uint8Array, Response, URL, path, FileSystemFileHandle, stream';
  const message = `the image is ${show(input)}; it must be a ${files}, ImageData, ImageBitmap or canvas`;
  throw new ImageCompressionError('INVALID_INPUT', message);
}

async function fileOf(handle: FileHandleLike): Promise<BlobLike> {
  return handle.getFile().catch((cause: unknown) => {
    throw ioError('the file handle could not be opened', cause);
  });
}

async function readBlob(blob: BlobLike, { bytes: most }: ReadLimits): Promise<FileRead> {
  if (blob.size > most) {
    throw new ImageCompressionError('LIMIT_EXCEEDED', `the file has ${blob.size} bytes; ${most} may be used`);
  }
  try {
    return { bytes: new Uint8Array(await blob.arrayBuffer()), name: blob.name, lastModified: blob.lastModified };
  } catch (cause) {
    throw ioError('the file could not be read', cause);
  }
}

/** The body of a `Response`; a status of failure is an error and never an image. */
export async function readResponse(response: ResponseLike, limits: ReadLimits): Promise<Uint8Array> {
  // A Worker's `Request` has a body and no status.
  if (response.ok === false) throw new ImageCompressionError('IO', `${response.url || 'the response'} has status ${response.status}`);
  if (response.bodyUsed) throw new ImageCompressionError('INVALID_INPUT', 'the body of the response has been read already');
  const { body } = response as { body?: unknown };
  if (isStream(body)) return readStream(body, limits);
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw ioError('the response could not be read', cause);
  }
}

/** Fetches an address; for the hosts where a string is a URL. */
export async function fetchBytes(address: string | URL, limits: ReadLimits): Promise<Uint8Array> {
  const response = await fetch(address, limits.signal ? { signal: limits.signal } : {}).catch((cause: unknown) => {
    limits.signal?.throwIfAborted();
    throw ioError(`${address} could not be fetched`, cause);
  });
  return readResponse(response, limits);
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

function isArrayBuffer(input: unknown): input is ArrayBuffer {
  return tagOf(input) === 'ArrayBuffer';
}

function isBytes(data: unknown): data is Uint8Array | Uint8ClampedArray {
  return ['Uint8Array', 'Uint8ClampedArray'].includes(tagOf(data));
}

export function isPixels(input: unknown): input is PixelImage {
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
