/** The code that the demo page offers to copy runs as it stands, in Node and in a shell, for each kind of setting. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compressImage, compressVariants } from '../../pkg/dist/entry-node.js';
import { snippet } from '../../www/page/code.js';
import { root } from './corpus.mjs';
import { jpegFile } from './pictures.mjs';

const NAME = "it's mine.jpg";
const CONFIGS = [
  { format: 'avif', avifSpeed: 10, quality: 50 },
  { format: 'webp', variants: ['thumbnail', 'preview', 'full'] },
  { maxDimension: 65535, optimize: false },
  { format: 'auto', quality: { target: 60 }, maxDimension: 100 },
  { format: 'jpeg', quality: 'auto', maxBytes: 9000, alwaysKeepResolution: true },
  { format: 'png', targetSize: [50, 60], fit: 'contain', background: '#aa3366', withoutEnlargement: false, animated: 'first' },
  { format: 'webp', lossless: true, metadata: 'keep' },
];
/** The command line has no words for these. */
const IN_NODE_ALONE = [{ format: 'jpeg', metadata: { exif: true, icc: true, xmp: true, gps: false, copyright: true } }, { format: 'webp', variants: ['preview'] }];

let home;

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'slimpix-code-'));
  mkdirSync(join(home, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(root, 'pkg'), join(home, 'node_modules/slimpix'));
  symlinkSync('../slimpix/dist/cli.js', join(home, 'node_modules/.bin/slimpix'));
  mkdirSync(join(home, 'photos'));
  for (const name of [NAME, 'photos/one.jpg', 'photos/two.jpg']) writeFileSync(join(home, name), await jpegFile(300, 200));
});
after(() => rmSync(home, { recursive: true }));

/** The files that a program leaves in `small`, by name. */
function run(program, args) {
  rmSync(join(home, 'small'), { recursive: true, force: true });
  execFileSync(program, args, { cwd: home, stdio: 'pipe' });
  return Object.fromEntries(readdirSync(join(home, 'small')).map((name) => [name, readFileSync(join(home, 'small', name))]));
}

function runInNode(config, isMany) {
  writeFileSync(join(home, 'shrink.mjs'), snippet('node', { config, name: NAME, isMany }));
  return run(process.execPath, ['shrink.mjs']);
}

const runInShell = (config, isMany) => run('sh', ['-c', snippet('shell', { config, name: NAME, isMany })]);

async function expected(config) {
  const results = config.variants ? await compressVariants(join(home, NAME), config) : [await compressImage(join(home, NAME), config)];
  return Object.fromEntries(results.map(({ name, data }) => [name, Buffer.from(data)]));
}

for (const config of [...CONFIGS, ...IN_NODE_ALONE]) {
  test(`as code: ${JSON.stringify(config)}`, async () => {
    const files = await expected(config);
    assert.deepEqual(runInNode(config, false), files);
    if (CONFIGS.includes(config)) assert.deepEqual(runInShell(config, false), files);
  });
}

test('as code: a folder', () => {
  for (const runThere of [runInNode, runInShell]) assert.deepEqual(Object.keys(runThere({ format: 'webp' }, true)).sort(), ['one.webp', 'two.webp']);
});
