// Lossy WebP against libwebp: `node tests/bench/webp.mjs [sizes] [speed] [features] [--quick]`, all three by default.
//
// sizes     bytes at equal SSIMULACRA2 (60, 70, 80, 85), by class of picture, against libwebp -m 4 and -m 6
// speed     CPU time in WebAssembly against @jsquash/webp, alternating in one process
// features  what each of the encoder's tools is worth in bytes and time
//
// Per picture, log bytes are interpolated between the points of a curve; a target that one of the two does not reach
// is left out for that picture. Means are geometric. --quick takes every fourth picture.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { WASI } from 'node:wasi';

// Node 20's fast path into WASI crashes now and then; the calls are too few to matter.
setFlagsFromString('--no-turbo-fast-api-calls');

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const corpus = join(root, '../shared/corpus');
const work = join(root, 'target/bench');
const targets = [60, 70, 80, 85];
const qualities = [20, 42, 58, 70, 79, 86, 91, 96];
const classes = ['kodak', 'photos', 'graphics'];
const args = process.argv.slice(2);
const quick = args.includes('--quick');
const wanted = (part) => args.every((a) => a.startsWith('--')) || args.includes(part);

const jsquash = dirname(createRequire(import.meta.url).resolve('@jsquash/webp/package.json'));
const peer = JSON.parse(readFileSync(join(jsquash, 'package.json'))).version;

function build() {
  const cargo = (more, env) => execFileSync('cargo', ['build', '--release', '-p', 'slimpix-bench', ...more], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  cargo([]);
  cargo(['--bin', 'vp8', '--target', 'wasm32-wasip1'], { RUSTFLAGS: '-Ctarget-feature=+simd128' });
}

function pictures(every) {
  return classes.flatMap((group) =>
    readdirSync(join(corpus, group)).filter((name) => name.endsWith('.png')).sort()
      .filter((_, i) => i % every === 0)
      .map((name) => ({ group, name, path: join(corpus, group, name) })));
}

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

function pixels(path) {
  const ppm = execFileSync(join(root, 'target/release/to-ppm'), [path], { maxBuffer: 1 << 28 });
  const [, width, height] = /^P6\n(\d+) (\d+)\n255\n/.exec(ppm.subarray(0, 32).toString('latin1')).map(Number);
  const rgb = ppm.subarray(ppm.length - width * height * 3);
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { data, width, height };
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
  const kept = join(work, `${picture.group}-${picture.name}-${peer}-m${method}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept));
  const image = pixels(picture.path);
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

// Log bytes at a score, or nothing where the curve does not reach it.
function logBytesAt(points, target) {
  const rising = [];
  for (const point of [...points].sort((a, b) => a.bytes - b.bytes)) {
    if (!rising.length || point.score > rising.at(-1).score) rising.push(point);
  }
  const upper = rising.findIndex((point) => point.score >= target);
  if (upper < 1) return undefined;
  const [a, b] = [rising[upper - 1], rising[upper]];
  const t = (target - a.score) / (b.score - a.score);
  return Math.log(a.bytes) * (1 - t) + Math.log(b.bytes) * t;
}

const mean = (numbers) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
const ratio = (logs) => (logs.length ? Math.exp(mean(logs)).toFixed(3) : '  -  ');

// Rows of class × target from pairs of curves.
function table(pairs) {
  const row = (name, some) => {
    const logs = targets.map((target) => some.map(({ own, other }) => logBytesAt(own, target) - logBytesAt(other, target)).filter(Number.isFinite));
    console.log(`  ${name.padEnd(9)} ${logs.map(ratio).join('  ')}   mean ${ratio(logs.filter((l) => l.length).map(mean))}`);
  };
  console.log(`  ${''.padEnd(9)} ${targets.map((t) => `@${t}  `).join('  ')}`);
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
    const gap = mean(pairs.flatMap(({ own, other }) => own.map((point, i) => point.score - other[i].score)));
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
  const chosen = [['kodak', '1.png'], ['kodak', '20.png'], ['photos', '2a2420.png'], ['graphics', 'Boxplot.png']];
  for (const effort of [4, 6]) {
    const logs = [];
    for (const [group, name] of chosen) {
      const path = join(corpus, group, name);
      const image = pixels(path);
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
      logs.push(Math.log(best / other));
      console.log(`  effort ${effort}  ${name.padEnd(12)} ${best.toFixed(0).padStart(5)} / ${other.toFixed(0).padStart(5)} = ${(best / other).toFixed(2)}`);
    }
    console.log(`  effort ${effort}  geometric mean ${ratio(logs)}`);
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
    for (const path of [join(corpus, 'kodak/1.png'), join(corpus, 'graphics/Boxplot.png')]) {
      for (const tool of tools) {
        const ms = Number(execFileSync(join(root, 'target/release/vp8'), [path, join(work, 'time.webp'), '80', '6', '4', tool]));
        times[tool][path] = Math.min(times[tool][path] ?? Infinity, ms);
      }
    }
  }
  const time = (tool) => Object.values(times[tool]).reduce((a, b) => a + b);
  console.log(`\nwhat a tool is worth at effort 6, ${some.length} pictures: bytes at equal score and native time without it`);
  for (const tool of tools.slice(1)) {
    const logs = curves[tool].flatMap(({ points }, i) => targets.map((target) => logBytesAt(points, target) - logBytesAt(curves['-'][i].points, target))).filter(Number.isFinite);
    const percent = (value) => `${value >= 0 ? '+' : ''}${(value * 100).toFixed(1)} %`;
    console.log(`  ${tool.padEnd(14)} bytes ${percent(Math.exp(mean(logs)) - 1).padStart(8)}   time ${percent(time(tool) / time('-') - 1).padStart(8)}`);
  }
}

mkdirSync(work, { recursive: true });
build();
if (wanted('sizes')) await sizes();
if (wanted('speed')) await speed();
if (wanted('features')) await features();
