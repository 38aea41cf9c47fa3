/**
 * examples/cloudflare-pipeline in the real workerd, with Miniflare's R2 and Queues: 50 uploads, three of them broken, and
 * a consumer that crashes between two variants. Each good one has its three variants, each written once; the broken ones
 * lie in the dead-letter queue with their code.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { startExample } from '../../examples/workerd.mjs';
import { corpusFile, withoutCorpus } from '../js/corpus.mjs';
import { jpegFile, pngFile } from '../js/pictures.mjs';

/** The example's own handlers over an environment that counts writes, crashes once, and lets the test look. */
const MAIN = `
import pipeline from './src/worker.js';

const writes = {};
const letters = [];
let crashes = 0;

function watched(env) {
  const put = async (key, ...rest) => {
    if (crashes === 0 && key === 'photos/17.jpg/preview.webp') {
      crashes += 1;
      throw new Crash();
    }
    writes[key] = (writes[key] ?? 0) + 1;
    return env.VARIANTS.put(key, ...rest);
  };
  return { ...env, VARIANTS: { head: (key) => env.VARIANTS.head(key), get: (key) => env.VARIANTS.get(key), put } };
}

class Crash extends Error {}

/** The handler dies where it stands, as when an isolate is ended: what it did not acknowledge is delivered again. */
function dying(batch) {
  const messages = batch.messages.map((message) => ({
    body: message.body,
    attempts: message.attempts,
    ack: () => message.ack(),
    retry() { throw new Crash('the consumer died'); },
  }));
  return { queue: batch.queue, messages };
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname === '/report') return Response.json({ writes, letters, crashes });
    if (pathname === '/store') await env.UPLOADS.put(request.headers.get('x-key'), await request.arrayBuffer());
    if (pathname === '/send') await env.JOBS.sendBatch((await request.json()).map((body) => ({ body })));
    if (pathname === '/store' || pathname === '/send') return new Response();
    // The platform holds a real request to its length; a stream that is none is what a handler may be given elsewhere.
    if (pathname === '/lie') return pipeline.fetch(new Request(new URL('/lie.jpg', request.url), {
      method: 'PUT',
      body: new Blob([new Uint8Array(1000)]).stream(),
      headers: { 'content-length': request.headers.get('x-length') },
    }), env);
    return pipeline.fetch(request, env);
  },
  async queue(batch, env) {
    if (batch.queue === 'slimpix-dead-letters') letters.push(...batch.messages.map(({ body }) => body));
    else await pipeline.queue(crashes === 0 ? dying(batch) : batch, watched(env));
  },
};`;

const BROKEN = { 'photos/08.jpg': 'CORRUPT_IMAGE', 'photos/23.jpg': 'UNSUPPORTED_FORMAT', 'photos/41.png': 'LIMIT_EXCEEDED' };
const VARIANTS = ['full', 'preview', 'thumbnail'];
let pipeline;

before(() => {
  const quickly = { maxBatchSize: 5, maxBatchTimeout: 0.2, maxRetries: 4, retryDelay: 0 };
  pipeline = startExample('cloudflare-pipeline', {
    main: MAIN,
    queueConsumers: { 'slimpix-jobs': { ...quickly, deadLetterQueue: 'slimpix-dead-letters' }, 'slimpix-dead-letters': quickly },
  });
});
after(() => pipeline.dispose());

test('50 uploads, 3 broken, one crash: each variant once, and the broken ones with their code', { timeout: 180_000 }, async () => {
  const uploads = await makeUploads(50);
  for (const [key, file] of uploads) {
    const response = await pipeline.dispatchFetch(`http://localhost/${key}`, { method: 'PUT', body: file, headers: { 'content-length': String(file.length) } });
    assert.equal(response.status, 202, await response.text());
  }
  const good = uploads.map(([key]) => key).filter((key) => !(key in BROKEN));
  const wanted = good.flatMap((key) => VARIANTS.map((name) => `${key}/${name}.webp`)).sort();
  const { writes, letters, crashes } = await settled(wanted.length, Object.keys(BROKEN).length);
  console.log(`${uploads.length} uploads, ${crashes} crash: ${Object.keys(writes).length} variants of ${good.length} pictures, ${letters.length} dead letters`);
  for (const { object, code, message } of letters) console.log(`dead letter: ${object.key} ${code}, ${message}`);
  assert.equal(crashes, 1);
  assert.deepEqual(writes, Object.fromEntries(wanted.map((key) => [key, 1])));
  assert.deepEqual(Object.fromEntries(letters.map(({ object, code }) => [object.key, code])), BROKEN);
  assert.equal(letters.length, 3);
  const bucket = await pipeline.getR2Bucket('VARIANTS');
  const { objects } = await bucket.list({ limit: 1000 });
  assert.deepEqual(objects.map(({ key }) => key).sort(), wanted);
});

test('the same upload again writes nothing, another under its name writes all', async () => {
  const put = (file) => pipeline.dispatchFetch('http://localhost/photos/again.jpg', { method: 'PUT', body: file, headers: { 'content-length': String(file.length) } });
  const count = async () => Object.entries((await report()).writes).filter(([key]) => key.startsWith('photos/again.jpg/')).map(([, times]) => times);
  const first = await jpegFile(700, 500);
  await put(first);
  await until(async () => (await count()).length === 3);
  await put(first);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual(await count(), [1, 1, 1]);
  await put(await jpegFile(640, 480));
  await until(async () => (await count()).every((times) => times === 2));
  const thumbnail = await pipeline.dispatchFetch('http://localhost/photos/again.jpg/thumbnail.webp');
  assert.equal(thumbnail.headers.get('content-type'), 'image/webp');
  const { width, height } = await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata();
  assert.deepEqual([width, height], [150, 113]);
});

test('a photograph of 12 MP has its three variants too', { skip: withoutCorpus, timeout: 60_000 }, async () => {
  const photo = corpusFile('camera/photo12.jpg');
  await pipeline.dispatchFetch('http://localhost/photo12.jpg', { method: 'PUT', body: photo, headers: { 'content-length': String(photo.length) } });
  const ofPhoto = async () => Object.entries((await report()).writes).filter(([key]) => key.startsWith('photo12.jpg/'));
  await until(async () => (await ofPhoto()).length === VARIANTS.length);
  assert.ok(!(await report()).letters.some(({ object }) => object.key === 'photo12.jpg'));
});

test('messages of another shape are dropped, and the others of their batch go on', { timeout: 60_000 }, async () => {
  await store('notified/by-r2.jpg', await jpegFile(620, 460));
  const objects = [null, {}, { key: 7 }, { key: '../up' }, { key: '' }];
  const shapes = [null, 7, 'words', [], {}, ...objects.map((object) => ({ object }))];
  const { letters } = await report();
  const object = { key: 'notified/by-r2.jpg', size: 1, eTag: '' };
  await send([...shapes, { account: '', action: 'PutObject', bucket: 'slimpix-uploads', object }]);
  const made = async () => Object.keys((await report()).writes).filter((key) => key.startsWith('notified/'));
  await until(async () => (await made()).length === VARIANTS.length);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual((await made()).sort(), VARIANTS.map((name) => `notified/by-r2.jpg/${name}.webp`));
  assert.equal((await report()).letters.length, letters.length, 'no attempt is left over');
});

test('a path that is no name is a 400, and no name leads out of its place', async () => {
  const odd = ['/a//b.jpg', '/a%2f%2fb', '/..%2fb', '/a/%2e%2e%2fb', '/a%5cb', '/a%00b', '/a%0ab'];
  const paths = ['/%', '/%ff', '/', ...odd, `/${'a'.repeat(1001)}`];
  for (const path of paths) {
    for (const method of ['GET', 'PUT']) {
      const body = method === 'PUT' ? 'words' : undefined;
      const { status } = await pipeline.dispatchFetch(`http://localhost${path}`, { method, body });
      assert.equal(status, 400, `${method} ${path}`);
    }
  }
  assert.equal((await pipeline.dispatchFetch('http://localhost/caf%C3%A9/%25.jpg/full.webp')).status, 404);
});

test('the size is that of the bytes: by PUT, and where R2 was given the upload', { timeout: 60_000 }, async () => {
  const bucket = await pipeline.getR2Bucket('UPLOADS');
  const lengths = { 10: 400, 5000: 400, [15 * 2 ** 20 + 1]: 413, none: 411, 0: 411, '-1': 411, 1.5: 411 };
  for (const [length, wanted] of Object.entries(lengths)) {
    const { status } = await pipeline.dispatchFetch('http://localhost/lie', { headers: { 'x-length': length } });
    assert.equal(status, wanted, length);
    assert.equal(await bucket.head('lie.jpg'), null);
  }
  assert.equal((await pipeline.dispatchFetch('http://localhost/lie', { headers: { 'x-length': '1000' } })).status, 202);
  await store('large.jpg', new Uint8Array(16 * 2 ** 20));
  await send([{ object: { key: 'large.jpg' } }]);
  const letter = async () => (await report()).letters.find(({ object }) => object.key === 'large.jpg');
  await until(letter);
  assert.equal((await letter()).code, 'LIMIT_EXCEEDED');
});

/** Each its own picture; the broken ones lack their end, are none at all, or are too large to decode here. */
async function makeUploads(count) {
  const good = await Promise.all(Array.from({ length: count }, (_, index) => jpegFile(600 + 2 * index, 450)));
  const named = good.map((file, index) => [`photos/${String(index).padStart(2, '0')}.jpg`, file]);
  named[8][1] = named[8][1].subarray(0, named[8][1].length / 2);
  named[23][1] = Buffer.from('not an image, just words');
  const huge = await pngFile(64, 64);
  huge.writeUInt32BE(20_000, 16);
  huge.writeUInt32BE(20_000, 20);
  named[41] = ['photos/41.png', huge];
  return named;
}

/** Into R2 past the example's own PUT. */
const store = (key, body) => post('store', body, { 'x-key': key });
/** Messages past it too. */
const send = (bodies) => post('send', JSON.stringify(bodies));

function post(path, body, headers) {
  return pipeline.dispatchFetch(`http://localhost/${path}`, { method: 'POST', body, headers });
}

const report = async () => (await pipeline.dispatchFetch('http://localhost/report')).json();

/** When all is there, and some time after, so that a second delivery would have shown. */
async function settled(variants, letters) {
  await until(async () => {
    const now = await report();
    return Object.keys(now.writes).length >= variants && now.letters.length >= letters;
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return report();
}

async function until(holds) {
  const end = Date.now() + 150_000;
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`not reached: ${JSON.stringify(await report())}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
