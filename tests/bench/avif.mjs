/**
 * `npm run bench -- avif [--every N] [--side PIXELS]`: what each avifSpeed costs and saves, as bytes at equal
 * SSIMULACRA2 and CPU time, both relative to speed 6. One Node process, pictures scaled down to `side` pixels.
 */
import { parseArgs } from 'node:util';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { bytesAt, geometricMean, pictures, scores } from './measure.mjs';

const TARGETS = [60, 70, 80];
const QUALITIES = [40, 55, 68, 78, 86];
const SPEEDS = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
const REFERENCE = 6;
const { every, side } = parseArgs({ options: { every: { type: 'string', default: '6' }, side: { type: 'string', default: '384' } } }).values;

const images = [];
for (const folder of ['kodak', 'graphics']) {
  images.push(...(await pictures(folder, { every: Number(every), side: Number(side) })));
}
console.log(`avifSpeed relative to ${REFERENCE}, ${images.length} pictures of ${side} px:`);
await measure(10); // warms up
const reference = await measure(REFERENCE);
for (const speed of SPEEDS) console.log(describe(speed === REFERENCE ? reference : await measure(speed)));

async function measure(speed) {
  const curves = [];
  let milliseconds = 0;
  for (const image of images) {
    const files = [];
    for (const quality of QUALITIES) {
      const before = process.cpuUsage();
      files.push((await compressImage(image, { format: 'avif', quality, avifSpeed: speed })).data);
      const { user, system } = process.cpuUsage(before);
      milliseconds += (user + system) / 1000;
    }
    const scored = await scores(image, files);
    curves.push(files.map((file, i) => ({ bytes: file.length, score: scored[i] })));
  }
  return { speed, curves, milliseconds };
}

function describe({ speed, curves, milliseconds }) {
  const cells = TARGETS.map((target) => {
    const ratios = curves.map((curve, i) => bytesAt(target, curve) / bytesAt(target, reference.curves[i])).filter(Number.isFinite);
    return `@${target} ${ratios.length ? geometricMean(ratios).toFixed(3) : '—'}`;
  });
  return `speed ${String(speed).padStart(2)}: bytes ${cells.join('  ')}  CPU time ${(milliseconds / reference.milliseconds).toFixed(2)}`;
}
