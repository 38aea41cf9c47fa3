/**
 * What one image may take of memory: refused by its header where that is known beforehand, ended where it turns out
 * later; and that a failure says whether memory was its cause.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { boundGrowth, LIMIT, REFUSED } from '../../pkg-template/growth.mjs';
import { ERROR_CODES, ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { bytesNeeded } from '../../pkg/dist/footprint.js';
import { trapIn } from './broken-modules.mjs';
import { root } from './corpus.mjs';
import { jpegFile, pngFile, waves } from './pictures.mjs';

const MEBIBYTE = 2 ** 20;
const wasm = (name) => readFileSync(join(root, `pkg/dist/${name}_bg.wasm`));

/** A GIF of one frame, of which the header is all there is. */
function gifHeader(width, height) {
  const sides = Buffer.alloc(4);
  sides.writeUInt16LE(width);
  sides.writeUInt16LE(height, 2);
  const frame = [0x2c, 0, 0, 0, 0, ...sides, 0, 2, 2, 0x4c, 1, 0];
  return Buffer.from([...Buffer.from('GIF89a'), ...sides, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, ...frame, 0x3b]);
}

function runCli(...args) {
  const cli = join(root, 'pkg/dist/cli.js');
  return new Promise((resolve) => execFile(process.execPath, [cli, ...args], (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr })));
}

test('a header that asks for more than maxMemory is refused before any memory is asked for', async () => {
  const gif = gifHeader(16000, 16000);
  const limits = { maxMemory: 256 * MEBIBYTE };
  const refused = { code: 'LIMIT_EXCEEDED', message: /would take about \d{4} MiB of memory; maxMemory is 256\.0 MiB/ };
  for (const worker of [true, false]) {
    const [bounded, free] = [new ImageCompressionService({ ...limits, worker }), new ImageCompressionService({ worker })];
    await assert.rejects(bounded.compressImage(gif, { format: 'webp' }), refused);
    await assert.rejects(free.compressImage(gif, { format: 'webp', ...limits }), refused);
    await assert.rejects(bounded.compressImage(gif, { format: 'webp', maxMemory: 2 ** 32 }), refused, 'the lower of the two holds');
    const { failed } = await bounded.compressBatch([gif, await jpegFile(20, 20)], { format: 'webp' }).result;
    assert.deepEqual(failed.map(([, , code]) => code), ['LIMIT_EXCEEDED']);
    for (const { images, avif } of [bounded.workers, free.workers]) for (const bytes of [...images, ...avif]) assert.ok(bytes < 8 * MEBIBYTE, `${bytes}`);
    for (const service of [bounded, free]) service.close();
  }
});

test('--max-memory on the command line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-'));
  try {
    writeFileSync(join(folder, 'huge.gif'), gifHeader(16000, 16000));
    const args = [join(folder, 'huge.gif'), '-o', join(folder, 'out'), '--format', 'webp', '--max-memory'];
    const { code, stdout } = await runCli(...args, '268435456', '--json');
    assert.deepEqual([code, JSON.parse(stdout).failed[0].code], [1, 'LIMIT_EXCEEDED']);
    const wrong = await runCli(...args, '5');
    assert.deepEqual([wrong.code, wrong.stdout], [2, '']);
    assert.match(wrong.stderr, /maxMemory is 5; it must be an integer from 1048576 to 4294967296/);
    assert.deepEqual(readdirSync(folder), ['huge.gif']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file of more bytes than maxMemory is not read to its end', async () => {
  const service = new ImageCompressionService({ maxMemory: MEBIBYTE, worker: false });
  let pulled = 0;
  const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array((pulled += 1) && 65536)) });
  async function* pieces() {
    for (;;) yield new Uint8Array(65536);
  }
  const tooLarge = [new Blob([new Uint8Array(2 * MEBIBYTE)]), new Uint8Array(2 * MEBIBYTE), endless(), pieces(), new Response(endless())];
  for (const input of tooLarge) await assert.rejects(service.compressImage(input), { code: 'LIMIT_EXCEEDED' });
  assert.ok(pulled < 100, `${pulled} pieces were asked for`);
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-'));
  try {
    writeFileSync(join(folder, 'large.jpg'), new Uint8Array(2 * MEBIBYTE));
    await assert.rejects(service.compressImage(join(folder, 'large.jpg')), { code: 'LIMIT_EXCEEDED', message: /2097152 bytes/ });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what takes more than its header said ends with OUT_OF_MEMORY, and the next image is done', async () => {
  // A plan that is wrong: the module is given less than the plan of this picture by the limit alone.
  const { Picture, initSync } = await import('../../pkg/dist/core.js?limit');
  const instance = initSync({ module: new WebAssembly.Module(wasm('core')) });
  const file = await pngFile(1500, 1500);
  instance.memory_limit.value = 64;
  assert.throws(() => Picture.decode(file, [{ format: 'webp', metadata: {} }]));
  assert.equal(instance.memory_refused.value, 1);
  assert.ok(instance.memory.buffer.byteLength <= 64 * 65536);
});

const cases = join(root, '../shared/cases/frame-beyond-header');

test('a frame larger than its header never takes more than maxMemory', { skip: existsSync(cases) ? false : 'the cases are not here' }, async () => {
  const maxMemory = 64 * MEBIBYTE;
  for (const name of readdirSync(cases).filter((name) => /\.(gif|webp)$/.test(name))) {
    const service = new ImageCompressionService({ maxMemory, maxThreads: 1 });
    const file = readFileSync(join(cases, name));
    await service.compressImage(file, { format: 'webp', animated: 'first' }).catch(({ code, message }) => {
      console.log(`${name}: ${code}: ${message}`);
      assert.ok(ERROR_CODES.includes(code) && code !== 'INTERNAL', `${name}: ${code}`);
    });
    const { images, avif } = service.workers;
    for (const bytes of [...images, ...avif]) assert.ok(bytes <= maxMemory, `${name}: ${bytes}`);
    assert.ok((await service.compressImage(await jpegFile(30, 20))).size > 0);
    service.close();
  }
});

test('a trap says OUT_OF_MEMORY only where memory was refused, even where little is left', async () => {
  const trapping = await WebAssembly.compile(trapIn(wasm('core'), 'picture_compress'));
  const picture = waves(1200, 1000);
  const service = new ImageCompressionService({ wasmModule: { core: trapping }, maxMemory: 40 * MEBIBYTE });
  await assert.rejects(service.compressImage(picture, { format: 'webp' }), { code: 'INTERNAL', message: /this is a bug in slimpix/ });
  service.close();
});

test('an error of a trap holds no frames of the instance', async () => {
  const script = `
    import { ERROR_CODES, ImageCompressionService } from ${JSON.stringify(new URL('../../pkg/dist/entry-node.js', import.meta.url).href)};
    import { readFileSync } from 'node:fs';
    const core = await WebAssembly.compile(readFileSync(0));
    const service = new ImageCompressionService({ wasmModule: { core }, worker: false });
    const error = await service.compressImage({ data: new Uint8Array(64), width: 4, height: 4 }, { format: 'webp' }).catch((error) => error);
    console.log(error.code, error.cause instanceof WebAssembly.RuntimeError, error.cause.name, typeof error.cause.stack);`;
  const stdout = await new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout) => (error ? reject(error) : resolve(stdout)));
    child.stdin.end(trapIn(wasm('core'), 'picture_compress'));
  });
  assert.equal(stdout, 'INTERNAL false RuntimeError string\n');
});

test('the build bounds every growth of a module, and its work stays the same', () => {
  const text = (name) => [...name].map((letter) => letter.charCodeAt(0));
  // (memory 1) (func (export "grow") (param i32) (result i32) local.get 0 memory.grow) (func v128.const drop, i64.const, br_table …)
  const body = [4, 0, 0x20, 0, 0x40, 0, 0x0b].slice(1);
  const odd = [0, 0xfd, 12, ...Array(16).fill(0x40), 0x1a, 0x42, 0xc0, 0x80, 0x01, 0x1a, 0x02, 0x40, 0x41, 0, 0x0e, 1, 0, 0, 0x0b, 0x41, 0xc0, 0x00, 0x1a, 0x0b];
  const module = Buffer.from([
    ...[0, 97, 115, 109, 1, 0, 0, 0],
    ...[1, 9, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x60, 0, 0],
    ...[3, 3, 2, 0, 1],
    ...[5, 3, 1, 0, 1],
    ...[6, 6, 1, 0x7f, 0, 0x41, 0, 0x0b],
    ...[7, 17, 2, 4, ...text('grow'), 0, 0, 6, ...text('memory'), 2, 0],
    ...[10, 1 + 1 + body.length + 1 + odd.length, 2, body.length, ...body, odd.length, ...odd],
  ]);
  assert.ok(WebAssembly.validate(module));
  const bounded = boundGrowth(module);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bounded));
  assert.deepEqual([exports.grow(2), exports[REFUSED].value, exports.memory.buffer.byteLength], [1, 0, 3 * 65536]);
  exports[LIMIT].value = 4;
  assert.deepEqual([exports.grow(2), exports[REFUSED].value, exports.memory.buffer.byteLength], [-1, 1, 3 * 65536]);
  assert.deepEqual([exports.grow(1), exports.memory.buffer.byteLength], [3, 4 * 65536]);
  for (const name of ['core', 'full', 'edge', 'threads']) {
    const kinds = WebAssembly.Module.exports(new WebAssembly.Module(wasm(name))).filter(({ kind }) => kind === 'global').map(({ name }) => name);
    assert.ok(kinds.includes(LIMIT) && kinds.includes(REFUSED), name);
  }
});

test('fill bytes before a JPEG\'s markers change nothing of its plan', async () => {
  const jpeg = new Uint8Array(await sharp(await pngFile(640, 480)).jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer());
  const header = { width: 640, height: 480, hasAlpha: false, format: 'jpeg' };
  const options = [{ format: 'webp', quality: 80, maxDimension: 330, metadata: {} }];
  const plan = (file) => bytesNeeded(file, header, options, false) - file.length;
  const expected = plan(jpeg);
  assert.notEqual(plan(jpeg.subarray(0, 2)), expected, 'the frame header counts');
  for (let at = 2; jpeg[at + 1] !== 0xda; at += 2 + jpeg[at + 2] * 256 + jpeg[at + 3]) {
    for (const fill of [1, 3]) assert.equal(plan(Buffer.concat([jpeg.subarray(0, at), Buffer.alloc(fill, 0xff), jpeg.subarray(at)])), expected, `${fill} at ${at}`);
  }
});
