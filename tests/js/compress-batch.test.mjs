/** Many inputs of any shape, in Node: items as they are done, names, chunks, second tries, progress and stopping. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { jpegFile, pngFile, waves } from './pictures.mjs';

const service = new ImageCompressionService({ maxThreads: 2 });
after(() => service.close());
const jpeg = await jpegFile(60, 40);
const png = await pngFile(60, 40);

let folder;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'slimpix-'))));
afterEach(() => rm(folder, { recursive: true }));

const collect = async (batch) => {
  const items = [];
  for await (const item of batch) items.push(item);
  return items.sort((a, b) => a.index - b.index);
};

test('every shape of input goes in, named as it names itself, and comes out in a folder', async () => {
  const path = join(folder, 'by path.jpg');
  await writeFile(path, jpeg);
  async function* inputs() {
    yield path;
    yield pathToFileURL(path);
    yield new File([png], 'a file.png');
    yield jpeg;
    yield new Response(jpeg);
    yield { kind: 'file', name: 'handle.jpg', getFile: async () => new File([jpeg], 'handle.jpg'), isSameEntry: async () => false };
    yield { image: waves(30, 20), name: 'deep/pixels.raw' };
    yield `data:image/png;base64,${png.toString('base64')}`;
  }
  const output = join(folder, 'out');
  const batch = service.compressBatch(inputs(), { format: 'webp', output });
  const items = await collect(batch);
  assert.deepEqual(items.map(({ error }) => error), Array(8).fill(undefined));
  const names = ['by path.webp', 'by path.jpg.webp', 'a file.webp', 'image-4.webp', 'image-5.webp', 'handle.webp', 'deep/pixels.webp', 'image-8.webp'];
  assert.deepEqual(items.map(({ results: [{ path }] }) => path), names.map((name) => join(output, name)));
  const { successful, failed, totalInputSize } = await batch.result;
  assert.deepEqual(successful, names.map((name) => join(output, name)));
  assert.deepEqual(failed, []);
  assert.equal(totalInputSize, items.reduce((sum, { inputSize }) => sum + inputSize, 0));
  assert.deepEqual(await readFile(join(output, 'a file.webp')), Buffer.from(items[2].results[0].data));
});

test('without an output the results are all there is', async () => {
  const batch = service.compressBatch([new File([jpeg], 'a.jpg'), new File([jpeg], 'b.jpg')], { variants: ['preview', 'thumbnail'], formats: ['jpeg', 'webp'] });
  const items = await collect(batch);
  assert.deepEqual(items[1].results.map(({ path, variant }) => [path, variant]), [['b-preview.jpg', 'preview'], ['b-preview.webp', 'preview'], ['b-thumbnail.jpg', 'thumbnail'], ['b-thumbnail.webp', 'thumbnail']]);
  assert.equal((await batch.result).successful.length, 8);
});

test('names are given out by the order of inputs, however fast each is', async () => {
  const slow = await pngFile(900, 700);
  const batch = service.compressBatch([new File([slow], 'a.png'), new File([jpeg], 'a.jpg'), new File([jpeg], 'A.webp')], { format: 'webp' });
  const items = await collect(batch);
  const [first, second, third] = items.map(({ results, error }) => results?.[0].path ?? error.code);
  assert.deepEqual([first, second], ['a.webp', 'a.jpg.webp']);
  assert.notEqual(third.toLowerCase(), 'a.webp');
});

test('what may pass is tried again, what cannot is not', async () => {
  const tries = { io: 0, corrupt: 0, never: 0 };
  const handle = (name, read) => ({ kind: 'file', name, getFile: async () => ({ size: 1, type: '', arrayBuffer: read }) });
  const bytes = (data) => data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const inputs = [
    handle('io.jpg', async () => (++tries.io < 3 ? Promise.reject(new Error('the disk hiccuped')) : bytes(jpeg))),
    handle('corrupt.jpg', async () => (++tries.corrupt, bytes(jpeg.subarray(0, 400)))),
    handle('never.jpg', async () => (++tries.never, Promise.reject(new Error('no disk')))),
  ];
  const { successful, failed } = await service.compressBatch(inputs, { format: 'jpeg', retries: 2 }).result;
  assert.deepEqual(successful, ['io.jpg']);
  assert.deepEqual(failed.map(([name, , code]) => [name, code]), [['corrupt.jpg', 'CORRUPT_IMAGE'], ['never.jpg', 'IO']]);
  assert.deepEqual(tries, { io: 3, corrupt: 1, never: 3 });
});

test('progress rises to 1, tells the stages, and counts the files', async () => {
  const heard = [];
  const files = Array.from({ length: 5 }, (_, n) => new File([jpeg], `${n}.jpg`));
  await service.compressBatch(files, { format: 'webp', chunkSize: 2, onProgress: (progress) => heard.push(progress) }).result;
  assert.deepEqual(new Set(heard.map(({ stage }) => stage)), new Set(['read', 'decode', 'encode', 'write', 'done']));
  assert.deepEqual(heard.at(-1), { stage: 'done', ratio: 1, file: heard.at(-1).file, done: 5, total: 5 });
  assert.ok(heard.every(({ ratio }, at) => at === 0 || ratio >= heard[at - 1].ratio - 1e-9), JSON.stringify(heard.map(({ ratio }) => ratio)));
});

test('a chunk ends before the next begins', async () => {
  let alive = 0;
  let most = 0;
  const file = (n) => ({ image: { kind: 'file', name: `${n}.jpg`, getFile: async () => ((most = Math.max(most, ++alive)), new File([jpeg], `${n}.jpg`)) }, name: `${n}.jpg` });
  const order = [];
  for await (const { index } of service.compressBatch(Array.from({ length: 9 }, (_, n) => file(n)), { format: 'jpeg', chunkSize: 3, concurrency: 100 })) {
    alive -= 1;
    order.push(Math.floor(index / 3));
  }
  assert.deepEqual(order, [0, 0, 0, 1, 1, 1, 2, 2, 2]);
  assert.ok(most <= 3, `${most} at a time`);
});

test('an abort ends the batch with its reason, and leaves only whole files', async () => {
  const output = join(folder, 'out');
  const stop = new AbortController();
  const files = Array.from({ length: 20 }, (_, n) => new File([jpeg], `${n}.jpg`));
  const batch = service.compressBatch(files, { format: 'avif', output, signal: stop.signal });
  let seen = 0;
  await assert.rejects(async () => {
    for await (const _ of batch) if (++seen === 3) stop.abort(new Error('enough'));
  }, /enough/);
  await assert.rejects(batch.result, /enough/);
  const written = await readdir(output);
  assert.ok(written.length >= 3 && written.length < 20, `${written.length} files`);
  assert.deepEqual(written.filter((name) => !/^\d+\.avif$/.test(name)), []);
  assert.equal((await service.compressImage(jpeg)).format, 'jpeg');
});

test('who stops iterating stops the batch', async () => {
  let read = 0;
  async function* endless() {
    for (;;) yield new File([jpeg], `${++read}.jpg`);
  }
  const batch = service.compressBatch(endless(), { format: 'jpeg', chunkSize: 4 });
  for await (const { index } of batch) if (index >= 1) break;
  const { successful } = await batch.result;
  assert.ok(successful.length >= 1 && read < 20, `${read} were read`);
});

test('what is asked wrongly is an error at once; what cannot be listed, an error of the whole batch', async () => {
  assert.throws(() => service.compressBatch([], { chunkSize: 0 }), { code: 'INVALID_OPTION' });
  assert.throws(() => service.compressBatch([], { output: 5 }), { code: 'INVALID_OPTION' });
  await assert.rejects(service.batchCompressDirectory(join(folder, 'nowhere'), join(folder, 'out')), { code: 'IO' });
  async function* failing() {
    yield new File([jpeg], 'a.jpg');
    throw new Error('the list broke');
  }
  await assert.rejects(service.compressBatch(failing()).result, /the list broke/);
  const batch = service.compressBatch([]);
  assert.deepEqual(await batch.result, { successful: [], failed: [], totalInputSize: 0, totalOutputSize: 0 });
  assert.throws(() => batch[Symbol.asyncIterator](), { code: 'INVALID_OPTION' });
});

test('folders below are left out on request', async () => {
  await mkdir(join(folder, 'in/deep'), { recursive: true });
  await writeFile(join(folder, 'in/a.jpg'), jpeg);
  await writeFile(join(folder, 'in/deep/b.jpg'), jpeg);
  const { successful } = await service.batchCompressDirectory(join(folder, 'in'), join(folder, 'out'), { recursive: false, suffix: '-web' });
  assert.deepEqual(successful, [join(folder, 'out/a-web.jpg')]);
});
