/**
 * The real browsers that tests drive, each behind the same few words: `open(options)` gives `{origin, page, evaluate,
 * close}`, on a blank page of the demo's own server with this folder at /tests/ and the corpus at /corpus/.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { serve } from '../../www/serve.mjs';
import { corpus, root } from '../js/corpus.mjs';
import { openPage, withoutChromium } from './page.mjs';
import { webkit } from './webkit.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const forTests = { '/pkg/': join(root, 'pkg'), '/elsewhere/': join(root, 'pkg/dist'), '/peers/': join(root, 'node_modules'), '/tests/': here.slice(0, -1), '/corpus/': corpus, '/': join(root, 'www') };
const BLANK = '/tests/blank.html';
const firefoxPath = '/usr/bin/firefox-esr';

export const browsers = [
  { name: 'Chromium', skip: withoutChromium, hasOpfs: true, open: openChromium },
  { name: 'Firefox', skip: existsSync(firefoxPath) ? false : `not installed: ${firefoxPath}`, hasOpfs: true, open: openFirefox },
  // Debian's build has no private file system.
  { name: 'WebKit', skip: webkit.skip, hasOpfs: false, open: openWebKit },
];

async function openChromium({ isolated = false, folders = forTests } = {}) {
  const { page, ...opened } = await openPage({ path: BLANK, isolated, folders });
  return { ...opened, page, evaluate: (work, argument) => page.evaluate(work, argument) };
}

async function openFirefox({ isolated = false, folders = forTests } = {}) {
  const server = await serve({ isolated, folders });
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefoxPath, headless: true, protocolTimeout: 600_000 });
  const page = await browser.newPage();
  const origin = `http://127.0.0.1:${server.address().port}`;
  await page.goto(origin + BLANK);
  const close = async () => {
    await browser.close();
    server.close();
  };
  return { origin, page, evaluate: (work, argument) => page.evaluate(work, argument), close };
}

async function openWebKit({ isolated = false, folders = forTests } = {}) {
  const opened = await webkit.open({ isolated, folders });
  await opened.page.goto(opened.origin + BLANK);
  return opened;
}
