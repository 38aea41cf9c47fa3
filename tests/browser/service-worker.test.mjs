/**
 * slimpix in a service worker, in Chromium. A service worker may import() nothing: bundled into one file it compresses,
 * with `wasmUrl` too, and where neither is so the error says what to do.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build } from 'esbuild';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { root } from '../js/corpus.mjs';
import { openPage, withoutChromium as skip } from './page.mjs';

const dist = join(root, 'pkg/dist');
const PIXELS = { data: Array.from({ length: 16 * 16 * 4 }, (_, at) => (at % 4 === 3 ? 255 : at % 251)), width: 16, height: 16 };

const script = (entry, settings) => `
import { ImageCompressionService } from '${entry}';
const warnings = [];
const logger = { debug() {}, info() {}, error() {}, warn: (text) => warnings.push(text) };
const service = new ImageCompressionService({ logger, ...${JSON.stringify(settings)} });
const pixels = { ...${JSON.stringify(PIXELS)}, data: new Uint8ClampedArray(${JSON.stringify(PIXELS.data)}) };
addEventListener('message', async ({ data: format, ports: [port] }) => {
  try {
    port.postMessage({ file: [...(await service.compressImage(pixels, { format })).data], warnings });
  } catch ({ code, message }) {
    port.postMessage({ code, message });
  }
});`;

const SCRIPTS = {
  'inline.js': script('/pkg/dist/entry-inline.js', {}),
  'beside.js': script('/pkg/dist/entry-browser.js', { worker: false }),
  'with-url.js': script('/pkg/dist/entry-browser.js', { worker: false, wasmUrl: '/pkg/dist' }),
};

const folder = mkdtempSync(join(tmpdir(), 'slimpix-service-worker-'));
let host;
const made = {};
before(async () => {
  if (skip) return;
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>slimpix in a service worker</title>');
  for (const [name, text] of Object.entries(SCRIPTS)) writeFileSync(join(folder, name), text);
  const whole = { contents: script('./entry-inline.js', {}), resolveDir: dist };
  await build({ stdin: whole, bundle: true, format: 'iife', outfile: join(folder, 'bundled.js') });
  host = await openPage({ path: '/page/', folders: { '/pkg/': join(root, 'pkg'), '/page/': folder }, serviceWorkers: 'allow' });
  const pixels = { ...PIXELS, data: new Uint8ClampedArray(PIXELS.data) };
  for (const format of ['webp', 'avif']) made[format] = [...(await compressImage(pixels, { format })).data];
});
after(async () => {
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Registers the script, and gives what it answers. */
function ask(name, type, format) {
  return host.page.evaluate(async ([name, type, format]) => {
    const { installing, waiting, active } = await navigator.serviceWorker.register(`/page/${name}`, { type, scope: `/page/${name}/` });
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => void (port1.onmessage = ({ data }) => resolve(data)));
    (installing ?? waiting ?? active).postMessage(format, [port2]);
    return answer;
  }, [name, type, format]);
}

test('slimpix/inline says why it cannot load in a service worker of modules, and what to do', { skip, timeout: 60_000 }, async () => {
  for (const name of ['inline.js', 'beside.js']) {
    const { code, message } = await ask(name, 'module', 'webp');
    assert.equal(code, 'LOAD_FAILED');
    assert.match(message, /a service worker cannot import\(\) modules; bundle .* one file .* wasmUrl/, name);
  }
});

test('slimpix/inline compresses in a service worker that is one file', { skip, timeout: 60_000 }, async () => {
  for (const format of ['webp', 'avif']) assert.deepEqual(await ask('bundled.js', 'classic', format), { file: made[format], warnings: [] });
});

test('slimpix compresses in a service worker where wasmUrl says where its files are', { skip, timeout: 60_000 }, async () => {
  for (const format of ['webp', 'avif']) assert.deepEqual(await ask('with-url.js', 'module', format), { file: made[format], warnings: [] });
});
