/** The package in a real Firefox, over WebDriver BiDi: the same bytes as in Node. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { compressImage } from '../../pkg/dist/entry-node.js';
import { serve } from '../../www/serve.mjs';
import { jpegFile } from '../js/pictures.mjs';
import { CASES, hashOf } from './same-bytes.mjs';

const executablePath = '/usr/bin/firefox-esr';
const skip = existsSync(executablePath) ? false : `not installed: ${executablePath}`;

test('the same bytes as in Node, for each format', { skip, timeout: 120_000 }, async () => {
  const server = await serve();
  const browser = await puppeteer.launch({ browser: 'firefox', executablePath, headless: true });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const jpeg = await jpegFile(321, 243);
    for (const config of CASES) {
      const here = hashOf((await compressImage(jpeg, config)).data);
      const there = await page.evaluate(compressInPage, jpeg.toString('base64'), config);
      console.log(`${config.format.padEnd(4)} Node ${here.slice(0, 16)}… Firefox ${there.slice(0, 16)}…`);
      assert.equal(there, here, config.format);
    }
  } finally {
    await browser.close();
    server.close();
  }
});

async function compressInPage(file, config) {
  const { compressImage } = await import('slimpix');
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const { data } = await compressImage(new Blob([bytes]), config);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
  return [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
