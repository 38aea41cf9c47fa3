/** The package in real browsers: the same bytes as in Node, in workers, and with threads where the page is isolated. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { browsers } from '../browser/browsers.mjs';
import { CASES, hashOf } from '../browser/same-bytes.mjs';
import { jpegFile } from '../js/pictures.mjs';
import { hosts } from './hosts.mjs';

for (const { name, skip, look } of hosts.filter((host) => browsers.some(({ name }) => name === host.name))) {
  test(`${name}: the same bytes as in Node, for each format`, { skip, timeout: 180_000 }, async () => {
    const jpeg = await jpegFile(320, 240);
    const { hashes, threads } = await look(jpeg);
    for (const [index, config] of CASES.entries()) {
      const here = hashOf((await compressImage(jpeg, config)).data);
      console.log(`${config.format.padEnd(4)} Node ${here.slice(0, 16)}… ${name} ${hashes[index].slice(0, 16)}…`);
      assert.equal(hashes[index], here, config.format);
    }
    assert.equal(threads, 'workers, wasm threads');
  });
}
