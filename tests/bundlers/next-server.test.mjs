/**
 * The packed package on a server of Next.js, built and started as in production, with the one line of configuration
 * that the README names: in a route handler, in a server action, and in the edge runtime.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { QUIET, executablePath, withoutChromium } from '../browser/page.mjs';
import { jpegFile } from '../js/pictures.mjs';
import { consumer, install, serveNext } from './bundlers.mjs';

const NAME = 'next-server';
let server;
let photo;

before(async () => {
  install();
  consumer(NAME, 'next build');
  server = await serveNext(NAME);
  photo = await jpegFile(320, 240);
}, { timeout: 300_000 });
after(() => server?.stop());

const post = (path, body) => fetch(server.address + path, { method: 'POST', body });

test('a route handler compresses in workers, to the bytes that Node gives', { timeout: 60_000 }, async () => {
  for (const [format, workers] of [['webp', '1 0'], ['avif', '1 1']]) {
    const response = await post(`route?format=${format}`, photo);
    assert.equal(response.status, 200);
    assert.deepEqual([response.headers.get('x-workers'), response.headers.get('x-warnings')], [workers, '0']);
    await assertSameBytes(response, format);
  }
});

test('a route handler of the edge runtime gives the same bytes, and typed errors', { timeout: 60_000 }, async () => {
  for (const format of ['webp', 'jpeg', 'png', 'avif']) {
    const response = await post(`edge?format=${format}`, photo);
    assert.equal(response.status, 200, format);
    await assertSameBytes(response, format);
  }
  const refused = await post('edge?format=webp', 'words and no picture');
  assert.deepEqual([refused.status, (await refused.json()).code], [422, 'UNSUPPORTED_FORMAT']);
});

test('a server action compresses the photo of a form', { skip: withoutChromium, timeout: 60_000 }, async () => {
  const profile = mkdtempSync(join(tmpdir(), 'slimpix-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: QUIET });
  try {
    const page = await browser.newPage();
    await page.goto(server.address, { waitUntil: 'networkidle' });
    await page.setInputFiles('input[type=file]', { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo });
    await page.click('button');
    await page.waitForFunction(() => document.querySelector('output').textContent !== '');
    const [head, file] = (await page.textContent('output')).split(',');
    assert.equal(head, 'data:image/webp;base64');
    assert.deepEqual(Buffer.from(file, 'base64'), Buffer.from((await compressImage(photo, { format: 'webp' })).data));
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

async function assertSameBytes(response, format) {
  assert.equal(response.headers.get('content-type'), `image/${format}`);
  const { data } = await compressImage(photo, { format });
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(data), format);
}
