/** The command line as a person or a script meets it: arguments, streams, exit codes. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { COMPRESSION_RULES } from '../../pkg/dist/options.js';
import { jpegFile, pngFile } from './pictures.mjs';

const cli = fileURLToPath(new URL('../../pkg/dist/cli.js', import.meta.url));
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slimpix-'));
  await mkdir(join(folder, 'in/deep'), { recursive: true });
  await writeFile(join(folder, 'in/a.jpg'), await jpegFile(80, 60));
  await writeFile(join(folder, 'in/deep/b.png'), await pngFile(80, 60));
  await writeFile(join(folder, 'broken.jpg'), (await jpegFile(80, 60)).subarray(0, 500));
});
after(() => rm(folder, { recursive: true }));

function run(...args) {
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args], { cwd: folder }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
  });
}

test('a folder, a format: files, a table, a line per file, exit code 0', async () => {
  const { code, stdout, stderr } = await run('in', '-o', 'out', '--format', 'jpeg', '--max-dimension', '40');
  assert.equal(code, 0, stderr);
  assert.deepEqual((await readdir(join(folder, 'out'), { recursive: true })).sort(), ['a.jpg', 'deep', 'deep/b.jpg']);
  assert.match(stdout, /input +output +size +before +after +saved/);
  assert.match(stdout, /deep\/b\.png +out\/deep\/b\.jpg +40×30/);
  assert.match(stdout, /2 files .* \d+ %/);
  assert.match(stderr, /\[[12]\/2\] in\/a\.jpg → out\/a\.jpg/);
  assert.match(stderr, /^\[1\/2\].*\n\[2\/2\]/);
});

test('patterns, several formats at once, and --json', async () => {
  const { code, stdout, stderr } = await run('in/**/*.{jpg,png}', '-o', 'many', '--format', 'jpeg,png', '--json');
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const report = JSON.parse(stdout);
  assert.deepEqual(report.successful.map(({ output }) => output).sort(), ['many/a.jpg', 'many/a.png', 'many/deep/b.jpg', 'many/deep/b.png']);
  const [first] = report.successful;
  assert.deepEqual([first.format, first.width, first.height, first.sourceFormat, first.data], ['jpeg', 80, 60, 'jpeg', undefined]);
  assert.equal(first.size, (await readFile(join(folder, first.output))).length);
  assert.equal(report.totalOutputSize, report.successful.reduce((sum, { size }) => sum + size, 0));
});

test('a file that fails: exit code 1, its reason, the others done', async () => {
  const plain = await run('in/a.jpg', 'broken.jpg', '-o', 'partly');
  assert.equal(plain.code, 1);
  assert.match(plain.stdout, /failed: broken\.jpg: CORRUPT_IMAGE: /);
  assert.ok(existsSync(join(folder, 'partly/a.jpg')) && !existsSync(join(folder, 'partly/broken.jpg')));
  const json = await run('broken.jpg', 'nowhere.jpg', '-o', 'partly', '--json');
  assert.equal(json.code, 1);
  assert.deepEqual(JSON.parse(json.stdout).failed.map(({ input, code }) => [input, code]), [['broken.jpg', 'CORRUPT_IMAGE'], ['nowhere.jpg', 'IO']]);
});

test('one file to a named file, whose extension says the format', async () => {
  const { code, stderr } = await run('in/a.jpg', '-o', 'named/picture.png');
  assert.equal(code, 0, stderr);
  assert.equal((await sharp(join(folder, 'named/picture.png')).metadata()).format, 'png');
});

test('what is not understood: exit code 2, a sentence, nothing written', async () => {
  const wrong = {
    'no INPUT given': [],
    "Unknown option '--qualty'": ['in', '--qualty', '5'],
    'quality is 500; it must be an integer from 1 to 100': ['in', '--quality', '500'],
    'quality is 1–100; did you mean 80\\?': ['in', '--quality', '0.8'],
    "--quality is 'high'; it must be a number": ['in', '--quality', 'high'],
    "format is 'gif'; it must be one of": ['in', '--format', 'gif'],
    "--target-size is 'big'; it must be like 800x600": ['in', '--target-size', 'big'],
    "unknown option 'metadata.gsp'": ['in', '--metadata', 'exif,gsp'],
  };
  for (const [message, args] of Object.entries(wrong)) {
    const { code, stderr, stdout } = await run(...args, '-o', 'never');
    assert.equal(code, 2, message);
    assert.match(stderr, new RegExp(message));
    assert.equal(stdout, '');
  }
  assert.ok(!existsSync(join(folder, 'never')));
});

test('no image to be found: exit code 1 and which input it was', async () => {
  await mkdir(join(folder, 'empty'), { recursive: true });
  for (const input of ['empty', 'no*.jpg']) {
    const { code, stderr } = await run(input, '-o', 'never');
    assert.equal(code, 1);
    assert.ok(stderr.includes(input), stderr);
  }
});

test('flags do what their options do', async () => {
  const { stdout } = await run('in/a.jpg', '-o', 'flags', '--target-size', '30x30', '--fit', 'cover', '--no-auto-orient', '--json');
  const [{ width, height }] = JSON.parse(stdout).successful;
  assert.deepEqual([width, height], [30, 30]);
});

test('--help names every option of the library that a command line can carry, --version the version', async () => {
  const { code, stdout } = await run('--help');
  assert.equal(code, 0);
  const aliases = ['decoders', 'fileType', 'mimeType', 'maxSizeMB', 'maxWidthOrHeight', 'stripMetadata', 'maintainAspectRatio', 'rename', 'signal', 'onProgress', 'useWebWorker'];
  for (const key of Object.keys(COMPRESSION_RULES).filter((key) => !aliases.includes(key))) {
    const flag = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    assert.match(stdout, new RegExp(`--(\\[no-\\])?${flag}\\b`), key);
  }
  assert.ok(!stdout.includes('undefined'));
  const { version } = JSON.parse(await readFile(new URL('../../pkg/package.json', import.meta.url)));
  assert.equal((await run('--version')).stdout, `${version}\n`);
});

test('Ctrl+C: what is done is told and whole, nothing is half written, exit code 130', async () => {
  const many = join(folder, 'many-in');
  await mkdir(many);
  const picture = await jpegFile(400, 300);
  await Promise.all(Array.from({ length: 30 }, (_, n) => writeFile(join(many, `${n}.jpg`), picture)));
  const { code, stdout, stderr } = await new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, 'many-in', '-o', 'interrupted', '--format', 'avif', '--json'], { cwd: folder }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
    const looking = setInterval(() => existsSync(join(folder, 'interrupted')) && (clearInterval(looking), child.kill('SIGINT')), 20);
  });
  assert.equal(code, 130, stderr);
  assert.match(stderr, /interrupted after \d+ of 30 inputs/);
  const told = JSON.parse(stdout).successful.map(({ output }) => output.split('/').at(-1));
  const written = await readdir(join(folder, 'interrupted'));
  assert.ok(written.length < 30);
  assert.deepEqual(written.filter((name) => !/^\d+\.avif$/.test(name)), []);
  for (const name of told) assert.ok(written.includes(name), name);
});

test('every size variant, in several formats, by one command', async () => {
  const { code, stdout, stderr } = await run('in/a.jpg', '-o', 'sizes', '--variants', '--format', 'webp,jpeg', '--threads', '1', '--suffix=-web');
  assert.equal(code, 0, stderr);
  const names = ['full', 'preview', 'thumbnail'].flatMap((variant) => [`a-${variant}-web.jpg`, `a-${variant}-web.webp`]);
  assert.deepEqual((await readdir(join(folder, 'sizes'))).sort(), names);
  assert.match(stdout, /6 files/);
});
