/**
 * Draws the sample pictures into target/drawn/, as files that somebody could have dropped: the landscape as a camera's
 * JPEG, the others as PNG; and lists them for the page. Does nothing while the drawings are newer than their programs.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { samplePictures } from './samples.js';

const www = fileURLToPath(new URL('.', import.meta.url));
export const drawn = join(www, '../target/drawn');
const list = join(drawn, 'samples.json');
const PHOTO = { format: 'jpeg', quality: 95 };

export async function drawSamples() {
  if (isNewest(list)) return;
  const { compressImage } = await import('../pkg/dist/entry-node.js');
  mkdirSync(drawn, { recursive: true });
  const samples = [];
  for (const { name, title, draw } of samplePictures) {
    console.error(`drawing ${title}`);
    const config = name === 'evening-lake' ? PHOTO : { format: 'png' };
    const { data, mimeType, format } = await compressImage(draw(), config);
    const file = `${name}.${format === 'jpeg' ? 'jpg' : format}`;
    writeWhole(file, data);
    samples.push({ title, file: `./${file}`, type: mimeType });
  }
  writeWhole('samples.json', JSON.stringify(samples));
}

/** Tests that run side by side may draw at the same time; none of them sees half a file. */
function writeWhole(file, data) {
  const unfinished = join(drawn, `${file}.${process.pid}`);
  writeFileSync(unfinished, data);
  renameSync(unfinished, join(drawn, file));
}

function isNewest(file) {
  const sources = ['draw-samples.mjs', 'samples.js', ...readdirSync(join(www, 'samples')).map((name) => `samples/${name}`)];
  return existsSync(file) && sources.every((source) => statSync(join(www, source)).mtimeMs < statSync(file).mtimeMs);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await drawSamples();
