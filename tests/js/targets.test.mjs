/** Targets through the package: bytes, scores, the best of several formats; in workers and without, one by one and in batches. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { compressBatch, compressImage, compressVariants } from '../../pkg/dist/entry-node.js';
import { root } from './corpus.mjs';

const quick = { avifSpeed: 10 };
let home, photo, chart;

before(async () => {
  home = mkdtempSync(join(tmpdir(), 'slimpix-targets-'));
  photo = await grainy(400, 300).jpeg({ quality: 95 }).toBuffer();
  chart = await sharp({ create: { width: 400, height: 300, channels: 3, background: '#fff' } }).composite([{ input: { create: { width: 200, height: 90, channels: 3, background: '#14c' } }, left: 31, top: 47 }]).png().toBuffer();
});
after(() => rmSync(home, { recursive: true }));

/** Colour that changes slowly, under the grain of a camera. */
function grainy(width, height) {
  const data = Buffer.alloc(width * height * 3);
  for (let at = 0, state = 1; at < data.length; at++) {
    state = (state * 48271) % 0x7fffffff;
    data[at] = 110 + 70 * Math.sin(at / 3 / width / 20) + 50 * Math.cos(((at / 3) % width) / 30) + (state % 15);
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

test('a score is reached in each lossy format, and told', async () => {
  for (const format of ['jpeg', 'webp', 'avif']) {
    const fair = await compressImage(photo, { ...quick, format, quality: { target: 60 } });
    const fine = await compressImage(photo, { ...quick, format, quality: 'auto' });
    assert.ok(fair.score >= 60 && fine.score >= 80 && fair.size < fine.size, format);
    assert.ok(fair.quality < fine.quality, format);
  }
});

test('the score is measured where it is asked for', async () => {
  const { score, quality } = await compressImage(photo, { format: 'webp', quality: 70, score: true });
  assert.ok(score > 30 && score < 95 && quality === 70, `${score}`);
  const plain = await compressImage(photo, { format: 'webp' });
  assert.deepEqual([plain.score, plain.quality], [undefined, 80]);
  const png = await compressImage(chart, { score: true });
  assert.deepEqual([png.score, png.quality], [100, undefined]);
});

test('bytes are kept, and the same with and without workers', async () => {
  for (const format of ['jpeg', 'webp', 'avif', 'png']) {
    const config = { ...quick, format, maxBytes: 9000 };
    const [there, here] = [await compressImage(photo, config), await compressImage(photo, { ...config, useWebWorker: false })];
    assert.ok(there.size <= 9000 && there.size > 5000, `${format}: ${there.size}`);
    assert.deepEqual(there.data, here.data);
    const { width, height } = await sharp(there.data).metadata();
    assert.deepEqual([there.width, there.height], [width, height], `${format} tells the sides that it has`);
  }
});

test('bytes that no file has are an error that says so', async () => {
  const tooFew = compressImage(photo, { format: 'webp', maxSizeMB: 0.00002 });
  await assert.rejects(tooFew, { code: 'TARGET_UNREACHABLE', message: /^maxBytes is 20; the smallest webp of this picture has \d+ at 1x1 pixels$/ });
  const kept = compressImage(photo, { format: 'jpeg', maxBytes: 900, alwaysKeepResolution: true });
  await assert.rejects(kept, { code: 'TARGET_UNREACHABLE', message: /at 400x300 pixels$/ });
});

test("format 'auto' takes the format that does it in the fewest bytes", async () => {
  assert.equal((await compressImage(chart, { ...quick, format: 'auto' })).format, 'png');
  const best = await compressImage(photo, { ...quick, format: 'auto' });
  for (const format of ['webp', 'avif', 'png']) {
    const { size } = await compressImage(photo, { ...quick, format, quality: 'auto' });
    assert.ok(best.size <= size, `${best.format} has ${best.size}, ${format} ${size}`);
  }
  assert.equal((await sharp(best.data).metadata()).format.replace('heif', 'avif'), best.format);
});

test("a batch in 'auto' names each file by the format it came to", async () => {
  const config = { format: 'auto', formats: ['jpeg', 'png'] };
  const batch = compressBatch([new File([photo], 'photo.jpg'), new File([chart], 'chart.bmp')], config);
  assert.deepEqual((await batch.result).successful, ['photo.jpg', 'chart.png']);
});

test('each size is a choice of its own', async () => {
  const sizes = await compressVariants(photo, { variants: ['preview', 'thumbnail'], format: 'auto', formats: ['jpeg', 'webp'], quality: { target: 70 } });
  assert.deepEqual(sizes.map(({ variant }) => variant), ['preview', 'thumbnail']);
  for (const { score } of sizes) assert.ok(score >= 70);
});

test('progress is told through the tries of a search, and never goes back', async () => {
  for (const format of ['webp', 'avif', 'auto']) {
    const told = [];
    await compressImage(photo, { ...quick, format, maxBytes: 3000, onProgress: ({ ratio }) => told.push(ratio) });
    assert.ok(told.length > 5, `${format}: ${told}`);
    assert.deepEqual(told, [...told].sort((a, b) => a - b), format);
  }
});

test('a search is stopped in the middle', async () => {
  const stop = new AbortController();
  const onProgress = ({ stage, ratio }) => stage === 'encode' && ratio > 0.3 && stop.abort(new Error('enough'));
  const large = await grainy(1200, 900).jpeg().toBuffer();
  await assert.rejects(compressImage(large, { format: 'avif', quality: 'auto', signal: stop.signal, onProgress }), { message: 'enough' });
});

test('the command line knows targets, and tells scores', () => {
  writeFileSync(join(home, 'photo.jpg'), photo);
  const slimpix = (...flags) => execFileSync(process.execPath, [join(root, 'pkg/dist/cli.js'), join(home, 'photo.jpg'), '-o', join(home, 'out'), ...flags], { encoding: 'utf8', stdio: 'pipe' });
  assert.match(slimpix('--format', 'auto', '--formats', 'webp,jpeg', '--quality', 'target=70'), /score .*\n.*\n.*photo\.\w+ .* 7\d\.\d/);
  assert.ok(readdirSync(join(home, 'out')).length === 1);
  assert.doesNotMatch(slimpix('--format', 'webp', '--max-bytes', '6000'), /score/);
  assert.ok(statSync(join(home, 'out/photo.webp')).size <= 6000);
  assert.throws(() => slimpix('--format', 'webp', '--quality', 'target=hot'), ({ stderr }) => /--quality is 'hot'; it must be a number/.test(stderr));
});
