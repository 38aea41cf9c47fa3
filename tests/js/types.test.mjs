/** The types as a consumer's compiler sees them, with a browser's library and with Node's. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './corpus.mjs';

const GOOD = `
import { compressBatch, compressImage, compressVariants, probe, ImageCompressionService, ImageCompressionError, DEFAULT_COMPRESSION_CONFIG } from 'slimpix';
import type { BatchItem, BatchProcessingResult, CompressionConfig, CompressionResult, ErrorCode, Progress, VariantResult } from 'slimpix';

const config: CompressionConfig = { format: 'image/avif', quality: 60, targetSize: [800, 600], metadata: { exif: true, gps: false } };
export async function consume(bytes: Uint8Array, address: URL, blob: Blob, response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const service = new ImageCompressionService({ ...DEFAULT_COMPRESSION_CONFIG, jpegQuality: 70, logger: console });
  const results: CompressionResult[] = [await compressImage(bytes, config), await service.compressImage(address), await service.compressImage(blob), await service.compressImage(response)];
  const directory: BatchProcessingResult = await service.batchCompressDirectory('in', 'out', { chunkSize: 5, format: 'webp', lossless: true });
  const stop = new AbortController();
  const onProgress = ({ ratio, done, total }: Progress) => console.log(ratio, done, total ?? '?');
  const sizes: VariantResult[] = await compressVariants(bytes, { variants: ['thumbnail'], formats: ['avif', 'image/jpeg'], signal: stop.signal, onProgress });
  const batch = compressBatch([bytes, blob, { image: bytes, name: 'a/b.png' }], { output: 'out', retries: 2, rename: (name) => name, suffix: sizes[0]?.variant ?? '' });
  for await (const item of batch) if (item.error) console.error(item.input, item.error.code); else item.results.map(({ path, notEnlarged }) => path + notEnlarged);
  const items: BatchItem[] = [];
  const codes: ErrorCode[] = [...directory.failed, ...(await batch.result).failed].map(([, , code]) => code);
  const { width } = await probe({ data: new Uint8ClampedArray(4), width: 1, height: 1 });
  if (codes.length + width + items.length < 0) throw new ImageCompressionError('IO', 'never');
  return results[0]!.data;
}
`;
const BROWSER = `
import { batchCompressDirectory, compressImage } from 'slimpix';
export async function consume(file: File, handle: FileSystemFileHandle, pixels: ImageData) {
  const [first] = [await compressImage(file), await compressImage(handle), await compressImage(pixels, { format: 'png' })];
  const upload: File = first.file;
  const folder = await navigator.storage.getDirectory();
  await batchCompressDirectory(folder, await folder.getDirectoryHandle('out'), { format: 'avif' });
  return [new Blob([first.data], { type: first.mimeType }), upload];
}
`;
const DROP_INS = `
import imageCompression, { type Options } from 'slimpix/browser-image-compression';
import Compressor from 'slimpix/compressorjs';
import { capabilities, preload } from 'slimpix/inline';
const options: Options = { maxSizeMB: 1, maxWidthOrHeight: 1920, useWebWorker: true, onProgress: (percent) => percent.toFixed() };
export async function consume(file: File): Promise<File> {
  await preload(['webp', 'image/avif']);
  new Compressor(file, { quality: 0.6, success(result) { console.log(this.options.quality, result.size); }, error: ({ message }) => console.log(message) }).abort();
  console.log((await capabilities()).platformDecoders, await imageCompression.getExifOrientation(file));
  return imageCompression(file, options);
}
`;
/** An option may be undefined, as it may at run time. */
const UNDEFINED = `
import { ImageCompressionService, compressBatch, compressImage, compressVariants, type BatchConfig, type CompressionConfig, type ServiceConfig } from 'slimpix';
type Undefined<T> = { [K in keyof T]-?: undefined };
export const config: CompressionConfig = {} as Undefined<CompressionConfig>;
export const batch: BatchConfig = {} as Undefined<BatchConfig>;
export const service: ServiceConfig = {} as Undefined<ServiceConfig>;
export const f = (file: Blob, quality: number | undefined, signal: AbortSignal | undefined) => compressImage(file, { format: 'webp', quality, signal });
export const g = (file: Blob, width: number | undefined, exif: boolean | undefined) => compressVariants(file, { targetSize: { width, height: 5 }, metadata: { exif } });
export const h = (file: Blob, jpegQuality: number | undefined, core: string | undefined) => new ImageCompressionService({ sizeVariants: { a: { maxDimension: 5, jpegQuality } }, wasmUrl: { core } }).compressImage(file);
export const i = (files: Blob[], output: string | undefined) => compressBatch(files, { output });
`;
const UNDEFINED_DROP_INS = `
import imageCompression, { type Options } from 'slimpix/browser-image-compression';
import Compressor, { type Options as Settings } from 'slimpix/compressorjs';
type Undefined<T> = { [K in keyof T]-?: undefined };
export const options: Options = {} as Undefined<Options>;
export const settings: Settings = {} as Undefined<Settings>;
export const f = (file: File, quality: number | undefined) => [imageCompression(file, { initialQuality: quality }), new Compressor(file, { quality })];
`;
const LATER = `
import { createReadStream } from 'node:fs';
import { compressBatch, compressImage, type ImageInput } from 'slimpix';
async function* pieces() { yield new Uint8Array(1); }
export const f = (bytes: Uint8Array) => compressBatch([createReadStream('a'), pieces(), Promise.resolve(bytes), Promise.resolve(pieces()), { image: Promise.resolve('a'), name: 'b' }]);
export const g = async (input: ImageInput) => [await compressImage(input), await input];
`;
const DRAWN = `
import { compressImage } from 'slimpix';
export const f = (bitmap: ImageBitmap, canvas: HTMLCanvasElement, offscreen: OffscreenCanvas, image: HTMLImageElement, body: ReadableStream<Uint8Array>) =>
  [bitmap, canvas, offscreen, image, body, Promise.resolve(canvas)].map((input) => compressImage(input, { format: 'webp' }));
`;
const WRONG = {
  "import { compressImage } from 'slimpix'; compressImage(new Uint8Array(1), { qualty: 5 });": /qualty/,
  "import { compressImage } from 'slimpix'; compressImage(new Uint8Array(1), { format: 'gif' });": /gif/,
  "import { compressImage } from 'slimpix'; compressImage(5);": /number/,
  "import { compressImage } from 'slimpix'; compressImage({ width: 5, height: 5 });": /width/,
  "import { DEFAULT_COMPRESSION_CONFIG } from 'slimpix'; DEFAULT_COMPRESSION_CONFIG.jpegQuality = 5;": /read-only|readonly/,
};

/** The compiler's complaints about one module that uses the installed package. */
function complaints(source, options) {
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(join(root, 'pkg'), join(folder, 'node_modules/slimpix'));
    for (const name of ['@types', 'undici-types']) symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    writeFileSync(join(folder, 'use.ts'), source);
    const compilerOptions = { strict: true, noEmit: true, target: 'ES2022', module: 'NodeNext', types: [], preserveSymlinks: true, ...options };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['use.ts'] }));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    return spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const browser = { lib: ['ES2022', 'DOM', 'DOM.Iterable'] };
const node = { lib: ['ES2022'], types: ['node'] };

test('a consumer compiles with a browser\'s library, library types checked', () => {
  assert.equal(complaints(GOOD, browser), '');
  assert.equal(complaints(BROWSER, browser), '');
  assert.equal(complaints(DROP_INS, browser), '');
});

test('a consumer compiles with Node\'s library alone, library types checked', () => {
  assert.equal(complaints(GOOD, node), '');
});

test('with exactOptionalPropertyTypes every option may be undefined', () => {
  for (const library of [browser, node]) assert.equal(complaints(UNDEFINED, { ...library, exactOptionalPropertyTypes: true }), '');
  assert.equal(complaints(UNDEFINED_DROP_INS, { ...browser, exactOptionalPropertyTypes: true }), '');
});

const caseFile = join(root, '../shared/cases/behaviour/exact-optional.ts');

test('the case of exactOptionalPropertyTypes compiles', { skip: existsSync(caseFile) ? false : 'the cases are not here' }, () => {
  assert.equal(complaints(readFileSync(caseFile, 'utf8'), { ...browser, exactOptionalPropertyTypes: true }), '');
});

test('streams, promises, and what a browser draws are inputs', () => {
  assert.equal(complaints(LATER, node), '');
  assert.equal(complaints(DRAWN, browser), '');
});

test('wrong options do not compile', () => {
  for (const [source, pattern] of Object.entries(WRONG)) assert.match(complaints(source, browser), pattern);
});

test('an option of the drop-ins may be undefined, as it may at run time', () => {
  const source = `
import imageCompression from 'slimpix/browser-image-compression';
import Compressor from 'slimpix/compressorjs';
export function consume(file: File, quality: number | undefined, signal: AbortSignal | undefined) {
  new Compressor(file, { quality, maxWidth: quality, mimeType: undefined, success: undefined });
  return imageCompression(file, { initialQuality: quality, signal, onProgress: undefined });
}`;
  assert.equal(complaints(source, { ...browser, exactOptionalPropertyTypes: true }), '');
});
