/** The demo page in every browser, on hosts with and without headers; and as the folder that `npm run demo:build` writes. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { drawSamples } from '../../www/draw-samples.mjs';
import { site } from '../../www/serve.mjs';
import { root } from '../js/corpus.mjs';
import { jpegFile } from '../js/pictures.mjs';
import { browsers } from './browsers.mjs';
import { finished, openDemo } from './demo-page.mjs';
import { withoutChromium } from './page.mjs';

const BUDGET = 60_000;

for (const { name, skip, open } of browsers) {
  for (const isolated of [false, true]) {
    test(`${name}: a picture that is opened becomes an AVIF and a WebP${isolated ? ', isolated' : ''}`, { skip, timeout: 240_000 }, async () => {
      await drawSamples();
      const host = await open({ isolated, folders: site });
      try {
        await host.page.goto(`${host.origin}/`);
        const photo = (await jpegFile(640, 480)).toString('base64');
        const told = await host.evaluate(inPage, { photo, formats: ['avif', 'webp'] });
        console.log(`${name}${isolated ? ', isolated' : ''}: ${told.join(' | ')}`);
        assert.match(told[0], /Save opened\.avif.*640 × 480 · AVIF/);
        assert.match(told[1], /Save opened\.webp.*640 × 480 · WebP/);
        assert.equal(told[2], String(isolated));
      } finally {
        await host.close();
      }
    });
  }
}

/** Runs in the page: opens a photo as the picker would, chooses each format, and gives the words of the results. */
async function inPage({ photo, formats }) {
  const until = async (ready) => {
    while (!ready()) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const result = document.getElementById('result');
  const isDone = (extension) => document.getElementById('work-bar').hidden && result.textContent.includes(`opened.${extension}`);
  await until(() => document.querySelector('.saved'));
  const transfer = new DataTransfer();
  transfer.items.add(new File([Uint8Array.from(atob(photo), (letter) => letter.charCodeAt(0))], 'opened.jpg', { type: 'image/jpeg' }));
  const input = document.getElementById('files');
  input.files = transfer.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  const told = [];
  for (const format of formats) {
    document.querySelector(`[name=format][value=${format}]`).click();
    await until(() => isDone(format));
    told.push(result.textContent.replaceAll('\u00a0', ' '));
  }
  return [...told, String(crossOriginIsolated)];
}

test('the built folder works below any path of any host, offline too, and its own weight keeps to the budget', { skip: withoutChromium, timeout: 180_000 }, async () => {
  console.log(execFileSync(process.execPath, [join(root, 'www/build.mjs')], { encoding: 'utf8' }).trim());
  const built = join(root, 'dist-demo');
  const own = readdirSync(built, { recursive: true }).filter((file) => /\.(html|css|js|svg)$/.test(file) && !file.startsWith('pkg'));
  const weight = own.reduce((sum, file) => sum + gzipSync(readFileSync(join(built, file)), { level: 9 }).length, 0);
  assert.ok(weight <= BUDGET, `${weight} B gzipped`);
  const demo = await openDemo({ path: '/some/where/', folders: { '/some/where/': built } });
  try {
    assert.match(await finished(demo.page), /Save evening-lake\.webp/);
    await demo.page.locator('html[data-offline=ready]').waitFor({ state: 'attached' });
    await demo.unplug();
    await demo.page.reload();
    assert.match(await finished(demo.page), /Save evening-lake\.webp/);
  } finally {
    await demo.close();
  }
});
