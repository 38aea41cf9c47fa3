/** A phone's photograph in Display P3, turned by EXIF, with a place in it: colour, orientation, and what is kept. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { corpusFile, corpusPath, withoutCorpus } from './corpus.mjs';
import { difference, missingPrograms, vipsPixels } from './decoders.mjs';
import { waves } from './pictures.mjs';

const PHOTO = 'camera/photo12-p3-exif6-gps.jpg';
const CONFIGS = {
  jpeg: { format: 'jpeg', quality: 95, maxDimension: 600 },
  png: { format: 'png', maxDimension: 600 },
  webp: { format: 'webp', quality: 95, maxDimension: 600 },
  avif: { format: 'avif', quality: 90, avifSpeed: 10, maxDimension: 600 },
};

/** The photograph through LittleCMS at full size and without loss, then turned and shrunk by libvips. */
async function littleCms() {
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-'));
  const [profile, before, after] = ['p3.icc', 'before.tif', 'after.tif'].map((name) => join(folder, name));
  try {
    writeFileSync(profile, (await sharp(corpusPath(PHOTO)).metadata()).icc);
    await sharp(corpusPath(PHOTO), { ignoreIcc: true }).tiff({ compression: 'none' }).toFile(before);
    execFileSync('tificc', [`-i${profile}`, '-t1', before, after], { stdio: 'ignore' });
    const upright = await sharp(after).rotate(90).png({ compressionLevel: 0 }).toBuffer();
    return await average(upright);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Averages of 5 × 5 result pixels: the colour that is left when the sharpness of a resize is not. PNG first: other
 * formats would be shrunk by their decoders, each in its own way. */
async function average(picture) {
  const decoded = await sharp(picture).png({ compressionLevel: 0 }).toBuffer();
  return vipsPixels(await sharp(decoded).resize(120, 90, { kernel: 'cubic' }).png().toBuffer());
}

test('Display P3 becomes sRGB as LittleCMS does it, upright, within 2 levels', { skip: withoutCorpus || missingPrograms('tificc') }, async () => {
  const reference = await littleCms();
  for (const config of [CONFIGS.png, CONFIGS.webp, CONFIGS.jpeg, CONFIGS.avif]) {
    const { data, width, height } = await compressImage(corpusFile(PHOTO), config);
    assert.deepEqual([width, height], [600, 450]);
    const { mean } = difference(await average(data), reference);
    console.log(`${config.format}: ${mean.toFixed(2)} levels from LittleCMS`);
    assert.ok(mean <= 2, `${config.format}: ${mean} levels`);
  }
});

test('ink becomes sRGB as LittleCMS does it, within 2 levels', { skip: missingPrograms('jpgicc') }, async () => {
  const { data, width, height } = waves(240, 160);
  const raw = { raw: { width, height, channels: 4 } };
  const cmyk = await sharp(Buffer.from(data.buffer), raw).removeAlpha().toColourspace('cmyk').withIccProfile('cmyk').jpeg({ quality: 98 }).toBuffer();
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-'));
  try {
    const [before, after] = ['before.jpg', 'after.jpg'].map((name) => join(folder, name));
    writeFileSync(before, cmyk);
    execFileSync('jpgicc', ['-t1', '-q100', before, after], { stdio: 'ignore' });
    const ours = await compressImage(cmyk, { format: 'png' });
    const { mean } = difference(await vipsPixels(Buffer.from(ours.data)), await vipsPixels(after));
    console.log(`CMYK: ${mean.toFixed(2)} levels from LittleCMS`);
    assert.ok(mean <= 2, `${mean} levels`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** EXIF of an output, as libvips finds it: raw bytes or undefined. */
const metadataOf = async (config) => sharp(Buffer.from((await compressImage(corpusFile(PHOTO), config)).data)).metadata();

/** The tag of the GPS directory in either byte order. */
const hasGps = (exif) => exif.includes(Buffer.from([0x88, 0x25, 0, 4])) || exif.includes(Buffer.from([0x25, 0x88, 4, 0]));

for (const [format, config] of Object.entries(CONFIGS)) {
  test(`${format}: nothing is kept by default, EXIF with orientation 1 on request, no place with gps: false`, { skip: withoutCorpus }, async () => {
    assert.ok(hasGps((await sharp(corpusPath(PHOTO)).metadata()).exif), 'the photograph itself has a place');
    const stripped = await metadataOf(config);
    assert.deepEqual([stripped.exif, stripped.xmp, stripped.icc], [undefined, undefined, undefined]);

    const kept = await metadataOf({ ...config, metadata: 'keep' });
    assert.ok(kept.exif && hasGps(kept.exif), 'EXIF with its place');
    assert.equal(kept.orientation ?? 1, 1);
    assert.ok(kept.icc, 'the profile that the pixels are in');

    const placeless = await metadataOf({ ...config, metadata: { exif: true, gps: false } });
    assert.ok(placeless.exif && !hasGps(placeless.exif), 'EXIF without a place');
    assert.equal(placeless.orientation ?? 1, 1);
  });
}

test('a kept profile leaves the colours as they were', { skip: withoutCorpus }, async () => {
  const { data } = await compressImage(corpusFile(PHOTO), { ...CONFIGS.png, metadata: { icc: true } });
  const [asIs, reference] = await Promise.all([
    vipsPixels(Buffer.from(data)),
    vipsPixels(await sharp(corpusPath(PHOTO)).autoOrient().resize(600, 450, { kernel: 'lanczos3' }).png().toBuffer()),
  ]);
  const { mean } = difference(asIs, reference);
  assert.ok(mean <= 2, `${mean} levels from libvips's conversion of the same profile`);
});
