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
import { resolveServiceConfig } from '../../pkg/dist/options.js';
import { resolveOptions } from '../../pkg/dist/requests.js';
import { corpusFile, root, withoutCorpus } from './corpus.mjs';
import { waves } from './pictures.mjs';

const module = new WebAssembly.Module(readFileSync(join(root, 'pkg/dist/full_bg.wasm')));
const [width, height] = [1000, 750];

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

/** What is asked of every kind, and what concerns the encoder alone. */
const JOBS = {
  'JPEG 100': [{ format: 'jpeg', maxDimension: 100 }],
  'JPEG 700': [{ format: 'jpeg', maxDimension: 700 }],
  'WebP': [{ format: 'webp' }],
  'WebP, cut': [{ format: 'webp', targetSize: [300, 700], fit: 'cover' }],
  'JPEG, three sizes': [2048, 500, 150].map((maxDimension) => ({ format: 'jpeg', maxDimension })),
};
const ENCODERS = {
  'JPEG': [{ format: 'jpeg' }],
  'JPEG 95': [{ format: 'jpeg', quality: 95 }],
  'WebP effort 6': [{ format: 'webp', effort: 6 }],
  'WebP lossless': [{ format: 'webp', lossless: true }],
  'PNG': [{ format: 'png' }],
};

/** How far above the truth an estimate may lie: headers do not say how much of the worst case a file is. */
const SLACK = 2.6;
const mebibytes = (bytes) => bytes / 2 ** 20;

for (const [kind, make] of Object.entries(KINDS)) {
  test(`${kind}: no job takes more than is foretold`, async () => {
    const file = await fileOf(make, width, height);
    const rows = Object.entries(JOBS).map(([job, configs]) => hold(`${kind} → ${job}`, file, configs));
    console.log(rows.join('\n'));
  });
}

test('no encoder takes more than is foretold', async () => {
  for (const kind of ['PNG', 'PNG alpha']) {
    const file = await fileOf(KINDS[kind], width, height);
    for (const [job, configs] of Object.entries(ENCODERS)) console.log(hold(`${kind} → ${job}`, file, configs));
  }
  for (const [side, config] of [[700, {}], [1400, { avifSpeed: 10 }], [1400, { avifSpeed: 10, quality: 95 }]]) {
    console.log(hold(`JPEG ${side} → AVIF ${JSON.stringify(config)}`, await fileOf(KINDS.JPEG, side, side), [{ format: 'avif', ...config }]));
  }
  console.log(hold('PNG alpha → AVIF', await fileOf(KINDS['PNG alpha'], 1000, 1000), [{ format: 'avif', avifSpeed: 10 }]));
});

test('no search takes more than is foretold', async () => {
  const searches = [{ quality: 'auto' }, { score: true }, { maxBytes: 20_000 }, { maxBytes: 20_000, quality: 'auto' }];
  for (const kind of ['JPEG', 'PNG alpha']) {
    const file = await fileOf(KINDS[kind], width, height);
    for (const format of ['jpeg', 'webp', 'avif', 'png', 'auto']) {
      for (const search of searches) {
        const config = { ...search, format, avifSpeed: 10 };
        console.log(hold(`${kind} → ${JSON.stringify(config)}`, file, [config]));
      }
    }
  }
});

test('a photograph of 12 MP takes no more than is foretold', { skip: withoutCorpus }, () => {
  for (const name of ['photo12.jpg', 'photo12-progressive.jpg']) {
    for (const job of ['JPEG 700', 'WebP', 'JPEG, three sizes']) console.log(hold(`${name} → ${job}`, corpusFile(`camera/${name}`), JOBS[job]));
  }
});

test('in Workers the memory cannot grow past what is refused there', async () => {
  const edge = await import('../../pkg/dist/full.js?edge');
  const { memory } = edge.initSync({ module: new WebAssembly.Module(readFileSync(join(root, 'pkg/dist/edge_bg.wasm'))) });
  memory.grow(96 * 16 - memory.buffer.byteLength / 65536);
  assert.equal(memory.buffer.byteLength, 96 * 2 ** 20);
  assert.throws(() => memory.grow(1), RangeError);
});

async function fileOf(make, width, height) {
  const { data } = waves(width, height);
  const image = sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } }).removeAlpha();
  return new Uint8Array(await make(image).toBuffer());
}

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
  for (const _ of options) picture.compress(() => {});
  picture.free();
  return { needed: bytesNeeded(file, header, options, false), taken: memory.buffer.byteLength };
}
