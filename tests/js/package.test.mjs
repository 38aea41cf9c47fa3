/** The package as it would be published: what is in it, what importing it does, and how much it weighs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { root } from './corpus.mjs';

const pkg = join(root, 'pkg');
const manifest = JSON.parse(readFileSync(join(pkg, 'package.json')));
const scripts = readdirSync(join(pkg, 'dist')).filter((name) => name.endsWith('.js'));
const read = (name) => readFileSync(join(pkg, 'dist', name), 'utf8');

/** Bytes after gzip -9, as last measured; a change may add 3 % before someone must look and write the new figure here. */
const BUDGET = JSON.parse(readFileSync(new URL('./wasm-budget.json', import.meta.url)));

test('each wasm keeps to its budget', () => {
  for (const [file, budget] of Object.entries(BUDGET)) {
    const size = gzipSync(readFileSync(join(pkg, 'dist', file)), { level: 9 }).length;
    console.log(`${file}: ${size} B gzipped, budget ${budget} B`);
    assert.ok(size <= budget * 1.03, `${file} is ${size} B gzipped; the budget is ${budget} B + 3 %`);
  }
});

test('npm pack holds the modules, the types, the wasm and the licences, and nothing else', () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: pkg, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const names = files.map(({ path }) => path);
  const odd = names.filter((name) => !/^(package\.json|README\.md|LICENSE-(MIT|APACHE)|dist\/[\w-]+(\.js|\.d\.ts|_bg\.wasm))$/.test(name));
  assert.deepEqual(odd, []);
  for (const needed of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'dist/core_bg.wasm', 'dist/full_bg.wasm', 'dist/glue.d.ts', 'dist/cli.js']) {
    assert.ok(names.includes(needed), needed);
  }
});

test('every export is there, in the order in which hosts choose', () => {
  const conditions = Object.keys(manifest.exports['.']);
  assert.deepEqual(conditions, ['types', 'workerd', 'edge-light', 'deno', 'bun', 'browser', 'node', 'default']);
  const targets = [...Object.values(manifest.exports['.']), manifest.exports['./core.wasm'], manifest.exports['./full.wasm'], manifest.exports['./threads.wasm'], manifest.bin.slimpix];
  for (const target of targets) assert.ok(existsSync(join(pkg, target)), target);
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
  ['cli.js'],
  ['cli-flags.js', 'cli-report.js'],
  ['entry-browser.js', 'entry-node.js', 'entry-workerd.js', 'worker-browser.js', 'worker-node.js'],
  ['shared.js', 'public.js'],
  ['service.js', 'worker.js'],
  ['batch.js', 'workshop.js'],
  ['pool.js'],
  ['task.js', 'budget.js'],
  ['engine.js', 'files.js', 'handles.js', 'input.js', 'decode.js'],
  ['thread.js'],
  ['core.js', 'full.js', 'threads.js', 'folder.js', 'names.js', 'result.js'],
  ['thread-start.js', 'options.js'],
  ['rules.js'],
  ['errors.js', 'platform.js', 'protocol.js', 'types.js'],
];

test('imports go one way, down', () => {
  const level = (name) => LAYERS.findIndex((row) => row.includes(name));
  assert.deepEqual(scripts.filter((name) => level(name) < 0), [], 'modules without a layer');
  const upward = scripts.flatMap((name) => importsOf(name).filter((from) => scripts.includes(from) && level(from) <= level(name)).map((from) => `${name} imports ${from}`));
  assert.deepEqual(upward, []);
});

/** All modules that a module imports, over any number of steps. */
function reach(name, reached = new Set()) {
  if (reached.has(name)) return reached;
  reached.add(name);
  if (scripts.includes(name)) for (const from of importsOf(name)) reach(from, reached);
  return reached;
}

function importsOf(name) {
  return [...read(name).matchAll(/^(?:import|export)\s(?:[^'";()=]*?\sfrom\s)?['"]([^'"]+)['"]/gm)].map(([, from]) => from.replace('./', ''));
}

test('no eval, no top-level await, no address but the package\'s own', () => {
  for (const name of scripts) {
    const source = read(name).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    assert.doesNotMatch(source, /\beval\s*\(|new Function\b|createObjectURL|https?:\/\//, name);
    if (name !== 'cli.js') assert.doesNotMatch(source, /^(?:const .* = |export .* = )?await\b/m, name);
  }
});

test('importing an entry changes nothing and loads nothing', () => {
  const script = `
    const before = Reflect.ownKeys(globalThis).length;
    globalThis.fetch = WebAssembly.compile = WebAssembly.Module = () => { throw new Error('something was loaded'); };
    for (const name of ['entry-node.js', 'entry-browser.js']) await import(${JSON.stringify(pathToFileURL(join(pkg, 'dist/')).href)} + name);
    if (Reflect.ownKeys(globalThis).length !== before) throw new Error('a global was added');`;
  execFileSync(process.execPath, ['--input-type=module', '-e', script]);
});

test('every entry exports the same names', async () => {
  const [node, browser] = await Promise.all(['entry-node.js', 'entry-browser.js'].map((name) => import(pathToFileURL(join(pkg, 'dist', name)).href)));
  const names = ['DEFAULT_COMPRESSION_CONFIG', 'ERROR_CODES', 'ImageCompressionError', 'ImageCompressionService', 'batchCompressDirectory', 'compressBatch', 'compressImage', 'compressVariants', 'probe'];
  assert.deepEqual(Object.keys(node).sort(), names);
  assert.deepEqual(Object.keys(browser).sort(), names);
});

test('the generated glue is what src/glue.d.ts says it is', async () => {
  const promised = [...read('glue.d.ts').matchAll(/export declare const (\w+)/g)].map(([, name]) => name);
  for (const name of ['core.js', 'full.js']) {
    const glue = await import(pathToFileURL(join(pkg, 'dist', name)).href);
    for (const key of promised) assert.equal(typeof glue[key], 'function', `${name} exports no ${key}`);
  }
});
