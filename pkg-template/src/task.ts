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
import { affordable, bytesNeeded, bytesToEncode, refuseAbove, type Header } from './footprint.js';
import type { FinishedPixels } from './glue.js';
import { checkPixels } from './input.js';
import { DEFAULT_LIMIT_INPUT_PIXELS } from './options.js';
import type { Decode } from './platform.js';
import { resolveOptions, writesAvif, type EngineOptions, type PlainConfig, type ServiceDefaults } from './requests.js';
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
  /** Bytes of memory that the work may take. */
  readonly maxMemory: number | undefined;
}

/** Encodes what a `CompressTask` handed over. */
export interface EncodeTask {
  readonly kind: 'encode';
  readonly finished: FinishedPixels;
  readonly options: EngineOptions;
  readonly maxMemory: number | undefined;
}

export type TaskResult = ImageInfo | readonly Made[] | engine.EngineOutput | Undecoded | Misplaced;

/** What became of one request: a file, or pixels for the AVIF pool. */
export type Made = engine.EngineOutput | HandedOver;

export interface HandedOver {
  readonly finished: FinishedPixels;
  readonly options: EngineOptions;
}

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
    const header: Header = { width: task.image.width, height: task.image.height, format: 'pixels', hasAlpha: true };
    const options = optionsFor(task, undefined, source, header);
    await admit(undefined, header, options, task, place);
    return make(task, task.image, source, options, place);
  }
  refuseAbove(task.maxMemory, task.image.length);
  const info = await engine.probe(place.modules, task.image);
  const options = optionsFor(task, task.image, info.format, info);
  if (RARE.includes(info.format) && !place.modules.hasFull) return { misplaced: info, bytes: task.image };
  if (info.format !== 'avif' && info.format !== 'heic') {
    await admit(task.image, info, options, task, place);
    return make(task, task.image, info.format, options, place);
  }
  refuseLarge(info, options);
  if (!place.decode || task.decoders.includes(info.mimeType)) {
    refuseAbove(task.maxMemory, bytesNeeded(task.image, info, options, task.handOver));
    return { undecoded: info, bytes: task.image };
  }
  await admit(task.image, info, options, task, place);
  place.report('decode', 0.05);
  return make(task, await decodeWith((bytes) => place.decode!(bytes, info.mimeType), task.image, info), info.format, options, place);
}

function optionsFor(
  { requests, service, maxMemory }: CompressTask,
  file: Uint8Array | undefined,
  source: InputFormat | 'pixels',
  header: Header,
): EngineOptions[] {
  return requests.map((request) => affordable(file, header, resolveOptions(request, service, source), maxMemory));
}

/** Waits for the memory that the work will take, where it may be had at all. */
async function admit(
  file: Uint8Array | undefined,
  header: Header,
  options: readonly EngineOptions[],
  { handOver, maxMemory }: CompressTask,
  place: Workplace,
): Promise<void> {
  const bytes = bytesNeeded(file, header, options, handOver);
  refuseAbove(maxMemory, bytes);
  await place.admit(bytes);
}

/** The ratio of a picture of whose encodes so much is done; what comes before them takes a fifth. */
export function encoded(share: number): number {
  return 0.2 + 0.8 * share;
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

function make(
  { handOver, maxMemory }: CompressTask,
  image: Uint8Array | PixelImage,
  source: InputFormat | 'pixels',
  options: EngineOptions[],
  place: Workplace,
): Promise<Made[]> {
  const isHandedOver = (one: EngineOptions) => handOver && writesAvif(one);
  const needsFull = RARE.includes(source) || options.some((one) => writesAvif(one) && !isHandedOver(one));
  place.report('decode', 0.05);
  let done = 0;
  const report = (ratio: number) => place.report('encode', encoded((done + ratio) / options.length));
  return engine.withPicture(place.modules, needsFull ? 'full' : 'core', image, options, maxMemory, (picture) =>
    options.map((one) => {
      report(0);
      if (isHandedOver(one)) return { finished: { ...picture.finish(), sourceFormat: source }, options: one };
      const made = picture.compress(report);
      done += 1;
      return { ...made, sourceFormat: source };
    }));
}

/** Reports the share of this encode alone. */
async function encode({ finished, options, maxMemory }: EncodeTask, place: Workplace): Promise<engine.EngineOutput> {
  const bytes = bytesToEncode(finished.width * finished.height, options);
  refuseAbove(maxMemory, bytes);
  await place.admit(bytes);
  const report = (ratio: number) => place.report('encode', ratio);
  report(0);
  return engine.encode(place.modules, finished, options, maxMemory, report);
}

/** The header is all there is to go by before a foreign decoder is let loose. */
function refuseLarge({ width, height }: ImageInfo, options: EngineOptions[]): void {
  const limit = Math.min(...options.map(({ limitInputPixels = DEFAULT_LIMIT_INPUT_PIXELS }) => limitInputPixels));
  if (width * height > limit) throw new ImageCompressionError('LIMIT_EXCEEDED', `the image is ${width} × ${height}; limitInputPixels is ${limit}`);
}
