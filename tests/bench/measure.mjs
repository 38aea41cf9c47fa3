/** What the benchmarks share: the corpus, scores by the `ssimulacra2` crate, and bytes at an equal score. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = fileURLToPath(new URL('../..', import.meta.url));
const corpus = join(root, '../shared/corpus');

/** The paths of a corpus folder's pictures, each `every`th; exits in words without a corpus. */
export function paths(folder, every = 1) {
  if (!existsSync(join(corpus, folder))) {
    console.error(`bench: the corpus folder ${folder} is not on this machine`);
    process.exit(1);
  }
  const files = readdirSync(join(corpus, folder)).filter((file) => file.endsWith('.png')).sort();
  return files.filter((_, i) => i % every === 0).map((file) => join(corpus, folder, file));
}

/** The pictures of a corpus folder, each `every`th, at most `side` pixels long. */
export async function pictures(folder, { every = 1, side } = {}) {
  return Promise.all(paths(folder, every).map((path) => picture(path, side)));
}

/** A picture as RGBA over white, at most `side` pixels long. */
export async function picture(path, side = 65535) {
  const box = { width: side, height: side, fit: 'inside', withoutEnlargement: true };
  const { data, info } = await sharp(path).resize(box).flatten({ background: '#fff' }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { path, width: info.width, height: info.height, data: new Uint8ClampedArray(data.buffer, data.byteOffset, data.length) };
}

let scorer;

/** SSIMULACRA2 of each encoded file against its picture; sharp decodes both. */
export async function scores(picture, files) {
  scorer ??= build('score');
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-bench-'));
  try {
    const reference = join(folder, 'reference.png');
    await png(sharp(Buffer.from(picture.data.buffer), { raw: { width: picture.width, height: picture.height, channels: 4 } }), reference);
    const pairs = [];
    for (const [i, file] of files.entries()) {
      await png(sharp(file), join(folder, `${i}.png`));
      pairs.push(reference, join(folder, `${i}.png`));
    }
    return execFileSync(scorer, pairs, { encoding: 'utf8' }).trim().split('\n').map(Number);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function png(image, path) {
  return image.removeAlpha().png({ compressionLevel: 1 }).toFile(path);
}

/** A binary of tests/bench, built when it is not. */
function build(name) {
  execFileSync('cargo', ['build', '--quiet', '--release', '--locked', '-p', 'slimpix-bench', '--bin', name], { cwd: root, stdio: 'inherit' });
  return join(root, 'target/release', name);
}

/**
 * The bytes at a score, by a line through log bytes between the two nearest measured points; undefined outside. Points
 * that take more bytes for no better score are left out.
 */
export function bytesAt(score, points) {
  const rising = [];
  for (const point of points.toSorted((a, b) => a.bytes - b.bytes)) {
    if (!rising.length || point.score > rising.at(-1).score) rising.push(point);
  }
  const upper = rising.findIndex((point) => point.score >= score);
  if (upper < 1) return undefined;
  const [a, b] = [rising[upper - 1], rising[upper]];
  const part = (score - a.score) / (b.score - a.score);
  return Math.exp(Math.log(a.bytes) * (1 - part) + Math.log(b.bytes) * part);
}

export function geometricMean(values) {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** CPU milliseconds of each work, in alternation, summed over `rounds`; the first round warms up and is not counted. */
export async function cpuTimes(works, rounds) {
  const totals = works.map(() => 0);
  for (let round = 0; round <= rounds; round++) {
    for (const [i, work] of works.entries()) {
      const before = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(before);
      if (round > 0) totals[i] += (user + system) / 1000;
    }
  }
  return totals;
}
