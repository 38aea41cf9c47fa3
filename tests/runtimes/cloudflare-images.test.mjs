/** examples/cloudflare-images in the real workerd, before an origin of our own: negotiation, sizes, cache, refusals. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { startExample } from '../../examples/workerd.mjs';
import { pngFile } from '../js/pictures.mjs';

let worker;
let origin;
const fetched = [];

before(async () => {
  const huge = await sharp({ create: { width: 9000, height: 6000, channels: 3, background: '#fff' } }).png().toBuffer();
  const picture = await pngFile(1200, 900);
  const files = {
    '/lake.png': picture,
    '/torn.png': picture.subarray(0, picture.length / 2),
    '/huge.png': huge,
    '/heavy.png': Buffer.alloc(21 * 2 ** 20),
    '/words.jpg': Buffer.from('not an image, just words'),
  };
  origin = createServer((request, response) => {
    fetched.push(request.url);
    const file = files[request.url];
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise((resolve) => origin.listen(0, '127.0.0.1', resolve));
  worker = startExample('cloudflare-images', { bindings: { ORIGIN: `http://127.0.0.1:${origin.address().port}` } });
});
after(async () => {
  await worker.dispose();
  origin.close();
});

const get = (path, accept = '*/*', method = 'GET') => worker.dispatchFetch(`http://pictures.test${path}`, { method, headers: { accept } });

test('a browser is given the best format that it takes', async () => {
  const wanted = [
    ['image/avif,image/webp,*/*', 'image/avif'],
    ['image/webp,*/*', 'image/webp'],
    ['image/avif;q=0,image/webp', 'image/webp'],
    ['*/*', 'image/jpeg'],
  ];
  for (const [accept, type] of wanted) {
    const response = await get('/lake.png?w=320&h=240', accept);
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
  assert.equal((await get('/lake.png?w=1000', 'image/avif,image/webp')).headers.get('content-type'), 'image/webp');
  assert.equal((await get('/lake.png?w=200&format=avif')).headers.get('content-type'), 'image/avif');
});

test('a picture is made once, whatever the order of the words', async () => {
  const first = await get('/lake.png?w=111&q=60', 'image/webp');
  assert.match(first.headers.get('cache-status'), /miss/);
  const bytes = Buffer.from(await first.arrayBuffer());
  const asked = fetched.length;
  const again = await get('/lake.png?q=60&w=111', 'image/webp,image/png');
  assert.match(again.headers.get('cache-status'), /hit/);
  assert.deepEqual(Buffer.from(await again.arrayBuffer()), bytes);
  assert.equal(fetched.length, asked, 'the origin was asked again');
});

test('what cannot be done has a status and a code', async () => {
  const wanted = [
    ['/lake.png?w=0', 400, 'INVALID_OPTION'],
    ['/lake.png?w=9999', 400, 'INVALID_OPTION'],
    ['/lake.png?width=100', 400, 'INVALID_OPTION'],
    ['/lake.png?format=tiff', 400, 'INVALID_OPTION'],
    ['/gone.png', 404, 'IO'],
    ['/words.jpg?w=100', 415, 'UNSUPPORTED_FORMAT'],
    ['/torn.png?w=100', 422, 'CORRUPT_IMAGE'],
    ['/huge.png?w=100', 413, 'LIMIT_EXCEEDED'],
    ['/heavy.png?w=100', 413, 'LIMIT_EXCEEDED'],
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
