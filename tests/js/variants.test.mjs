/** Several sizes and formats from one decode, and what results are called. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import sharp from 'sharp';
import { ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { jpegFile, pngFile } from './pictures.mjs';

const service = new ImageCompressionService();
after(() => service.close());

test('every variant in every format, the largest first, each with its own quality', async () => {
  const photo = await jpegFile(900, 600);
  const results = await service.compressVariants(photo, { formats: ['webp', 'jpeg'] });
  const facts = results.map(({ variant, format, width, height, notEnlarged }) => [variant, format, width, height, notEnlarged]);
  assert.deepEqual(facts, [
    ['full', 'webp', 900, 600, true],
    ['full', 'jpeg', 900, 600, true],
    ['preview', 'webp', 500, 333, false],
    ['preview', 'jpeg', 500, 333, false],
    ['thumbnail', 'webp', 150, 100, false],
    ['thumbnail', 'jpeg', 150, 100, false],
  ]);
  const alone = await service.compressImage(photo, { format: 'jpeg', maxDimension: 500, quality: 85 });
  assert.equal(results[3].size, alone.size, 'a preview is compressed as such a picture alone');
  for (const { data, format, width } of results) {
    const read = await sharp(data).metadata();
    assert.deepEqual([read.format, read.width], [format, width]);
  }
});

test('the caller\'s own variants, some of the service\'s, and one quality for all', async () => {
  const png = await pngFile(400, 300);
  const own = await service.compressVariants(png, { format: 'webp', variants: { small: { maxDimension: 40, webpQuality: 10 }, wide: { maxDimension: 200 } } });
  assert.deepEqual(own.map(({ variant, width }) => [variant, width]), [['wide', 200], ['small', 40]]);
  const some = await service.compressVariants(png, { variants: ['thumbnail'] });
  assert.deepEqual(some.map(({ variant, format, width }) => [variant, format, width]), [['thumbnail', 'png', 150]]);
  const sizes = async (quality) => (await service.compressVariants(png, { format: 'jpeg', quality })).map(({ size }) => size);
  const [low, high] = [await sizes(20), await sizes(95)];
  low.forEach((size, at) => assert.ok(size < high[at]));
});

test('what makes no sense is refused', async () => {
  const png = await pngFile(8, 8);
  const wrong = [
    [{ variants: ['huge'] }, /variants names 'huge'; the service knows thumbnail, preview, full/],
    [{ variants: { a: {} } }, /variants.a has no maxDimension/],
    [{ variants: { 'a/b': { maxDimension: 5 } } }, /variants names 'a\/b'/],
    [{ maxDimension: 20 }, /variants have their own sizes/],
    [{ formats: ['gif'] }, /formats is \["gif"\]/],
    [{ formats: ['webp'], format: 'jpeg' }, /give one of them/],
  ];
  for (const [config, message] of wrong) await assert.rejects(service.compressVariants(png, config), { code: 'INVALID_OPTION', message });
});

test('pixels and foreign formats take the same way', async () => {
  const decoders = { 'image/avif': async () => ({ data: new Uint8ClampedArray(300 * 200 * 4).fill(200), width: 300, height: 200 }) };
  const { data: avif } = await service.compressImage(await pngFile(300, 200), { format: 'avif', avifSpeed: 10 });
  const results = await service.compressVariants(avif, { format: 'jpeg', variants: ['thumbnail', 'preview'], decoders });
  assert.deepEqual(results.map(({ width, sourceFormat }) => [width, sourceFormat]), [[300, 'avif'], [150, 'avif']]);
});

test('a result is a File of the right name, type and date', async () => {
  const bytes = await jpegFile(20, 20);
  const holiday = new File([bytes], 'holiday.JPG', { type: 'image/jpeg', lastModified: 86400_000 });
  const result = await service.compressImage(holiday, { format: 'webp' });
  assert.deepEqual([result.file.name, result.file.type, result.file.lastModified, result.file.size], ['holiday.webp', 'image/webp', 86400_000, result.size]);
  assert.deepEqual(new Uint8Array(await result.file.arrayBuffer()), new Uint8Array(result.data));
  const nameOf = async (image, config) => (await service.compressImage(image, config)).name;
  assert.equal(await nameOf(holiday, {}), 'holiday.JPG');
  assert.equal(await nameOf(holiday, { format: 'png', suffix: '-small' }), 'holiday-small.png');
  assert.equal(await nameOf(holiday, { format: 'png', rename: 'cover' }), 'cover.png');
  assert.equal(await nameOf(holiday, { format: 'jpeg', rename: 'cover.jpeg' }), 'cover.jpeg');
  assert.equal(await nameOf(holiday, { format: 'webp', rename: (name) => `2026/${name}` }), '2026/holiday.webp');
  assert.equal(await nameOf(bytes, { format: 'avif', avifSpeed: 10 }), 'image.avif');
  for (const rename of ['../up', () => '../up.webp', () => '/etc/x', '']) {
    await assert.rejects(service.compressImage(holiday, { rename }), { code: 'INVALID_OPTION' });
  }
});
