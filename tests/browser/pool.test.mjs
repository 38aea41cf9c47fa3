/** Workers in real browsers: an abort in the middle of an encode, and a trap; the next job always runs. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { trapIn } from '../js/broken-modules.mjs';
import { root } from '../js/corpus.mjs';
import { browsers } from './browsers.mjs';

for (const { name, skip, open } of browsers) {
  test(`${name}: an abort stops a 12 MP AVIF in the middle; a trap is INTERNAL; the next job runs`, { skip, timeout: 120_000 }, async () => {
    const broken = trapIn(readFileSync(join(root, 'pkg/dist/core_bg.wasm')), 'picture_compress').toString('base64');
    const page = await open();
    try {
      const aborted = await page.evaluate(async () => (await import('/tests/pool.page.js')).abortMidway());
      console.log(`${name}: a 12 MP AVIF stopped ${Math.round(aborted.took)} ms after its abort`);
      assert.deepEqual({ ...aborted, took: 0 }, { code: 'changed my mind', took: 0, left: 0, next: 'none' });
      const trapped = await page.evaluate(async (broken) => (await import('/tests/pool.page.js')).trap(broken), broken);
      assert.deepEqual(trapped, { code: 'INTERNAL', left: 0, next: 'none' });
    } finally {
      await page.close();
    }
  });
}
