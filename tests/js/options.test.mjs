/** Options: what is refused and in which words, the several names of one thing, and that Rust and TypeScript agree. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DEFAULT_COMPRESSION_CONFIG, ERROR_CODES, ImageCompressionService } from '../../pkg/dist/entry-node.js';
import { COMPRESSION_RULES, checkBatchConfig, checkCompressionConfig, checkVariantConfig, resolveServiceConfig } from '../../pkg/dist/options.js';
import { requestsOf, resolveOptions } from '../../pkg/dist/requests.js';

const service = resolveServiceConfig();
const resolve = (config, source = 'jpeg') => resolveOptions(config, service, source);

/** The error's message for a config that must be refused. */
function refusal(check) {
  try {
    check();
  } catch (error) {
    assert.equal(error.code, 'INVALID_OPTION', error.stack);
    return error.message;
  }
  assert.fail('nothing was refused');
}
const callRefusal = (config) => refusal(() => (checkCompressionConfig(config), resolve(config)));

test('an unknown key is refused by name, with the key that was meant', () => {
  assert.match(callRefusal({ qualty: 80 }), /unknown option 'qualty'; did you mean 'quality'\?/);
  assert.match(callRefusal({ MAXDIMENSION: 80 }), /did you mean 'maxDimension'\?/);
  assert.match(callRefusal({ targetSize: { width: 10, heigth: 10 } }), /'targetSize.heigth'; did you mean 'height'\?/);
  assert.match(callRefusal({ metadata: { gsp: false } }), /'metadata.gsp'; did you mean 'gps'\?/);
  assert.match(callRefusal({ wibble: 1 }), /unknown option 'wibble'; known are format,/);
  assert.match(refusal(() => new ImageCompressionService({ jpgQuality: 80 })), /did you mean 'jpegQuality'\?/);
  assert.match(refusal(() => checkBatchConfig({ chunksize: 5 })), /did you mean 'chunkSize'\?/);
});

test('a value of the wrong type or out of range is refused with key, value and range', () => {
  assert.match(callRefusal({ quality: 101 }), /quality is 101; it must be an integer from 1 to 100/);
  assert.match(callRefusal({ quality: '80' }), /quality is '80'; it must be an integer from 1 to 100/);
  assert.match(callRefusal({ quality: NaN }), /quality is NaN/);
  assert.match(callRefusal({ maxDimension: 0 }), /maxDimension is 0; it must be an integer from 1 to 65535/);
  assert.match(callRefusal({ avifSpeed: 11 }), /avifSpeed is 11; it must be an integer from 1 to 10/);
  assert.match(callRefusal({ effort: -1 }), /effort is -1; it must be an integer from 0 to 6/);
  assert.match(callRefusal({ targetSize: [10] }), /targetSize is \[10\]/);
  assert.match(callRefusal({ targetSize: {} }), /targetSize is \{\}; it must have a width, a height or both/);
  assert.match(callRefusal({ optimize: 'yes' }), /optimize is 'yes'; it must be true or false/);
  assert.match(callRefusal({ background: 'red' }), /background is 'red'; it must be a colour as '#rgb' or '#rrggbb'/);
  assert.match(callRefusal({ format: 'gif' }), /format is 'gif'; it must be one of 'avif', 'webp', 'jpeg', 'png'/);
  assert.match(callRefusal({ fit: 'insde' }), /did you mean 'inside'\?/);
  assert.match(callRefusal({ decoders: { 'image/heic': 5 } }), /decoders is .*MIME type/);
  assert.match(callRefusal([]), /options must be an object/);
  assert.match(callRefusal(null), /options must be an object/);
  assert.match(refusal(() => resolveServiceConfig({ sizeVariants: { small: { maxDimension: 0 } } })), /sizeVariants.small.maxDimension is 0/);
  assert.match(refusal(() => resolveServiceConfig({ sizeVariants: { small: {} } })), /sizeVariants.small has no maxDimension/);
  assert.match(refusal(() => resolveServiceConfig({ logger: {} })), /logger is .*debug, info, warn and error/);
  assert.match(refusal(() => resolveServiceConfig({ wasmUrl: '/a/core_bg.wasm' })), /wasmUrl is '\/a\/core_bg.wasm'; it must be a folder's URL/);
});

test('a quality between 0 and 1 names the slip', () => {
  assert.match(callRefusal({ quality: 0.8 }), /quality is 1–100; did you mean 80\?/);
  assert.match(callRefusal({ quality: 0.001 }), /did you mean 1\?/);
});

test('a quality may be a score, the same in every format', () => {
  assert.equal(resolve({ quality: 'auto' }).quality, 'auto');
  assert.deepEqual(resolve({ quality: { target: 72.5 } }).quality, { target: 72.5 });
  assert.match(callRefusal({ quality: { target: 101 } }), /quality is \{"target":101\}; it must be .*, 'auto', or \{target\} with a score from 1 to 100/);
  assert.match(callRefusal({ quality: { score: 70 } }), /quality is \{"score":70\}/);
  assert.match(callRefusal({ quality: 'best' }), /quality is 'best'/);
});

test('bytes are counted in one or in 1024 × 1024', () => {
  assert.equal(resolve({ maxBytes: 200_000 }).maxBytes, 200_000);
  assert.equal(resolve({ maxSizeMB: 0.5 }).maxBytes, 524288);
  assert.equal(resolve({ maxSizeMB: 1, maxBytes: 1048576 }).maxBytes, 1048576);
  assert.match(callRefusal({ maxSizeMB: 1, maxBytes: 1e6 }), /maxBytes is 1000000 and maxSizeMB is 1, 1048576 bytes/);
  assert.match(callRefusal({ maxSizeMB: 0 }), /maxSizeMB is 0; it must be a number above 0/);
});

test("format 'auto' is a choice among formats, by score", () => {
  assert.deepEqual(resolve({ format: 'auto' }).formats, ['webp', 'avif', 'png']);
  assert.deepEqual(resolve({ format: 'auto', lossless: true }).formats, ['webp', 'png']);
  const chosen = resolve({ format: 'auto', formats: ['image/jpg', 'webp'], effort: 5 });
  assert.deepEqual([chosen.formats, chosen.quality, chosen.effort], [['jpeg', 'webp'], undefined, 5]);
  assert.equal(resolve({ format: 'webp' }).formats, undefined);
  assert.match(callRefusal({ format: 'auto', quality: 80 }), /quality is 80, which means something else in each format/);
  assert.match(callRefusal({ formats: ['avif', 'webp'] }), /one file cannot be all; format: 'auto' makes the best of them/);
  assert.match(callRefusal({ formats: ['auto'] }), /formats is \["auto"\]/);
  const sizes = requestsOf({ variants: ['thumbnail', 'preview'], format: 'auto', formats: ['webp', 'png'] }, service);
  assert.deepEqual(sizes.map(({ config }) => config.formats), [['webp', 'png'], ['webp', 'png']], 'a choice for each size');
  const each = requestsOf({ variants: ['thumbnail'], formats: ['webp', 'png'] }, service);
  assert.deepEqual(each.map(({ config: { format, formats } }) => [format, formats]), [['webp', undefined], ['png', undefined]]);
  assert.match(refusal(() => checkVariantConfig({ format: 'webp', formats: ['png'] })), /give one of them/);
});

test('two options that contradict each other are refused', () => {
  assert.match(callRefusal({ format: 'jpeg', fileType: 'image/png' }), /format is 'jpeg' and fileType is 'png'/);
  assert.match(callRefusal({ maxDimension: 100, maxWidthOrHeight: 200 }), /maxDimension is 100 and maxWidthOrHeight is 200/);
  assert.match(callRefusal({ metadata: 'keep', stripMetadata: true }), /give one of them/);
  assert.match(callRefusal({ fit: 'cover', maintainAspectRatio: false }), /give one of them/);
});

test('the names people already type mean what they meant', () => {
  for (const name of ['jpeg', 'jpg', 'image/jpeg', 'image/jpg']) {
    assert.equal(resolve({ format: name }, 'png').format, 'jpeg');
    assert.equal(resolve({ fileType: name }, 'png').format, 'jpeg');
    assert.equal(resolve({ mimeType: name }, 'png').format, 'jpeg');
  }
  assert.equal(resolve({ maxWidthOrHeight: 640 }).maxDimension, 640);
  assert.deepEqual(resolve({ targetSize: [30, 20] }).targetSize, { width: 30, height: 20 });
  assert.deepEqual(resolve({ targetSize: { height: 20 } }).targetSize, { height: 20 });
  assert.equal(resolve({ targetSize: [30, 20], maintainAspectRatio: false }).fit, 'fill');
  assert.equal(resolve({ targetSize: [30, 20], maintainAspectRatio: true }).fit, 'inside');
});

test('what is not given comes from the service', () => {
  assert.deepEqual(
    ['jpeg', 'webp', 'avif', 'png'].map((format) => resolve({ format }).quality),
    [85, 80, 75, undefined],
  );
  assert.equal(resolve({ format: 'webp', lossless: true }).quality, undefined);
  assert.equal(resolve({}).maxDimension, 2048);
  assert.equal(resolve({ targetSize: [4000, 4000] }).maxDimension, undefined);
  assert.equal(resolve({ format: 'avif' }).avifSpeed, 6);
  const own = resolveServiceConfig({ jpegQuality: 50, maxDimension: 99 });
  assert.equal(resolveOptions({}, own, 'jpeg').quality, 50);
  assert.equal(resolveOptions({}, own, 'jpeg').maxDimension, 99);
  assert.equal(resolveServiceConfig({ jpegQuality: undefined }).jpegQuality, 85);
});

test('without a format the input keeps its own, where slimpix writes it', () => {
  for (const format of ['jpeg', 'png', 'webp', 'avif']) assert.equal(resolve({}, format).format, format);
  assert.match(refusal(() => resolve({}, 'gif')), /slimpix writes no gif; it must be one of/);
  assert.match(refusal(() => resolve({}, 'pixels')), /format is not given/);
});

test('metadata is stripped unless asked for', () => {
  const [none, all] = [false, true].map((kept) => ({ exif: kept, icc: kept, xmp: kept, gps: kept, copyright: kept }));
  assert.deepEqual(resolve({}).metadata, none);
  assert.deepEqual(resolve({ metadata: 'keep' }).metadata, all);
  assert.deepEqual(resolve({ stripMetadata: false }).metadata, all);
  assert.deepEqual(resolve({ stripMetadata: true }).metadata, none);
  assert.deepEqual(resolve({ metadata: { exif: true } }).metadata, { ...none, exif: true, gps: true });
  assert.deepEqual(resolve({ metadata: { exif: true, gps: false } }).metadata, { ...none, exif: true });
});

test('the defaults are frozen, and those of the product page', () => {
  assert.ok(Object.isFrozen(DEFAULT_COMPRESSION_CONFIG) && Object.isFrozen(DEFAULT_COMPRESSION_CONFIG.sizeVariants.full));
  assert.deepEqual(DEFAULT_COMPRESSION_CONFIG, {
    maxDimension: 2048,
    jpegQuality: 85,
    webpQuality: 80,
    avifQuality: 75,
    avifSpeed: 6,
    sizeVariants: {
      thumbnail: { maxDimension: 150, jpegQuality: 80, webpQuality: 75, avifQuality: 70 },
      preview: { maxDimension: 500, jpegQuality: 85, webpQuality: 80, avifQuality: 75 },
      full: { maxDimension: 2048, jpegQuality: 90, webpQuality: 85, avifQuality: 80 },
    },
    maxThreads: 4,
    chunkSize: 10,
    avifThreads: 2,
  });
});

test('Rust and TypeScript agree on defaults, ranges, formats and error codes', async () => {
  const spec = JSON.parse(await readFile(new URL('../golden/options.json', import.meta.url)));
  assert.deepEqual(spec.defaults, DEFAULT_COMPRESSION_CONFIG);
  assert.deepEqual([...spec.codes].sort(), [...ERROR_CODES].sort());
  assert.deepEqual([...spec.fits].sort(), [...COMPRESSION_RULES.fit.choices].sort());
  for (const format of spec.formats) assert.ok(COMPRESSION_RULES.format.choices.includes(format), format);
  for (const [key, range] of Object.entries(spec.ranges)) {
    const rule = COMPRESSION_RULES[key];
    assert.ok(rule, `Rust has a range for ${key}, TypeScript no rule`);
    if (rule.range) assert.deepEqual(rule.range, range, key);
  }
  for (const key of ['quality', 'maxBytes', 'maxDimension', 'targetSize', 'effort', 'alphaQuality', 'avifSpeed']) assert.ok(spec.ranges[key], key);
});
