/**
 * `npm run bench -- targets [--every N]`: what searching costs, and where it should turn from quality to sides.
 *
 * First, the CPU time of reaching a score beside one encode at the quality that it came to, and by how much the score
 * is passed. Then, in as many bytes as each low quality takes, the picture at full size beside the best of smaller
 * ones, enlarged again: below the quality where these win, `maxBytes` makes the sides smaller. Kodak's pictures; AVIF at
 * speed 8.
 */
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { cpuTimes, pictures, scores } from './measure.mjs';

const FORMATS = ['jpeg', 'webp', 'avif'];
const TARGETS = [60, 70, 80, 85];
const LOW = [5, 10, 15, 20, 25, 30];
const SCALES = [0.9, 0.8, 0.65, 0.5];
const { every } = parseArgs({ options: { every: { type: 'string', default: '6' } } }).values;

const images = await pictures('kodak', { every: Number(every) });
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const compress = (image, config) => compressImage(image, { maxDimension: 65535, avifSpeed: 8, useWebWorker: false, ...config });

console.log(`${images.length} pictures; a score reached, beside one encode:`);
for (const format of FORMATS) {
  for (const target of TARGETS) {
    const rows = [];
    for (const image of images) {
      const { quality, score } = await compress(image, { format, quality: { target } });
      const [one, search] = await cpuTimes([() => compress(image, { format, quality }), () => compress(image, { format, quality: { target } })], 1);
      rows.push({ times: search / one, past: score - target });
    }
    console.log(`${format} @${target}: ${mean(rows.map(({ times }) => times)).toFixed(1)} times the time, ${mean(rows.map(({ past }) => past)).toFixed(2)} points past it`);
  }
}

console.log('in equal bytes, full size and the best of smaller sizes:');
for (const format of FORMATS) {
  for (const quality of LOW) {
    const rows = await Promise.all(images.map((image) => fullAndSmaller(image, format, quality)));
    console.log(`${format} ${quality}: ${mean(rows.map(([full]) => full)).toFixed(1)} and ${mean(rows.map(([, smaller]) => smaller)).toFixed(1)}`);
  }
}

async function fullAndSmaller(image, format, quality) {
  const { width, height } = image;
  const full = await compress(image, { format, quality });
  const files = [full.data];
  for (const scale of SCALES) {
    const config = { format, maxDimension: Math.round(Math.max(width, height) * scale), maxBytes: full.size, alwaysKeepResolution: true };
    const smaller = await compress(image, config).catch(() => undefined);
    if (smaller) files.push(await sharp(smaller.data).resize(width, height, { fit: 'fill' }).png().toBuffer());
  }
  const [atFullSize, ...atSmaller] = await scores(image, files);
  return [atFullSize, Math.max(...atSmaller)];
}
