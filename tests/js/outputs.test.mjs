/** Large pictures and 12 MP photographs in every format, opened by decoders that owe nothing to slimpix. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import sharp from 'sharp';
import { compressImage, probe } from '../../pkg/dist/entry-node.js';
import { corpusFile, corpusFiles, withoutCorpus } from './corpus.mjs';
import { difference, missingPrograms, OPENER_PROGRAMS, openedSize, vipsPixels } from './decoders.mjs';

const skip = withoutCorpus || missingPrograms(...OPENER_PROGRAMS);
const pictures = [...corpusFiles('photos', '.png', '.jpg', '.webp'), ...corpusFiles('camera', '.jpg')];

/** AVIF is encoded small and fast: what is tested is the file, not the encoder's patience. */
const CONFIGS = [
  { format: 'jpeg', maxDimension: 1001 },
  { format: 'png', maxDimension: 501 },
  { format: 'webp', maxDimension: 501 },
  { format: 'webp', maxDimension: 501, lossless: true },
  { format: 'avif', maxDimension: 397, avifSpeed: 10 },
];

/** Between one photo and its compressed self lie a few levels; between two photos, or one with skewed rows, forty. */
const BOUND = 10;

for (const config of CONFIGS) {
  test(`${config.format}: every photo opens elsewhere at the right size and is the same picture`, { skip }, async () => {
    assert.ok(pictures.length >= 12, `${pictures.length} pictures`);
    for (const name of pictures) {
      const input = corpusFile(name);
      const shown = await probe(input);
      const result = await compressImage(input, config);
      const scale = config.maxDimension / Math.max(shown.width, shown.height);
      const expected = [shown.width, shown.height].map((side) => Math.round(side * scale));
      assert.deepEqual([result.width, result.height], expected, name);
      assert.deepEqual(openedSize(result.data, config.format), expected, name);
      const reference = await sharp(input).autoOrient().resize(...expected, { fit: 'fill' }).png().toBuffer();
      const { mean } = difference(await vipsPixels(Buffer.from(result.data)), await vipsPixels(reference));
      assert.ok(mean <= BOUND, `${name}: ${mean.toFixed(1)} levels from libvips's resize`);
    }
  });
}
