/**
 * The real browsers that tests drive, each behind the same few words: `open(options)` gives `{origin, evaluate, close}`.
 * Pages come from the demo's own server, with this folder at /tests/ and the corpus at /corpus/.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { serve } from '../../www/serve.mjs';
import { corpus, root } from '../js/corpus.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const folders = { '/pkg/': join(root, 'pkg'), '/tests/': here.slice(0, -1), '/corpus/': corpus, '/': join(root, 'www') };

/** So that Chromium asks nothing of any host but ours. */
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const PROGRAMS = { Chromium: '/usr/bin/chromium', Firefox: '/usr/bin/firefox-esr' };

export const browsers = Object.entries(PROGRAMS).map(([name, executablePath]) => ({
  name,
  skip: existsSync(executablePath) ? false : `not installed: ${executablePath}`,
  open: ({ isolated = false } = {}) => (name === 'Chromium' ? openChromium : openFirefox)(executablePath, isolated),
}));

async function openChromium(executablePath, isolated) {
  const profile = mkdtempSync(join(tmpdir(), 'slimpix-chromium-'));
  const server = await serve({ isolated, folders });
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: QUIET });
  const page = await context.newPage();
  return opened(server, page, async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  });
}

async function openFirefox(executablePath, isolated) {
  const server = await serve({ isolated, folders });
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true, protocolTimeout: 600_000 });
  return opened(server, await browser.newPage(), () => browser.close());
}

async function opened(server, page, end) {
  const origin = `http://127.0.0.1:${server.address().port}`;
  await page.goto(`${origin}/tests/blank.html`);
  const close = async () => {
    await end();
    server.close();
  };
  return { origin, page, evaluate: (work, argument) => page.evaluate(work, argument), close };
}
