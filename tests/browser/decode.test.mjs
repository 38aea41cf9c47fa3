/**
 * Chromium as the reference decoder of BMP, GIF and ICO: it reads every odd file of image-rs's collection, which the
 * usual command line tools do not.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { corpusFile, corpusFiles, withoutCorpus } from '../js/corpus.mjs';
import { difference, vipsPixels } from '../js/decoders.mjs';
import { openPage, withoutChromium } from './page.mjs';

const skip = withoutCorpus || withoutChromium;
const TYPES = { bmp: 'image/bmp', gif: 'image/gif', ico: 'image/x-icon' };

let host;
before(async () => {
  if (!skip) host = await openPage();
});
after(() => host?.close());

for (const [extension, mimeType] of Object.entries(TYPES)) {
  test(`${extension}: every valid file has Chromium's pixels`, { skip }, async () => {
    const names = corpusFiles(`formats/${extension}`, `.${extension}`);
    assert.ok(names.length > 5);
    const failures = [];
    for (const name of names) {
      const found = difference(await slimpixPixels(name), await chromiumPixels(name, mimeType));
      // A canvas keeps its pixels multiplied by their alpha, which costs faint ones their colour.
      if (found.mean > 0.3) failures.push(`${name}: mean ${found.mean.toFixed(2)}, at most ${found.max}`);
    }
    assert.deepEqual(failures, []);
  });
}

async function slimpixPixels(name) {
  const { data } = await compressImage(corpusFile(name), { format: 'png', maxDimension: 65535, animated: 'first' });
  return vipsPixels(Buffer.from(data));
}

async function chromiumPixels(name, mimeType) {
  const png = await host.page.evaluate(drawInPage, [Buffer.from(corpusFile(name)).toString('base64'), mimeType]);
  return vipsPixels(Buffer.from(png.split(',')[1], 'base64'));
}

/** Gives the picture back as the data: address of a PNG. */
async function drawInPage([file, type]) {
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type }));
  const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  return canvas.toDataURL('image/png');
}
