/** A directory in, a directory out: the tree, the names, the broken file, and what is never touched. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import sharp from 'sharp';
import { batchCompressDirectory } from '../../pkg/dist/entry-node.js';
import { jpegFile, pngFile } from './pictures.mjs';

let folder, input, output;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slimpix-'));
  [input, output] = [join(folder, 'in'), join(folder, 'out')];
  await mkdir(input);
});
afterEach(() => rm(folder, { recursive: true }));

async function put(files) {
  for (const [name, data] of Object.entries(files)) {
    await mkdir(dirname(join(input, name)), { recursive: true });
    await writeFile(join(input, name), data);
  }
}

async function tree(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => relative(directory, join(entry.parentPath, entry.name))).sort();
}

test('keeps the tree, passes over what is no image, and one bad file does not end it', async () => {
  const [jpeg, png] = [await jpegFile(40, 30), await pngFile(40, 30)];
  await put({ 'a.jpg': jpeg, 'deep/er/b.PNG': png, 'deep/bad.jpg': jpeg.subarray(0, 400), 'notes.txt': 'words', '.hidden.png': png });
  const result = await batchCompressDirectory(input, output, { format: 'png', maxDimension: 20 });
  assert.deepEqual(result.successful, [join(output, 'a.png'), join(output, 'deep/er/b.PNG')]);
  assert.deepEqual(await tree(output), ['a.png', 'deep/er/b.PNG']);
  assert.equal(result.failed.length, 1);
  const [[name, message, code]] = result.failed;
  assert.deepEqual([name, code], [join(input, 'deep/bad.jpg'), 'CORRUPT_IMAGE']);
  assert.ok(message.length > 10);
  const written = await Promise.all(result.successful.map((path) => readFile(path)));
  assert.equal(result.totalOutputSize, written[0].length + written[1].length);
  assert.equal(result.totalInputSize, jpeg.length + png.length + 400);
  for (const data of written) assert.equal((await sharp(data).metadata()).width, 20);
});

test('two inputs that would meet in one name are told apart', async () => {
  await put({ 'a.jpg': await jpegFile(8, 8), 'a.jpeg': await jpegFile(9, 9), 'a.png': await pngFile(10, 10), 'A.gif': await sharp(await pngFile(11, 11)).gif().toBuffer() });
  const result = await batchCompressDirectory(input, output, { format: 'png' });
  assert.deepEqual(result.failed, []);
  const names = await tree(output);
  assert.equal(new Set(names.map((name) => name.toLowerCase())).size, 4, `${names}`);
  const widths = await Promise.all(names.map(async (name) => (await sharp(join(output, name)).metadata()).width));
  assert.deepEqual(widths.sort((a, b) => a - b), [8, 9, 10, 11]);
});

test('without a format each keeps its own, and its name', async () => {
  await put({ 'a.JPG': await jpegFile(8, 8), 'b.jpeg': await jpegFile(8, 8), 'c.png': await pngFile(8, 8) });
  await batchCompressDirectory(input, output);
  assert.deepEqual(await tree(output), ['a.JPG', 'b.jpeg', 'c.png']);
});

test('never replaces an input, its own or another one, unless told to', async () => {
  const [jpeg, png] = [await jpegFile(40, 30), await pngFile(40, 30)];
  await put({ 'a.png': png, 'a.jpg': jpeg });
  const result = await batchCompressDirectory(input, input, { format: 'jpeg', maxDimension: 10 });
  assert.deepEqual(await readFile(join(input, 'a.jpg')), jpeg);
  assert.deepEqual(result.failed.map(([, , code]) => code), ['INVALID_OPTION']);
  const allowed = await batchCompressDirectory(input, input, { maxDimension: 10, overwrite: true });
  assert.deepEqual(allowed.failed, []);
  assert.equal((await sharp(join(input, 'a.jpg')).metadata()).width, 10);
});

test('an output folder inside the input is not compressed again', async () => {
  await put({ 'a.jpg': await jpegFile(8, 8) });
  const inner = join(input, 'small');
  await batchCompressDirectory(input, inner, { format: 'jpeg' });
  const again = await batchCompressDirectory(input, inner, { format: 'jpeg' });
  assert.deepEqual(again.successful, [join(inner, 'a.jpg')]);
  assert.deepEqual(await tree(input), ['a.jpg', 'small/a.jpg']);
});

test('a link to an input counts as that input, and a circle of links ends', async () => {
  const jpeg = await jpegFile(8, 8);
  await put({ 'a.jpg': jpeg });
  await symlink(input, join(input, 'circle'));
  await symlink(input, join(folder, 'alias'));
  const result = await batchCompressDirectory(input, join(folder, 'alias'));
  assert.deepEqual(result.failed.map(([, , code]) => code), ['INVALID_OPTION']);
  assert.deepEqual(await readFile(join(input, 'a.jpg')), jpeg);
});

test('what cannot be written is IO, and leaves nothing half done', async () => {
  await put({ 'a.jpg': await jpegFile(8, 8) });
  await writeFile(output, 'a file stands where the folder should be');
  const result = await batchCompressDirectory(input, output);
  assert.deepEqual(result.failed.map(([, , code]) => code), ['IO']);
  assert.deepEqual(await tree(folder), ['in/a.jpg', 'out']);
});

const withoutTmpfs = process.platform === 'linux' && process.getuid() === 0 ? false : 'mounting a small disk needs root on Linux';

test('a full disk: IO for what does not fit, nothing half written, and the next job runs', { skip: withoutTmpfs }, async () => {
  await mkdir(output);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', output]);
  try {
    const noise = sharp({ create: { width: 300, height: 200, channels: 3, noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).png().toBuffer();
    await put({ 'a.png': await pngFile(20, 20), 'b.png': await noise, 'c.png': await pngFile(30, 20) });
    const result = await batchCompressDirectory(input, output, { format: 'png', chunkSize: 1 });
    const [[name, message, code], ...others] = result.failed;
    console.log(`${code}: ${message}`);
    assert.deepEqual([name, code, others], [join(input, 'b.png'), 'IO', []]);
    assert.match(message, /b\.png could not be written: ENOSPC/);
    assert.deepEqual(await tree(output), ['a.png', 'c.png']);
    assert.equal((await sharp(join(output, 'c.png')).metadata()).width, 30);
  } finally {
    execFileSync('umount', [output]);
  }
});

test('a folder that is not there is an error of the whole batch', async () => {
  await assert.rejects(batchCompressDirectory(join(folder, 'nowhere'), output), { code: 'IO' });
  await assert.rejects(batchCompressDirectory(input, output, { quality: 0 }), { code: 'INVALID_OPTION' });
});
