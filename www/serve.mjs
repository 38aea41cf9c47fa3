/**
 * A static server for the demo page and for the browser tests: the page at /, the built package at /pkg/.
 * Only files under the folders of `site` are given out; `isolated` sends the headers that allow shared memory.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
  '.json': 'application/json',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.svg': 'image/svg+xml',
};
export const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Which folder lies at which address; the built page (build.mjs) has the same tree. */
export const site = {
  '/pkg/': join(root, 'pkg'),
  '/vendor/client-zip/': join(root, 'node_modules/client-zip'),
  '/drawn/': join(root, 'target/drawn'),
  '/': join(root, 'www'),
};

/** `folders` maps the start of an address to a folder, `headers` go with every answer; gives the listening server. */
export function serve({ port = 0, isolated = false, headers = {}, folders = site } = {}) {
  const server = createServer((request, response) => {
    answer(request, response, folders, { ...(isolated && ISOLATION), ...headers }).catch(() => response.writeHead(404).end('not found'));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function answer(request, response, folders, headers) {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  const prefix = Object.keys(folders).find((start) => path.startsWith(start));
  const file = join(folders[prefix], path.slice(prefix.length) || 'index.html');
  if (!file.startsWith(folders[prefix] + sep) || !(await stat(file)).isFile()) throw new Error('no such file');
  const type = TYPES[extname(file)] ?? 'application/octet-stream';
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache', ...headers });
  createReadStream(file).pipe(response);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const first = Number(process.env.PORT ?? 4173);
  for (const [place, isolated] of [false, true].entries()) {
    const server = await serve({ port: first + place, isolated });
    console.log(`slimpix demo, ${isolated ? 'with COOP and COEP (AVIF on several cores)' : 'without any header'}: http://localhost:${server.address().port}/`);
  }
  console.log('Ctrl+C stops both');
}
