/**
 * `npm run bench -- demo [--speed N]`: whether the demo page stays at hand while a 12 MP photo becomes an AVIF of 12 MP:
 * the longest task of its main thread from the drop to the result, while somebody drags the divider, beside the same
 * page with the work on its main thread (the peer that a page without workers is).
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { corpusPath, withoutCorpus } from '../js/corpus.mjs';
import { finished, openDemo } from '../browser/demo-page.mjs';
import { withoutChromium } from '../browser/page.mjs';

const { speed } = parseArgs({ options: { speed: { type: 'string', default: '10' } } }).values;
const LIMIT = 50;
const missing = withoutChromium || withoutCorpus;
if (missing) {
  console.error(`bench: ${missing}`);
  process.exit(1);
}

for (const isolated of [false, true]) {
  for (const hasWorkers of [true, false]) {
    const found = await measure({ isolated, hasWorkers });
    console.log(describe(isolated, hasWorkers, found));
  }
}

async function measure({ isolated, hasWorkers }) {
  const demo = await openDemo({ isolated, path: `/#format=avif&sizing=original&avifSpeed=${speed}`, viewport: { width: 1280, height: 800 } });
  const { page } = demo;
  try {
    if (!hasWorkers) {
      await page.addInitScript(() => delete globalThis.Worker);
      await page.reload();
      await finished(page);
    }
    await page.evaluate(watchTasks);
    const begun = Date.now();
    await page.setInputFiles('#files', corpusPath(join('camera', 'photo12.jpg')));
    let isDone = false;
    const done = page.locator('.facts', { hasText: /4032.*AVIF/ }).waitFor({ timeout: 600_000 }).then(() => (isDone = true));
    while (!isDone) {
      await dragDivider(page);
      await page.waitForTimeout(300);
    }
    await done;
    const tasks = await page.evaluate(() => globalThis.longTasks);
    return { seconds: (Date.now() - begun) / 1000, tasks };
  } finally {
    await demo.close();
  }
}

/** Runs in the page. The browser reports tasks of 50 ms and more. */
function watchTasks() {
  globalThis.longTasks = [];
  new PerformanceObserver((list) => globalThis.longTasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)))).observe({ type: 'longtask' });
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

function describe(isolated, hasWorkers, { seconds, tasks }) {
  const where = `${isolated ? 'isolated' : 'plain   '}, ${hasWorkers ? 'in workers    ' : 'on main thread'}`;
  const longest = tasks.length === 0 ? `no task of ${LIMIT} ms or more` : `longest task ${Math.max(...tasks)} ms, ${tasks.length} of ${LIMIT} ms or more`;
  return `${where}: ${longest}, in ${seconds.toFixed(1)} s`;
}
