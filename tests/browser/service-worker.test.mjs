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
const DATA = Array.from({ length: 16 * 16 * 4 }, (_, at) => (at % 4 === 3 ? 255 : at % 251));
const SIDES = { width: 16, height: 16 };

const script = (entry, settings) => `
import { ImageCompressionService } from '${entry}';
const warnings = [];
const logger = { debug() {}, info() {}, error() {}, warn: (text) => warnings.push(text) };
const service = new ImageCompressionService({ logger, ...${JSON.stringify(settings)} });
const pixels = { ...${JSON.stringify(SIDES)}, data: new Uint8ClampedArray(${JSON.stringify(DATA)}) };
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
  const folders = { '/pkg/': join(root, 'pkg'), '/page/': folder };
  host = await openPage({ path: '/page/', folders, serviceWorkers: 'allow' });
  const pixels = { ...SIDES, data: new Uint8ClampedArray(DATA) };
  for (const format of ['webp', 'avif']) made[format] = [...(await compressImage(pixels, { format })).data];
});
after(async () => {
  await host?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Registers the script, and gives what it answers. */
function ask(name, type, format) {
  return host.page.evaluate(async ([name, type, format]) => {
    const options = { type, scope: `/page/${name}/` };
    const { installing, waiting, active } = await navigator.serviceWorker.register(`/page/${name}`, options);
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => void (port1.onmessage = ({ data }) => resolve(data)));
    (installing ?? waiting ?? active).postMessage(format, [port2]);
    return answer;
  }, [name, type, format]);
}

test('of modules: slimpix/inline says why it cannot load, and what to do', { skip, timeout: 60_000 }, async () => {
  for (const name of ['inline.js', 'beside.js']) {
    const { code, message } = await ask(name, 'module', 'webp');
    assert.equal(code, 'LOAD_FAILED');
    assert.match(message, /a service worker cannot import\(\) modules; bundle .* one file, .* wasmUrl/, name);
  }
});

test('in one file: slimpix/inline compresses', { skip, timeout: 60_000 }, async () => {
  await compressesAll('bundled.js', 'classic');
});

test('of modules: slimpix compresses where wasmUrl says where its files are', { skip, timeout: 60_000 }, async () => {
  await compressesAll('with-url.js', 'module');
});

async function compressesAll(name, type) {
  for (const [format, file] of Object.entries(made)) {
    assert.deepEqual(await ask(name, type, format), { file, warnings: [] });
  }
}
