/** What `npm publish` would send: its files, what two linters of packages say of it, and the licences it carries. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './corpus.mjs';

const pkg = join(root, 'pkg');
const manifest = JSON.parse(readFileSync(join(pkg, 'package.json')));

test('npm pack holds the modules, the types, the wasm and the licences, and nothing else', () => {
  const [{ files }] = JSON.parse(execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: pkg, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const names = files.map(({ path }) => path);
  const odd = names.filter((name) => !/^(package\.json|README\.md|LICENSE-(MIT|APACHE)|THIRD-PARTY-LICENSES|dist\/[\w-]+(\.js|\.d\.ts|_bg\.wasm))$/.test(name));
  assert.deepEqual(odd, []);
  for (const needed of ['README.md', 'LICENSE-MIT', 'LICENSE-APACHE', 'THIRD-PARTY-LICENSES', 'dist/core_bg.wasm', 'dist/full_bg.wasm', 'dist/glue.d.ts', 'dist/cli.js']) {
    assert.ok(names.includes(needed), needed);
  }
});

test('publint has nothing to say', async () => {
  const { messages, pkg: linted } = await publint({ pkgDir: pkg, strict: true });
  assert.deepEqual(messages.map((message) => formatMessage(message, linted, { color: false })), []);
});

test('attw finds the types of every export, as a module and in a bundler', () => {
  const attw = join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const { status, stdout, stderr } = spawnSync(process.execPath, [attw, '--pack', pkg, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji'], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  for (const path of Object.keys(manifest.exports)) assert.ok(stdout.includes(`"${path.replace(/^\./, 'slimpix')}"`), `attw did not look at ${path}`);
});

test('every crate in the wasm is told with a permissive licence and its text', () => {
  const text = readFileSync(join(pkg, 'THIRD-PARTY-LICENSES'), 'utf8');
  const listed = [...text.matchAll(/^- (\S+) (\S+) \(([^)]+)\)/gm)].map(([, name, version, licence]) => ({ name, version, licence }));
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  for (const needed of ['rav1e', 'mozjpeg-rs', 'png', 'moxcms', 'wasm-bindgen', 'rayon']) assert.ok(listed.some(({ name }) => name === needed), needed);
  for (const { name, version, licence } of listed) {
    assert.ok(lock.includes(`name = "${name}"\nversion = "${version}"`), `${name} ${version} is not in Cargo.lock`);
    assert.match(licence, /^(MIT|0BSD|Apache-2\.0|BSD-[23]-Clause|Zlib|Unicode-3\.0)( AND \S+)*$/, name);
    assert.doesNotMatch(licence, /GPL|MPL|EUPL|CDDL/, name);
    assert.ok(text.split(`\n${'='.repeat(80)}\n`).some((part) => part.split(', ').includes(`${name} ${version}`)), `no text for ${name}`);
  }
  assert.doesNotMatch(text, /GNU (LESSER |AFFERO )?GENERAL PUBLIC|Mozilla Public License/i);
});

test('what is installed beside the package is permissive too', () => {
  for (const name of Object.keys(manifest.dependencies)) {
    const { license } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json')));
    assert.match(license, /^(MIT|ISC|Apache-2\.0|BSD-[23]-Clause)$/, name);
  }
});
