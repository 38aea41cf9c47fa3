/**
 * examples/cloudflare-images in the real workerd, before an origin of our own: negotiation, sizes, cache,
 * refusals, and that it asks nobody but that origin.
 */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { startExample } from '../../examples/workerd.mjs';
import { pngFile } from '../js/pictures.mjs';

let worker;
let origin;
let elsewhere;
const fetched = [];
const astray = [];
const headers = [];

before(async () => {
  const huge = await sharp({ create: { width: 9000, height: 6000, channels: 3, background: '#fff' } }).png().toBuffer();
  const picture = await pngFile(1200, 900);
  const files = {
    '/lake.png': picture,
    '/torn.png': picture.subarray(0, picture.length / 2),
    '/huge.png': huge,
    '/heavy.png': Buffer.alloc(21 * 2 ** 20),
    '/slow.png': picture,
    '/words.jpg': Buffer.from('not an image, just words'),
  };
  elsewhere = await listening((request, response) => {
    astray.push(request.url);
    response.end(picture);
  });
  origin = await listening((request, response) => {
    fetched.push(request.url);
    headers.push(request.headers);
    const file = files[request.url];
    const location = `http://${hostOf(elsewhere)}/lake.png`;
    if (request.url === '/moved.png') response.writeHead(302, { location }).end();
    else if (request.url === '/slow.png') setTimeout(() => response.end(file), 300);
    else response.writeHead(file ? 200 : 404).end(file);
  });
  worker = startExample('cloudflare-images', { bindings: { ORIGIN: `http://${hostOf(origin)}` } });
});
after(async () => {
  await worker.dispose();
  origin.close();
  elsewhere.close();
});

async function listening(answer) {
  const server = createServer(answer);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const hostOf = (server) => `127.0.0.1:${server.address().port}`;

const get = (path, accept = '*/*', method = 'GET') => worker.dispatchFetch(`http://pictures.test${path}`, { method, headers: { accept } });

test('a browser is given the best format that it takes', async () => {
  const wanted = [
    ['image/avif,image/webp,*/*', 'image/avif'],
    ['image/webp,*/*', 'image/webp'],
    ['image/avif;q=0,image/webp', 'image/webp'],
    ['*/*', 'image/jpeg'],
  ];
  for (const [accept, type] of wanted) {
    const response = await get('/lake.png?w=320', accept);
    const picture = Buffer.from(await response.arrayBuffer());
    const { width, format } = await sharp(picture).metadata();
    console.log(`Accept: ${accept} → ${response.headers.get('content-type')}, ${picture.length} B, ${width} pixels wide`);
    assert.equal(response.status, 200, picture.toString());
    assert.equal(response.headers.get('content-type'), type);
    assert.equal(response.headers.get('vary'), 'accept');
    assert.equal(`image/${format === 'heif' ? 'avif' : format}`, type);
    assert.equal(width, 320);
  }
});

test('AVIF of a large picture only by name', async () => {
  assert.equal((await get('/lake.png?w=960', 'image/avif,image/webp')).headers.get('content-type'), 'image/webp');
  assert.equal((await get('/lake.png?w=160&format=avif')).headers.get('content-type'), 'image/avif');
});

test('a picture is made once, whatever the order of the words', async () => {
  const first = await get('/lake.png?w=160&q=60', 'image/webp');
  assert.match(first.headers.get('cache-status'), /miss/);
  const bytes = Buffer.from(await first.arrayBuffer());
  const asked = fetched.length;
  const again = await get('/lake.png?q=60&w=160', 'image/webp,image/png');
  assert.match(again.headers.get('cache-status'), /hit/);
  assert.deepEqual(Buffer.from(await again.arrayBuffer()), bytes);
  const spelledOut = await get('/lake.png?format=webp&w=160&q=60');
  assert.match(spelledOut.headers.get('cache-status'), /hit/);
  assert.equal(fetched.length, asked, 'the origin was asked again');
});

test('what cannot be done has a status and a code', async () => {
  const wanted = [
    ['/lake.png?w=0', 400, 'INVALID_OPTION'],
    ['/lake.png?w=9999', 400, 'INVALID_OPTION'],
    ['/lake.png?w=161', 400, 'INVALID_OPTION'],
    ['/lake.png?w=0160', 400, 'INVALID_OPTION'],
    ['/lake.png?w=160&w=320', 400, 'INVALID_OPTION'],
    ['/lake.png?q=61', 400, 'INVALID_OPTION'],
    ['/lake.png?width=100', 400, 'INVALID_OPTION'],
    ['/lake.png?format=tiff', 400, 'INVALID_OPTION'],
    ['/gone.png', 404, 'IO'],
    ['/words.jpg?w=160', 415, 'UNSUPPORTED_FORMAT'],
    ['/torn.png?w=160', 422, 'CORRUPT_IMAGE'],
    ['/huge.png?w=160', 413, 'LIMIT_EXCEEDED'],
    ['/heavy.png?w=160', 413, 'LIMIT_EXCEEDED'],
  ];
  for (const [path, status, code] of wanted) {
    const response = await get(path);
    const refusal = await response.json();
    console.log(`${path}: ${response.status} ${refusal.code}, ${refusal.message}`);
    assert.deepEqual([response.status, refusal.code], [status, code], path);
    assert.equal(response.headers.get('cache-control'), 'no-store');
  }
  assert.equal((await get('/lake.png', '*/*', 'POST')).status, 405);
});

test('equal requests at one time are one piece of work, and each is answered', async () => {
  const before = fetched.length;
  const responses = await Promise.all(Array.from({ length: 6 }, () => get('/slow.png?w=320', 'image/webp')));
  const files = await Promise.all(responses.map(async (response) => Buffer.from(await response.arrayBuffer())));
  assert.deepEqual(responses.map(({ status }) => status), Array(6).fill(200));
  assert.equal(fetched.length - before, 1);
  for (const file of files) assert.deepEqual(file, files[0]);
  const statuses = responses.map(({ headers }) => headers.get('cache-status'));
  assert.equal(statuses.filter((status) => /stored/.test(status)).length, 1, statuses.join());
  assert.equal((await get('/slow.png?w=161')).status, 400);
});

test('who waits is answered though the first to ask has gone', async () => {
  const gone = new AbortController();
  const address = 'http://pictures.test/slow.png?w=640&format=webp';
  const first = worker.dispatchFetch(address, { signal: gone.signal }).catch(({ name }) => name);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const second = get('/slow.png?w=640&format=webp');
  gone.abort();
  assert.equal(await first, 'AbortError');
  assert.equal((await second).status, 200);
});

test('a failure is not shared beyond those that waited for it', async () => {
  const [first, second] = await Promise.all([get('/gone.png?w=320'), get('/gone.png?w=320')]);
  assert.deepEqual([first.status, second.status], [404, 404]);
  assert.equal((await get('/gone.png?w=320')).status, 404);
});

test('nobody but the origin is asked, whatever the path looks like and wherever it redirects', async () => {
  const host = hostOf(elsewhere);
  const starts = ['//', '/\\\\', '/%2f%2f', '/%5c%5c', '/http://', '/a/..//', '/%2e%2e%2f/'];
  const before = fetched.length;
  for (const start of starts) {
    const response = await get(`${start}${host}/lake.png`);
    assert.deepEqual([response.status, (await response.json()).code], [400, 'INVALID_OPTION'], start);
  }
  assert.equal(fetched.length, before);
  for (const start of ['/@', '/http:', '/.', '/:80@']) {
    assert.equal((await get(`${start}${host}/lake.png`)).status, 404, start);
  }
  const moved = await get('/moved.png');
  assert.equal(moved.status, 502);
  assert.match((await moved.json()).message, /redirect/);
  assert.deepEqual(astray, []);
});

test('nothing of the visitor goes along to the origin', async () => {
  const personal = { cookie: 'session=1', authorization: 'Bearer 1' };
  await worker.dispatchFetch('http://pictures.test/lake.png?w=480', { headers: personal });
  const { cookie, authorization } = headers.at(-1);
  assert.deepEqual([fetched.at(-1), cookie, authorization], ['/lake.png', undefined, undefined]);
});
