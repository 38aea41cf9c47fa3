/** The service in Node: every shape of input, every format, what a result says, errors, and what follows a failure. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { compressImage, ImageCompressionError, ImageCompressionService, probe } from '../../pkg/dist/entry-node.js';
import { difference, vipsPixels } from './decoders.mjs';
import { animatedGif, avifFile, jpegFile, pngFile, waves } from './pictures.mjs';

let folder, jpeg, png;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slimpix-'));
  [jpeg, png] = [await jpegFile(160, 120), await pngFile(160, 120, { alpha: true })];
});
after(() => rm(folder, { recursive: true }));

const fails = (code, pattern) => (error) => {
  assert.ok(error instanceof ImageCompressionError, `${error}`);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, pattern ?? /./);
  return true;
};

test('every shape of input gives the same bytes', async () => {
  const path = join(folder, 'ä picture #1.jpg');
  await writeFile(path, jpeg);
  const server = createServer((_, response) => response.end(jpeg)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = `http://127.0.0.1:${server.address().port}/picture.jpg`;
  const padded = new Uint8Array([1, 2, 3, ...jpeg, 4]);
  const shapes = {
    Buffer: jpeg,
    Uint8Array: new Uint8Array(jpeg),
    'a view into a larger buffer': padded.subarray(3, -1),
    DataView: new DataView(padded.buffer, 3, jpeg.length),
    ArrayBuffer: new Uint8Array(jpeg).buffer,
    Blob: new Blob([jpeg]),
    File: new File([jpeg], 'picture.jpg'),
    Response: new Response(jpeg),
    FileSystemFileHandle: { kind: 'file', getFile: async () => new File([jpeg], 'picture.jpg') },
    path,
    'file: URL': pathToFileURL(path),
    'file: URL as a string': pathToFileURL(path).href,
    'http URL': new URL(address),
    'http address': address,
    'data: address': `data:image/jpeg;base64,${jpeg.toString('base64')}`,
  };
  const expected = await compressImage(jpeg, { format: 'jpeg' });
  try {
    for (const [name, input] of Object.entries(shapes)) {
      const { data } = await compressImage(input, { format: 'jpeg' });
      assert.deepEqual(Buffer.from(data), Buffer.from(expected.data), name);
    }
  } finally {
    server.close();
  }
});

test('bytes and pixels of another realm are bytes and pixels', async () => {
  const elsewhere = runInNewContext('({ bytes: (list) => Uint8Array.from(list), clamped: (list) => Uint8ClampedArray.from(list) })');
  const expected = await compressImage(jpeg, { format: 'jpeg' });
  const bytes = elsewhere.bytes([...jpeg]);
  for (const input of [bytes, bytes.buffer]) assert.deepEqual((await compressImage(input, { format: 'jpeg' })).data, expected.data);
  const pixels = waves(20, 10);
  const strange = { ...pixels, data: elsewhere.clamped([...pixels.data]) };
  for (const useWebWorker of [true, false]) {
    assert.deepEqual((await compressImage(strange, { format: 'png', useWebWorker })).data, (await compressImage(pixels, { format: 'png' })).data);
  }
});

test('what is no image input is refused with what would be', async () => {
  for (const wrong of [undefined, null, 5, {}, [], () => {}]) {
    await assert.rejects(compressImage(wrong), fails('INVALID_INPUT', /must be a File, Blob/));
  }
  await assert.rejects(compressImage(new Uint8Array(0)), fails('INVALID_INPUT', /empty/));
  await assert.rejects(compressImage(join(folder, 'none.jpg')), fails('IO', /none\.jpg could not be read/));
  await assert.rejects(compressImage(new Response('gone', { status: 404 })), fails('IO', /404/));
  const used = new Response(jpeg);
  await used.arrayBuffer();
  await assert.rejects(compressImage(used), fails('INVALID_INPUT', /read already/));
  await assert.rejects(compressImage({ data: new Uint8Array(7), width: 2, height: 1 }, { format: 'png' }), fails('INVALID_INPUT', /8 bytes of RGBA/));
  await assert.rejects(compressImage({ data: new Uint8Array(0), width: 0, height: 1 }, { format: 'png' }), fails('INVALID_INPUT', /0 × 1/));
});

test('a result says what was made of what', async () => {
  const { data, ...facts } = await compressImage(jpeg, { format: 'png', maxDimension: 80 });
  assert.deepEqual(facts, {
    ...facts,
    format: 'png',
    mimeType: 'image/png',
    width: 80,
    height: 60,
    size: data.length,
    inputSize: jpeg.length,
    sourceFormat: 'jpeg',
    sourceWidth: 160,
    sourceHeight: 120,
    animated: false,
  });
  assert.deepEqual(await sharp(data).metadata().then(({ width, height, format }) => ({ width, height, format })), { width: 80, height: 60, format: 'png' });
});

test('each format comes out as itself, close to the picture that went in', async () => {
  const input = await pngFile(160, 120);
  const original = await vipsPixels(input);
  for (const [format, lossless, bound] of [['jpeg', false, 3], ['png', false, 0], ['webp', false, 4], ['webp', true, 0], ['avif', false, 4]]) {
    const result = await compressImage(input, { format, ...(lossless && { lossless }) });
    assert.equal((await sharp(result.data).metadata()).format, format === 'avif' ? 'heif' : format);
    const { mean } = difference(await vipsPixels(Buffer.from(result.data)), original);
    assert.ok(mean <= bound, `${format}: ${mean} levels apart`);
  }
});

test('without loss nothing is lost, transparency included', async () => {
  const pixels = waves(160, 120, { alpha: true });
  for (const config of [{ format: 'png' }, { format: 'webp', lossless: true }]) {
    const { data } = await compressImage(pixels, config);
    assert.deepEqual(difference(await vipsPixels(Buffer.from(data)), pixels), { mean: 0, max: 0 }, config.format);
  }
});

test('lossy WebP keeps its alpha exactly', async () => {
  const pixels = waves(161, 119, { alpha: true });
  const { data } = await compressImage(pixels, { format: 'webp', quality: 60 });
  const decoded = await vipsPixels(Buffer.from(data));
  for (let at = 3; at < pixels.data.length; at += 4) {
    if (decoded.data[at] !== pixels.data[at]) assert.fail(`alpha of pixel ${at >> 2} is ${decoded.data[at]}, not ${pixels.data[at]}`);
  }
});

test('alphaQuality trades levels of alpha for bytes', async () => {
  const pixels = waves(161, 119, { alpha: true });
  const [few, all] = await Promise.all([10, 100].map((alphaQuality) => compressImage(pixels, { format: 'webp', alphaQuality })));
  assert.ok(few.size < all.size, `${few.size} bytes, not less than ${all.size}`);
  const { data } = await vipsPixels(Buffer.from(few.data));
  assert.ok(new Set(data.filter((_, at) => at % 4 === 3)).size <= 4, 'four levels are left');
});

test('transparency becomes the background where the format has none', async () => {
  for (const [background, expected] of [[undefined, [255, 255, 255]], ['#f00', [255, 0, 0]]]) {
    const { data } = await compressImage(png, { format: 'jpeg', quality: 95, background });
    const [r, g, b] = (await vipsPixels(Buffer.from(data))).data;
    assert.ok([r, g, b].every((level, c) => Math.abs(level - expected[c]) < 12), `${[r, g, b]}`);
  }
});

test('targetSize and fit give the size they promise', async () => {
  const sizes = { inside: [60, 45], outside: [80, 60], cover: [60, 60], contain: [60, 60], fill: [60, 60] };
  for (const [fit, size] of Object.entries(sizes)) {
    const { width, height } = await compressImage(jpeg, { targetSize: [60, 60], fit });
    assert.deepEqual([width, height], size, fit);
  }
  const small = await compressImage(jpeg, { targetSize: { width: 999 } });
  assert.deepEqual([small.width, small.height], [160, 120]);
  const large = await compressImage(jpeg, { targetSize: { width: 320 }, withoutEnlargement: false });
  assert.deepEqual([large.width, large.height], [320, 240]);
});

test('quality moves the size', async () => {
  for (const format of ['jpeg', 'avif']) {
    const [low, high] = [await compressImage(jpeg, { format, quality: 20 }), await compressImage(jpeg, { format, quality: 95 })];
    assert.ok(low.size < high.size * 0.8, `${format}: ${low.size} and ${high.size}`);
  }
});

test('probe reads the header', async () => {
  const { width, height, format, mimeType, hasAlpha, animated } = await probe(png);
  assert.deepEqual({ width, height, format, mimeType, hasAlpha, animated }, { width: 160, height: 120, format: 'png', mimeType: 'image/png', hasAlpha: true, animated: false });
  assert.equal((await probe(await avifFile(64, 48))).format, 'avif');
  assert.deepEqual([(await probe(await animatedGif(40, 30))).animated, (await probe(jpeg)).animated], [true, false]);
  await assert.rejects(probe(new TextEncoder().encode('not an image, just words')), fails('UNSUPPORTED_FORMAT'));
});

test('an animated picture is refused, or its first frame taken when asked', async () => {
  const gif = await animatedGif(40, 30);
  await assert.rejects(compressImage(gif, { format: 'png' }), fails('UNSUPPORTED_FEATURE', /anim/i));
  const result = await compressImage(gif, { format: 'png', animated: 'first' });
  assert.deepEqual([result.width, result.height, result.animated, result.sourceFormat], [40, 30, true, 'gif']);
});

test('broken, cut and unknown files give typed errors', async () => {
  await assert.rejects(compressImage(jpeg.subarray(0, jpeg.length / 2)), fails('CORRUPT_IMAGE'));
  await assert.rejects(compressImage(png.subarray(0, png.length / 2)), fails('CORRUPT_IMAGE'));
  await assert.rejects(compressImage(new TextEncoder().encode('not an image, just words')), fails('UNSUPPORTED_FORMAT'));
  await assert.rejects(compressImage(jpeg, { limitInputPixels: 100 }), fails('LIMIT_EXCEEDED'));
});

test('AVIF in: refused where nothing decodes it, decoded by the decoder that the caller gives', async () => {
  const avif = await avifFile(64, 48);
  await assert.rejects(compressImage(avif, { format: 'png' }), fails('UNSUPPORTED_FEATURE'));
  const decoders = { 'image/avif': (bytes) => vipsPixels(Buffer.from(bytes)) };
  const perCall = await compressImage(avif, { format: 'png', decoders });
  assert.deepEqual([perCall.width, perCall.height, perCall.sourceFormat], [64, 48, 'avif']);
  const service = new ImageCompressionService({ decoders });
  assert.deepEqual((await service.compressImage(avif, { format: 'png' })).data, perCall.data);
  const failing = { 'image/avif': () => Promise.reject(new Error('no luck')) };
  await assert.rejects(compressImage(avif, { format: 'png', decoders: failing }), fails('CORRUPT_IMAGE', /image\/avif failed: no luck/));
  const wrong = { 'image/avif': () => ({ data: new Uint8Array(4), width: 64, height: 48 }) };
  await assert.rejects(compressImage(avif, { format: 'png', decoders: wrong }), fails('INVALID_INPUT', /RGBA/));
  await assert.rejects(compressImage(avif, { format: 'png', decoders, limitInputPixels: 10 }), fails('LIMIT_EXCEEDED'));
});

test('the logger hears of each image and each failure; without one all is silent', async (t) => {
  const heard = [];
  const logger = Object.fromEntries(['debug', 'info', 'warn', 'error'].map((level) => [level, (...words) => heard.push([level, words.join(' ')])]));
  const service = new ImageCompressionService({ logger });
  await service.compressImage(jpeg);
  await assert.rejects(service.compressImage(jpeg.subarray(0, 2000)));
  assert.ok(heard.some(([level, words]) => level === 'info' && /jpeg 160×120 .* → jpeg/.test(words)), JSON.stringify(heard));
  assert.ok(heard.some(([level]) => level === 'error'));
  const spies = ['debug', 'info', 'log', 'error'].map((name) => t.mock.method(console, name, () => {}));
  await compressImage(jpeg);
  assert.deepEqual(spies.map((spy) => spy.mock.callCount()), [0, 0, 0, 0]);
});

test('wasmUrl and wasmModule are used, and a module that cannot be had is LOAD_FAILED', async () => {
  const script = (config) => `
    import { ImageCompressionService } from ${JSON.stringify(new URL('../../pkg/dist/entry-node.js', import.meta.url).href)};
    const config = await (${config})();
    const service = new ImageCompressionService(config);
    try { const { size } = await service.compressImage({ data: new Uint8Array(64).fill(9), width: 4, height: 4 }, { format: 'png' }); console.log('size', size > 0); }
    catch (error) { console.log(error.code, error.message); }`;
  const dist = new URL('../../pkg/dist/', import.meta.url).href;
  const compiled = `async () => ({ wasmModule: { full: await WebAssembly.compile(await (await import('node:fs/promises')).readFile(new URL(${JSON.stringify(`${dist}full_bg.wasm`)}))) } })`;
  assert.match(await runModule(script(`async () => ({ wasmUrl: ${JSON.stringify(dist)} })`)), /^size true/);
  assert.match(await runModule(script(compiled)), /^size true/);
  assert.match(await runModule(script(`async () => ({ wasmUrl: ${JSON.stringify(`${dist}nowhere`)} })`)), /^LOAD_FAILED slimpix could not load its WebAssembly: .*nowhere/);
});

async function runModule(source) {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ['--input-type=module', '-e', source], (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}

test('jobs started together all come back right', async () => {
  const alone = await compressImage(jpeg, { format: 'jpeg' });
  const together = await Promise.all(Array.from({ length: 8 }, () => compressImage(jpeg, { format: 'jpeg' })));
  for (const { data } of together) assert.deepEqual(data, alone.data);
});
