/**
 * The drop-ins beside the packages whose place they take, in one Chromium: the same calls, and results of the same
 * type, name, date, sides and colours. Sizes are not compared but for their limits: there slimpix may do better.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { jpegFile, pngFile } from '../js/pictures.mjs';
import { browsers } from './browsers.mjs';

const { skip, open } = browsers.find(({ name }) => name === 'Chromium');
const files = {};
let host;

before(async () => {
  if (skip) return;
  host = await open();
  const asFile = (buffer, name, type) => ({ base64: Buffer.from(buffer).toString('base64'), name, type });
  files.jpeg = asFile(await jpegFile(400, 300), 'waves.jpg', 'image/jpeg');
  files.noisy = asFile(await sharp({ create: { width: 640, height: 480, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } } }).jpeg({ quality: 95 }).toBuffer(), 'noise.jpg', 'image/jpeg');
  files.png = asFile(await pngFile(300, 200, { alpha: true }), 'waves.v2.png', 'image/png');
  files.turned = asFile(await sharp(await jpegFile(300, 200)).withExif({ IFD0: { Copyright: 'somebody', Orientation: '6' } }).withMetadata({ orientation: 6 }).toBuffer(), 'turned.jpeg', 'image/jpeg');
  files.broken = asFile(Buffer.from('not a picture at all'), 'broken.jpg', 'image/jpeg');
  files.text = asFile(Buffer.from('text'), 'text.txt', 'text/plain');
  files.tiny = asFile(readFileSync(new URL('../fixtures/lake-p3-exif6.jpg', import.meta.url)), 'lake.jpg', 'image/jpeg');
});
after(() => host?.close());

const call = (name, ...args) => host.page.evaluate(async ([name, args]) => (await import('/tests/drop-ins.page.js'))[name](...args), [name, args]);
const both = (name, ...args) => Promise.all(['peer', 'ours'].map((which) => call(name, which, ...args)));

/** Colours of the corners may differ as codecs do, and those of noise do. */
function assertAlike(ours, peer, keys, what) {
  for (const key of keys) assert.deepEqual(ours[key], peer[key], `${what}: ${key}`);
  // A canvas cuts off what slimpix rounds.
  for (const side of ['width', 'height']) assert.ok(ours[side] === undefined || Math.abs(ours[side] - peer[side]) <= 1, `${what}: ${side} ${ours[side]} beside ${peer[side]}`);
  if (what.startsWith('noisy')) return;
  for (const [place, corner] of (peer.corners ?? []).entries()) {
    const worst = Math.max(...corner.map((value, channel) => Math.abs(value - ours.corners[place][channel])));
    assert.ok(worst <= 24, `${what}: corner ${place} is ${ours.corners[place]}, beside ${corner}`);
  }
}

const FACTS = ['isBlob', 'type', 'name', 'lastModified', 'hasExif', 'message'];

test('browser-image-compression: types, names, dates, sides, metadata', { skip, timeout: 180_000 }, async () => {
  const cases = [
    ['jpeg', {}],
    ['jpeg', { maxWidthOrHeight: 120 }],
    ['jpeg', { maxWidthOrHeight: 120, initialQuality: 0.6 }],
    ['jpeg', { fileType: 'image/webp', initialQuality: 0.8 }],
    ['png', { maxWidthOrHeight: 150 }],
    ['png', { fileType: 'image/jpeg', initialQuality: 0.9 }],
    ['jpeg', { fileType: 'image/png', maxSizeMB: 5 }],
    ['turned', { initialQuality: 0.8 }],
    ['turned', { initialQuality: 0.8, preserveExif: true }],
    ['turned', { initialQuality: 0.8, maxWidthOrHeight: 100 }],
    ['text', {}],
  ];
  for (const [file, options] of cases) {
    const what = `${file} ${JSON.stringify(options)}`;
    const [peer, ours] = await both('compression', files[file], options);
    console.log(`${what}: ${peer.type} ${peer.width} × ${peer.height} ${peer.size} B, ours ${ours.size} B ${ours.message ?? ''}`);
    // The peer's EXIF costs the file its name and date.
    const facts = options.preserveExif ? FACTS.filter((key) => key !== 'name' && key !== 'lastModified') : FACTS;
    assertAlike(ours, peer, facts, what);
    if (!ours.message) assert.deepEqual([ours.progress.at(-1), ours.progress.every((one, at, all) => at === 0 || one >= all[at - 1])], [100, true], what);
  }
});

test('browser-image-compression: maxSizeMB is met, where the peer does not too, at about its sides or more', { skip, timeout: 180_000 }, async () => {
  const cases = [
    ['noisy', { maxSizeMB: 0.1 }],
    ['noisy', { maxSizeMB: 0.05 }],
    ['noisy', { maxSizeMB: 0.06, alwaysKeepResolution: true }],
    ['noisy', { maxSizeMB: 0.04, fileType: 'image/webp' }],
    ['noisy', { maxSizeMB: 0.04, maxWidthOrHeight: 320 }],
    ['jpeg', { maxSizeMB: 0.005 }],
  ];
  for (const [file, options] of cases) {
    const what = `${file} ${JSON.stringify(options)}`;
    const [peer, ours] = await both('compression', files[file], options);
    console.log(`${what}: ${peer.width} × ${peer.height} ${peer.size} B, ours ${ours.width} × ${ours.height} ${ours.size} B`);
    assert.ok(ours.size <= options.maxSizeMB * 2 ** 20, `${what}: ${ours.size} B`);
    assert.ok(ours.width >= 0.85 * peer.width, `${what}: ${ours.width} beside ${peer.width}`);
    if (options.alwaysKeepResolution) assert.deepEqual([ours.width, ours.height], [640, 480]);
  }
});

test('browser-image-compression: what cannot be met comes as small as it gets', { skip, timeout: 60_000 }, async () => {
  const few = await call('compression', 'ours', files.noisy, { maxSizeMB: 0.001, alwaysKeepResolution: true });
  assert.deepEqual([few.width, few.height], [640, 480]);
  assert.ok(few.size > 1049);
  const one = await call('compression', 'ours', files.noisy, { maxSizeMB: 0.1, maxIteration: 1 });
  assert.ok(one.size < 0.1 * 2 ** 20);
});

test('browser-image-compression: a signal stops it with its reason; a broken file is an error', { skip, timeout: 60_000 }, async () => {
  const [peer, ours] = await both('aborted', files.noisy);
  assert.deepEqual([peer, ours], ['I just want to stop', 'I just want to stop']);
  const broken = await call('compression', 'ours', files.broken, {});
  assert.ok(broken.message);
});

test('browser-image-compression: the static functions', { skip, timeout: 60_000 }, async () => {
  const [peer, ours] = await both('statics', files.turned);
  assert.deepEqual(ours, peer);
  assert.equal(ours.orientation, 6);
});

test('compressorjs: types, names, sides, originals, metadata', { skip, timeout: 180_000 }, async () => {
  const cases = [
    ['noisy', {}],
    ['noisy', { quality: 0.3, maxWidth: 100 }],
    ['noisy', { width: 200, height: 50 }],
    ['noisy', { width: 1000 }],
    ['noisy', { minHeight: 700 }],
    ['noisy', { width: 200, height: 200, resize: 'cover' }],
    ['noisy', { width: 200, height: 200, resize: 'contain' }],
    ['png', { width: 200, height: 200, resize: 'contain' }],
    ['png', { maxHeight: 77 }],
    ['png', { mimeType: 'image/webp' }],
    ['png', { mimeType: 'image/jpeg', quality: 0.9 }],
    ['png', { convertSize: 100 }],
    ['png', { convertSize: 100, convertTypes: 'image/webp' }],
    ['png', { mimeType: 'image/gif' }],
    ['jpeg', { strict: false, quality: 1 }],
    ['jpeg', { quality: 1 }],
    ['turned', { strict: false }],
    ['turned', { width: 80, strict: false }],
    ['turned', { retainExif: true }],
    ['turned', { checkOrientation: false, strict: false }],
    ['text', {}],
    ['noisy', { abort: true }],
  ];
  for (const [file, options] of cases) {
    const what = `${file} ${JSON.stringify(options)}`;
    const [peer, ours] = await both('compressor', files[file], options);
    console.log(`${what}: ${peer.message ?? `${peer.type} ${peer.width} × ${peer.height} ${peer.size} B`}, ours ${ours.message ?? `${ours.width} × ${ours.height} ${ours.size} B`}`);
    if (options.abort) assert.match(ours.message, /^The compression process has been aborted/);
    else assertAlike(ours, peer, [...FACTS, 'width', 'height', 'isResult'], what);
  }
});

test('compressorjs: the original comes back where the result would be larger, unless strict is false', { skip }, async () => {
  const small = { base64: Buffer.from(await sharp(await jpegFile(64, 64)).jpeg({ quality: 5 }).toBuffer()).toString('base64'), name: 'small.jpg', type: 'image/jpeg' };
  for (const [options, isOriginal] of [[{ quality: 1 }, true], [{ quality: 1, strict: false }, false], [{ quality: 1, retainExif: true }, false]]) {
    const [peer, ours] = await both('compressor', small, options);
    assert.deepEqual([peer.isOriginal, ours.isOriginal], [isOriginal, isOriginal], JSON.stringify(options));
  }
});

test('compressorjs: the hooks draw into the canvas', { skip }, async () => {
  for (const hooks of [['beforeDraw'], ['drew'], ['beforeDraw', 'drew']]) {
    for (const options of [{ mimeType: 'image/png' }, { width: 150, height: 150, resize: 'contain' }]) {
      const [peer, ours] = await both('compressor', files.png, options, hooks);
      assertAlike(ours, peer, [...FACTS, 'width', 'height', 'calls'], `${hooks}`);
    }
  }
});

test('compressorjs: mistakes, noConflict, setDefaults', { skip }, async () => {
  const [peer, ours] = await both('classOf');
  assert.deepEqual(ours, peer);
  const [there, here] = await both('withDefaults', files.noisy, { maxWidth: 90 });
  assertAlike(here, there, FACTS, 'maxWidth by default');
  assert.equal(here.width, 90);
  assert.ok((await call('compressor', 'ours', files.broken)).message);
});
