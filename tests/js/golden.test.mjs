/**
 * The jobs of tests/golden.rs through the package: the same bytes as natively, or `differs` names the dependency
 * that computes otherwise there. `SLIMPIX_BLESS=1` writes down the hashes of wasm instead of holding it to them.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { hashOf } from '../browser/same-bytes.mjs';

const list = new URL('../golden/jobs.json', import.meta.url);
const jobs = JSON.parse(readFileSync(list, 'utf8'));
const hashes = [];
for (const { input, options } of jobs) {
  const bytes = readFileSync(new URL(`../fixtures/${input}`, import.meta.url));
  hashes.push(hashOf((await compressImage(bytes, options)).data));
}

const job = (at) => `${jobs[at].input} ${JSON.stringify(jobs[at].options)}`;

if (process.env.SLIMPIX_BLESS) {
  hashes.forEach((hash, at) => (jobs[at].wasm = hash));
  writeFileSync(list, `[\n${jobs.map((job) => JSON.stringify(job)).join(',\n')}\n]\n`);
}

test('the bytes of wasm are the golden ones', () => {
  const changed = jobs.flatMap(({ wasm }, at) => (hashes[at] === wasm ? [] : [`${job(at)}: ${hashes[at]}`]));
  assert.deepEqual(changed, [], 'other bytes than before; tests/golden.rs says what to do');
});

test('wasm and native give the same bytes, but where a dependency is named', () => {
  for (const [at, { native, wasm, differs }] of jobs.entries()) {
    if (differs) assert.notEqual(wasm, native, `${job(at)}: the same bytes again, so that "differs" can go`);
    else assert.equal(wasm, native, `${job(at)}: name the dependency that differs, as "differs"`);
  }
});
