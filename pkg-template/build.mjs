/**
 * Builds the npm package into pkg/: cargo three times (`core` without the AVIF encoder and the decoders of rare formats,
 * `full` with them, `threads` with shared memory), the glue for each by pkg-template/bindgen, the licences of what is in
 * them, TypeScript, then the files that are copied as they are. Each step is skipped while the content of what it is made
 * from stands as it was, so that a second run takes a second.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { transformSync } from 'esbuild';
import { adaptedGlue } from './glue.mjs';
import { boundGrowth } from './growth.mjs';
import { thirdPartyLicences } from './licences.mjs';
import { boundMemory } from './sections.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const WASM_TARGET = 'wasm32-unknown-unknown';
/**
 * All but the first are for weight, a tenth of the wasm: a panic ends in a trap either way, and without its text and
 * places nothing of its formatting ships; `{:?}` says the name of a value's type or variant
 * and not what is within. For them the standard library is compiled along, from the pinned toolchain's own source; such
 * flags are of nightly compilers, unless RUSTC_BOOTSTRAP allows them.
 */
const RUST_FLAGS = [
  // Fixed-width SIMD is in every engine since 2021–2023; without it the codecs are two to four times slower.
  '-C target-feature=+simd128',
  '-Z unstable-options -C panic=immediate-abort',
  '-Z location-detail=none -Z fmt-debug=shallow',
];
/**
 * Shared memory: the standard library has atomics too, and since `+atomics` alone no longer shares the memory, the
 * linker is told to, and what to export for the threads. Shared memory needs a bound, and reserves it: 2 GiB.
 */
const SHARED = ['shared-memory', 'import-memory', 'max-memory=2147483648', 'export=__heap_base', 'export=__wasm_init_tls', 'export=__tls_size', 'export=__tls_align', 'export=__tls_base'];
const THREAD_FLAGS = ['-C target-feature=+atomics,+bulk-memory,+mutable-globals', ...SHARED.map((arg) => `-C link-arg=--${arg}`)];
const VARIANTS = {
  core: { features: ['--no-default-features'], flags: RUST_FLAGS },
  full: { features: [], flags: RUST_FLAGS },
  threads: { features: ['--features', 'threads'], flags: [...RUST_FLAGS, ...THREAD_FLAGS] },
};
/**
 * Paths that source text is compiled with (`file!`, `dbg!`) and the names that stand for them: what ships tells nobody's
 * folders, and the same commit makes the same bytes wherever it lies. Where two fit, rustc takes the later one.
 */
const REMAPPED = { cargo: '/cargo', sysroot: '/rust', repository: '/slimpix' };
/** Of the 128 MB of a Worker's isolate, 96 MiB are for pixels; the rest is the file, the result and JavaScript's own. */
const EDGE_PAGES = 96 * 16;
/** Variants that `slimpix/inline` carries as text. */
const INLINED = ['core', 'full'];
/** Types of what is not compiled from TypeScript, and which published types name. */
const HAND_TYPED = ['glue', 'compiled'];
const LICENCES = 'THIRD-PARTY-LICENSES';
const wasmFolder = join(root, 'target/wasm');

const rustSources = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'src', 'pkg-template/bindgen'];
const rust = digest(rustSources, JSON.stringify([VARIANTS, REMAPPED]));
/** A variant's name on the command line: that module alone. */
const [only] = process.argv.slice(2);
for (const variant of only ? [only] : Object.keys(VARIANTS)) {
  step(`${variant}.wasm`, rust, [`${variant}.js`, `${variant}_bg.wasm`], () => buildWasm(variant));
}
if (!only) finish();

function finish() {
  step('licences', digest(['pkg-template/licences.mjs', 'LICENSE-MIT'], rust), [LICENCES], () => writeFileSync(join(wasmFolder, LICENCES), thirdPartyLicences(root)));
  step('package', digest(['pkg-template', 'LICENSE-MIT', 'LICENSE-APACHE'], rust), ['../../pkg/dist/cli.js'], buildPackage);
  printSizes();
}

function buildWasm(variant) {
  const { features, flags } = VARIANTS[variant];
  const args = ['build', '--release', '--locked', '-p', 'slimpix', '--lib', '--target', WASM_TARGET, '-Z', 'build-std=std,panic_abort', '-Z', 'build-std-features=optimize_for_size'];
  // Encoded, since a path may hold a space.
  const rustFlags = [...flags.flatMap((flag) => flag.split(' ')), ...remapFlags()].join('\x1f');
  must('cargo', [...args, ...features], { CARGO_ENCODED_RUSTFLAGS: rustFlags, RUSTC_BOOTSTRAP: '1' });
  const wasm = join(root, `target/${WASM_TARGET}/release/slimpix.wasm`);
  must('cargo', ['run', '--quiet', '--locked', '--profile', 'tool', '-p', 'slimpix-bindgen', '--', wasm, wasmFolder, variant]);
}

function remapFlags() {
  const places = {
    cargo: process.env.CARGO_HOME ?? join(homedir(), '.cargo'),
    sysroot: spawnSync('rustc', ['--print', 'sysroot'], { cwd: root, encoding: 'utf8' }).stdout.trim(),
    repository: root.replace(/[/\\]$/, ''),
  };
  return Object.entries(places).map(([place, path]) => `--remap-path-prefix=${path}=${REMAPPED[place]}`);
}

/** From nothing each time, so that a file that was renamed leaves no ghost in what is published. */
function buildPackage() {
  const pkg = join(root, 'pkg');
  rmSync(pkg, { recursive: true, force: true });
  must(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'pkg-template']);
  for (const variant of Object.keys(VARIANTS)) {
    const glue = readFileSync(join(wasmFolder, `${variant}.js`), 'utf8');
    const ours = glue.replace(/'\.\/snippets\/wasm-bindgen-rayon-[^']+'/, "'./thread-start.js'");
    writeFileSync(join(pkg, `dist/${variant}.js`), adaptedGlue(ours));
    const wasm = readFileSync(join(wasmFolder, `${variant}_bg.wasm`));
    writeFileSync(join(pkg, `dist/${variant}_bg.wasm`), boundGrowth(wasm));
  }
  writeFileSync(join(pkg, 'dist/edge_bg.wasm'), boundMemory(readFileSync(join(pkg, 'dist/full_bg.wasm')), EDGE_PAGES));
  writeEdgeLight(join(pkg, 'dist'));
  minifyScripts(join(pkg, 'dist'));
  for (const variant of INLINED) {
    writeFileSync(join(pkg, `dist/inline-${variant}.js`), asText(join(pkg, `dist/${variant}_bg.wasm`)));
  }
  for (const name of HAND_TYPED) copy(`pkg-template/src/${name}.d.ts`, `pkg/dist/${name}.d.ts`);
  for (const name of ['package.json', 'README.md']) copy(`pkg-template/${name}`, `pkg/${name}`);
  for (const name of ['LICENSE-MIT', 'LICENSE-APACHE']) copy(name, `pkg/${name}`);
  copy(`target/wasm/${LICENCES}`, `pkg/${LICENCES}`);
  chmodSync(join(pkg, 'dist/cli.js'), 0o755);
}

/** Next.js compiles the wasm of a static import ahead of time as workerd does, where its address says `?module`. */
function writeEdgeLight(folder) {
  const script = readFileSync(join(folder, 'entry-workerd.js'), 'utf8');
  const [plain, asked] = ["'./edge_bg.wasm'", "'./edge_bg.wasm?module'"];
  if (!script.includes(plain)) throw new Error(`entry-workerd.js does not import ${plain}`);
  writeFileSync(join(folder, 'entry-edge-light.js'), script.replace(plain, asked));
}

/** Module by module, so that bundlers and browsers see the same tree; the types keep every word of documentation. */
function minifyScripts(folder) {
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const script = readFileSync(join(folder, name), 'utf8');
    writeFileSync(join(folder, name), transformSync(script, { format: 'esm', target: 'es2022', minify: true, legalComments: 'none' }).code);
  }
}

/** Packed before it becomes text: 63 % fewer bytes to parse, and no more to send, since base64 hides from gzip what repeats. */
function asText(wasm) {
  return `export default '${gzipSync(readFileSync(wasm), { level: 9 }).toString('base64')}';\n`;
}

/** Runs `work` unless it ran on the same content and its results are still there. */
function step(name, content, results, work) {
  const stamp = join(wasmFolder, `${name}.stamp`);
  const isDone = existsSync(stamp) && readFileSync(stamp, 'utf8') === content && results.every((file) => existsSync(join(wasmFolder, file)));
  if (isDone) return;
  console.error(`build: ${name}`);
  rmSync(stamp, { force: true });
  mkdirSync(wasmFolder, { recursive: true });
  work();
  writeFileSync(stamp, content);
}

/** One hash over the names and contents of files and folders. */
function digest(paths, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const file of paths.flatMap(filesBelow)) hash.update(file).update('\0').update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  const names = readdirSync(join(root, path)).filter((name) => name !== 'target').sort();
  return names.flatMap((name) => filesBelow(`${path}/${name}`));
}

function copy(from, to) {
  copyFileSync(join(root, from), join(root, to));
}

/** Brotli at its best takes seconds, so its figure is kept beside the wasm. */
function printSizes() {
  for (const variant of Object.keys(VARIANTS)) {
    const { raw, gzip, brotli } = sizes(`${variant}_bg.wasm`);
    console.error(`${variant}_bg.wasm: ${kilo(raw)} kB, gzip ${kilo(gzip)} kB, brotli ${kilo(brotli)} kB`);
  }
}

function sizes(file) {
  const wasm = readFileSync(join(wasmFolder, file));
  const hash = createHash('sha256').update(wasm).digest('hex');
  const cache = join(wasmFolder, `${file}.sizes.json`);
  const known = existsSync(cache) ? JSON.parse(readFileSync(cache, 'utf8')) : {};
  if (known.hash === hash) return known;
  const measured = { hash, raw: wasm.length, gzip: gzipSync(wasm, { level: 9 }).length, brotli: brotliCompressSync(wasm).length };
  writeFileSync(cache, JSON.stringify(measured));
  return measured;
}

function kilo(bytes) {
  return Math.round(bytes / 1000);
}

function must(program, args, env = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 2, 2] });
  if (status === 0) return;
  console.error(`build: ${program} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
  process.exit(status || 1);
}
