/**
 * One piece of work, done from start to end where it stands: in a worker, or on the caller's own thread where there
 * are none. It is plain data, so that it crosses to a worker as it is.
 *
 * A picture is read by its header first; only then are options resolved, memory asked for and pixels decoded. Each
 * request is then made from that one decode. AVIF's encoder lives in a pool of its own, so where there is one, the
 * finished pixels are handed over in place of a file. The decoders of rare formats live in `full` too, so where a worker
 * has `core` alone, such a file goes back as it came.
 */
import * as engine from './engine.js';
import { ImageCompressionError, reason } from './errors.js';
import type { FinishedPixels } from './glue.js';
import { checkPixels } from './input.js';
import { DEFAULT_LIMIT_INPUT_PIXELS, resolveOptions, type EngineOptions, type PlainConfig, type ServiceDefaults } from './options.js';
import type { Decode } from './platform.js';
import type { ImageInfo, InputFormat, PixelImage } from './types.js';

/** How far a picture is. */
export type Stage = 'read' | 'decode' | 'encode' | 'write';

export type Task = ProbeTask | CompressTask | EncodeTask;

/** Reads the header alone. */
export interface ProbeTask {
  readonly kind: 'probe';
  readonly bytes: Uint8Array;
}

/** Makes every request from one decode. */
export interface CompressTask {
  readonly kind: 'compress';
  readonly image: Uint8Array | PixelImage;
  /** What the pixels were decoded from; 'pixels' where they came bare. Unset for a file. */
  readonly decodedFrom?: InputFormat | 'pixels';
  readonly requests: readonly PlainConfig[];
  readonly service: ServiceDefaults;
  /** AVIF's pixels are handed over, not encoded. */
  readonly handOver: boolean;
  /** MIME types for which the caller has a decoder, which cannot cross to a worker. */
  readonly decoders: readonly string[];
}

/** Encodes what a `CompressTask` handed over. */
export interface EncodeTask {
  readonly kind: 'encode';
  readonly finished: FinishedPixels;
  readonly options: EngineOptions;
}

export type TaskResult = ImageInfo | readonly Made[] | engine.EngineOutput | Undecoded | Misplaced;

/** What became of one request: a file, or pixels for the AVIF pool. */
export type Made = engine.EngineOutput | { readonly finished: FinishedPixels; readonly options: EngineOptions };

/** The file needs the caller's decoder; its bytes come back with what is known of it. */
export interface Undecoded {
  readonly undecoded: ImageInfo;
  readonly bytes: Uint8Array;
}

/** The file is of a format that `full` alone reads, which is not to be had here; its bytes come back. */
export interface Misplaced {
  readonly misplaced: ImageInfo;
  readonly bytes: Uint8Array;
}

/** Recognised by `core`, decoded by `full`. */
const RARE: readonly (InputFormat | 'pixels')[] = ['gif', 'bmp', 'tiff', 'ico'];

/** What a task needs of the place where it runs. */
export interface Workplace {
  readonly modules: engine.ModuleSource;
  readonly decode?: Decode | undefined;
  /** Resolves when so many bytes may be used. */
  admit(bytes: number): Promise<void>;
  report(stage: Stage, ratio: number): void;
}

export function runTask(task: Task, place: Workplace): Promise<TaskResult> {
  if (task.kind === 'probe') return engine.probe(place.modules, task.bytes);
  return task.kind === 'compress' ? compress(task, place) : encode(task, place);
}

async function compress(task: CompressTask, place: Workplace): Promise<readonly Made[] | Undecoded | Misplaced> {
  if (!(task.image instanceof Uint8Array)) {
    const source = task.decodedFrom ?? 'pixels';
    return make(task, task.image, source, task.requests.map((request) => resolveOptions(request, task.service, source)), place);
  }
  const info = await engine.probe(place.modules, task.image);
  const options = task.requests.map((request) => resolveOptions(request, task.service, info.format));
  if (RARE.includes(info.format) && !place.modules.hasFull) return { misplaced: info, bytes: task.image };
  if (info.format !== 'avif' && info.format !== 'heic') {
    await place.admit(bytesNeeded(info, options, task.handOver));
    return make(task, task.image, info.format, options, place);
  }
  refuseLarge(info, options);
  if (!place.decode || task.decoders.includes(info.mimeType)) return { undecoded: info, bytes: task.image };
  await place.admit(bytesNeeded(info, options, task.handOver));
  place.report('decode', 0.05);
  return make(task, await decodeWith((bytes) => place.decode!(bytes, info.mimeType), task.image, info), info.format, options, place);
}

/** Decodes by a decoder that is not ours, and holds it to what it promised. */
export async function decodeWith(decode: (bytes: Uint8Array) => PixelImage | Promise<PixelImage>, bytes: Uint8Array, { mimeType }: ImageInfo): Promise<PixelImage> {
  try {
    return checkPixels(await decode(bytes));
  } catch (cause) {
    if (cause instanceof ImageCompressionError) throw cause;
    throw new ImageCompressionError('CORRUPT_IMAGE', `the decoder for ${mimeType} failed: ${reason(cause)}`, { cause });
  }
}

function make({ handOver }: CompressTask, image: Uint8Array | PixelImage, source: InputFormat | 'pixels', options: EngineOptions[], place: Workplace): Promise<Made[]> {
  const isHandedOver = ({ format }: EngineOptions) => handOver && format === 'avif';
  const needsFull = RARE.includes(source) || options.some((one) => one.format === 'avif' && !isHandedOver(one));
  place.report('decode', 0.05);
  return engine.withPicture(place.modules, needsFull ? 'full' : 'core', image, options, (picture) =>
    options.map((one, index) => {
      place.report('encode', 0.2 + (0.8 * index) / options.length);
      if (isHandedOver(one)) return { finished: { ...picture.finish(), sourceFormat: source }, options: one };
      return { ...picture.compress(), sourceFormat: source };
    }));
}

async function encode({ finished, options }: EncodeTask, place: Workplace): Promise<engine.EngineOutput> {
  await place.admit(AVIF_BYTES_A_PIXEL * finished.width * finished.height);
  place.report('encode', 0.2);
  return engine.encode(place.modules, finished, options);
}

/** The header is all there is to go by before a foreign decoder is let loose. */
function refuseLarge({ width, height }: ImageInfo, options: EngineOptions[]): void {
  const limit = Math.min(...options.map(({ limitInputPixels = DEFAULT_LIMIT_INPUT_PIXELS }) => limitInputPixels));
  if (width * height > limit) throw new ImageCompressionError('LIMIT_EXCEEDED', `the image is ${width} × ${height}; limitInputPixels is ${limit}`);
}

/** Measured: rav1e's frames, activity masks and reconstruction. */
const AVIF_BYTES_A_PIXEL = 35 * 1.048576;
/** Decoded pixels, the decoder's own rows and coefficients. */
const DECODED_BYTES_A_PIXEL = 8;
/** Scaled pixels, their planes, and the encoder's own. */
const ENCODED_BYTES_A_PIXEL = 20;

/** An upper bound in the long run rather than in each case: it is what a budget is shared out by. */
function bytesNeeded({ width, height }: ImageInfo, options: EngineOptions[], handOver: boolean): number {
  const outputs = options.map(({ format, maxDimension = Infinity }) => {
    const pixels = width * height * Math.min(1, maxDimension / Math.max(width, height)) ** 2;
    return pixels * (format === 'avif' && !handOver ? AVIF_BYTES_A_PIXEL : ENCODED_BYTES_A_PIXEL);
  });
  return width * height * DECODED_BYTES_A_PIXEL + Math.max(...outputs);
}
