/**
 * Runs an example on this machine: `npm run example -- NAME`, and for cloudflare-images a folder of pictures to stand
 * for the origin. Nothing is deployed and no account is needed.
 */
import { spawn } from 'node:child_process';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDeno } from './deno.mjs';
import { startExample } from './workerd.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PORT = Number(process.env.PORT ?? 8787);
const EXAMPLES = { 'cloudflare-images': runImages, 'cloudflare-pipeline': runPipeline, 'deno-edge': runDeno };

const [name, ...rest] = process.argv.slice(2);
const run = EXAMPLES[name];
if (run) await run(...rest);
else {
  console.error(`usage: npm run example -- ${Object.keys(EXAMPLES).join(' | ')}`);
  process.exitCode = 1;
}

async function runImages(folder = join(root, 'www/assets')) {
  const origin = await serveFolder(folder);
  const address = await started(startExample('cloudflare-images', { port: PORT, bindings: { ORIGIN: origin } }));
  const [picture = 'picture.jpg'] = readdirSync(folder).filter((file) => /\.(jpe?g|png|webp)$/i.test(file));
  console.log(`pictures of ${folder}, as your browser takes them:\n  ${address}/${picture}?w=400`);
}

async function runPipeline() {
  const address = await started(startExample('cloudflare-pipeline', { port: PORT }));
  console.log(`upload, and a moment later fetch a variant:
  curl -T photo.jpg ${address}/trips/photo.jpg
  curl ${address}/trips/photo.jpg/thumbnail.webp -o thumbnail.webp`);
}

async function runDeno() {
  const { address } = await startDeno(PORT);
  console.log(`post a picture:\n  curl --data-binary @photo.jpg '${address}/?format=webp&w=800' -o smaller.webp`);
}

async function started(miniflare) {
  return String(await miniflare.ready).replace(/\/$/, '');
}

function serveFolder(folder) {
  const server = createServer((request, response) => {
    const file = join(folder, normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname)));
    const isThere = file.startsWith(normalize(folder + sep)) && statSync(file, { throwIfNoEntry: false })?.isFile();
    if (!isThere) return response.writeHead(404).end();
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));
}
