// Runs a wasm32-wasip1 test binary under Node, as cargo's runner: `node wasi.mjs TEST.wasm [arguments]`.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';
import { tmpdir } from 'node:os';

const [file, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', args: [file, ...args], env: process.env, preopens: { '/': '/', '/tmp': tmpdir() } });
const { instance } = await WebAssembly.instantiate(await readFile(file), wasi.getImportObject());
process.exit(wasi.start(instance));
