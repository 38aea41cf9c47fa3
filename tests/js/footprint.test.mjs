/**
 * The memory that footprint.ts foretells, beside what WebAssembly's memory really grew to: over every way of decoding,
 * and every encoder. It is foretold from above, so that what is admitted fits; and not by far, so that what fits is
 * admitted.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import * as glue from '../../pkg/dist/full.js';
import { bytesNeeded } from '../../pkg/dist/footprint.js';
import { resolveOptions, resolveServiceConfig } from '../../pkg/dist/options.js';
import { corpusFile, root, withoutCorpus } from './corpus.mjs';
import { waves } from './pictures.mjs';

const module = new WebAssembly.Module(readFileSync(join(root, 'pkg/dist/full_bg.wasm')));
const [width, height] = [1400, 1050];

/** Every kind of file whose decoder holds something else. */
const KINDS = {
  'JPEG': (image) => image.jpeg(),
  'JPEG 4:4:4': (image) => image.jpeg({ chromaSubsampling: '4:4:4' }),
  'JPEG progressive': (image) => image.jpeg({ progressive: true }),
  'JPEG progressive 4:4:4': (image) => image.jpeg({ progressive: true, chromaSubsampling: '4:4:4' }),
  'JPEG grey': (image) => image.greyscale().jpeg(),
  'JPEG CMYK': (image) => image.toColourspace('cmyk').jpeg(),
  'JPEG CMYK progressive': (image) => image.toColourspace('cmyk').jpeg({ progressive: true }),
  'PNG': (image) => image.png(),
  'PNG alpha': (image) => image.ensureAlpha(0.5).png(),
  'PNG 16 bits': (image) => image.toColourspace('rgb16').png(),
  'PNG 16 bits, alpha': (image) => image.ensureAlpha(0.5).toColourspace('rgb16').png(),
  'PNG palette': (image) => image.png({ palette: true }),
  'WebP': (image) => image.webp(),
  'WebP alpha': (image) => image.ensureAlpha(0.5).webp(),
  'WebP lossless alpha': (image) => image.ensureAlpha(0.5).webp({ lossless: true }),
  'GIF': (image) => image.gif(),
  'TIFF': (image) => image.tiff({ compression: 'lzw' }),
  'TIFF 16 bits, alpha': (image) => image.ensureAlpha(0.5).toColourspace('rgb16').tiff({ compression: 'lzw' }),
};

const JOBS = {
  'JPEG 100': [{ format: 'jpeg', maxDimension: 100 }],
  'JPEG 900': [{ format: 'jpeg', maxDimension: 900 }],
  'JPEG': [{ format: 'jpeg' }],
  'WebP': [{ format: 'webp' }],
  'WebP lossless': [{ format: 'webp', lossless: true }],
  'PNG': [{ format: 'png' }],
  'WebP, cut': [{ format: 'webp', targetSize: [300, 700], fit: 'cover' }],
  'JPEG, three sizes': [2048, 500, 150].map((maxDimension) => ({ format: 'jpeg', maxDimension })),
};

/** How far above the truth an estimate may lie: headers do not say how much of the worst case a file is. */
const SLACK = 2.6;
const mebibytes = (bytes) => bytes / 2 ** 20;

for (const [kind, make] of Object.entries(KINDS)) {
  test(`${kind}: no job takes more than is foretold`, async () => {
    const { data } = waves(width, height);
    const file = new Uint8Array(await make(sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } }).removeAlpha()).toBuffer());
    const rows = Object.entries(JOBS).map(([job, configs]) => hold(`${kind} → ${job}`, file, configs));
    console.log(rows.join('\n'));
  });
}

test('AVIF takes no more than is foretold', async () => {
  for (const [size, config] of [[700, {}], [1400, { avifSpeed: 10 }], [1400, { avifSpeed: 10, quality: 95 }]]) {
    const { data } = waves(size, size);
    const file = new Uint8Array(await sharp(Buffer.from(data.buffer), { raw: { width: size, height: size, channels: 4 } }).removeAlpha().jpeg().toBuffer());
    console.log(hold(`JPEG ${size} → AVIF ${JSON.stringify(config)}`, file, [{ format: 'avif', ...config }]));
  }
});

test('a photograph of 12 MP takes no more than is foretold', { skip: withoutCorpus }, () => {
  for (const name of ['photo12.jpg', 'photo12-progressive.jpg']) {
    for (const [job, configs] of Object.entries(JOBS)) console.log(hold(`${name} → ${job}`, corpusFile(`camera/${name}`), configs));
  }
});

function hold(what, file, configs) {
  const { needed, taken } = measure(file, configs);
  assert.ok(taken <= needed, `${what} took ${mebibytes(taken).toFixed(1)} MiB, and ${mebibytes(needed).toFixed(1)} were foretold`);
  assert.ok(needed <= taken * SLACK + 6 * 2 ** 20, `${what} took ${mebibytes(taken).toFixed(1)} MiB, and ${mebibytes(needed).toFixed(1)} were foretold`);
  return `${what}: ${mebibytes(taken).toFixed(1)} MiB of ${mebibytes(needed).toFixed(1)}`;
}

/** On a fresh instance, whose memory shows what one job took. */
function measure(file, configs) {
  if (glue.initSync({ module }).memory.buffer.byteLength > 0) glue.__wbg_reset_state();
  const { memory } = glue.initSync({ module });
  const header = glue.probe(file);
  const options = configs.map((config) => resolveOptions(config, resolveServiceConfig(), header.format));
  const picture = glue.Picture.decode(file, options);
  for (const _ of options) picture.compress();
  picture.free();
  return { needed: bytesNeeded(file, header, options, false), taken: memory.buffer.byteLength };
}
