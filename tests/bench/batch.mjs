/**
 * `npm run bench -- batch [memory|throughput|variants]`: what a batch costs in Node. Memory: 1,000 small and 20 large
 * files, the peak of the process beside that of the first chunk. Throughput: the same files with one worker and with two,
 * in alternation. Variants: three sizes in two formats from one 12 MP JPEG, beside one decode and the six encodes alone.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as engine from '../../pkg/dist/engine.js';
import { ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { resolveOptions, requestsOf, resolveServiceConfig } from '../../pkg/dist/options.js';
import { corpusFile, corpusFiles } from '../js/corpus.mjs';
import { cpuTimes } from './measure.mjs';

const parts = { memory, throughput, variants };
const wanted = process.argv.slice(2).filter((name) => name in parts);
for (const name of wanted.length ? wanted : Object.keys(parts)) await parts[name]();

/** Small pictures under many names, with `large` of 12 MP spread among them; the first chunk has its share. */
function folderOf(small, large) {
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-bench-'));
  mkdirSync(join(folder, 'in'));
  const [photos, pictures] = [corpusFiles('camera', '.jpg'), corpusFiles('exif', '.jpg')].map((names) => names.map(corpusFile));
  const every = Math.ceil((small + large) / large);
  for (let n = 0; n < small + large; n++) {
    const isLarge = n % every === 0;
    writeFileSync(join(folder, 'in', `${String(n).padStart(5, '0')}.jpg`), isLarge ? photos[(n / every) % photos.length] : pictures[n % pictures.length]);
  }
  return folder;
}

async function memory() {
  const folder = folderOf(1000, 20);
  const service = new ImageCompressionService({ maxThreads: 2 });
  let [items, first, peak] = [0, 0, 0];
  const chunkSize = 50;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage().rss);
    if (items <= chunkSize) first = peak;
  };
  const timer = setInterval(look, 5);
  for await (const { error } of service.compressBatch(filesOf(folder), { format: 'webp', output: join(folder, 'out'), chunkSize })) {
    if (error) throw error;
    items += 1;
    look();
  }
  clearInterval(timer);
  service.close();
  rmSync(folder, { recursive: true });
  const mebibytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MiB`;
  console.log(`memory: ${items} files in chunks of ${chunkSize}; peak RSS ${mebibytes(first)} in the first chunk, ${mebibytes(peak)} in all: ratio ${(peak / first).toFixed(2)}`);
}

async function throughput() {
  const folder = folderOf(150, 4);
  const seconds = { 1: 0, 2: 0 };
  for (let round = 0; round <= 3; round++) {
    for (const workers of [1, 2]) {
      const service = new ImageCompressionService({ maxThreads: workers });
      const begin = performance.now();
      await service.compressBatch(filesOf(folder), { format: 'webp', output: join(folder, 'out'), concurrency: 4, chunkSize: 50 }).result;
      if (round > 0) seconds[workers] += (performance.now() - begin) / 1000;
      service.close();
    }
  }
  rmSync(folder, { recursive: true });
  console.log(`throughput: 1 worker ${seconds[1].toFixed(1)} s, 2 workers ${seconds[2].toFixed(1)} s: ratio ${(seconds[1] / seconds[2]).toFixed(2)}`);
}

function filesOf(folder) {
  return readdirSync(join(folder, 'in')).map((name) => join(folder, 'in', name));
}

async function variants() {
  const photo = corpusFile('camera/photo12.jpg');
  const service = new ImageCompressionService({ worker: false });
  const config = { formats: ['webp', 'jpeg'] };
  const targets = requestsOf({ variants: true, ...config }, resolveServiceConfig()).map((request) => resolveOptions(request.config, service.config, 'jpeg'));
  await service.compressVariants(photo, config);
  const source = { smallest: 'core', load: () => { throw new Error('it is loaded already'); } };
  const finished = await engine.withPicture(source, 'core', photo, targets, (picture) => targets.map(() => picture.finish()));
  const decode = () => engine.withPicture(source, 'core', photo, targets, () => {});
  const encodes = async () => {
    for (const [at, one] of finished.entries()) await engine.encode(source, one, targets[at]);
  };
  const [all, once, six] = await cpuTimes([() => service.compressVariants(photo, config), decode, encodes], 5);
  console.log(`variants: ${Math.round(all / 5)} ms for three sizes in two formats; one decode ${Math.round(once / 5)} ms and the encodes ${Math.round(six / 5)} ms: ratio ${(all / (once + six)).toFixed(2)}`);
}
