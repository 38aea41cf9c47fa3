/**
 * A call in hand, in Node: who hears of its progress and what becomes of a listener that fails, what ends it, and the
 * shapes of input that come later or piece by piece.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { getEventListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { onAbort } from '../../pkg/dist/signals.js';
import { jpegFile, pngFile, waves } from './pictures.mjs';

const dist = new URL('../../pkg/dist/', import.meta.url).href;
const jpeg = await jpegFile(120, 90);
const png = await pngFile(300, 200);
const service = new ImageCompressionService({ maxThreads: 2 });

let folder;
before(async () => void (folder = await mkdtemp(join(tmpdir(), 'slimpix-'))));
after(() => {
  service.close();
  return rm(folder, { recursive: true });
});

const VARIANTS = { a: { maxDimension: 100 }, b: { maxDimension: 60 }, c: { maxDimension: 40 } };
/** Every way through the workers, and without them. */
const CALLS = {
  'one image': (onProgress, more) => service.compressImage(jpeg, { format: 'webp', onProgress, ...more }),
  'one AVIF': (onProgress, more) => service.compressImage(jpeg, { format: 'avif', avifSpeed: 10, onProgress, ...more }),
  'a search': (onProgress, more) => service.compressImage(jpeg, { format: 'webp', quality: 'auto', onProgress, ...more }),
  'a choice of formats': (onProgress, more) => service.compressImage(jpeg, { format: 'auto', avifSpeed: 10, onProgress, ...more }),
  'variants': (onProgress, more) => service.compressVariants(png, { variants: VARIANTS, formats: ['avif', 'webp', 'jpeg'], avifSpeed: 10, onProgress, ...more }),
  'variants of AVIF': (onProgress, more) => service.compressVariants(png, { variants: VARIANTS, format: 'avif', avifSpeed: 10, onProgress, ...more }),
  'a batch': (onProgress, more) => service.compressBatch([jpeg, png, jpeg], { formats: ['avif', 'webp'], avifSpeed: 10, onProgress, ...more }).result,
};

for (const [name, call] of Object.entries(CALLS)) {
  for (const useWebWorker of [true, false]) {
    const where = useWebWorker ? 'in workers' : 'on the calling thread';

    test(`${name}, ${where}: progress never goes back, and ends at 1`, async () => {
      const heard = [];
      await call(({ ratio, stage }) => heard.push([ratio, stage]), { useWebWorker });
      const ratios = heard.map(([ratio]) => ratio);
      assert.ok(ratios.every((ratio, at) => at === 0 || ratio >= ratios[at - 1]), JSON.stringify(heard));
      assert.ok(ratios.every((ratio) => ratio >= 0 && ratio <= 1));
      assert.deepEqual(heard.at(-1), [1, 'done']);
    });

    test(`${name}, ${where}: a listener that throws fails its own call, at any stage`, async () => {
      const heard = new Set();
      await call(({ stage }) => heard.add(stage), { useWebWorker });
      for (const stage of heard) {
        for (const fail of [() => { throw new Error(`at ${stage}`); }, () => Promise.reject(new Error(`at ${stage}`))]) {
          const other = service.compressImage(jpeg, { format: 'png', useWebWorker });
          const own = call((progress) => (progress.stage === stage ? fail() : undefined), { useWebWorker });
          await assert.rejects(own, { message: `at ${stage}` });
          assert.equal((await other).format, 'png');
        }
      }
      assert.equal((await service.compressImage(jpeg, { format: 'webp', useWebWorker })).format, 'webp', 'the next job runs');
    });
  }
}

test('a file that is tried again does not take progress back', async () => {
  let tries = 0;
  const flaky = { kind: 'file', name: 'a.jpg', getFile: async () => (++tries < 3 ? Promise.reject(new Error('not yet')) : new File([jpeg], 'a.jpg')) };
  const ratios = [];
  const { failed } = await service.compressBatch([flaky, new File([jpeg], 'b.jpg')], { retries: 3, onProgress: ({ ratio }) => ratios.push(ratio) }).result;
  assert.deepEqual(failed, []);
  assert.ok(ratios.every((ratio, at) => at === 0 || ratio >= ratios[at - 1]), `${ratios}`);
});

test('forty calls on one signal: no warning of Node\'s, and no listener is left', async () => {
  const script = `
    import { compressImage, compressVariants, compressBatch } from ${JSON.stringify(`${dist}entry-node.js`)};
    import { getEventListeners } from 'node:events';
    const { signal } = new AbortController();
    const pixels = { data: new Uint8ClampedArray(64 * 64 * 4), width: 64, height: 64 };
    const variants = Object.fromEntries(Array.from({ length: 14 }, (_, n) => ['v' + n, { maxDimension: 8 + n }]));
    await Promise.all([
      ...Array.from({ length: 40 }, (_, n) => compressImage(pixels, { format: n % 4 ? 'webp' : 'avif', avifSpeed: 10, signal })),
      compressVariants(pixels, { variants, format: 'avif', avifSpeed: 10, signal }),
      compressBatch(Array(20).fill(pixels), { format: 'jpeg', signal }).result,
    ]);
    console.log(getEventListeners(signal, 'abort').length);`;
  const { stdout, stderr } = await run(['--input-type=module', '-e', script]);
  assert.deepEqual([stdout, stderr], ['0\n', '']);
});

const caseFile = new URL('../../../shared/cases/behaviour/one-signal-20-jobs.mjs', import.meta.url);

test('the case of one signal for 20 jobs runs in silence', { skip: existsSync(caseFile) ? false : 'the cases are not here' }, async () => {
  const source = readFileSync(caseFile, 'utf8').replace("'slimpix'", JSON.stringify(`${dist}entry-node.js`));
  assert.equal((await run(['--input-type=module', '-e', source])).stderr, '');
});

test('one listener for all who wait; each is told once, and may leave', () => {
  const stop = new AbortController();
  const heard = [];
  const leave = ['a', 'b', 'c'].map((name) => onAbort(stop.signal, (reason) => heard.push([name, reason])));
  assert.equal(getEventListeners(stop.signal, 'abort').length, 1);
  leave[1]();
  stop.abort('why');
  assert.deepEqual(heard, [['a', 'why'], ['c', 'why']]);
  assert.equal(getEventListeners(stop.signal, 'abort').length, 0);
  for (const each of leave) each();
  onAbort(stop.signal, (reason) => heard.push(['late', reason]));
  assert.deepEqual(heard.at(-1), ['late', 'why']);
  const other = new AbortController();
  onAbort(other.signal, () => {})();
  assert.equal(getEventListeners(other.signal, 'abort').length, 0);
});

test('close() ends what is in hand with ABORTED, waiting or not; a later call starts anew', async () => {
  for (const worker of [true, false]) {
    const own = new ImageCompressionService({ maxThreads: 1, avifThreads: 1, worker });
    let begun;
    const started = new Promise((resolve) => (begun = resolve));
    const onProgress = ({ stage }) => stage === 'encode' && begun();
    const jobs = [
      own.compressImage(waves(1500, 1000), { format: 'avif', onProgress }),
      own.compressImage(waves(1500, 1000), { format: 'webp', effort: 6, onProgress }),
      own.compressVariants(png, { formats: ['avif', 'png'] }),
      own.compressBatch(Array(5).fill(png), { format: 'avif' }).result,
      own.compressImage(new ReadableStream({ pull() {} })),
    ];
    const settled = Promise.allSettled(jobs);
    if (worker) await started;
    own.close();
    for (const { reason } of await settled) assert.deepEqual([reason?.code, reason?.message], ['ABORTED', 'the service was closed before the work was done']);
    assert.deepEqual(own.workers, { images: [], avif: [] });
    assert.ok((await own.compressImage(jpeg, { format: 'png' })).size > 0);
    own.close();
  }
});

test('workers start whatever flags Node was given', async () => {
  const source = `
    import { ImageCompressionService } from ${JSON.stringify(`${dist}entry-node.js`)};
    const service = new ImageCompressionService();
    await service.compressImage({ data: new Uint8Array(64).fill(9), width: 4, height: 4 }, { format: 'png' });
    console.log(service.workers.images.length);`;
  const [file, preload, common] = ['run.mjs', 'preload.mjs', 'preload.cjs'].map((name) => join(folder, name));
  await Promise.all([writeFile(file, source), writeFile(preload, 'globalThis.loaded = true;'), writeFile(common, 'globalThis.loaded = true;')]);
  const asText = ['--input-type=module', '-e', source];
  const cases = [
    [asText, {}],
    [['--import', preload, ...asText], {}],
    [['--import', './preload.mjs', file], {}],
    [['--require', './preload.cjs', '--expose-gc', '--max-old-space-size=500', file], {}],
    [['--no-warnings', '--experimental-loader', preload, file], {}],
    [['-e', source], { NODE_OPTIONS: '--input-type=module' }],
    [['-e', source], { NODE_OPTIONS: `--require ${common} --input-type=module --stack-trace-limit=5` }],
    [[file], { NODE_OPTIONS: `--import ${preload}` }],
  ];
  for (const [args, env] of cases) {
    const { stdout, stderr } = await run(args, env);
    assert.deepEqual([stdout, stderr], ['1\n', ''], JSON.stringify([args.slice(0, 3), env]));
  }
});

test('a stream, an asynchronous iterator, and a promise of anything give the same bytes', async () => {
  const path = join(folder, 'stream me.jpg');
  await writeFile(path, jpeg);
  async function* pieces() {
    for (let at = 0; at < jpeg.length; at += 500) yield jpeg.subarray(at, at + 500);
  }
  const stream = () => new ReadableStream({ start(controller) {
    for (let at = 0; at < jpeg.length; at += 700) controller.enqueue(new Uint8Array(jpeg.subarray(at, at + 700)));
    controller.close();
  } });
  const expected = await service.compressImage(jpeg, { format: 'jpeg' });
  const shapes = {
    'a ReadableStream': stream(),
    'an asynchronous iterator': pieces(),
    'a stream of Node\'s': createReadStream(path),
    'the stream of a Blob': new Blob([jpeg]).stream(),
    'ArrayBuffers': (async function* () { yield new Uint8Array(jpeg).buffer; })(),
    'a promise of bytes': Promise.resolve(jpeg),
    'a promise of a File': Promise.resolve(new File([jpeg], 'a.jpg')),
    'a promise of a stream': Promise.resolve(stream()),
    'a promise of a path': Promise.resolve(path),
    'a promise of a Response': Promise.resolve(new Response(jpeg)),
  };
  for (const [name, input] of Object.entries(shapes)) assert.deepEqual((await service.compressImage(input, { format: 'jpeg' })).data, expected.data, name);
  const pixels = Promise.resolve(waves(20, 10));
  assert.equal((await service.compressImage(pixels, { format: 'png' })).width, 20);
  assert.equal((await service.probe(Promise.resolve(stream()))).width, 120);
  assert.equal((await service.compressImage(createReadStream(path), { format: 'png' })).name, 'stream me.png');
});

test('a batch takes them too, by their names; one that fails is one line', async () => {
  const inputs = () => [Promise.resolve(new File([jpeg], '../a.jpg')), Promise.reject(new Error('no such upload')), new Blob([jpeg]).stream(), { image: Promise.resolve(jpeg), name: 'b.jpg' }, { image: Promise.reject(new Error('gone')), name: 'c.jpg' }];
  for (const images of [inputs(), (function* () { yield* inputs(); })()]) {
    if (!Array.isArray(images)) process.on('unhandledRejection', ignore);
    const { successful, failed } = await service.compressBatch(images, { format: 'webp' }).result;
    assert.deepEqual(successful, ['a.webp', 'image-3.webp', 'b.webp']);
    assert.deepEqual(failed, [['image-2', 'the promise of an image was not kept: no such upload', 'IO'], ['c.jpg', 'the promise of an image was not kept: gone', 'IO']]);
  }
  process.off('unhandledRejection', ignore);
});

/** Promises that nobody has seen yet are the caller's own to watch. */
function ignore() {}

test('a stream that fails, gives no bytes, or is read already is a typed error; an abort leaves it', async () => {
  let canceled;
  const silent = new ReadableStream({ pull() {}, cancel: (reason) => void (canceled = reason) });
  const stop = new AbortController();
  const waiting = service.compressImage(silent, { signal: stop.signal });
  setTimeout(() => stop.abort(new Error('enough')), 20);
  await assert.rejects(waiting, /enough/);
  assert.equal(canceled.message, 'enough');
  const failing = new ReadableStream({ pull: (controller) => controller.error(new Error('the line broke')) });
  await assert.rejects(service.compressImage(failing), { code: 'IO', message: /the stream could not be read: the line broke/ });
  const words = new ReadableStream({ pull: (controller) => controller.enqueue('words') });
  await assert.rejects(service.compressImage(words), { code: 'INVALID_INPUT', message: /'words'; it must give bytes/ });
  await assert.rejects(service.compressImage(words), { code: 'INVALID_INPUT' });
  await assert.rejects(service.compressImage((async function* () {})()), { code: 'INVALID_INPUT', message: /empty/ });
  await assert.rejects(service.compressImage(Promise.resolve({})), { code: 'INVALID_INPUT', message: /must be a File, Blob/ });
});

function run(args, env = {}) {
  return new Promise((resolve) => execFile(process.execPath, args, { cwd: folder, env: { ...process.env, ...env } }, (_, stdout, stderr) => resolve({ stdout, stderr })));
}
