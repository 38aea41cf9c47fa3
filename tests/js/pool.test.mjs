/**
 * Workers in Node: the same bytes as without them, and what a caller gets when one is stopped, killed, trapped or out
 * of memory; the next image always comes out right.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import sharp from 'sharp';
import { Worker } from 'node:worker_threads';
import { Budget } from '../../pkg/dist/budget.js';
import { ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { CompressionService } from '../../pkg/dist/service.js';
import { boundMemory, trapIn } from './broken-modules.mjs';
import { animatedGif, jpegFile, pngFile, waves } from './pictures.mjs';

const dist = new URL('../../pkg/dist/', import.meta.url);
const wasm = (variant) => readFile(new URL(`${variant}_bg.wasm`, dist)).then((bytes) => WebAssembly.compile(bytes));
const jpeg = await jpegFile(160, 120);
const FORMATS = ['jpeg', 'png', 'webp', 'avif'];

/** A service whose workers the test can reach, as a host's platform would start them. */
function watched(config, loads = () => {}) {
  const workers = [];
  const platform = {
    loadWasm: (variant) => (loads(variant), wasm(variant)),
    readAddress: () => assert.fail('nothing is read'),
    startWorker() {
      const worker = new Worker(new URL('worker-node.js', dist));
      // Its first word is that its script runs: dead before, it would count as one that cannot be started here.
      worker.runs = new Promise((resolve) => worker.once('message', resolve));
      workers.push(worker);
      return {
        post: (message, transfer) => worker.postMessage(message, transfer),
        listen: (heard) => void worker.on('message', heard),
        onFailure(failed) {
          worker.on('error', (error) => failed(String(error)));
          worker.on('exit', (code) => failed(`it ended with code ${code}`));
        },
        keepAlive() {},
        terminate: () => void worker.terminate(),
      };
    },
  };
  return { service: new CompressionService(platform, config), workers };
}

test('workers and the calling thread give the same bytes, AVIF through its own pool', async () => {
  const [pooled, inline] = [new ImageCompressionService(), new ImageCompressionService({ worker: false })];
  for (const format of FORMATS) {
    const [one, other] = await Promise.all([pooled, inline].map((service) => service.compressImage(jpeg, { format, maxDimension: 100 })));
    assert.deepEqual({ ...one, lastModified: 0 }, { ...other, lastModified: 0 }, format);
  }
  assert.equal(pooled.workers.images.length, 1);
  assert.equal(pooled.workers.avif.length, 1);
  assert.deepEqual(inline.workers, { images: [], avif: [] });
  pooled.close();
});

test('metadata and facts cross to the AVIF pool', async () => {
  const photo = await readFile(new URL('../fixtures/lake-p3-exif6.jpg', import.meta.url));
  const [pooled, inline] = [new ImageCompressionService(), new ImageCompressionService({ worker: false })];
  const config = { format: 'avif', metadata: 'keep', maxDimension: 80, avifSpeed: 10 };
  const [one, other] = [await pooled.compressImage(photo, config), await inline.compressImage(photo, config)];
  assert.deepEqual({ ...one, lastModified: 0 }, { ...other, lastModified: 0 });
  assert.ok(Buffer.from(one.data).includes('Exif'));
  pooled.close();
});

/** Four pixels, bottom row first: blue, white; red, green. */
const BMP = Buffer.from('424d46000000000000003600000028000000020000000200000001001800000000001000000000000000000000000000000000000000ff0000ffffff00000000ff00ff000000', 'hex');

test('rare formats are read where AVIF is written, and a JPEG alone never loads that', async () => {
  const loaded = [];
  const { service } = watched({ maxThreads: 1 }, (variant) => loaded.push(variant));
  const inline = new ImageCompressionService({ worker: false });
  await service.compressImage(jpeg, { format: 'webp' });
  assert.deepEqual([loaded, service.workers.avif], [['core'], []]);
  const files = { gif: await animatedGif(40, 30), bmp: BMP, tiff: await sharp(await pngFile(30, 20)).tiff({ compression: 'lzw' }).toBuffer() };
  for (const [format, file] of Object.entries(files)) {
    const config = { formats: ['webp', 'avif'], avifSpeed: 10, animated: 'first', variants: { small: { maxDimension: 20 }, whole: { maxDimension: 50 } } };
    const [one, other] = await Promise.all([service, inline].map((each) => each.compressVariants(file, config)));
    assert.deepEqual(one.map((made) => ({ ...made, lastModified: 0 })), other.map((made) => ({ ...made, lastModified: 0 })), format);
    assert.deepEqual(new Set(one.map(({ sourceFormat }) => sourceFormat)), new Set([format]));
    const info = await service.probe(file);
    assert.equal(info.format, format);
  }
  assert.deepEqual(new Set(loaded), new Set(['core', 'full']));
  assert.deepEqual([service.workers.images.length, service.workers.avif.length], [1, 1]);
  service.close();
});

test('what is wrong with a rare file is said as of any other, and its work can be stopped', async () => {
  const service = new ImageCompressionService();
  const gif = await animatedGif(40, 30);
  await assert.rejects(service.compressImage(gif, { format: 'png' }), { code: 'UNSUPPORTED_FEATURE', message: /anim/i });
  await assert.rejects(service.compressImage(BMP.subarray(0, 60), { format: 'png' }), { code: 'CORRUPT_IMAGE' });
  const stop = new AbortController();
  const job = service.compressImage(gif, { format: 'webp', animated: 'first', signal: stop.signal, onProgress: ({ stage }) => stage === 'encode' && stop.abort(new Error('enough')) });
  await assert.rejects(job, /enough/);
  service.close();
});

test('what the caller owns stays the caller\'s: bytes are not detached, pixels not changed', async () => {
  const service = new ImageCompressionService();
  const bytes = new Uint8Array(jpeg);
  const pixels = waves(40, 30);
  const before = [bytes.slice(), pixels.data.slice()];
  await service.compressImage(bytes, { format: 'png' });
  await service.compressImage(pixels, { format: 'avif', avifSpeed: 10 });
  assert.deepEqual([bytes, pixels.data], before);
  service.close();
});

test('an abort stops an AVIF in the middle and rejects with the signal\'s reason; the next job runs', async () => {
  const service = new ImageCompressionService({ maxDimension: 65535 });
  const stop = new AbortController();
  const reason = new Error('changed my mind');
  let encoding;
  const started = new Promise((resolve) => (encoding = resolve));
  const onProgress = ({ stage }) => stage === 'encode' && encoding();
  const job = service.compressImage(waves(4000, 3000), { format: 'avif', signal: stop.signal, onProgress });
  job.catch(() => {});
  await started;
  // Into the encoder itself, which says nothing and hears nothing.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const begin = performance.now();
  stop.abort(reason);
  await assert.rejects(job, reason);
  console.log(`a 12 MP AVIF stopped ${Math.round(performance.now() - begin)} ms after its abort`);
  assert.deepEqual(service.workers.avif, []);
  assert.ok((await service.compressImage(jpeg, { format: 'avif', avifSpeed: 10 })).size > 0);
  service.close();
});

test('a signal that was aborted before starts nothing', async () => {
  const service = new ImageCompressionService();
  await assert.rejects(service.compressImage(jpeg, { signal: AbortSignal.abort(new Error('too late')) }), /too late/);
  assert.deepEqual(service.workers, { images: [], avif: [] });
});

test('a worker that is killed in mid-job: INTERNAL, and the next job runs in a fresh worker', async () => {
  const { service, workers } = watched({ maxDimension: 65535 });
  const job = service.compressImage(waves(2000, 2000), { format: 'png', onProgress: ({ stage }) => stage === 'encode' && workers[0].terminate() });
  await assert.rejects(job, { code: 'INTERNAL', message: /the worker died/ });
  assert.ok((await service.compressImage(jpeg, { format: 'png' })).size > 0);
  assert.equal(workers.length, 2);
  service.close();
});

test('a worker that dies while it has nothing to do is not given the next job', async () => {
  const { service, workers } = watched();
  await service.compressImage(jpeg, { format: 'png' });
  await workers[0].terminate();
  assert.ok((await service.compressImage(jpeg, { format: 'png' })).size > 0);
  assert.equal(workers.length, 2);
  service.close();
});

test('a worker that dies while it waits for memory leaves none of it taken', async () => {
  const { service, workers } = watched({ memoryBudget: 16, maxThreads: 2, maxDimension: 65535 });
  const large = waves(1600, 1600);
  // Whichever begins has all the memory; the other one's worker is then waiting, and is killed.
  let hasBegun = false;
  const killOther = (other) => ({ stage }) => {
    if (stage !== 'encode' || hasBegun) return;
    hasBegun = true;
    void workers[other].runs.then(() => workers[other].terminate());
  };
  const jobs = await Promise.allSettled([1, 0].map((other) => service.compressImage(large, { format: 'png', onProgress: killOther(other) })));
  assert.deepEqual(jobs.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  assert.equal(jobs.find(({ reason }) => reason).reason.code, 'INTERNAL');
  for (let n = 0; n < 2; n++) assert.ok((await service.compressImage(large, { format: 'png' })).size > 0);
  service.close();
});

test('a trap for want of memory: OUT_OF_MEMORY, and the next job runs on a fresh instance', async () => {
  const core = await WebAssembly.compile(boundMemory(await readFile(new URL('core_bg.wasm', dist)), 90));
  const service = new ImageCompressionService({ wasmModule: { core } });
  // Six megabytes of pixels do not fit as they cross, where slimpix has no say yet.
  await assert.rejects(service.compressImage(waves(1500, 1000), { format: 'webp' }), { code: 'OUT_OF_MEMORY', message: /ran out of memory at \d+ MiB/ });
  assert.ok((await service.compressImage(jpeg, { format: 'webp' })).size > 0);
  service.close();
});

test('any other trap: INTERNAL, and the next job runs on a fresh instance', async () => {
  const core = await WebAssembly.compile(trapIn(await readFile(new URL('core_bg.wasm', dist)), 'picture_compress'));
  for (const config of [{ wasmModule: { core } }, { wasmModule: { core }, maxThreads: 1 }]) {
    const service = new ImageCompressionService(config);
    await assert.rejects(service.compressImage(jpeg, { format: 'webp' }), { code: 'INTERNAL', message: /this is a bug in slimpix/ });
    assert.deepEqual(service.workers.images, [], 'the worker went with its instance');
    // AVIF takes another way through the same module.
    assert.ok((await service.compressImage(jpeg, { format: 'avif', avifSpeed: 10 })).size > 0);
    service.close();
  }
});

test('a worker whose memory has grown past the bound is replaced', async () => {
  const service = new ImageCompressionService({ maxDimension: 65535, maxThreads: 1 });
  await service.compressImage(waves(9000, 9000), { format: 'jpeg', optimize: false });
  assert.deepEqual(service.workers.images, [], 'over 512 MiB');
  await service.compressImage(jpeg);
  assert.ok(service.workers.images[0] < 64 * 2 ** 20);
  service.close();
});

test('where no worker can be started the work is done on the calling thread, with one warning', async () => {
  const warnings = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (message) => warnings.push(message) };
  for (const startWorker of [() => { throw new Error('not allowed here'); }, undefined]) {
    const platform = { loadWasm: wasm, readAddress() {}, ...(startWorker && { startWorker }) };
    const service = new CompressionService(platform, { logger });
    assert.ok((await service.compressImage(jpeg)).size > 0);
    assert.ok((await service.compressImage(jpeg)).size > 0);
  }
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /no worker can be started here \(not allowed here\)/);
  const wrong = new ImageCompressionService({ workerUrl: new URL('nowhere.js', dist), logger });
  assert.ok((await wrong.compressImage(jpeg)).size > 0);
  assert.equal(warnings.length, 2);
});

test('a module that cannot be had is LOAD_FAILED in a worker too', async () => {
  const service = new ImageCompressionService({ wasmUrl: new URL('nowhere', dist) });
  await assert.rejects(service.compressImage(jpeg), { code: 'LOAD_FAILED', message: /nowhere/ });
  service.close();
});

test('idle workers keep no process alive', async () => {
  const script = `
    import { compressImage } from ${JSON.stringify(new URL('entry-node.js', dist).href)};
    const { size } = await compressImage({ data: new Uint8Array(64).fill(9), width: 4, height: 4 }, { format: 'avif' });
    console.log('size', size > 0);`;
  const done = await new Promise((resolve) => execFile(process.execPath, ['--input-type=module', '-e', script], { timeout: 60_000 }, (error, stdout) => resolve({ error, stdout })));
  assert.equal(done.error, null);
  assert.equal(done.stdout, 'size true\n');
});

test('many jobs at once share the workers, and each comes back right', async () => {
  const service = new ImageCompressionService({ maxThreads: 2 });
  const alone = await service.compressImage(jpeg, { format: 'webp' });
  const together = await Promise.all(Array.from({ length: 12 }, () => service.compressImage(jpeg, { format: 'webp' })));
  for (const { data } of together) assert.deepEqual(data, alone.data);
  assert.ok(service.workers.images.length <= 2);
  service.close();
});

test('the budget lets in what fits, in order, and a job too large for it alone', async () => {
  const budget = new Budget(100);
  const log = [];
  const enter = async (name, bytes, signal) => {
    const leave = await budget.admit(bytes, signal);
    log.push(name);
    return leave;
  };
  const a = await enter('a', 60);
  const [b, c] = [enter('b', 60), enter('c', 10)];
  await new Promise(setImmediate);
  assert.deepEqual(log, ['a'], 'c waits behind b');
  a();
  a();
  (await b)();
  const leaveC = await c;
  const huge = enter('huge', 1000);
  const stop = new AbortController();
  const stopped = budget.admit(10, stop.signal);
  stop.abort(new Error('left the queue'));
  await assert.rejects(stopped, /left the queue/);
  leaveC();
  (await huge)();
  assert.deepEqual(log, ['a', 'b', 'c', 'huge']);
});
