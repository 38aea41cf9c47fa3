/**
 * `npm run bench -- jpeg [--every N]`: slimpix' JPEG against @jsquash/jpeg (mozjpeg compiled to wasm) at its defaults:
 * bytes at equal SSIMULACRA2, then CPU time at quality 85, both in this one Node process.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import encodeJsquash, { init } from '@jsquash/jpeg/encode.js';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { bytesAt, cpuTimes, geometricMean, pictures, scores } from './measure.mjs';

const TARGETS = [60, 70, 80, 85];
const QUALITIES = [40, 50, 60, 68, 76, 82, 88, 91, 94, 97];
const { every } = parseArgs({ options: { every: { type: 'string', default: '1' } } }).values;

const require = createRequire(import.meta.url);
const wasm = require.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
await init(await WebAssembly.compile(readFileSync(wasm)));

const encoders = {
  slimpix: async (image, quality) => (await compressImage(image, { format: 'jpeg', quality, maxDimension: 65535 })).data,
  jsquash: async (image, quality) => new Uint8Array(await encodeJsquash(image, { quality })),
};

const all = [];
for (const folder of ['kodak', 'photos', 'graphics']) {
  const images = await pictures(folder, { every: Number(every) });
  const ratios = [];
  for (const image of images) ratios.push(await ratiosOf(image));
  all.push(...ratios);
  report(folder, ratios);
}
report('all', all);
await time();

/** slimpix' bytes over jSquash's at each target that both reach. */
async function ratiosOf(image) {
  const curves = [];
  for (const encode of Object.values(encoders)) {
    const files = [];
    for (const quality of QUALITIES) files.push(await encode(image, quality));
    const scored = await scores(image, files);
    curves.push(files.map((file, i) => ({ bytes: file.length, score: scored[i] })));
  }
  return TARGETS.map((target) => bytesAt(target, curves[0]) / bytesAt(target, curves[1]));
}

function report(name, ratios) {
  const cells = TARGETS.map((target, i) => {
    const reached = ratios.map((row) => row[i]).filter(Number.isFinite);
    return `@${target} ${reached.length ? geometricMean(reached).toFixed(3) : '—'} (${reached.length})`;
  });
  console.log(`bytes, slimpix / @jsquash/jpeg, ${name}: ${cells.join('  ')}`);
}

async function time() {
  const images = (await pictures('kodak', { every: 4 })).concat(await pictures('photos', { every: 4 }));
  const works = Object.values(encoders).map((encode) => async () => {
    for (const image of images) await encode(image, 85);
  });
  const [ours, theirs] = await cpuTimes(works, 5);
  console.log(`CPU time at quality 85, slimpix / @jsquash/jpeg: ${(ours / theirs).toFixed(2)} (${ours.toFixed(0)} ms / ${theirs.toFixed(0)} ms)`);
}
