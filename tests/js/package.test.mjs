/** The package's modules: what imports what, what is exported, and what importing does. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { transformSync } from 'esbuild';
import { root } from './corpus.mjs';
import { exportsOf, importsOf, reach, read, scripts } from './modules.mjs';

const pkg = join(root, 'pkg');
const manifest = JSON.parse(readFileSync(join(pkg, 'package.json')));

test('every export is there, in the order in which hosts choose', () => {
  const conditions = Object.keys(manifest.exports['.']);
  assert.deepEqual(conditions, ['types', 'workerd', 'edge-light', 'deno', 'bun', 'browser', 'node', 'default']);
  const targets = [...Object.values(manifest.exports).flatMap((target) => (typeof target === 'string' ? target : Object.values(target))), manifest.bin.slimpix];
  for (const target of targets) assert.ok(existsSync(join(pkg, target)), target);
});

test('no wasm tells where it was built', () => {
  const homes = { CARGO_HOME: join(homedir(), '.cargo'), RUSTUP_HOME: join(homedir(), '.rustup') };
  const places = [root, ...Object.entries(homes).map(([name, path]) => process.env[name] ?? path)].map((path) => path.replace(/[/\\]$/, ''));
  for (const name of ['core', 'full', 'threads', 'edge']) {
    const text = readFileSync(join(pkg, `dist/${name}_bg.wasm`), 'latin1');
    for (const place of places) assert.ok(!text.includes(place), `${name} holds ${place}`);
    const [path] = text.match(/[\w./-]*\/(\.cargo\/registry|\.rustup\/toolchains)\/[\w./-]*/) ?? [];
    assert.equal(path, undefined, name);
  }
});

test('every import finds its file, and the browser entry reaches nothing of Node', () => {
  const reached = reach('entry-browser.js');
  assert.ok(reached.has('engine.js') && reached.has('core.js'));
  assert.deepEqual([...reached].filter((name) => !name.endsWith('.js')), []);
  assert.deepEqual([...reach('entry-workerd.js')].filter((name) => name.startsWith('node:')), []);
  assert.ok(reach('entry-node.js').has('node:fs/promises'));
});

/** From the faces down to the ground; a module imports from lower rows alone. */
const LAYERS = [
  ['cli.js', 'browser-image-compression.js', 'compressorjs.js'],
  ['cli-flags.js', 'cli-report.js'],
  ['entry-browser.js', 'entry-inline.js', 'entry-node.js', 'entry-workerd.js', 'entry-edge-light.js'],
  ['beside-browser.js', 'beside-node.js'],
  ['worker-browser.js', 'worker-node.js', 'started-later.js'],
  ['shared.js', 'public.js', 'compressor-size.js', 'drop-in.js', 'jpeg-exif.js'],
  ['service.js', 'worker.js'],
  ['batch.js', 'capabilities.js', 'workshop.js'],
  ['pool.js'],
  ['task.js', 'budget.js', 'web.js'],
  ['engine.js', 'files.js', 'handles.js', 'input.js', 'decode.js'],
  ['thread.js'],
  ['core.js', 'full.js', 'threads.js', 'inline-core.js', 'inline-full.js', 'simd.js', 'folder.js', 'output.js', 'result.js'],
  ['thread-start.js', 'footprint.js'],
  ['requests.js'],
  ['options.js'],
  ['drawable.js', 'names.js', 'progress.js', 'streams.js'],
  ['rules.js', 'signals.js', 'temporary.js'],
  ['errors.js', 'platform.js', 'protocol.js', 'types.js'],
];

test('imports go one way, down', () => {
  const level = (name) => LAYERS.findIndex((row) => row.includes(name));
  assert.deepEqual(scripts.filter((name) => level(name) < 0), [], 'modules without a layer');
  const upward = scripts.flatMap((name) => importsOf(name).filter((from) => scripts.includes(from) && level(from) <= level(name)).map((from) => `${name} imports ${from}`));
  assert.deepEqual(upward, []);
});

test('no eval, no top-level await, no address but the package\'s own', () => {
  for (const name of scripts) {
    const source = read(name);
    assert.doesNotMatch(source, /\beval\s*\(|new Function\b|createObjectURL|https?:\/\//, name);
    // A script that is no module can wait for nothing at its top.
    if (name !== 'cli.js') assert.doesNotThrow(() => transformSync(source, { format: 'iife', logLevel: 'silent' }), name);
  }
});

test('importing an entry changes nothing and loads nothing', () => {
  const script = `
    const before = Reflect.ownKeys(globalThis).length;
    globalThis.fetch = WebAssembly.compile = WebAssembly.Module = () => { throw new Error('something was loaded'); };
    for (const name of ['entry-node.js', 'entry-browser.js', 'entry-inline.js', 'browser-image-compression.js', 'compressorjs.js']) await import(${JSON.stringify(pathToFileURL(join(pkg, 'dist/')).href)} + name);
    if (Reflect.ownKeys(globalThis).length !== before) throw new Error('a global was added');`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script]);
});

test('every entry exports the same names', async () => {
  const entries = await Promise.all(['entry-node.js', 'entry-browser.js', 'entry-inline.js'].map((name) => import(pathToFileURL(join(pkg, 'dist', name)).href)));
  const names = ['DEFAULT_COMPRESSION_CONFIG', 'ERROR_CODES', 'ImageCompressionError', 'ImageCompressionService', 'batchCompressDirectory', 'capabilities', 'compressBatch', 'compressImage', 'compressVariants', 'preload', 'probe'];
  for (const entry of entries) assert.deepEqual(Object.keys(entry).sort(), names);
  assert.deepEqual(exportsOf('entry-workerd.js').sort(), names.filter((name) => !['DEFAULT_COMPRESSION_CONFIG', 'ERROR_CODES', 'ImageCompressionError'].includes(name)));
});

test('the generated glue is what src/glue.d.ts says it is', async () => {
  const promised = [...read('glue.d.ts').matchAll(/export declare const (\w+)/g)].map(([, name]) => name);
  for (const name of ['core.js', 'full.js']) {
    const glue = await import(pathToFileURL(join(pkg, 'dist', name)).href);
    for (const key of promised) assert.equal(typeof glue[key], 'function', `${name} exports no ${key}`);
  }
});
