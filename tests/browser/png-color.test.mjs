/**
 * What PNG says of its colors by numbers (`gAMA`, `cHRM`, `cICP`), with Chromium as the reference: slimpix's own PNG of
 * a file, in which nothing is said any more, must look as the file itself does.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { root } from '../js/corpus.mjs';
import { withChunk } from '../js/png-chunks.mjs';
import { openPage, withoutChromium } from './page.mjs';

/** Levels of 8 bits by which two ways of rounding may differ. */
const NEAR = 4;
const cases = join(root, '../shared/cases/png-colour-chunks-ignored');

const numbers = (...values) => Buffer.concat(values.map((value) => {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(value);
  return four;
}));
const ADOBE = numbers(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000);
const SPACES = {
  'linear light': [['gAMA', numbers(100_000)]],
  'an old Mac': [['gAMA', numbers(55_556)]],
  'a gamma of 2.2': [['gAMA', numbers(45_455)]],
  'Adobe RGB': [['gAMA', numbers(45_455)], ['cHRM', ADOBE]],
  'primaries without a gamma': [['cHRM', ADOBE]],
  'a gamma of nothing': [['gAMA', numbers(0)]],
  'sRGB beside a gamma': [['gAMA', numbers(100_000)], ['sRGB', Buffer.of(0)]],
  'Display P3': [['cICP', Buffer.of(12, 13, 0, 1)]],
  'linear BT.709': [['cICP', Buffer.of(1, 8, 0, 1)]],
  'BT.2020 as sRGB': [['cICP', Buffer.of(9, 13, 0, 1)]],
};

let host;
before(async () => {
  if (!withoutChromium) host = await openPage();
});
after(() => host?.close());

for (const [name, chunks] of Object.entries(SPACES)) {
  test(`${name}: as Chromium shows it`, { skip: withoutChromium }, async () => {
    const { data } = await compressImage(colors(), { format: 'png' });
    await assertSeenAlike(chunks.reduceRight((png, [chunk, body]) => withChunk(png, chunk, body), data));
  });
}

test('the reported files, as Chromium shows them', { skip: withoutChromium || (existsSync(cases) ? false : `${cases} is missing`) }, async () => {
  const names = readdirSync(cases).filter((name) => name.endsWith('.png'));
  assert.ok(names.length > 0);
  for (const name of names) await assertSeenAlike(readFileSync(join(cases, name)));
});

/** A gray ramp above, hues below. */
function colors() {
  const pixel = (x, y) => (y < 4 ? [x * 4, x * 4, x * 4, 255] : [x * 4, 255 - x * 4, y * 16, 255]);
  const data = Array.from({ length: 64 * 16 }, (_, at) => pixel(at % 64, Math.floor(at / 64))).flat();
  return { data: Uint8Array.from(data), width: 64, height: 16 };
}

async function assertSeenAlike(file) {
  const { data } = await compressImage(new Uint8Array(file), { format: 'png' });
  const [given, made] = [await seen(file), await seen(data)];
  const largest = given.reduce((most, level, at) => Math.max(most, Math.abs(level - made[at])), 0);
  assert.equal(given.length, made.length);
  assert.ok(largest <= NEAR, `${largest} levels apart`);
}

/** The pixels that a canvas of Chromium's gets. */
function seen(png) {
  return host.page.evaluate(async (text) => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    return [...context.getImageData(0, 0, image.width, image.height).data];
  }, Buffer.from(png).toString('base64'));
}
