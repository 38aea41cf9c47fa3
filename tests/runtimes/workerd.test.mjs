/**
 * The package in the real workerd, Cloudflare's engine, through Miniflare: the same bytes as in Node, within the memory
 * of an isolate. workerd holds nobody to 128 MB on one's own machine, so the memory is asked for and counted.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { start } from '../../examples/workerd.mjs';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { CASES, hashOf } from '../browser/same-bytes.mjs';
import { corpusFile, withoutCorpus } from '../js/corpus.mjs';
import { jpegFile } from '../js/pictures.mjs';

const WORKER = `
import { compressImage } from 'slimpix';
import { memoryInUse } from './slimpix/engine.js';
export default {
  async fetch(request) {
    const config = JSON.parse(new URL(request.url).searchParams.get('config'));
    const bytes = new Uint8Array(await request.arrayBuffer());
    const before = memoryInUse();
    const memory = () => ({ 'x-before': String(before), 'x-after': String(memoryInUse()) });
    try {
      const { data, mimeType } = await compressImage(bytes, config);
      return new Response(data, { headers: { 'content-type': mimeType, ...memory() } });
    } catch (error) {
      return Response.json({ code: error.code, message: error.message }, { status: 422, headers: memory() });
    }
  },
};`;

const MEBIBYTE = 2 ** 20;
let workerd;

before(() => {
  workerd = start(WORKER);
});
after(() => workerd.dispose());

async function ask(body, config) {
  const response = await workerd.dispatchFetch(`http://localhost/?config=${encodeURIComponent(JSON.stringify(config))}`, { method: 'POST', body });
  const [before, after] = ['x-before', 'x-after'].map((name) => Number(response.headers.get(name)));
  return { status: response.status, before, after, body: Buffer.from(await response.arrayBuffer()) };
}

test('the same bytes as in Node, for each format, and typed errors', async () => {
  const jpeg = await jpegFile(321, 243);
  for (const config of CASES) {
    const here = hashOf((await compressImage(jpeg, config)).data);
    const { status, body } = await ask(jpeg, config);
    assert.equal(status, 200, body.toString());
    console.log(`${config.format.padEnd(4)} Node ${here.slice(0, 16)}… workerd ${hashOf(body).slice(0, 16)}…`);
    assert.equal(hashOf(body), here, config.format);
  }
  const refused = await ask('not an image, just words', { format: 'jpeg' });
  assert.equal(JSON.parse(refused.body).code, 'UNSUPPORTED_FORMAT');
});

test('a header of 50 MP is refused with nothing allocated', async () => {
  const files = { png: await blank(8660, 5774).png().toBuffer(), jpeg: await blank(8660, 5774).jpeg({ progressive: true }).toBuffer() };
  await ask('starts the engine', { format: 'webp' });
  for (const [kind, file] of Object.entries(files)) {
    const { body, before, after } = await ask(file.subarray(0, 700), { format: 'webp' });
    const { code, message } = JSON.parse(body);
    console.log(`${kind}: ${code}, ${message}; memory ${before} B before, ${after} B after`);
    assert.equal(code, 'LIMIT_EXCEEDED');
    assert.equal(after, before);
  }
});

test('a photograph of 12 MP becomes 2048 pixels under 100 MiB', { skip: withoutCorpus }, async () => {
  const photo = corpusFile('camera/photo12.jpg');
  for (const format of ['webp', 'jpeg']) {
    const { status, body, after } = await ask(photo, { format });
    assert.equal(status, 200, body.toString());
    const { width } = await sharp(body).metadata();
    console.log(`photo12.jpg, 12 MP → ${format} of ${width} pixels: memory's peak ${(after / MEBIBYTE).toFixed(1)} MiB`);
    assert.equal(width, 2048);
    assert.ok(after < 100 * MEBIBYTE);
  }
});

test('the largest AVIF that fits is made, and a larger one refused', async () => {
  for (const [side, expected] of [[1900, 200], [2400, 422]]) {
    const { status, body, after } = await ask(await blank(side, side).jpeg().toBuffer(), { format: 'avif', avifSpeed: 10, maxDimension: 4096 });
    console.log(`${side} × ${side} → AVIF: ${status}${status === 422 ? ` ${JSON.parse(body).message}` : ''}; memory's peak ${(after / MEBIBYTE).toFixed(1)} MiB`);
    assert.equal(status, expected, body.toString());
    assert.ok(after <= 96 * MEBIBYTE);
  }
});

test('a choice of formats does without the one that does not fit', { skip: withoutCorpus }, async () => {
  const { status, body, after } = await ask(corpusFile('camera/photo12.jpg'), { format: 'auto' });
  assert.equal(status, 200, body.toString());
  const { format, width } = await sharp(body).metadata();
  console.log(`photo12.jpg, 12 MP → auto: ${format} of ${width} pixels; memory's peak ${(after / MEBIBYTE).toFixed(1)} MiB`);
  assert.deepEqual([format, width], ['webp', 2048]);
  const [small, config] = [await jpegFile(321, 243), { format: 'auto', formats: ['avif', 'png'], avifSpeed: 10 }];
  const there = await ask(small, config);
  assert.equal(hashOf(there.body), hashOf((await compressImage(small, config)).data), 'and takes it where it fits');
  assert.equal((await sharp(there.body).metadata()).format, 'heif');
});

function blank(width, height) {
  return sharp({ create: { width, height, channels: 3, background: '#7a8fa0' } });
}
