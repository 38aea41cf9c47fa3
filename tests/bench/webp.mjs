// Lossy WebP against libwebp: `npm run bench -- webp [sizes] [speed] [features] [conformance] [--quick]`, the first three
// by default.
//
// sizes        bytes at equal SSIMULACRA2 (60, 70, 80, 85), by class of picture, against libwebp -m 4 and -m 6
// speed        CPU time in WebAssembly against @jsquash/webp, alternating in one process
// features     what each of the encoder's tools is worth in bytes and time
// conformance  whether image-webp, dwebp and webpinfo see every picture as the encoder does, at 42 qualities and efforts
//
// A target that one of the two does not reach is left out for that picture, so curves go up to quality 100: most
// photographs score 85 only above 96. Means are geometric. --quick takes every fourth picture.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { WASI } from 'node:wasi';
import { bytesAt, geometricMean, paths, picture as rgba } from './measure.mjs';

// Node 20's fast path into WASI crashes now and then; the calls are too few to matter.
setFlagsFromString('--no-turbo-fast-api-calls');

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const work = join(root, 'target/bench');
const targets = [60, 70, 80, 85];
const qualities = [20, 42, 58, 70, 79, 86, 91, 96, 100];
const classes = ['kodak', 'photos', 'graphics'];
const args = process.argv.slice(2);
const quick = args.includes('--quick');
const wanted = (part, byDefault = true) => args.includes(part) || (byDefault && args.every((a) => a.startsWith('--')));

const jsquash = dirname(createRequire(import.meta.url).resolve('@jsquash/webp/package.json'));
const peer = JSON.parse(readFileSync(join(jsquash, 'package.json'))).version;

function build() {
  const cargo = (more, env) => execFileSync('cargo', ['build', '--release', '-p', 'slimpix-bench', ...more], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  cargo([]);
  cargo(['--bin', 'vp8', '--target', 'wasm32-wasip1'], { RUSTFLAGS: '-Ctarget-feature=+simd128' });
}

function pictures(every) {
  return classes.flatMap((group) => paths(group, every).map((path) => ({ group, name: basename(path), path })));
}

const named = (...names) => pictures(1).filter(({ name }) => names.includes(name));

// Runs `job` over `items`, as many at a time as there are cores.
async function each(items, job) {
  const queue = [...items];
  await Promise.all(cpus().map(async () => {
    for (let item; (item = queue.shift());) await job(item);
  }));
}

const run = promisify(execFile);

async function curve(...command) {
  const { stdout } = await run(join(root, 'target/release/curve'), command.map(String));
  return stdout.trim().split('\n').map((line) => {
    const [quality, bytes, score, time] = line.split(' ').map(Number);
    return { quality, bytes, score, time };
  });
}

let encoder;
async function libwebp(image, quality, method) {
  if (!encoder) {
    encoder = await import(pathToFileURL(join(jsquash, 'encode.js')));
    await encoder.init(await WebAssembly.compile(readFileSync(join(jsquash, 'codec/enc/webp_enc_simd.wasm'))));
  }
  return Buffer.from(await encoder.default(image, { quality, method }));
}

// The peer's curve does not change: it is kept under target/bench.
async function peerCurve(picture, method) {
  const kept = join(work, `${picture.group}-${picture.name}-${peer}-m${method}-${qualities.join(`_`)}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept));
  const image = await rgba(picture.path);
  const files = [];
  for (const quality of qualities) {
    const file = join(work, `${picture.name}-${method}-${quality}.webp`);
    writeFileSync(file, await libwebp(image, quality, method));
    files.push(file);
  }
  const points = (await curve('files', picture.path, ...files)).map((point, i) => ({ ...point, quality: qualities[i] }));
  writeFileSync(kept, JSON.stringify(points));
  return points;
}

// One curve's bytes over another's at each score that both reach.
const ratios = (own, other) => targets.map((target) => bytesAt(target, own) / bytesAt(target, other));
const mean = (values) => geometricMean(values.filter(Number.isFinite));
const cell = (ratio) => (Number.isFinite(ratio) ? ratio.toFixed(3) : '  -  ');

// Rows of class × target from pairs of curves.
function table(pairs) {
  const row = (name, some) => {
    const rows = some.map(({ own, other }) => ratios(own, other));
    const cells = targets.map((_, i) => rows.map((row) => row[i]).filter(Number.isFinite));
    const means = cells.map(mean);
    console.log(`  ${name.padEnd(9)} ${means.map((m, i) => `${cell(m)} (${String(cells[i].length).padStart(2)})`).join('  ')}   mean ${cell(mean(means))}`);
  };
  console.log(`  ${''.padEnd(9)} ${targets.map((t) => `@${t} (of)  `).join('  ')}`);
  for (const group of classes) row(group, pairs.filter((pair) => pair.group === group));
  row('all', pairs);
}

async function sizes() {
  for (const [effort, method] of [[4, 4], [6, 6]]) {
    const pairs = [];
    await each(pictures(quick ? 4 : 1), async (picture) => {
      const own = await curve('slimpix', effort, '-', picture.path, ...qualities);
      pairs.push({ group: picture.group, own, other: await peerCurve(picture, method) });
    });
    console.log(`\nbytes at equal SSIMULACRA2: slimpix effort ${effort} / libwebp -m ${method} (@jsquash/webp ${peer}), ${pairs.length} pictures`);
    table(pairs);
    const gaps = pairs.flatMap(({ own, other }) => own.map((point, i) => point.score - other[i].score));
    const gap = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    console.log(`  score at the same quality number: ${gap >= 0 ? '+' : ''}${gap.toFixed(2)} on average`);
  }
}

async function speed() {
  const module = await WebAssembly.compile(readFileSync(join(root, 'target/wasm32-wasip1/release/vp8.wasm')));
  const cpu = async (job) => {
    const start = process.cpuUsage();
    await job();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  const own = async (path, quality, effort, repeat) => {
    const wasi = new WASI({ version: 'preview1', args: ['vp8', path, join(work, 'speed.webp'), quality, effort, repeat].map(String), preopens: { '/': '/' }, stdout: quiet, returnOnExit: true });
    wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
  };
  const quiet = openSync('/dev/null', 'w');
  console.log(`\nCPU ms in WebAssembly, quality 80, Node ${process.version}: slimpix / @jsquash/webp ${peer}, fastest of 5 in alternation`);
  for (const effort of [4, 6]) {
    const times = [];
    for (const { name, path } of named('1.png', '20.png', '2a2420.png', 'Boxplot.png')) {
      const image = await rgba(path);
      const ppm = join(work, 'speed.ppm');
      writeFileSync(ppm, execFileSync(join(root, 'target/release/to-ppm'), [path], { maxBuffer: 1 << 28 }));
      let [once, more, other] = [Infinity, Infinity, Infinity];
      // The engine compiles in the first run.
      await own(ppm, 80, effort, 2);
      for (let round = 0; round < 5; round++) {
        // What starting and reading take is measured with one encode, and taken off.
        once = Math.min(once, await cpu(() => own(ppm, 80, effort, 0)));
        more = Math.min(more, await cpu(() => own(ppm, 80, effort, 2)));
        other = Math.min(other, await cpu(() => libwebp(image, 80, effort)));
      }
      const best = (more - once) / 2;
      times.push(best / other);
      console.log(`  effort ${effort}  ${name.padEnd(12)} ${best.toFixed(0).padStart(5)} / ${other.toFixed(0).padStart(5)} = ${(best / other).toFixed(2)}`);
    }
    console.log(`  effort ${effort}  geometric mean ${cell(mean(times))}`);
  }
}

async function features() {
  const some = pictures(quick ? 8 : 6);
  const coarse = [42, 68, 84, 94];
  const tools = ['-', 'i4', 'i4-trials', 'i16-trials', 'uv-trials', 'trellis', 'trellis-every', 'segments', 'adapt', 'filter', 'sharp'];
  const curves = {};
  for (const tool of tools) {
    curves[tool] = [];
    await each(some, async (picture) => curves[tool].push({ name: picture.name, points: await curve('slimpix', 6, tool, picture.path, ...coarse) }));
    curves[tool].sort((a, b) => a.name.localeCompare(b.name));
  }
  // Times are of the fastest of many runs, the tools in alternation, one at a time.
  const times = Object.fromEntries(tools.map((tool) => [tool, {}]));
  for (let round = 0; round < 4; round++) {
    for (const { path } of named('1.png', 'Boxplot.png')) {
      for (const tool of tools) {
        const ms = Number(execFileSync(join(root, 'target/release/vp8'), [path, join(work, 'time.webp'), '80', '6', '4', tool]));
        times[tool][path] = Math.min(times[tool][path] ?? Infinity, ms);
      }
    }
  }
  const time = (tool) => Object.values(times[tool]).reduce((a, b) => a + b);
  console.log(`\nwhat a tool is worth at effort 6, ${some.length} pictures: bytes at equal score and native time without it`);
  for (const tool of tools.slice(1)) {
    const bytes = mean(curves[tool].flatMap(({ points }, i) => ratios(points, curves['-'][i].points)));
    const percent = (value) => `${value >= 0 ? '+' : ''}${(value * 100).toFixed(1)} %`;
    console.log(`  ${tool.padEnd(14)} bytes ${percent(bytes - 1).padStart(8)}   time ${percent(time(tool) / time('-') - 1).padStart(8)}`);
  }
}

async function conformance() {
  const tally = { files: 0, wrong: 0 };
  await each(pictures(quick ? 4 : 1), async ({ path, name }) => {
    const { stdout } = await run(join(root, 'target/release/conform'), [path], { maxBuffer: 1 << 24 });
    const lines = stdout.trim().split('\n');
    const wrong = lines.filter((line) => !line.endsWith('same'));
    for (const line of wrong) console.log(`  ${name} ${line}`);
    tally.files += lines.length;
    tally.wrong += wrong.length;
  });
  console.log(`\nconformance: ${tally.files} files, ${tally.wrong} shown otherwise than the encoder does by image-webp or dwebp, or faulty by webpinfo`);
}

mkdirSync(work, { recursive: true });
build();
if (wanted('sizes')) await sizes();
if (wanted('speed')) await speed();
if (wanted('features')) await features();
if (wanted('conformance', false)) await conformance();
