/**
 * Every valid file of the PNG conformance suite and of image-rs's collection against an independent decoder, and every
 * broken one against the promise of a typed error. slimpix's pixels are read back from its own PNG by libvips.
 */
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { withoutChunks } from './png-chunks.mjs';
import { corpusFile, corpusFiles, corpusPath, withoutCorpus } from './corpus.mjs';
import { difference, magickPixels, missingPrograms, vipsPixels } from './decoders.mjs';

const EXACT = { mean: 0, max: 0 };
/** 16 bits become 8 by rounding here and by cutting there: one level. */
const ROUNDED = { mean: 1, max: 1 };
/** Decoders of lossy formats agree on the transform to a level or two, and differ at chroma's edges. */
const LOSSY = { mean: 1.5, max: 255 };

/**
 * The samples themselves are compared, so PNG's gAMA and cHRM, which libvips leaves alone, are taken out; what they mean
 * is tests/color.rs' matter.
 */
async function slimpixPixels(name) {
  const file = name.endsWith('.png') ? withoutChunks(corpusFile(name), ['gAMA', 'cHRM']) : corpusFile(name);
  const { data } = await compressImage(file, { format: 'png', maxDimension: 65535, animated: 'first' });
  return vipsPixels(Buffer.from(data));
}

async function assertEqual(name, reference, bound) {
  const found = difference(await slimpixPixels(name), reference);
  const text = `${name}: mean ${found.mean.toFixed(3)}, at most ${found.max} levels from the reference`;
  assert.ok(found.mean <= bound.mean && found.max <= bound.max, text);
}

/** Runs every file and reports all that fail at once. */
async function all(names, check) {
  assert.ok(names.length > 0);
  const failures = [];
  for (const name of names) await check(name).catch((error) => failures.push(`${name}: ${error.code ?? ''} ${error.message}`));
  assert.deepEqual(failures, []);
}

const suite = corpusFiles('pngsuite', '.png');
const isBroken = (name) => /^x[^/]*\.png$/.test(basename(name));

test('PNG suite: every valid file has the reference\'s pixels', { skip: withoutCorpus }, async () => {
  const valid = suite.filter((name) => !isBroken(name));
  assert.ok(valid.length > 150, `${valid.length} files`);
  await all(valid, async (name) => assertEqual(name, await vipsPixels(corpusPath(name)), /16\.png$/.test(name) ? ROUNDED : EXACT));
});

test('PNG suite: every broken file is a typed error', { skip: withoutCorpus }, async () => {
  const broken = suite.filter(isBroken);
  assert.equal(broken.length, 14);
  await all(broken, refused);
});

/** Against their specification, but with every pixel there, and shown by Chromium. */
const SHOWN_BY_BROWSERS = ['Bad_badplanes', 'Bad_pal8oversizepal', 'Bad_rletopdown', 'Bad_clrsUsed', 'Bad_smile-incorrect-image-length'];

test('image-rs\'s broken files are typed errors', { skip: withoutCorpus }, async () => {
  const shown = (name) => SHOWN_BY_BROWSERS.some((start) => basename(name).startsWith(start));
  const broken = corpusFiles('formats', '.bad_bmp', '.bad_ico');
  assert.ok(broken.length >= 11, `${broken.length} files`);
  await all(broken.filter((name) => !shown(name)), refused);
  for (const name of broken.filter(shown)) assert.ok((await slimpixPixels(name)).width > 0, name);
});

async function refused(name) {
  const codes = ['CORRUPT_IMAGE', 'UNSUPPORTED_FORMAT', 'UNSUPPORTED_FEATURE', 'LIMIT_EXCEEDED'];
  const error = await compressImage(corpusFile(name), { format: 'png' }).then(() => assert.fail('was accepted'), (thrown) => thrown);
  assert.ok(codes.includes(error.code), `${error.code}: ${error.message}`);
}

test('PNG and lossless WebP: the reference\'s pixels', { skip: withoutCorpus }, async () => {
  const names = [...corpusFiles('formats/png', '.png'), ...corpusFiles('formats/webp/lossless_images', '.webp')];
  await all(names, async (name) => assertEqual(name, await vipsPixels(corpusPath(name)), name.includes('16') ? ROUNDED : EXACT));
});

test('JPEG and lossy WebP: the reference\'s pixels within what decoders differ by', { skip: withoutCorpus }, async () => {
  const names = [...corpusFiles('formats/jpg', '.jpg'), ...corpusFiles('formats/webp/lossy_images', '.webp'), ...corpusFiles('formats/webp/extended_images', '.webp')];
  await all(names, async (name) => assertEqual(name, await vipsPixels(corpusPath(name)), LOSSY));
});

/** libvips reads floating point as linear light; ImageMagick and slimpix read it as sRGB. */
test('TIFF: the reference\'s pixels', { skip: withoutCorpus || missingPrograms('convert-im6.q16', 'identify-im6.q16') }, async () => {
  const names = corpusFiles('formats/tiff', '.tiff');
  await all(names, async (name) => assertEqual(name, magickPixels(corpusPath(name)), ROUNDED));
});
