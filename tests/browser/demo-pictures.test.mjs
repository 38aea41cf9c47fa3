/** The demo page's parts that need no browser: how its pictures tell of changes, and in which order they are worked on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Compressor } from '../../www/page/compressor.js';
import { Pictures } from '../../www/page/pictures.js';
import { amount } from '../../www/page/words.js';

const frames = [];
globalThis.requestAnimationFrame = (callback) => frames.push(callback);
const frame = () => frames.splice(0).forEach((callback) => callback());

const file = new File(['bytes'], 'file');
function listOf(count) {
  const pictures = new Pictures();
  pictures.add(Array.from({ length: count }, (_, n) => ({ file, name: `${n}.jpg` })));
  return pictures;
}

test('what changes between two frames is told once', () => {
  const pictures = listOf(3);
  const told = [];
  pictures.addEventListener('changed', ({ detail }) => told.push([...detail].map(({ name }) => name)));
  for (const ratio of [0.1, 0.2, 0.3]) for (const picture of pictures.all.slice(1)) pictures.update(picture, { ratio });
  assert.deepEqual(told, []);
  frame();
  frame();
  assert.deepEqual(told, [['1.jpg', '2.jpg']]);
});

test('only what was made by the settings of now is saved with the others', () => {
  const pictures = listOf(3);
  const outputs = [{ file, path: 'same.webp' }];
  for (const [n, state] of ['done', 'stopped', 'done'].entries()) pictures.update(pictures.all[n], { state, outputs });
  assert.deepEqual(pictures.outputs.map(({ name }) => name), ['same.webp', 'same (2).webp']);
});

/** Takes ten pictures a moment after it is asked, as the package does, notes their names, and is never done. */
const endless = (begun) => ({
  compressBatch: (files) => (async function* () {
    await turn();
    begun.push([...first(10, files)].map(({ name }) => name));
    await new Promise(() => {});
  })(),
});

test('the picture that is looked at comes first, and one that is chosen later goes ahead', async () => {
  const pictures = listOf(30);
  const begun = [];
  const compressor = new Compressor(pictures, endless(begun));
  pictures.select(pictures.all[20]);
  compressor.goOn({});
  await rest();
  assert.equal(begun.length, 1);
  assert.deepEqual(begun[0].slice(0, 3), ['20.jpg', '0.jpg', '1.jpg']);
  for (const n of [25, 25, 3]) pictures.select(pictures.all[n]);
  await rest();
  assert.deepEqual(begun.slice(1), [['25.jpg']]);
});

test('one that is chosen just before a setting changes is done by the new settings', async () => {
  const pictures = listOf(2);
  const begun = [];
  const compressor = new Compressor(pictures, endless(begun));
  compressor.goOn({});
  await rest();
  pictures.add([{ file, name: 'late.jpg' }]);
  pictures.select(pictures.all[2]);
  compressor.follow({ format: 'avif' });
  await rest();
  assert.deepEqual(begun.at(-1), ['late.jpg', '0.jpg', '1.jpg']);
});

async function rest() {
  for (let n = 0; n < 3; n++) await turn();
}

function* first(count, items) {
  for (const item of items) {
    yield item;
    if (--count === 0) return;
  }
}

test('a size is told in a unit that leaves something of it', () => {
  assert.deepEqual([0, 4, 99, 100, 9949, 12_345, 1_234_567].map((bytes) => amount(bytes).replace('\u00a0', ' ')), ['0 B', '4 B', '99 B', '0.1 kB', '9.9 kB', '12 kB', '1.23 MB']);
});
