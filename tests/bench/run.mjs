/**
 * `npm run bench -- NAME [OPTIONS]`: runs tests/bench/NAME.mjs on the built package. Each benchmark measures slimpix
 * beside a named peer in one run, in alternation; its figures are ratios, good on a noisy machine too.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = ['run', 'measure'];
const names = readdirSync(`${root}/tests/bench`)
  .filter((file) => file.endsWith('.mjs'))
  .map((file) => file.slice(0, -4))
  .filter((name) => !SHARED.includes(name));

const [name, ...options] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(`usage: npm run bench -- ${names.join('|')} [options]`);
  process.exit(2);
}
// The tests' set-up, since benchmarks too run Rust as wasm under Node.
const steps = [['pkg-template/setup.mjs', '--tests'], ['pkg-template/build.mjs'], [`tests/bench/${name}.mjs`, ...options]];
for (const step of steps) {
  const { status } = spawnSync(process.execPath, step, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
