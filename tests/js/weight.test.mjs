/**
 * What a page fetches, in bytes after gzip -9, held to what was last measured: a change may add 3 % before someone must
 * look and write the new figure into wasm-budget.json and into the README's table.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { root } from './corpus.mjs';
import { dist, reach } from './modules.mjs';

const BUDGET = JSON.parse(readFileSync(new URL('./wasm-budget.json', import.meta.url)));
const LEEWAY = 0.03;

const weigh = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
/** The service with its glue, and its worker: as they are published; a bundler makes them smaller. */
const starts = ['entry-browser.js', 'beside-browser.js', 'worker-browser.js'];
const modules = new Set(starts.flatMap((name) => [...reach(name)]));
const weights = { scripts: [...modules].reduce((sum, name) => sum + weigh(name), 0) };
for (const name of ['core_bg.wasm', 'full_bg.wasm', 'threads_bg.wasm', 'inline-core.js', 'inline-full.js']) weights[name] = weigh(name);

test('each wasm, and glue and worker together, keep to their budget', () => {
  for (const [name, budget] of Object.entries(BUDGET)) {
    console.log(`${name}: ${weights[name]} B gzipped, budget ${budget} B`);
    assert.ok(weights[name] <= budget * (1 + LEEWAY), `${name} is ${weights[name]} B gzipped; the budget is ${budget} B + 3 %`);
  }
});

for (const readme of ['README.md', 'pkg-template/README.md']) {
  test(`${readme} tells the weights`, () => {
    const text = readFileSync(join(root, readme), 'utf8');
    const sums = {
      '`core`, glue and worker': weights['core_bg.wasm'] + weights.scripts,
      '`full`, glue and worker': weights['full_bg.wasm'] + weights.scripts,
      '`threads`, glue and worker': weights['threads_bg.wasm'] + weights.scripts,
      '`slimpix/inline`, without AVIF': weights['inline-core.js'] + weights.scripts,
    };
    for (const [what, bytes] of Object.entries(sums)) {
      const [, told] = text.match(new RegExp(`^\\| ${what}.*\\| (\\d+) kB \\|$`, 'm')) ?? assert.fail(`no row '| ${what} … | N kB |'; it is ${Math.round(bytes / 1000)} kB`);
      assert.ok(Math.abs(told * 1000 - bytes) <= LEEWAY * bytes, `${what}: ${told} kB told, ${Math.round(bytes / 1000)} kB measured`);
    }
  });
}
