/**
 * The threaded module in cross-origin-isolated pages: the bytes do not depend on the number of threads, and a thread
 * that dies ends in INTERNAL and never in a page that waits.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { trapIn } from '../js/broken-modules.mjs';
import { root } from '../js/corpus.mjs';
import { browsers } from './browsers.mjs';

/** 1536 × 1024 is two tiles, so that two threads have work. */
const CONFIG = { avifSpeed: 10, quality: 60 };

for (const { name, skip, open } of browsers) {
  test(`${name}: the same AVIF with 0, 1, 2 and 4 threads`, { skip, timeout: 300_000 }, async () => {
    const hash = (page, threads) => page.evaluate(async ([threads, config]) => (await import('/tests/threads.page.js')).hashOn(threads, config), [threads, CONFIG]);
    const plain = await open();
    const expected = await hash(plain, 0).finally(plain.close);
    assert.equal(expected.isolated, false);
    const page = await open({ isolated: true });
    try {
      for (const threads of [1, 2, 4]) {
        const found = await hash(page, threads);
        console.log(`${name}: ${threads} threads ${found.hash.slice(0, 16)}…, none ${expected.hash.slice(0, 16)}…`);
        assert.equal(found.isolated, true);
        assert.equal(found.hash, expected.hash);
        assert.equal(found.workers.avif.length, 1);
      }
    } finally {
      await page.close();
    }
  });

  test(`${name}: a thread that dies is an error, and the next job runs`, { skip, timeout: 120_000 }, async () => {
    const broken = trapIn(readFileSync(join(root, 'pkg/dist/threads_bg.wasm')), 'wbg_rayon_start_worker').toString('base64');
    const page = await open({ isolated: true });
    try {
      const { error, next } = await page.evaluate(async (broken) => (await import('/tests/threads.page.js')).afterCrash(broken), broken);
      console.log(`${name}: ${error.code} ${error.message}`);
      assert.equal(error.code, 'INTERNAL');
      assert.match(error.message, /a thread failed/);
      assert.ok(next > 0);
    } finally {
      await page.close();
    }
  });
}
