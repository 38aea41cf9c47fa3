/**
 * The package in a real Chromium: what only a browser has works, files, `ImageData`, AVIF decoded by the browser.
 * Nothing but this machine's own server is asked.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { avifFile, jpegFile, waves } from '../js/pictures.mjs';
import { openPage, withoutChromium as skip } from './page.mjs';
import { hashOf } from './same-bytes.mjs';

let host, page;

before(async () => {
  if (skip) return;
  host = await openPage();
  page = host.page;
  await page.evaluate(inPage);
});
after(() => host?.close());

/** Runs in the page: the functions that the tests call there. Bytes cross as base64. */
async function inPage() {
  const slimpix = await import('slimpix');
  const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  globalThis.compressToHash = async (input, config) => {
    const image = typeof input === 'string' ? new File([bytesOf(input)], 'picture') : new ImageData(Uint8ClampedArray.from(input.data), input.width);
    const { data, ...facts } = await slimpix.compressImage(image, config);
    return { ...facts, hash: hex(await crypto.subtle.digest('SHA-256', data)) };
  };
  globalThis.errorOf = async (input, config) => slimpix.compressImage(bytesOf(input), config).then(() => 'none', ({ code, message }) => `${code} ${message}`);
}

const compressThere = (input, config) => page.evaluate(([file, options]) => globalThis.compressToHash(file, options), [input, config]);

test('ImageData goes in as it is', { skip }, async () => {
  const pixels = waves(31, 17, { alpha: true });
  const there = await compressThere({ ...pixels, data: [...pixels.data] }, { format: 'png' });
  assert.equal(there.hash, hashOf((await compressImage(pixels, { format: 'png' })).data));
  assert.equal(there.sourceFormat, 'pixels');
});

test('AVIF is decoded by the browser', { skip }, async () => {
  const { width, height, sourceFormat, format } = await compressThere((await avifFile(64, 48)).toString('base64'), { format: 'jpeg' });
  assert.deepEqual({ width, height, sourceFormat, format }, { width: 64, height: 48, sourceFormat: 'avif', format: 'jpeg' });
});

test('an AVIF that the browser cannot decode is a typed error that says so', { skip }, async () => {
  const avif = await avifFile(64, 48);
  const cut = avif.subarray(0, avif.length - 60).toString('base64');
  assert.match(await page.evaluate((file) => globalThis.errorOf(file, { format: 'jpeg' }), cut), /^(UNSUPPORTED_FEATURE|CORRUPT_IMAGE) .*image\/avif/);
});

test('a page whose policy forbids WebAssembly is told which directive is missing', { skip }, async () => {
  const strict = await host.browser.newPage();
  await strict.route('**/strict.html', (route) => route.fulfill({
    contentType: 'text/html',
    headers: { 'content-security-policy': "default-src 'self'" },
    body: '<!doctype html><title>strict</title>',
  }));
  await strict.goto(`${host.origin}/strict.html`);
  const message = await strict.evaluate(async () => {
    const { compressImage } = await import('/pkg/dist/entry-browser.js');
    return compressImage({ data: new Uint8Array(4), width: 1, height: 1 }, { format: 'png' }).then(() => 'none', (error) => `${error.code} ${error.message}`);
  });
  assert.match(message, /^LOAD_FAILED .*'wasm-unsafe-eval'/);
  await strict.close();
});

test('nothing was asked of any other host', { skip }, () => {
  assert.ok(host.requests.length > 5);
  const foreign = host.requests.filter(({ protocol, hostname }) => protocol.startsWith('http') && hostname !== '127.0.0.1');
  assert.deepEqual(foreign.map(String), []);
});
