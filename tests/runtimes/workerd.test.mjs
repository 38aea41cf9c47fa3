/** The package in the real workerd, Cloudflare's engine, through Miniflare: the same bytes as in Node. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Miniflare } from 'miniflare';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { CASES, hashOf } from '../browser/same-bytes.mjs';
import { root } from '../js/corpus.mjs';
import { jpegFile } from '../js/pictures.mjs';

const WORKER = `
import { compressImage } from './entry-workerd.js';
export default {
  async fetch(request) {
    const config = JSON.parse(new URL(request.url).searchParams.get('config'));
    try {
      const { data, mimeType } = await compressImage(new Uint8Array(await request.arrayBuffer()), config);
      return new Response(data, { headers: { 'content-type': mimeType } });
    } catch (error) {
      return Response.json({ code: error.code, message: error.message }, { status: 422 });
    }
  },
};`;

/** The modules as a Worker is uploaded: the wasm compiled ahead of time. The command line and Node's entry stay behind. */
function modules() {
  const dist = join(root, 'pkg/dist');
  const names = readdirSync(dist).filter((name) => /\.(js|wasm)$/.test(name) && !/^(cli|files|entry-(node|browser))/.test(name));
  const files = names.map((name) => name.endsWith('.wasm')
    ? { type: 'CompiledWasm', path: name, contents: readFileSync(join(dist, name)) }
    : { type: 'ESModule', path: name, contents: readFileSync(join(dist, name), 'utf8') });
  return [{ type: 'ESModule', path: 'worker.js', contents: WORKER }, ...files];
}

test('the same bytes as in Node, for each format, and typed errors', async () => {
  const miniflare = new Miniflare({ modules: modules(), modulesRoot: '.', compatibilityDate: '2026-04-01', cf: false });
  try {
    const ask = (body, config) => miniflare.dispatchFetch(`http://localhost/?config=${encodeURIComponent(JSON.stringify(config))}`, { method: 'POST', body });
    const jpeg = await jpegFile(321, 243);
    for (const config of CASES) {
      const here = hashOf((await compressImage(jpeg, config)).data);
      const response = await ask(jpeg, config);
      const body = Buffer.from(await response.arrayBuffer());
      assert.equal(response.status, 200, body.toString());
      console.log(`${config.format.padEnd(4)} Node ${here.slice(0, 16)}… workerd ${hashOf(body).slice(0, 16)}…`);
      assert.equal(hashOf(body), here, config.format);
    }
    const refused = await ask('not an image, just words', { format: 'jpeg' });
    assert.equal((await refused.json()).code, 'UNSUPPORTED_FORMAT');
  } finally {
    await miniflare.dispose();
  }
});
