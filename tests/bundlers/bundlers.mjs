/**
 * Consumers of the packed package, one for each bundler: installed into target/bundlers/ by tests/bundlers' own lock
 * file, built by the command that the README gives, and built again only when the package or the consumer changed.
 */
import { execFileSync, execSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../js/corpus.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const place = join(root, 'target/bundlers');
const PACKAGE = 'slimpix.tgz';
const copyWasm = 'cp ../node_modules/slimpix/dist/*.wasm dist/';
const copyPage = 'cp index.html dist/';

/** What a person would type. Vite 7 has another name only because two versions are installed here. */
export const BUNDLERS = {
  'vite 8': 'vite build',
  'vite 7': 'node ../node_modules/vite7/bin/vite.js build',
  webpack: `webpack --mode production --entry ./main.js && ${copyPage}`,
  esbuild: `esbuild main=main.js worker-browser=slimpix/worker --bundle --splitting --format=esm --outdir=dist && ${copyWasm} && ${copyPage}`,
  rollup: `rollup -c && ${copyWasm} && ${copyPage}`,
  parcel: 'parcel build index.html',
  next: 'next build',
  'esbuild inline': `esbuild main.js --bundle --format=iife --outdir=dist && ${copyPage}`,
  'parcel inline': 'parcel build index.html',
};

/** Development servers; they say their address when they are up. */
export const SERVERS = {
  'vite 8': ['vite', 'bin/vite.js'],
  'vite 7': ['vite7', 'bin/vite.js'],
};

/** Installs the bundlers and the package where that is still to be done. */
export function install() {
  mkdirSync(place, { recursive: true });
  once('bundlers', ['package.json', 'package-lock.json'].map((name) => join(here, name)), () => {
    for (const name of ['package.json', 'package-lock.json']) cpSync(join(here, name), join(place, name));
    cpSync(join(root, '.npmrc'), join(place, '.npmrc'));
    npm('ci', '--ignore-scripts');
  });
  once('package', filesBelow(join(root, 'pkg')), () => {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', place], { cwd: join(root, 'pkg') });
    const packed = readdirSync(place).find((name) => /^slimpix-\d.*\.tgz$/.test(name));
    cpSync(join(place, packed), join(place, PACKAGE));
    rmSync(join(place, packed));
    npm('install', '--no-save', '--ignore-scripts', `./${PACKAGE}`);
  });
}

/** The folder of the page that the bundler made. */
export function build(name) {
  const folder = folderOf(name);
  const sources = [join(here, 'page'), join(here, slug(name))].filter(existsSync);
  once(name, [...sources.flatMap(filesBelow), join(place, 'package.stamp')], () => {
    rmSync(folder, { recursive: true, force: true });
    for (const source of sources) cpSync(source, folder, { recursive: true });
    if (!existsSync(join(folder, 'package.json'))) writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
    execSync(BUNDLERS[name], { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  });
  return join(folder, 'dist');
}

/** The folder of a consumer that is no bundler's page: its own files alone, and what `command` makes of them. */
export function consumer(name, command) {
  const folder = folderOf(name);
  once(name, [...filesBelow(join(here, name)), join(place, 'package.stamp')], () => {
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(here, name), folder, { recursive: true });
    if (command === undefined) return;
    const { status, output } = runIn(name, command);
    if (status !== 0) throw new Error(`${command} failed in ${name}: ${output}`);
  });
  return folder;
}

/** Runs a command in a consumer's folder: `{status, output}`. */
export function runIn(name, command, env = {}) {
  const options = { cwd: folderOf(name), env: environment(env), shell: true, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync(command, options);
  return { status, output: stdout + stderr };
}

/** Starts a development server over what `build` has put in place; gives its address and how to stop it. */
export function serveForDevelopment(name) {
  const [folder, script] = SERVERS[name];
  return serve(name, [folder, script], ['--host', '127.0.0.1', '--port', '0']);
}

/** Starts what `consumer` has built with Next.js, as one would in production. */
export function serveNext(name) {
  return serve(name, ['next', 'dist/bin/next'], ['start', '--hostname', '127.0.0.1', '--port', '0']);
}

/** `{address, stop}`, when it has said its address. */
async function serve(name, [folder, script], args) {
  const program = join(place, 'node_modules', folder, script);
  const server = spawn(process.execPath, [program, ...args], { cwd: folderOf(name), env: environment() });
  let said = '';
  const address = await new Promise((resolve, reject) => {
    server.on('exit', () => reject(new Error(`${name} ended: ${said}`)));
    for (const stream of [server.stdout, server.stderr]) stream.on('data', (data) => {
      said += data;
      const [found] = said.match(/http:\/\/127\.0\.0\.1:\d+/) ?? [];
      if (found) resolve(`${found}/`);
    });
  });
  return { address, stop: () => server.kill() };
}

/** Without what node:test says to its own children, which is not meant for theirs. */
function environment(env = {}) {
  const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
  const PATH = `${join(place, 'node_modules/.bin')}:${process.env.PATH}`;
  return { ...inherited, PATH, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', ...env };
}

const slug = (name) => name.replace(' ', '-');
const folderOf = (name) => join(place, slug(name));

/** Does `work` unless it was done on the same files and the same command. */
function once(name, files, work) {
  const hash = createHash('sha256').update(BUNDLERS[name] ?? '');
  for (const file of files) hash.update(file.slice(root.length)).update(readFileSync(file));
  const content = hash.digest('hex');
  const stamp = join(place, `${slug(name)}.stamp`);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === content) return;
  rmSync(stamp, { force: true });
  work();
  writeFileSync(stamp, content);
}

function npm(...args) {
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: place, stdio: ['ignore', 'ignore', 'pipe'] });
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name)).sort();
}
