/** What the tests of the demo page share: the page, and a person's gestures on it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawSamples } from '../../www/draw-samples.mjs';
import { jpegFile } from '../js/pictures.mjs';
import { openPage } from './page.mjs';

/** The demo with its first sample done, and `{page, close, …}` of page.mjs. */
export async function openDemo(options) {
  await drawSamples();
  const demo = await openPage({ serviceWorkers: 'allow', ...options });
  await finished(demo.page);
  return demo;
}

/** Waits until nothing is being compressed, and gives the words of the result. */
export async function finished(page) {
  await page.locator('#result .outcome .saved, #result .failure').first().waitFor();
  await page.locator('#work-bar').waitFor({ state: 'hidden' });
  return words(page.locator('#result'));
}

/** What is written there, with plain spaces and without empty lines. */
export async function words(place) {
  return (await place.innerText()).replaceAll('\u00a0', ' ').replace(/\n+/g, '\n');
}

/** A photo on the disk, in a folder of its own. */
export async function photoOnDisk(name = 'holiday.jpg', [width, height] = [400, 300]) {
  const path = join(await mkdtemp(join(tmpdir(), 'slimpix-demo-')), name);
  writeFileSync(path, await jpegFile(width, height));
  return path;
}

/** Files and folders dropped on the viewer from outside of the browser. */
export async function drop(page, paths) {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: paths, dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop']) await session.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data });
  await session.detach();
}

/** The file that a click saves: `{name, data}`. */
export async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return { name: download.suggestedFilename(), data: readFileSync(await download.path()) };
}

/** The entries of a stored zip, by its central directory: `{name, data}` each. */
export function unzip(zip) {
  const end = zip.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16);
  return Array.from({ length: zip.readUInt16LE(end + 10) }, () => {
    const [method, size, nameLength, extraLength, commentLength, start] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 24), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    at += 46 + nameLength + extraLength + commentLength;
    const from = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    return { name, method, data: zip.subarray(from, from + size) };
  });
}
