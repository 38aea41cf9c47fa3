/**
 * What an input calls itself, and where its output may go: below the output's folder and nowhere else, in a file that no
 * other writer shares, with nothing left behind.
 */
import assert from 'node:assert/strict';
import { execFile, fork } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { nameOf } from '../../pkg/dist/input.js';
import { inside, isPortable, safeName } from '../../pkg/dist/names.js';
import { OutputFolder } from '../../pkg/dist/output.js';
import { isTemporary, temporaryName } from '../../pkg/dist/temporary.js';
import { jpegFile } from './pictures.mjs';

const service = new ImageCompressionService({ maxThreads: 2 });
after(() => service.close());
const jpeg = await jpegFile(40, 30);
const SENTINEL = 'stood here before';

let folder, output;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slimpix-'));
  output = join(folder, 'site/uploads/today');
  await mkdir(output, { recursive: true });
  for (const place of ['logo.jpg', 'site/logo.jpg', 'site/uploads/logo.jpg']) await writeFile(join(folder, place), SENTINEL);
});
afterEach(() => rm(folder, { recursive: true }));

/** Nothing outside the output was made or changed. */
async function assertUntouched() {
  const outside = (await readdir(folder, { recursive: true })).filter((path) => !path.startsWith('site/uploads/today')).sort();
  assert.deepEqual(outside, ['logo.jpg', 'site', 'site/logo.jpg', 'site/uploads', 'site/uploads/logo.jpg']);
  for (const path of outside.filter((path) => path.endsWith('.jpg'))) assert.equal(await readFile(join(folder, path), 'utf8'), SENTINEL, path);
}

const HOSTILE = ['../logo.jpg', '../../logo.jpg', '..\\..\\logo.jpg', '/etc/logo.jpg', 'C:\\logo.jpg', 'C:logo.jpg', 'a/../../logo.jpg', '..', '.', '...', '', 'lo\0go.jpg', '../', '..\\', 'CON.jpg', 'logo.jpg ', '%2f..%2flogo.jpg'];

test('a file, a URL, a response or a handle is called by one plain name, whatever it calls itself', () => {
  const encoded = (name) => `https://host.example/a/${encodeURIComponent(name)}`;
  for (const name of HOSTILE) {
    const given = [new File([jpeg], name), { kind: 'file', name, getFile() {} }, Object.assign(new Blob([jpeg]), { name }), encoded(name), new URL(encoded(name)), { url: encoded(name), bodyUsed: false, arrayBuffer() {} }];
    for (const input of given) {
      const known = nameOf(input);
      assert.ok(known === undefined || (isPortable(known) && !/[/\\]/.test(known)), `${name} became ${known}`);
    }
  }
  assert.equal(nameOf('https://host.example/a%2f..%2f..%2fx.jpg?b=/c.png'), 'x.jpg');
  assert.equal(nameOf(new File([], 'C:\\Users\\me\\photo.jpg')), 'photo.jpg');
  assert.deepEqual(['nul', 'Aux.png', 'com1.tar.gz', 'a<b>.png', 'x.'].map(safeName), ['_nul', '_Aux.png', '_com1.tar.gz', 'a_b_.png', 'x']);
});

test('no name leads out of the output: as a file it is reduced, as the caller\'s own it is refused', async () => {
  for (const config of [{ format: 'webp' }, {}, { format: 'webp', overwrite: true }]) {
    const files = HOSTILE.map((name) => new File([jpeg], name, { type: 'image/jpeg' }));
    for await (const { input, error, results } of service.compressBatch(files, { ...config, output })) {
      assert.equal(error, undefined, `${input}: ${error}`);
      for (const { name, path } of results) assert.ok(path === join(output, name) && isPortable(name), path);
    }
    const named = HOSTILE.map((name) => ({ image: jpeg, name }));
    for await (const { index, error, results } of service.compressBatch(named, { ...config, output })) {
      if (error) assert.equal(error.code, 'INVALID_OPTION', `${HOSTILE[index]}: ${error}`);
      else assert.ok(results.every(({ path }) => path.startsWith(output)), HOSTILE[index]);
    }
    await assertUntouched();
  }
});

test('without an output no result hands a way out on', async () => {
  const items = HOSTILE.flatMap((name) => [new File([jpeg], name), { image: jpeg, name }]);
  for await (const { error, results } of service.compressBatch(items, { format: 'jpeg' })) {
    if (error) assert.equal(error.code, 'INVALID_OPTION');
    else for (const { name, path, file } of results) assert.deepEqual([inside(name), inside(path), file.name], [name, path, name]);
  }
  for (const name of HOSTILE) assert.ok(isPortable((await service.compressImage(new File([jpeg], name), { format: 'png' })).name), name);
});

test('rename, suffix and variants give file names of every system, or INVALID_OPTION', async () => {
  const photo = new File([jpeg], 'photo.jpg');
  const names = ['.', '..', '', 'a\0b', 'CON', 'nul.webp', 'COM1', 'lpt9.jpg', 'photo.', 'photo ', 'a<b', 'a>b', 'a:b', 'a"b', 'a|b', 'a?b', 'a*b', '../x', 'a/../b', '/x', 'a\\b', 'C:\\x'];
  for (const name of names) {
    for (const rename of [name, () => name]) {
      await assert.rejects(service.compressImage(photo, { format: 'webp', rename }), { code: 'INVALID_OPTION' }, JSON.stringify(name));
    }
    const batch = async () => (await service.compressBatch([photo], { format: 'webp', output, rename: () => name }).result).failed;
    assert.deepEqual((await batch()).map(([, , code]) => code), ['INVALID_OPTION'], name);
  }
  for (const suffix of ['/x', '\\x', '\0', ':x', '?']) await assert.rejects(service.compressImage(photo, { suffix }), { code: 'INVALID_OPTION' });
  for (const variant of ['..', '.', 'a/b', '', 'a\0']) {
    const made = service.compressVariants(photo, { variants: { [variant]: { maxDimension: 9 } } });
    await made.then((results) => assert.ok(isPortable(results[0].name)), (error) => assert.equal(error.code, 'INVALID_OPTION'));
  }
  const odd = { image: jpeg, name: 'odd: folder/what?.jpg' };
  const { successful } = await service.compressBatch([odd], { format: 'jpeg', output, rename: (name) => `kept/${name}` }).result;
  assert.deepEqual(successful, [join(output, 'kept/odd: folder/what?.jpg')], 'a part that the input is called stays');
  await assertUntouched();
});

test('a link below the output that leads out of it is not followed; the output itself may be a link', async () => {
  await mkdir(join(folder, 'elsewhere'));
  await symlink(join(folder, 'elsewhere'), join(output, 'link'));
  await mkdir(join(output, 'real'));
  await symlink(join(output, 'real'), join(output, 'inner'));
  const files = ['link/a.jpg', 'link/deep/b.jpg', 'inner/c.jpg', 'd.jpg'].map((name) => ({ image: jpeg, name }));
  const { successful, failed } = await service.compressBatch(files, { output }).result;
  assert.deepEqual(failed.map(([name, , code]) => [name, code]), [['link/a.jpg', 'INVALID_OPTION'], ['link/deep/b.jpg', 'INVALID_OPTION']]);
  assert.deepEqual(successful, [join(output, 'inner/c.jpg'), join(output, 'd.jpg')]);
  assert.deepEqual(await readdir(join(folder, 'elsewhere')), []);
  await symlink(output, join(folder, 'alias'));
  assert.deepEqual((await service.compressBatch([files[3]], { output: join(folder, 'alias') }).result).failed, []);
});

test('the one place that writes refuses by itself', async () => {
  const place = new OutputFolder(output);
  for (const name of ['../logo.jpg', '..', '.', '', '/logo.jpg', 'a/../../logo.jpg', 'a\0.jpg', '..\\logo.jpg']) {
    await assert.rejects(place.write(name, jpeg), { code: 'INVALID_OPTION' }, JSON.stringify(name));
  }
  await assertUntouched();
});

test('a pattern that begins above the working folder keeps its outputs in theirs', async () => {
  for (const name of ['a', 'b']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'b/x.jpg'), jpeg);
  const cli = fileURLToPath(new URL('../../pkg/dist/cli.js', import.meta.url));
  await new Promise((resolve) => execFile(process.execPath, [cli, '../{b,c}/*.jpg', '-o', 'out/deep'], { cwd: join(folder, 'a') }, resolve));
  const written = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('x.jpg')).sort();
  assert.deepEqual(written, ['a/out/deep/b/x.jpg', 'b/x.jpg']);
});

test('a name of 255 bytes is written', async () => {
  const name = `${'n'.repeat(251)}.jpg`;
  const { successful, failed } = await service.compressBatch([new File([jpeg], name)], { output }).result;
  assert.deepEqual([failed, successful], [[], [join(output, name)]]);
});

test('what a killed writer left is removed when it is old and ours, and nothing else', async () => {
  const names = { old: temporaryName(), fresh: temporaryName() };
  const others = ['.slimpix-notes.part', '.photo.jpg.123.part', 'slimpix-abcdefghijklmnop.part', '.slimpix-ABCDEFGHIJKLMNOP.part'];
  const hoursAgo = new Date(Date.now() - 5 * 3600_000);
  for (const name of [names.old, names.fresh, ...others]) {
    await writeFile(join(output, name), 'half');
    if (name !== names.fresh) await utimes(join(output, name), hoursAgo, hoursAgo);
  }
  await service.compressBatch([new File([jpeg], 'a.jpg')], { output }).result;
  assert.deepEqual((await readdir(output)).sort(), ['a.jpg', names.fresh, ...others].sort());
  assert.equal(new Set(Array.from({ length: 1000 }, temporaryName)).size, 1000);
  assert.ok([...Array(100)].every(() => isTemporary(temporaryName()) && temporaryName().length < 40));
});

test('two processes on one folder: every read is whole, and neither fails', async () => {
  const script = join(folder, 'writer.mjs');
  const dist = new URL('../../pkg/dist/', import.meta.url).href;
  await writeFile(script, `
    import { OutputFolder } from ${JSON.stringify(`${dist}output.js`)};
    const letter = process.argv[2];
    const data = new TextEncoder().encode(letter.repeat(200_000));
    const place = new OutputFolder(${JSON.stringify(output)});
    for (let round = 0; round < 60; round++) await place.write('same.jpg', data);
    process.send('done');`);
  const ended = ['a', 'b'].map((letter) => new Promise((resolve, reject) => {
    const child = fork(script, [letter]);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a writer ended with ${code}`))));
  }));
  let running = true;
  let reads = 0;
  const all = Promise.all(ended).finally(() => (running = false));
  while (running) {
    const text = await readFile(join(output, 'same.jpg'), 'latin1').catch(() => undefined);
    if (text === undefined) continue;
    reads += 1;
    assert.ok(text === 'a'.repeat(200_000) || text === 'b'.repeat(200_000), `torn: ${text.length} bytes`);
  }
  await all;
  assert.ok(reads > 0);
  assert.deepEqual(await readdir(output), ['same.jpg']);
});
