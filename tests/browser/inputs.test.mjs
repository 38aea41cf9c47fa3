/** In real browsers: canvases, bitmaps and streams as input; names of strangers; a listener that throws. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browsers } from './browsers.mjs';

const HOSTILE = ['../logo.png', '..\\logo.png', '/logo.png', '..', '.', 'C:\\logo.png', 'a/../../logo.png'];

for (const { name, skip, open, hasOpfs } of browsers) {
  test(`${name}: what it draws is an input`, { skip }, async () => {
    const page = await open();
    try {
      const { wrong, webgl } = await page.evaluate(async () => (await import('/tests/inputs.page.js')).drawables());
      assert.deepEqual(wrong, []);
      assert.equal(webgl ?? 8, 8, 'where there is WebGL');
      const refused = await page.evaluate(async () => (await import('/tests/inputs.page.js')).refusals());
      for (const [what, words] of Object.entries(refused)) assert.match(words, what.includes('maxMemory') ? /^LIMIT_EXCEEDED/ : /^INVALID_INPUT/, what);
      for (const stage of ['read', 'decode', 'encode', 'done']) {
        const made = await page.evaluate(async ([stage]) => (await import('/tests/inputs.page.js')).throwing(stage), [stage]);
        assert.deepEqual(made, [`undefined at ${stage}`, 'webp']);
      }
    } finally {
      await page.close();
    }
  });

  test(`${name}: no name leads out of a directory handle`, { skip: skip || (hasOpfs ? false : 'it writes no files of the origin') }, async () => {
    const page = await open();
    try {
      const { codes, successful, inside, outside } = await page.evaluate(async ([names]) => (await import('/tests/inputs.page.js')).strangers(names), [HOSTILE]);
      assert.deepEqual(outside, ['in']);
      assert.equal(successful.length, HOSTILE.length, `${successful}`);
      assert.deepEqual([...successful].sort(), inside);
      assert.deepEqual(codes, HOSTILE.map(() => 'INVALID_OPTION'));
    } finally {
      await page.close();
    }
  });
}
