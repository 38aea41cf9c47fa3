/**
 * The packed package in real Deno and Bun: the same bytes as in Node, with workers and without, and a directory's batch
 * with its failures.
 */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CASES } from '../browser/same-bytes.mjs';
import { jpegFile, pngFile } from '../js/pictures.mjs';
import { HOSTS, install } from './installed.mjs';

let app;
const found = {};

before(async () => {
  app = install();
  const input = join(app.folder, 'in');
  mkdirSync(join(input, 'deeper'), { recursive: true });
  writeFileSync(join(input, 'one.jpg'), await jpegFile(320, 240));
  writeFileSync(join(input, 'two.png'), await pngFile(200, 300, { alpha: true }));
  writeFileSync(join(input, 'deeper/three.jpg'), (await jpegFile(200, 300)).subarray(0, 900));
});
after(() => app.remove());

for (const host of Object.keys(HOSTS)) {
  test(host, { timeout: 120_000 }, async () => {
    const wanted = { picture: join(app.folder, 'in/one.jpg'), input: 'in', output: `out-${host}` };
    found[host] = await app.run(host, wanted);
    const { hashes, workers, warnings, batch, written } = found[host];
    for (const [index, { format }] of CASES.entries()) console.log(`${format.padEnd(4)} ${hashes.true[index].slice(0, 16)}… in a worker, ${hashes.false[index].slice(0, 16)}… without`);
    console.log(`workers: ${workers.images.length} for images, ${workers.avif.length} for AVIF; batch: ${batch.successful.length} done, ${batch.failed.map(([name, , code]) => `${name} ${code}`)}`);
    assert.deepEqual(hashes.true, hashes.false);
    assert.deepEqual(hashes, found.Node.hashes);
    assert.deepEqual(warnings, [], 'workers were to be had');
    assert.equal(workers.images.length, 1);
    assert.equal(workers.avif.length, 1);
    assert.equal(batch.successful.length, 2);
    assert.deepEqual(batch.failed.map(([name, , code]) => [name.split('/').pop(), code]), [['three.jpg', 'CORRUPT_IMAGE']]);
    assert.deepEqual(written, found.Node.written);
  });
}
