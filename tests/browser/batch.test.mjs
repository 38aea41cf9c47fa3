/**
 * 200 mixed files from one directory handle to another, in real browsers and in each format: every good file is there
 * and right, every broken one is told with its code, and memory does not grow from chunk to chunk.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corpusFiles, withoutCorpus } from '../js/corpus.mjs';
import { browsers } from './browsers.mjs';

const FILES = 200;
const BROKEN = 10;

/** Small and fast: what is tested is the batch. */
const CONFIGS = [
  { format: 'jpeg', maxDimension: 300 },
  { format: 'webp', maxDimension: 300, effort: 0 },
  { format: 'png', maxDimension: 100, optimize: false },
  { format: 'avif', maxDimension: 80, avifSpeed: 10 },
];

/**
 * Each picture under several names and folders; every twentieth is broken. The hungriest, a progressive JPEG of 12 MP,
 * comes first and several times, so that each worker meets it in the first chunk: from there on nothing may grow.
 */
function plan() {
  const hungriest = Array(5).fill('camera/photo12-progressive.jpg');
  const pictures = [...hungriest, ...corpusFiles('camera', '.jpg'), ...corpusFiles('kodak', '.png'), ...corpusFiles('exif', '.jpg'), ...corpusFiles('graphics', '.png')];
  return Array.from({ length: FILES }, (_, n) => {
    const address = pictures[n % pictures.length];
    const name = `${n % 3 ? '' : `album ${n % 4}/`}${String(n).padStart(3, '0')} ${address.split('/').at(-1)}`;
    const isBroken = n % (FILES / BROKEN) === 7;
    return { name, address: `/corpus/${address}`, ...(isBroken && { cut: 0.4 }) };
  });
}

for (const { name, skip, open } of browsers) {
  test(`${name}: ${FILES} files from one directory handle to another, in each format`, { skip: withoutCorpus || skip, timeout: 600_000 }, async () => {
    const page = await open();
    try {
      const files = plan();
      const broken = files.filter(({ cut }) => cut).map((file) => file.name);
      assert.equal(broken.length, BROKEN);
      await page.evaluate(async (files) => (await import('/tests/opfs.page.js')).fill('in', files), files);
      for (const config of CONFIGS) {
        const result = await page.evaluate(async ([config]) => (await import('/tests/opfs.page.js')).run('in', 'out', config, { maxThreads: 2, avifThreads: 2 }), [config]);
        tell(name, config, result);
        check(result, files, broken, config);
      }
    } finally {
      await page.close();
    }
  });
}

function check({ successful, failed, written, totalOutputSize, chunks }, files, broken, { maxDimension }) {
  assert.deepEqual(failed.map(([file]) => file).sort(), [...broken].sort());
  for (const [file, message, code] of failed) assert.equal(code, 'CORRUPT_IMAGE', `${file}: ${message}`);
  assert.equal(successful.length, FILES - BROKEN);
  assert.deepEqual(written.map(({ name }) => name), [...successful].sort());
  assert.equal(totalOutputSize, written.reduce((sum, { bytes }) => sum + bytes, 0));
  for (const { name, width, height } of written) assert.equal(Math.max(width, height), maxDimension, name);
  assert.equal(new Set(successful.map((file) => file.replace(/\.[^.]+$/, ''))).size, FILES - BROKEN);
  const [first, last] = [chunks[0], chunks.at(-1)].map(memoryOf);
  assert.ok(last <= first * 1.2, `${last} MiB after the last chunk, ${first} after the first`);
}

const memoryOf = ({ images, avif }) => [...images, ...avif].reduce((sum, bytes) => sum + bytes, 0) / 2 ** 20;

function tell(browser, { format }, { chunks, totalInputSize, totalOutputSize }) {
  const each = chunks.map((workers) => `${Math.round(memoryOf(workers))}`).join(' ');
  const { images, avif } = chunks.at(-1);
  console.log(`${browser} ${format}: ${(totalInputSize / 1e6).toFixed(1)} → ${(totalOutputSize / 1e6).toFixed(2)} MB, ${images.length} + ${avif.length} workers, MiB after each chunk: ${each}`);
}
