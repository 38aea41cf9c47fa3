/** The package in a real WebKit: the same bytes as in Node, in workers, and with threads where the page is isolated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { CASES, hashOf } from '../browser/same-bytes.mjs';
import { jpegFile } from '../js/pictures.mjs';
import { hosts } from './hosts.mjs';

const { skip, look } = hosts.find(({ name }) => name === 'WebKit');

test('the same bytes as in Node, for each format', { skip, timeout: 180_000 }, async () => {
  const jpeg = await jpegFile(320, 240);
  const { hashes, threads } = await look(jpeg);
  for (const [index, config] of CASES.entries()) {
    const here = hashOf((await compressImage(jpeg, config)).data);
    console.log(`${config.format.padEnd(4)} Node ${here.slice(0, 16)}… WebKit ${hashes[index].slice(0, 16)}…`);
    assert.equal(hashes[index], here, config.format);
  }
  assert.match(threads, /workers/);
});
