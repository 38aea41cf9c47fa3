/**
 * What workerd's process holds, by the kernel's own count, after much hostile input: an isolate has 128 MB, and one
 * that takes more is ended with all its requests. First comes a photograph of 12 MP, which needs most of slimpix's
 * memory; whatever comes after must not need more.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { start } from '../../examples/workerd.mjs';
import { root } from '../js/corpus.mjs';
import { trapIn } from '../js/broken-modules.mjs';
import { jpegFile } from '../js/pictures.mjs';

const TIMES = 50;
const LEEWAY = 1.1;
/** After a trap the instance is garbage, and collected some time later: never a second one of the photograph's size. */
const LEEWAY_AFTER_TRAPS = 1.25;
const skip = process.platform === 'linux' ? false : 'the resident memory of a process is read from /proc';

const WORKER = `
import { ImageCompressionService } from 'slimpix';
import module from './module.wasm';
const service = new ImageCompressionService({ wasmModule: { full: module } });
export default {
  async fetch(request) {
    const bytes = await request.arrayBuffer();
    const pixels = { data: new Uint8ClampedArray(16), width: 2, height: 2 };
    try {
      const { data } = await service.compressImage(bytes.byteLength > 0 ? bytes : pixels, { format: 'webp' });
      return new Response(data);
    } catch (error) {
      return Response.json({ code: error.code, message: error.message }, { status: 422 });
    }
  },
};`;

/** Each with the codes that it may end in; the first two have a frame that is larger than their header says. */
const HOSTILE = {
  'a GIF of 35 bytes': { file: () => gif(5000), codes: ['LIMIT_EXCEEDED', 'CORRUPT_IMAGE'] },
  'a WebP larger than its canvas': { file: () => webp(16383), codes: ['LIMIT_EXCEEDED', 'CORRUPT_IMAGE'] },
  'the start of a photograph': { file: () => photo.subarray(0, 60_000), codes: ['CORRUPT_IMAGE'] },
  'no picture': { file: () => Buffer.from('not an image, just words'), codes: ['UNSUPPORTED_FORMAT'] },
};

const edge = readFileSync(join(root, 'pkg/dist/edge_bg.wasm'));
let photo;
before(async () => {
  photo = await jpegFile(4000, 3000);
});

for (const [name, { file, codes }] of Object.entries(HOSTILE)) {
  test(`${TIMES} times ${name} after 12 MP`, { skip, timeout: 180_000 }, () => holdsFlat(edge, file(), codes));
}

/** Nothing is known to make the engine trap; so one is broken where pixels come in, and photographs do not. */
test(`${TIMES} traps after 12 MP`, { skip, timeout: 180_000 }, () => {
  const broken = trapIn(edge, 'picture_fromPixels');
  return holdsFlat(broken, Buffer.alloc(0), ['INTERNAL'], LEEWAY_AFTER_TRAPS);
});

/** The photograph once more at the end: what was given up must not be missing. */
async function holdsFlat(module, body, codes, leeway = LEEWAY) {
  const workerd = start(WORKER, {}, [{ type: 'CompiledWasm', path: 'module.wasm', contents: module }]);
  try {
    const post = (body) => workerd.dispatchFetch('http://localhost/', { method: 'POST', body });
    await workerd.ready;
    const pid = childNamed('workerd');
    assert.equal((await post(photo)).status, 200);
    const first = residentMebibytes(pid);
    for (let time = 0; time < TIMES; time++) {
      const { code, message } = await (await post(body)).json();
      assert.ok(codes.includes(code), `${code}: ${message}`);
    }
    const last = residentMebibytes(pid);
    console.log(`resident after the photograph ${first} MiB, after ${TIMES} times ${last} MiB`);
    assert.ok(last <= first * leeway, `${first} MiB became ${last} MiB`);
    assert.equal((await post(photo)).status, 200);
  } finally {
    await workerd.dispose();
  }
}

/** A screen of 1×1, and on it a frame of so many pixels a side. */
function gif(side) {
  const screen = [1, 0, 1, 0, 0x80, 0, 0];
  const palette = [0, 0, 0, 255, 255, 255];
  const frame = [0x2c, 0, 0, 0, 0, side & 255, side >> 8, side & 255, side >> 8, 0];
  const data = [2, 2, 0x44, 1, 0];
  return Buffer.from([...Buffer.from('GIF89a'), ...screen, ...palette, ...frame, ...data, 0x3b]);
}

/** A VP8X canvas of 1×1, and a VP8 key frame of so many pixels a side that ends after its header. */
function webp(side) {
  const chunk = (name, body) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(body.length);
    return [...Buffer.from(name), ...size, ...body];
  };
  const canvas = chunk('VP8X', Buffer.alloc(10));
  const sides = [side & 255, side >> 8, side & 255, side >> 8];
  const frame = chunk('VP8 ', [0x10, 0x02, 0, 0x9d, 0x01, 0x2a, ...sides, ...Buffer.alloc(16)]);
  return Buffer.from(chunk('RIFF', [...Buffer.from('WEBP'), ...canvas, ...frame]));
}

/** The process that this one started under such a name, by the parents that /proc tells of. */
function childNamed(name) {
  const stats = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/stat`, 'utf8')];
    } catch {
      return [];
    }
  });
  const all = stats.map((stat) => /^(\d+) \((.*)\) \S (\d+)/.exec(stat));
  const ours = all.filter(([, , called, parent]) => called === name && Number(parent) === process.pid);
  assert.equal(ours.length, 1, `processes of ours that are called ${name}`);
  return ours[0][1];
}

function residentMebibytes(pid) {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(kibibytes / 1024);
}
