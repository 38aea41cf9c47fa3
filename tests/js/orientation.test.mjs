/** The sixteen pictures in every EXIF orientation come out upright, in every format: like the one that lies upright already. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressImage, probe } from '../../pkg/dist/entry-node.js';
import { corpusFile, withoutCorpus } from './corpus.mjs';
import { difference, vipsPixels } from './decoders.mjs';

const SIDE = 200;
/** The files are JPEGs made from turned pixels, so that they differ by a little; a wrong turn differs by 50 levels and more. */
const BOUND = 4;
const CONFIGS = [{ format: 'jpeg', quality: 95 }, { format: 'png' }, { format: 'webp', quality: 95 }, { format: 'webp', lossless: true }, { format: 'avif', quality: 90, avifSpeed: 10 }];

for (const config of CONFIGS) {
  test(`${config.format}: all orientations are upright`, { skip: withoutCorpus }, async () => {
    for (const shape of ['Landscape', 'Portrait']) {
      const upright = await vipsPixels(Buffer.from((await compressImage(corpusFile(`exif/${shape}_1.jpg`), { format: 'png', maxDimension: SIDE })).data));
      assert.equal(Math.max(upright.width, upright.height), SIDE);
      assert.equal(upright.width > upright.height, shape === 'Landscape');
      for (let orientation = 1; orientation <= 8; orientation++) {
        const input = corpusFile(`exif/${shape}_${orientation}.jpg`);
        const { data } = await compressImage(input, { ...config, maxDimension: SIDE });
        const { mean } = difference(await vipsPixels(Buffer.from(data)), upright);
        assert.ok(mean <= BOUND, `${shape}_${orientation}: ${mean.toFixed(2)} levels from upright`);
      }
    }
  });
}

test('probe gives the size as shown, and the orientation', { skip: withoutCorpus }, async () => {
  for (let orientation = 1; orientation <= 8; orientation++) {
    const info = await probe(corpusFile(`exif/Landscape_${orientation}.jpg`));
    assert.equal(info.orientation, orientation);
    assert.ok(info.width > info.height, `${orientation}: ${info.width}×${info.height}`);
  }
});

test('autoOrient: false leaves the picture as it lies', { skip: withoutCorpus }, async () => {
  const { width, height } = await compressImage(corpusFile('exif/Landscape_6.jpg'), { autoOrient: false, maxDimension: SIDE });
  assert.ok(height > width, `${width}×${height}`);
});
