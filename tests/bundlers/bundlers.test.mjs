/**
 * Real bundlers make a page of the packed package, and Chromium opens it: with and without the headers that allow
 * shared memory, and under the strictest policy that slimpix asks for.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { serve } from '../../www/serve.mjs';
import { QUIET, executablePath, withoutChromium as skip } from '../browser/page.mjs';
import { BUNDLERS, SERVERS, build, install, serveForDevelopment } from './bundlers.mjs';

const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const HOSTS = {
  'no headers': {},
  'cross-origin isolated': { isolated: true },
  'strict policy': { policy: STRICT },
  'strict policy, isolated': { isolated: true, policy: STRICT },
};

const profile = mkdtempSync(join(tmpdir(), 'slimpix-chromium-'));
const made = {};
let browser;
before(async () => {
  if (skip) return;
  install();
  browser = await chromium.launchPersistentContext(profile, { executablePath, headless: true, args: QUIET });
  const pixels = { data: Uint8Array.from({ length: 64 * 48 * 4 }, (_, at) => (at % 4 === 3 ? 255 : at % 251)), width: 64, height: 48 };
  for (const format of ['webp', 'avif']) made[format] = [...(await compressImage(pixels, { format })).data];
});
after(async () => {
  await browser?.close();
  rmSync(profile, { recursive: true, force: true });
});

for (const name of Object.keys(BUNDLERS)) {
  const isInline = name.endsWith('inline');
  test(`${name} builds a page that compresses${isInline ? '' : ' in workers'}`, { skip, timeout: 240_000 }, async (t) => {
    const folder = build(name);
    for (const [host, headers] of Object.entries(HOSTS)) {
      await t.test(host, () => onPage(folder, headers, (page) => checkBoth(page, isInline ? 0 : 1)));
    }
    await t.test("without 'wasm-unsafe-eval'", () => onPage(folder, { policy: STRICT.replace(" 'wasm-unsafe-eval'", '') }, async (page) => {
      const { code, message } = await compress(page, 'webp');
      assert.equal(code, 'LOAD_FAILED');
      assert.match(message, /'wasm-unsafe-eval'.*script-src/);
    }));
  });
}

for (const name of Object.keys(SERVERS)) {
  test(`${name}'s development server gives out a page that compresses in workers`, { skip, timeout: 60_000 }, async () => {
    build(name);
    const { address, stop } = await serveForDevelopment(name);
    try {
      await openPage(address, checkBoth);
    } finally {
      stop();
    }
  });
}

/** Both formats are as Node makes them, each by so many workers. */
async function checkBoth(page, workers = 1) {
  const webp = await compress(page, 'webp');
  assert.deepEqual({ file: webp.file, images: webp.workers?.images.length, warnings: webp.warnings }, { file: made.webp, images: workers, warnings: [] }, webp.message);
  const avif = await compress(page, 'avif');
  assert.deepEqual({ file: avif.file, avif: avif.workers?.avif.length, warnings: avif.warnings }, { file: made.avif, avif: workers, warnings: [] }, avif.message);
}

const compress = (page, format) => page.evaluate((format) => globalThis.compress(format), format);

/** Opens what was built, as a host with such headers gives it out, and ends when `work` does. */
async function onPage(folder, { isolated = false, policy }, work) {
  const headers = policy ? { 'content-security-policy': policy.replace("'self'", `'self' ${inlineHashes(folder)}`) } : {};
  const server = await serve({ folders: { '/': folder }, isolated, headers });
  try {
    await openPage(`http://127.0.0.1:${server.address().port}/`, async (page) => {
      assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
      await work(page);
    });
  } finally {
    server.close();
  }
}

async function openPage(address, work) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  try {
    await page.goto(address);
    await page.waitForFunction(() => globalThis.compress, undefined, { timeout: 10_000 }).catch(() => assert.fail(`the page's script did not run: ${errors}`));
    await work(page);
  } finally {
    await page.close();
  }
}

/** Parcel's import map and Next's state are inline scripts, and not ours; a policy allows them by their hashes. */
function inlineHashes(folder) {
  const inline = [...readFileSync(join(folder, 'index.html'), 'utf8').matchAll(/<script(?![^>]*\ssrc=)[^>]*>([^]*?)<\/script>/g)];
  return inline.map(([, script]) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`).join(' ');
}
