/**
 * What is fetched and when, in Chromium: the smaller module unless AVIF is written, nothing before the first picture,
 * and the files from where the caller says they are. A page's requests are the proof.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browsers } from './browsers.mjs';

const { skip, open } = browsers.find(({ name }) => name === 'Chromium');
const opened = [];
after(() => Promise.all(opened.map(({ close }) => close())));

let plain;
before(async () => {
  if (!skip) plain = await openHost();
});

async function openHost(options) {
  const host = await open(options);
  opened.push(host);
  const requests = [];
  host.page.context().on('request', (request) => requests.push(new URL(request.url()).pathname));
  /** Runs `work` in a fresh page; gives what it gave and what was fetched meanwhile. */
  host.fresh = async (work, argument) => {
    await host.page.goto(`${host.origin}/tests/blank.html`);
    requests.length = 0;
    const result = await host.page.evaluate(work, argument);
    const fetched = (pattern) => [...new Set(requests.filter((path) => pattern.test(path)))].sort();
    return { result, wasm: fetched(/\.wasm$/), workers: fetched(/worker-browser\.js$/), all: fetched(/./) };
  };
  return host;
}

/** Runs in the page: pictures in each of `formats`, one after another, by a service of such settings. */
async function compressIn([settings, formats, entry = 'browser']) {
  const { ImageCompressionService } = await import(`/pkg/dist/entry-${entry}.js`);
  const warnings = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (...words) => warnings.push(words.join(' ')) };
  const { moduleFrom, ...rest } = settings;
  const compiled = moduleFrom && { wasmModule: Object.fromEntries(await Promise.all(moduleFrom.map(async (name) => [name, await WebAssembly.compileStreaming(fetch(`/elsewhere/${name}_bg.wasm`))]))) };
  const service = new ImageCompressionService({ logger, ...rest, ...compiled });
  const pixels = { data: new Uint8ClampedArray(32 * 32 * 4).fill(200), width: 32, height: 32 };
  const done = [];
  for (const format of formats) done.push((await service.compressImage(pixels, { format })).format);
  const { images, avif } = service.workers;
  service.close();
  return { done, workers: [images.length, avif.length], warnings };
}

const CORE = '/pkg/dist/core_bg.wasm';
const FULL = '/pkg/dist/full_bg.wasm';
const WORKER = '/pkg/dist/worker-browser.js';
const EVERY = ['jpeg', 'webp', 'png', 'avif'];

test('importing fetches no wasm; JPEG, WebP and PNG fetch core alone; AVIF fetches full', { skip }, async () => {
  const nothing = await plain.fresh(async () => void (await import('/pkg/dist/entry-browser.js')));
  assert.deepEqual([nothing.wasm, nothing.workers], [[], []]);
  const most = await plain.fresh(compressIn, [{}, ['jpeg', 'webp', 'png']]);
  assert.deepEqual([most.result.done, most.wasm, most.workers], [['jpeg', 'webp', 'png'], [CORE], [WORKER]]);
  const all = await plain.fresh(compressIn, [{}, EVERY]);
  assert.deepEqual([all.result.done, all.wasm, all.result.workers], [EVERY, [CORE, FULL], [1, 1]]);
});

test('preload fetches what the formats need and starts nothing; the first picture then fetches no more', { skip }, async () => {
  const work = async (formats) => {
    const { ImageCompressionService } = await import('/pkg/dist/entry-browser.js');
    const service = new ImageCompressionService();
    await service.preload(formats);
    const before = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.wasm')).length;
    const workers = service.workers.images.length + service.workers.avif.length;
    await service.compressImage({ data: new Uint8ClampedArray(16), width: 2, height: 2 }, { format: formats[0] });
    const after = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.wasm')).length;
    service.close();
    return { workers, before, after };
  };
  const webp = await plain.fresh(work, ['webp', 'image/jpeg']);
  assert.deepEqual([webp.result, webp.wasm], [{ workers: 0, before: 1, after: 1 }, [CORE]]);
  const avif = await plain.fresh(work, ['avif']);
  assert.deepEqual([avif.result, avif.wasm], [{ workers: 0, before: 2, after: 2 }, [CORE, FULL]]);
});

for (const worker of [true, false]) {
  const where = worker ? 'in workers' : 'with worker: false';
  const script = worker ? [WORKER] : [];

  test(`wasmUrl and wasmModule say where the modules are, ${where}`, { skip }, async () => {
    const elsewhere = ['/elsewhere/core_bg.wasm', '/elsewhere/full_bg.wasm'];
    const settings = {
      folder: { wasmUrl: '/elsewhere/' },
      'file by file': { wasmUrl: { core: elsewhere[0], full: elsewhere[1] } },
      compiled: { moduleFrom: ['core', 'full'] },
      'full alone': { moduleFrom: ['full'] },
    };
    for (const [name, one] of Object.entries(settings)) {
      const { result, wasm, workers } = await plain.fresh(compressIn, [{ worker, ...one }, EVERY]);
      assert.deepEqual(result, { done: EVERY, workers: worker ? [1, 1] : [0, 0], warnings: [] }, name);
      assert.deepEqual([wasm, workers], [name === 'full alone' ? [elsewhere[1]] : elsewhere, script], name);
    }
  });
}

test('workerUrl says where the worker is; where it is not, work goes on with a warning', { skip }, async () => {
  const right = await plain.fresh(compressIn, [{ workerUrl: '/elsewhere/worker-browser.js' }, EVERY]);
  assert.deepEqual([right.result, right.workers], [{ done: EVERY, workers: [1, 1], warnings: [] }, ['/elsewhere/worker-browser.js']]);
  const wrong = await plain.fresh(compressIn, [{ workerUrl: '/elsewhere/nothing.js' }, ['webp']]);
  assert.deepEqual([wrong.result.done, wrong.result.workers, wrong.result.warnings.length], [['webp'], [0, 0], 1]);
  assert.match(wrong.result.warnings[0], /workerUrl/);
});

test('the inline entry fetches no wasm, and starts workers where workerUrl says', { skip }, async () => {
  const here = await plain.fresh(compressIn, [{}, EVERY, 'inline']);
  assert.deepEqual([here.result, here.wasm, here.workers], [{ done: EVERY, workers: [0, 0], warnings: [] }, [], []]);
  const most = await plain.fresh(compressIn, [{}, ['webp'], 'inline']);
  assert.deepEqual(most.all.filter((path) => path.includes('inline-')), ['/pkg/dist/inline-core.js']);
  const there = await plain.fresh(compressIn, [{ workerUrl: '/elsewhere/worker-browser.js' }, EVERY, 'inline']);
  assert.deepEqual([there.result, there.wasm], [{ done: EVERY, workers: [1, 1], warnings: [] }, []]);
});

test('capabilities say what Chromium can, and threads where the page is isolated', { skip }, async () => {
  const ask = async () => (await import('/pkg/dist/entry-browser.js')).capabilities();
  const { result, wasm, workers } = await plain.fresh(ask);
  assert.deepEqual([wasm, workers], [[], []]);
  const { cores, ...rest } = result;
  assert.ok(cores >= 1);
  const own = ['jpeg', 'png', 'webp', 'gif', 'bmp', 'tiff', 'ico'];
  assert.deepEqual(rest, { input: [...own, 'avif'], output: ['avif', 'webp', 'jpeg', 'png'], platformDecoders: ['avif'], simd: true, workers: true, threads: false });
  const isolated = await openHost({ isolated: true });
  assert.equal((await isolated.fresh(ask)).result.threads, true);
  const there = await isolated.fresh(compressIn, [{}, EVERY]);
  assert.deepEqual([there.result.workers, there.wasm], [[1, 1], [CORE, '/pkg/dist/threads_bg.wasm']]);
});

test('a worker has a policy of its own: without the directive slimpix says so, in a worker of the caller too', { skip }, async () => {
  const headers = { 'content-security-policy': "default-src 'self'" };
  await plain.page.route(/strict-worker\.js$/, (route) => route.fulfill({
    headers,
    contentType: 'text/javascript',
    body: `import { compressImage } from '/pkg/dist/entry-browser.js';
      compressImage({ data: new Uint8ClampedArray(4), width: 1, height: 1 }, { format: 'png', useWebWorker: false })
        .then(() => postMessage('done'), ({ code, message }) => postMessage(code + ' ' + message));`,
  }));
  const { result } = await plain.fresh(() => new Promise((resolve) => {
    new Worker('/tests/strict-worker.js', { type: 'module' }).onmessage = ({ data }) => resolve(data);
  }));
  assert.match(result, /^LOAD_FAILED .*'wasm-unsafe-eval'/);
});

test('our own worker needs no directive of its own, since the page compiles for it', { skip }, async () => {
  await plain.page.route(/elsewhere\/worker-browser\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': "default-src 'self'" } });
  });
  const { result } = await plain.fresh(compressIn, [{ workerUrl: '/elsewhere/worker-browser.js' }, ['webp']]);
  assert.deepEqual(result, { done: ['webp'], workers: [1, 0], warnings: [] });
});
