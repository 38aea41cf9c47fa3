/** Runs the Deno example on the package that was built here, with no right but to read it and to listen. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Deno itself: npm's `deno` brings it, and puts it beside its launcher when that first runs. */
export function denoProgram() {
  const folder = dirname(createRequire(import.meta.url).resolve('deno/package.json'));
  execFileSync(process.execPath, [join(folder, 'bin.cjs'), '--version'], { stdio: 'ignore' });
  return join(folder, process.platform === 'win32' ? 'deno.exe' : 'deno');
}

/** `{address, close}`, when it listens. `port` 0 takes a free one. */
export async function startDeno(port = 0) {
  const pkg = join(root, 'pkg');
  const imports = JSON.stringify({ imports: { slimpix: pathToFileURL(join(pkg, 'dist/entry-node.js')).href } });
  const rights = [`--allow-read=${pkg}`, `--import-map=data:application/json,${encodeURIComponent(imports)}`];
  const args = ['serve', '--no-lock', `--port=${port}`, '--host=127.0.0.1', ...rights, join(root, 'examples/deno-edge/main.js')];
  const deno = spawn(denoProgram(), args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  process.once('exit', () => deno.kill());
  const address = await listening(deno);
  const close = async () => {
    deno.kill();
    if (deno.exitCode === null) await once(deno, 'exit');
  };
  return { address, close };
}

function listening(deno) {
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (text) => {
      said += text;
      const [, address] = /Listening on (http:\/\/[\w.:]+)/.exec(said) ?? [];
      if (address) resolve(address);
    };
    for (const stream of [deno.stdout, deno.stderr]) stream.setEncoding('utf8').on('data', hear);
    deno.once('error', reject);
    deno.once('exit', (code) => reject(new Error(`deno ended with ${code}: ${said}`)));
  });
}
