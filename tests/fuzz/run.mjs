/**
 * Builds the fuzz targets with libFuzzer's instrumentation and runs them: `npm run fuzz -- [TARGET…] [--seconds 60]`.
 *
 * Seeds are the fixtures, and the corpus and the reported files where they are beside the checkout. What a target has
 * learned is kept in target/fuzz/, so that a later run goes on from there. A finding is copied to tests/findings/,
 * where tests/findings.rs holds slimpix to it from then on.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const workspace = join(root, 'tests/fuzz');
const built = join(root, 'target/fuzz/build');
const TARGETS = readdirSync(join(workspace, 'targets')).map((file) => file.replace('.rs', ''))
  .flatMap((name) => (name === 'decode' ? ['bmp', 'gif', 'ico', 'jpeg', 'png', 'tiff', 'webp'].map((format) => `decode_${format}`) : [name]));
/** What cargo-fuzz passes, without the address sanitizer: nothing here is unsafe. */
const INSTRUMENTATION = [
  '--cfg fuzzing',
  '-Cpasses=sancov-module',
  '-Cllvm-args=-sanitizer-coverage-level=4',
  '-Cllvm-args=-sanitizer-coverage-inline-8bit-counters',
  '-Cllvm-args=-sanitizer-coverage-pc-table',
  '-Cllvm-args=-sanitizer-coverage-trace-compares',
];
/** An execution that takes longer (seconds) or more (MiB) is a finding. */
const LIMITS = ['-timeout=60', '-rss_limit_mb=1024', '-max_len=65536'];
const SEED_SIZE = 65_536;
const SEED_FOLDERS = ['tests/fixtures', 'tests/findings', '../shared/cases', '../shared/corpus/formats', '../shared/corpus/pngsuite', '../shared/corpus/exif'];
/** Bytes that some targets read before the file. */
const PREFIX = { metadata: [0x3e], pipeline: [0x40, 20, 30] };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { seconds: { type: 'string', default: '60' } } });
const targets = positionals.length > 0 ? positionals : TARGETS;
const unknown = targets.find((name) => !TARGETS.includes(name));
if (unknown) stop(`there is no target ${unknown}; there are ${TARGETS.join(', ')}`);

const triple = /host: (\S+)/.exec(spawnSync('rustc', ['-vV'], { encoding: 'utf8' }).stdout)[1];
build();
const rows = [];
for (const name of targets) rows.push(await fuzz(name));
console.table(rows);
if (rows.some(({ findings }) => findings > 0)) process.exit(1);

function build() {
  const env = { ...process.env, RUSTFLAGS: INSTRUMENTATION.join(' ') };
  const bins = targets.flatMap((name) => ['--bin', name]);
  const { status } = spawnSync('cargo', ['build', '--release', '--locked', '--target', triple, '--target-dir', built, ...bins], { cwd: workspace, env, stdio: 'inherit' });
  if (status !== 0) stop('the targets could not be built');
}

/** One target for its time, started again after each finding. */
async function fuzz(name) {
  const learned = folder(name, 'corpus');
  const seeds = seed(name);
  const until = Date.now() + Number(values.seconds) * 1000;
  let executions = 0;
  let findings = 0;
  while (Date.now() < until && findings < 20) {
    const seconds = Math.ceil((until - Date.now()) / 1000);
    const artifacts = folder(name, 'artifacts');
    const before = new Set(readdirSync(artifacts));
    const args = [learned, seeds, `-max_total_time=${seconds}`, `-artifact_prefix=${artifacts}/`, '-print_final_stats=1', ...LIMITS];
    const said = await run(join(built, `${triple}/release/${name}`), args);
    executions += Number(/number_of_executed_units: (\d+)/.exec(said)?.[1] ?? 0);
    // A slow unit within the limit is only a remark.
    const found = readdirSync(artifacts).filter((file) => !before.has(file) && !file.startsWith('slow-unit'));
    found.forEach((file) => keep(name, join(artifacts, file)));
    findings += found.length;
    if (found.length > 0) console.error(said.split('\n').filter((line) => /panicked|ERROR|assert/.test(line)).slice(0, 4).join('\n'));
  }
  console.error(`${name}: ${executions} executions, ${findings} findings`);
  return { target: name, executions, findings, learned: readdirSync(learned).length };
}

function run(program, args) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, RUST_BACKTRACE: '0' } });
    // The last lines hold the statistics, and what was wrong.
    let said = '';
    child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-20_000)));
    child.on('close', () => resolve(said));
  });
}

function seed(name) {
  const target = folder(name, 'seeds');
  const prefix = Buffer.from(PREFIX[name] ?? []);
  for (const file of SEED_FOLDERS.map((path) => join(root, path)).filter(existsSync).flatMap(filesBelow)) {
    if (statSync(file).size > SEED_SIZE || ['.txt', '.md', '.mjs', '.js', '.ts'].includes(extname(file))) continue;
    const bytes = Buffer.concat([prefix, readFileSync(file)]);
    writeFileSync(join(target, digest(bytes)), bytes);
  }
  return target;
}

function keep(name, file) {
  const target = join(root, 'tests/findings');
  mkdirSync(target, { recursive: true });
  const bytes = readFileSync(file).subarray((PREFIX[name] ?? []).length);
  copyFileSync(file, join(folder(name, 'findings'), digest(bytes)));
  if (name !== 'options' && name !== 'vp8') writeFileSync(join(target, `${name}-${digest(bytes)}`), bytes);
}

function folder(name, kind) {
  const path = join(root, 'target/fuzz', name, kind);
  mkdirSync(path, { recursive: true });
  return path;
}

function filesBelow(path) {
  return readdirSync(path, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

function stop(message) {
  console.error(`fuzz: ${message}`);
  process.exit(1);
}
