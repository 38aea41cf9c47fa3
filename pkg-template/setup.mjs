/**
 * Finds what a build (and, with --tests, a test run) needs, and installs what is missing: npm packages by the lock
 * file, the pinned Rust toolchain's parts by rustup, Debian's packages by apt where we are root on Debian.
 * Uses Node's own modules alone, since it runs before anything is installed. Says a line for each thing it does and
 * nothing when there is nothing to do; where it cannot install, it says in words what is missing.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const TARGET = 'wasm32-unknown-unknown';
/** Runs Rust's own tests as wasm under Node: the SIMD kernels against their scalar twins. */
const TEST_TARGET = 'wasm32-wasip1';
const COMPONENTS = ['rust-src', 'rustfmt', 'clippy'];
/** Where rustup is absent or may not add parts. */
const debianRust = `on Debian the packages rustc-web, cargo-web, rust-web-src and lld-22 bring a Rust that builds for ${TARGET}`;

/** A program that each Debian package brings, by which its presence is seen. */
const TEST_PROGRAMS = {
  chromium: 'chromium',
  'firefox-esr': 'firefox-esr',
  dwebp: 'webp',
  djpeg: 'libjpeg-turbo-progs',
  avifdec: 'libavif-bin',
  dav1d: 'dav1d',
  pngcheck: 'pngcheck',
  jpgicc: 'liblcms2-utils',
  'convert-im6.q16': 'imagemagick',
  tiffinfo: 'libtiff-tools',
  pnmtopng: 'netpbm',
};

const forTests = process.argv.includes('--tests');
setupNode();
setupRust(forTests ? [TARGET, TEST_TARGET] : [TARGET]);
if (forTests) setupTestPrograms();

function setupNode() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  const stamp = join(root, 'node_modules/.slimpix-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing the npm packages of package-lock.json');
  must('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'npm could not install the packages of package-lock.json');
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(stamp, lock);
}

function setupRust(targets) {
  if (!output('cargo', ['--version'])) stop('cargo is missing: install Rust through rustup (https://rustup.rs), then run this again');
  const hasRustup = output('rustup', ['--version']);
  if (!hasRustup) return checkRustWithoutRustup();
  const installed = output('rustup', ['component', 'list', '--installed']) ?? '';
  const missing = COMPONENTS.filter((name) => !installed.includes(name));
  const missingTargets = targets.filter((target) => !installed.includes(`rust-std-${target}`));
  if (missingTargets.length > 0) addByRustup(['target', 'add', ...missingTargets]);
  if (missing.length > 0) addByRustup(['component', 'add', ...missing]);
}

function addByRustup(args) {
  say(`rustup ${args.join(' ')}`);
  must('rustup', args, `rustup could not add ${args.slice(2).join(', ')}; ${debianRust}`);
}

function checkRustWithoutRustup() {
  const library = output('rustc', ['--print', 'target-libdir', '--target', TARGET])?.trim();
  if (!library || !existsSync(library)) stop(`Rust has no ${TARGET} target and there is no rustup to add it; ${debianRust}`);
}

/** A test whose program is still missing says that it skips; so nothing here stops the run. */
function setupTestPrograms() {
  const missing = Object.keys(TEST_PROGRAMS).filter((program) => !onPath(program));
  if (missing.length === 0) return;
  const packages = missing.map((program) => TEST_PROGRAMS[program]);
  const canInstall = process.getuid?.() === 0 && onPath('apt-get');
  if (!canInstall) return say(`some tests will skip: ${missing.join(', ')} missing (Debian: apt-get install ${packages.join(' ')})`);
  say(`apt-get install ${packages.join(' ')}`);
  run('apt-get', ['-qq', 'update']);
  const done = run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...packages]);
  if (!done) say(`apt-get could not install all of them; the tests that need them will say that they skip`);
}

function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

function output(program, args) {
  const result = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  return result.status === 0 ? result.stdout : undefined;
}

function run(program, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

function must(program, args, complaint) {
  if (!run(program, args)) stop(complaint);
}

function say(message) {
  console.error(`setup: ${message}`);
}

function stop(message) {
  say(message);
  process.exit(1);
}
