/**
 * The package as a user has it: packed by npm, unpacked into an app's node_modules, found through its `exports`. Its one
 * dependency is linked from here, so that nothing is fetched.
 */
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { denoProgram } from '../../examples/deno.mjs';
import { root } from '../js/corpus.mjs';

const packageFolder = (name) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

/** Each with how it is asked to run a script. */
export const HOSTS = {
  Node: { program: () => process.execPath, args: [] },
  Deno: { program: denoProgram, args: ['run', '--allow-read', '--allow-write', '--allow-env', '--allow-sys', '--no-lock'] },
  Bun: { program: () => join(packageFolder('bun'), 'bin/bun.exe'), args: [] },
};

/** An app's folder with the package in it: `{folder, run, remove}`. */
export function install() {
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-app-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'slimpix'), { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: join(root, 'pkg'), stdio: 'ignore' });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(folder, tarball), '-C', join(modules, 'slimpix'), '--strip-components=1']);
  for (const name of ['tinyglobby', 'fdir', 'picomatch']) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  copyFileSync(new URL('./in-host.js', import.meta.url), join(folder, 'in-host.js'));
  cpSync(new URL('../browser/same-bytes.mjs', import.meta.url), join(folder, 'same-bytes.mjs'));
  return { folder, run: (host, wanted) => run(host, folder, wanted), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** What in-host.js finds in a host. */
async function run(host, folder, wanted) {
  const { program, args } = HOSTS[host];
  const child = spawn(program(), [...args, 'in-host.js', JSON.stringify(wanted)], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, complained, code] = await Promise.all([text(child.stdout), text(child.stderr), new Promise((resolve) => child.once('close', resolve))]);
  if (code !== 0) throw new Error(`${host} ended with ${code}: ${complained || said}`);
  return { ...JSON.parse(said), complained };
}

async function text(stream) {
  let all = '';
  for await (const part of stream.setEncoding('utf8')) all += part;
  return all;
}
