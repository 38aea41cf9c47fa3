/**
 * Bytes that come piece by piece: a `ReadableStream`, or anything that is iterated asynchronously, as Node's streams
 * are. How much will come is not known beforehand, so what is read is held to a bound.
 */
import { ImageCompressionError, ioError } from './errors.js';
import { isObject, show, tagOf } from './rules.js';
import { onAbort } from './signals.js';

/** What bounds the reading of an input. */
export interface ReadLimits {
  /** Bytes at most. */
  readonly bytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** The part of a `ReadableStream` that is used. */
interface Readable {
  readonly locked: boolean;
  getReader(): { read(): Promise<{ done: boolean; value?: unknown }>; cancel(reason?: unknown): Promise<void> };
}

export function isStream(input: unknown): input is Readable | AsyncIterable<unknown> {
  if (isReadable(input)) return true;
  return isObject(input) && typeof (input as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator] === 'function';
}

function isReadable(input: unknown): input is Readable {
  return isObject(input) && typeof input['getReader'] === 'function' && 'locked' in input;
}

/** All bytes of a stream, which is canceled where they are too many, or nobody waits for them any more. */
export async function readStream(stream: Readable | AsyncIterable<unknown>, limits: ReadLimits): Promise<Uint8Array> {
  const { bytes: most, signal } = limits;
  const { next, leave } = piecesOf(stream);
  let stopWaiting = () => {};
  const stopped = new Promise<never>((_, reject) => void (stopWaiting = onAbort(signal, reject)));
  stopped.catch(() => undefined);
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (let piece = await Promise.race([next(), stopped]); piece; piece = await Promise.race([next(), stopped])) {
      size += piece.byteLength;
      if (size > most) throw new ImageCompressionError('LIMIT_EXCEEDED', `the stream gives more than ${most} bytes`);
      pieces.push(piece);
    }
  } catch (cause) {
    leave(cause).catch(() => undefined);
    signal?.throwIfAborted();
    throw ioError('the stream could not be read', cause);
  } finally {
    stopWaiting();
  }
  return joined(pieces, size);
}

interface Pieces {
  next(): Promise<Uint8Array | undefined>;
  leave(reason: unknown): Promise<unknown>;
}

function piecesOf(stream: Readable | AsyncIterable<unknown>): Pieces {
  if (!isReadable(stream)) {
    const iterator = stream[Symbol.asyncIterator]();
    return {
      next: () => iterator.next().then(bytesOf),
      leave: async () => iterator.return?.(),
    };
  }
  if (stream.locked) throw new ImageCompressionError('INVALID_INPUT', 'the stream is being read by somebody else, or has been');
  const reader = stream.getReader();
  return { next: () => reader.read().then(bytesOf), leave: (reason) => reader.cancel(reason) };
}

function bytesOf({ done = false, value }: { done?: boolean | undefined; value?: unknown }): Uint8Array | undefined {
  if (done) return undefined;
  if (tagOf(value) === 'ArrayBuffer') return new Uint8Array(value as ArrayBuffer);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  throw new ImageCompressionError('INVALID_INPUT', `the stream gives ${show(value).slice(0, 60)}; it must give bytes`);
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
