/**
 * Runs an example on this machine: `npm run example -- NAME`. For cloudflare-images a folder of pictures may follow that
 * stands for the origin; without one it is the demo's drawn samples. Nothing is deployed and no account is needed.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { startDeno } from './deno.mjs';
import { startExample } from './workerd.mjs';

const PORT = Number(process.env.PORT ?? 8787);
const EXAMPLES = { 'cloudflare-images': runImages, 'cloudflare-pipeline': runPipeline, 'deno-edge': runDeno };

const [name, ...rest] = process.argv.slice(2);
if (Object.hasOwn(EXAMPLES, name ?? '')) await EXAMPLES[name](...rest);
else {
  console.error(`usage: npm run example -- ${Object.keys(EXAMPLES).join(' | ')}`);
  process.exitCode = 1;
}

async function runImages(folder) {
  const pictures = folder ? picturesOf(resolve(process.env.INIT_CWD ?? '.', folder)) : await samples();
  const origin = await serve(pictures);
  const address = await started(startExample('cloudflare-images', { port: PORT, bindings: { ORIGIN: origin } }));
  console.log('open in a browser, and with other words after the question mark:');
  for (const name of pictures.keys()) console.log(`  ${address}/${encodeURIComponent(name)}?w=480`);
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

/** What gives the bytes, by name. */
function picturesOf(folder) {
  const names = readdirSync(folder).filter((name) => /\.(jpe?g|png|webp|gif|tiff?|bmp)$/i.test(name));
  return new Map(names.map((name) => [name, () => readFileSync(join(folder, name))]));
}

async function samples() {
  const { compressImage } = await import('../pkg/dist/entry-node.js');
  const { samplePictures } = await import('../www/samples.js');
  const files = new Map();
  for (const { name, draw } of samplePictures) {
    const { data } = await compressImage(draw(), { format: 'png' });
    files.set(`${name}.png`, () => data);
  }
  return files;
}

function serve(pictures) {
  const server = createServer(({ url }, response) => {
    const picture = pictures.get(nameIn(url));
    response.writeHead(picture ? 200 : 404).end(picture?.());
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));
}

/** A path that cannot be decoded names no picture. */
function nameIn(url) {
  try {
    return decodeURIComponent(url.slice(1));
  } catch {
    return undefined;
  }
}
