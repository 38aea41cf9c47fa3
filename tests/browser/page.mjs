/** A Chromium page on the demo's own server, and what to do without Chromium. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { serve } from '../../www/serve.mjs';

export const executablePath = '/usr/bin/chromium';
export const withoutChromium = existsSync(executablePath) ? false : `not installed: ${executablePath}`;

/** So that Chromium asks nothing of any host but ours. */
export const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/**
 * The demo's service worker would stand between tests and their server, and is blocked unless it is what is tested.
 * `{page, browser, origin, requests, close, unplug}`; `requests` grows by every address that the page asks for.
 */
export async function openPage({ path = '/', isolated, folders, ...options } = {}) {
  const profile = mkdtempSync(join(tmpdir(), 'slimpix-chromium-'));
  const server = await serve({ isolated, folders });
  const browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: QUIET, serviceWorkers: 'block', ...options });
  const page = await browser.newPage();
  const requests = [];
  browser.on('request', (request) => requests.push(new URL(request.url())));
  const origin = `http://127.0.0.1:${server.address().port}`;
  await page.goto(origin + path);
  /** From here on the network is gone. */
  const unplug = () => new Promise((done) => {
    server.close(done);
    server.closeAllConnections();
  });
  const close = async () => {
    await browser.close();
    await unplug();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, browser, origin, requests, close, unplug };
}
