/**
 * `npm run bench -- demo [--speed N] [--files N] [--only photo|many]`: whether the demo page stays at hand, by the
 * longest task of its main thread from the files to the last result, while somebody drags the divider:
 *
 * - photo: a photo of 12 MP becomes an AVIF of 12 MP, beside the same page with the work on its main thread (the peer
 *   that a page without workers is);
 * - many: a thousand small files are added at once, beside ten.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpusPath, withoutCorpus } from '../js/corpus.mjs';
import { jpegFile, pngFile } from '../js/pictures.mjs';
import { finished, openDemo } from '../browser/demo-page.mjs';
import { withoutChromium } from '../browser/page.mjs';

const text = (initial) => ({ type: 'string', default: initial });
const { speed, files, only } = parseArgs({ options: { speed: text('10'), files: text('1000'), only: text('') } }).values;
const LIMIT = 50;
const missing = withoutChromium || (only !== 'many' && withoutCorpus);
if (missing) {
  console.error(`bench: ${missing}`);
  process.exit(1);
}

if (only !== 'many') {
  for (const isolated of [false, true]) {
    for (const hasWorkers of [true, false]) {
      const where = `${isolated ? 'isolated' : 'plain   '}, ${hasWorkers ? 'in workers    ' : 'on main thread'}`;
      console.log(`${where}: ${inWords(await photo({ isolated, hasWorkers }))}`);
    }
  }
}
if (only !== 'photo') {
  for (const number of [10, Number(files)]) console.log(`${String(number).padStart(4)} files at once     : ${inWords(await many(number))}`);
}

async function photo({ isolated, hasWorkers }) {
  const demo = await openDemo({ isolated, path: `/#format=avif&sizing=original&avifSpeed=${speed}`, viewport: { width: 1280, height: 800 } });
  const { page } = demo;
  try {
    if (!hasWorkers) {
      await page.addInitScript(() => delete globalThis.Worker);
      await page.reload();
      await finished(page);
    }
    return await watch(page, [corpusPath(join('camera', 'photo12.jpg'))], () => page.locator('.facts', { hasText: /4032.*AVIF/ }));
  } finally {
    await demo.close();
  }
}

async function many(number) {
  const folder = mkdtempSync(join(tmpdir(), 'slimpix-many-'));
  const [jpeg, png] = [await jpegFile(64, 64), await pngFile(64, 64)];
  const paths = Array.from({ length: number }, (_, n) => join(folder, n % 2 ? `${n}.png` : `${n}.jpg`));
  for (const [n, path] of paths.entries()) writeFileSync(path, n % 2 ? png : jpeg);
  const demo = await openDemo({ viewport: { width: 1280, height: 800 } });
  try {
    return await watch(demo.page, paths, () => demo.page.locator('#totals', { hasText: `${number} of ${number} pictures` }));
  } finally {
    await demo.close();
    rmSync(folder, { recursive: true });
  }
}

/** Gives the page these files and drags the divider until `sign` is there. */
async function watch(page, paths, sign) {
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('input'), { type: 'file', id: 'handed', multiple: true, hidden: true })));
  await page.setInputFiles('#handed', paths);
  await page.evaluate(watchTasks);
  const begun = Date.now();
  await page.evaluate(open);
  let isDone = false;
  const done = sign().waitFor({ timeout: 600_000 }).then(() => (isDone = true));
  while (!isDone) {
    await dragDivider(page);
    await page.waitForTimeout(300);
  }
  await done;
  const tasks = await page.evaluate(() => globalThis.longTasks);
  return { seconds: (Date.now() - begun) / 1000, tasks };
}

/** Runs in the page. The browser reports tasks of 50 ms and more. */
function watchTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: 'longtask' });
}

/** Runs in the page. Files come by another picker first: handing a thousand to a page takes the browser's driver a long task of its own. */
function open() {
  const picker = document.getElementById('files');
  picker.files = document.getElementById('handed').files;
  setTimeout(() => picker.dispatchEvent(new Event('change', { bubbles: true })));
}

async function dragDivider(page) {
  const stage = await page.locator('.stage').boundingBox();
  const divider = await page.locator('.divider').boundingBox();
  if (!divider) return;
  const y = divider.y + divider.height / 2;
  await page.mouse.move(divider.x + divider.width / 2, y);
  await page.mouse.down();
  for (const share of [0.3, 0.5, 0.7, 0.5]) await page.mouse.move(stage.x + stage.width * share, y);
  await page.mouse.up();
}

function inWords({ seconds, tasks }) {
  const longest = tasks.length === 0 ? `no task of ${LIMIT} ms or more` : `longest task ${Math.max(...tasks)} ms, ${tasks.length} of ${LIMIT} ms or more`;
  return `${longest}, in ${seconds.toFixed(1)} s`;
}
