/** examples/deno-edge in real Deno, with the rights that it needs and no others. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startDeno } from '../../examples/deno.mjs';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { jpegFile, pngFile } from '../js/pictures.mjs';

let edge;
before(async () => {
  edge = await startDeno();
});
after(() => edge.close());

const post = (query, body, headers = {}) => fetch(`${edge.address}/${query}`, { method: 'POST', body, headers });

test('a picture comes back smaller, in the bytes that Node would give', async () => {
  const jpeg = await jpegFile(900, 600);
  const response = await post('?format=webp&w=300', jpeg);
  const { data } = await compressImage(jpeg, { format: 'webp', maxDimension: 300 });
  assert.equal(response.headers.get('content-type'), 'image/webp');
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(data));
});

test('by Accept, where no format is named', async () => {
  const png = await pngFile(90, 60);
  assert.equal((await post('', png, { accept: 'image/webp,*/*' })).headers.get('content-type'), 'image/webp');
  assert.equal((await post('', png, { accept: '*/*' })).headers.get('content-type'), 'image/jpeg');
});

test('what cannot be done has a status and a code', async () => {
  const large = await pngFile(64, 64);
  large.writeUInt32BE(9000, 16);
  large.writeUInt32BE(9000, 20);
  const wanted = [
    [await post('?w=2049', await jpegFile(64, 64)), 400, 'INVALID_OPTION'],
    [await post('?width=64', await jpegFile(64, 64)), 400, 'INVALID_OPTION'],
    [await post('?format=auto', await jpegFile(64, 64)), 400, 'INVALID_OPTION'],
    [await post('?w=none', await jpegFile(64, 64)), 400, 'INVALID_OPTION'],
    [await post('', 'not an image, just words'), 415, 'UNSUPPORTED_FORMAT'],
    [await post('', large), 413, 'LIMIT_EXCEEDED'],
  ];
  for (const [response, status, code] of wanted) {
    const refusal = await response.json();
    console.log(`${response.status} ${refusal.code}, ${refusal.message}`);
    assert.deepEqual([response.status, refusal.code], [status, code]);
  }
  assert.equal((await fetch(edge.address)).status, 405);
});

test('a picture is bounded by its bytes, with a length or without', async () => {
  const large = new Uint8Array(21 * 2 ** 20);
  for (const body of [large, streamOf(large)]) {
    const response = await fetch(edge.address, { method: 'POST', body, duplex: 'half' });
    assert.deepEqual([response.status, (await response.json()).code], [413, 'LIMIT_EXCEEDED']);
  }
  const jpeg = await jpegFile(90, 60);
  assert.equal((await fetch(edge.address, { method: 'POST', body: streamOf(jpeg), duplex: 'half' })).status, 200);
});

/** Sent in chunks, so that no length goes before. */
function streamOf(bytes) {
  return new Blob([bytes]).stream();
}
