/**
 * Decoders that owe nothing to slimpix: Debian's command line tools and libvips (sharp). Pixels come as straight
 * RGBA, 8 bits a channel: `{data, width, height}`.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

/** The `skip` of a test that needs programs: false, or the reason. */
export function missingPrograms(...programs) {
  const missing = programs.filter((program) => !onPath(program));
  return missing.length > 0 && `not installed: ${missing.join(', ')}`;
}

const onPath = (program) => process.env.PATH.split(':').some((folder) => existsSync(join(folder, program)));

/** Decodes with libvips, turned upright, converted to sRGB. */
export async function vipsPixels(input) {
  const image = sharp(input, { limitInputPixels: false }).autoOrient().toColourspace('srgb').ensureAlpha();
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Decodes the first picture of a file with ImageMagick 6 by its Debian name, since other programs are called `convert` too. */
export function magickPixels(path, reader = '') {
  const source = `${reader}${path}[0]`;
  const [width, height] = execFileSync('identify-im6.q16', ['-format', '%w %h\n', source], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split(/\s+/).map(Number);
  const data = execFileSync('convert-im6.q16', [source, '-depth', '8', 'rgba:-'], { maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'ignore'] });
  return { data, width, height };
}

/** For each output format, the program that opens it and says its size, or throws. */
const OPENERS = {
  jpeg: (path) => pnmSize(execFileSync('djpeg', ['-pnm', path], { maxBuffer: 1 << 30 })),
  png: (path) => numbers(/\((\d+)x(\d+)/.exec(checked('pngcheck', [path]))),
  webp: (path) => pnmSize(execFileSync('dwebp', ['-quiet', '-ppm', path, '-o', '-'], { maxBuffer: 1 << 30 })),
  avif: (path) => withFolder((folder) => {
    execFileSync('avifdec', [path, join(folder, 'out.png')], { stdio: 'ignore' });
    const png = readFileSync(join(folder, 'out.png'));
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  }),
};
export const OPENER_PROGRAMS = ['djpeg', 'pngcheck', 'dwebp', 'avifdec'];

/** The size at which an independent decoder opens `data`. */
export function openedSize(data, format) {
  return withFolder((folder) => {
    const path = join(folder, `picture.${format}`);
    writeFileSync(path, data);
    return OPENERS[format](path);
  });
}

function withFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function checked(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stdout}`);
  return stdout;
}

function pnmSize(pnm) {
  return numbers(/^P\d\s+(\d+)\s+(\d+)/.exec(pnm.subarray(0, 40).toString('latin1')));
}

const numbers = (match) => [Number(match[1]), Number(match[2])];

/** How far two pictures lie apart in 8-bit levels: mean and maximum, over what is not transparent. */
export function difference(a, b) {
  if (a.width !== b.width || a.height !== b.height) throw new Error(`${a.width}×${a.height} against ${b.width}×${b.height}`);
  let [sum, max, count] = [0, 0, 0];
  for (let i = 0; i < a.data.length; i += 4) {
    const isClear = a.data[i + 3] === 0 && b.data[i + 3] === 0;
    for (let c = isClear ? 3 : 0; c < 4; c++) {
      const apart = Math.abs(a.data[i + c] - b.data[i + c]);
      sum += apart;
      count += 1;
      if (apart > max) max = apart;
    }
  }
  return { mean: sum / count, max };
}
