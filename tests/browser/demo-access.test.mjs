/** The demo page for everyone: axe-core finds no serious fault in any of its states, and the keyboard alone does the whole job. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { finished, openDemo, photoOnDisk, saved } from './demo-page.mjs';
import { withoutChromium as skip } from './page.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Each state that a page can be in, and how to get there from the one before. */
const STATES = {
  'one picture': async () => {},
  'every control in sight': async (page) => {
    await page.locator('summary', { hasText: 'More' }).click();
    await page.locator('#sizing').selectOption('box');
    await page.locator('#width').fill('none');
    await page.locator('[name=aim][value=score]').check({ force: true });
    await page.locator('#kilobytes').fill('3');
    await page.locator('#kilobytes').blur();
    await page.locator('#beside').selectOption('jpeg');
    await page.locator('#left-note', { hasText: 'kB (' }).waitFor();
  },
  'the code': (page) => page.locator('#show-code').click(),
  'what is said of privacy': async (page) => {
    await page.locator('#close-code').click();
    await page.locator('.pill').click();
  },
  'many pictures, one broken': async (page) => {
    await page.keyboard.press('Escape');
    await page.setInputFiles('#files', [await photoOnDisk('a.jpg'), await photoOnDisk('b.jpg'), import.meta.filename ?? new URL(import.meta.url).pathname]);
    await page.locator('#rows tr').nth(2).waitFor();
    await finished(page);
  },
  'none at all': (page) => page.locator('#remove-all').click(),
};

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    test(`axe finds nothing serious: ${colorScheme}, ${width} px wide`, { skip, timeout: 180_000 }, async () => {
      const demo = await openDemo({ colorScheme, viewport: { width, height: 844 } });
      try {
        await demo.page.evaluate(axe);
        for (const [state, reach] of Object.entries(STATES)) {
          await reach(demo.page);
          const { violations, passes } = await demo.page.evaluate(() => window.axe.run());
          const faults = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ target }) => target).join(', ')}`);
          console.log(`${colorScheme} ${width} ${state}: ${passes.length} rules pass, ${faults.length ? faults.join('; ') : 'no fault'}`);
          assert.deepEqual(faults.filter((fault) => /^(serious|critical)/.test(fault)), [], state);
        }
      } finally {
        await demo.close();
      }
    });
  }
}

test('the whole job by keyboard alone', { skip, timeout: 120_000 }, async () => {
  const demo = await openDemo({ viewport: { width: 1280, height: 800 } });
  const { page } = demo;
  try {
    const path = await photoOnDisk('holiday.jpg', [1200, 900]);
    const chooser = page.waitForEvent('filechooser');
    await tabTo(page, '#open-files');
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(path);
    await page.getByText('Save holiday.webp').waitFor();

    await tabTo(page, '.divider');
    for (const key of ['ArrowRight', 'ArrowRight', 'End', 'ArrowLeft']) await page.keyboard.press(key);
    assert.equal(await page.locator('.divider').getAttribute('aria-valuenow'), '98');
    await page.keyboard.press('1');
    assert.match(await page.locator('#zoom-level').innerText(), /^100/);
    await page.keyboard.press('Shift+ArrowRight');
    for (const key of ['+', '-', '0']) await page.keyboard.press(key);
    assert.doesNotMatch(await page.locator('#zoom-level').innerText(), /^100/);

    await tabTo(page, '[name=format]:checked');
    for (const key of ['ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
    await page.getByText('Save holiday.jpg').waitFor();
    await tabTo(page, '#jpegQuality');
    for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowLeft');
    await finished(page);
    assert.match(page.url(), /#format=jpeg&jpegQuality=80$/);
    await tabTo(page, '#maxDimension');
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('600');
    await page.keyboard.press('Tab');
    await page.locator('.facts', { hasText: '600' }).waitFor();

    await tabTo(page, '.saving button');
    const { name, data } = await saved(page, { click: () => page.keyboard.press('Enter') });
    assert.equal(name, 'holiday.jpg');
    assert.deepEqual([...data.subarray(0, 2)], [0xff, 0xd8]);
  } finally {
    await demo.close();
  }
});

for (const width of [1280, 390]) {
  test(`Tab goes as the eye does, with a picture that failed: ${width} px wide`, { skip, timeout: 60_000 }, async () => {
    const demo = await openDemo({ viewport: { width, height: 844 } });
    const { page } = demo;
    try {
      await page.setInputFiles('#files', [import.meta.filename ?? new URL(import.meta.url).pathname, await photoOnDisk('a.jpg')]);
      await page.locator('#rows tr').nth(1).waitFor();
      await finished(page);
      const { width: seen } = await page.locator('#viewer').boundingBox();
      assert.ok(seen > width / 2, `the viewer is ${seen} px wide`);
      assert.deepEqual(await partsByTab(page), ['top', 'viewer', 'result', 'settings', 'list']);
      const tops = await page.evaluate(() => ['.top', '.viewer', '#result .saving', '.settings', '.list'].map((part) => document.querySelector(part).getBoundingClientRect().top));
      if (width === 390) assert.deepEqual(tops, tops.toSorted((a, b) => a - b));
    } finally {
      await demo.close();
    }
  });
}

/** The parts of the page in the order in which Tab comes to them, until it leaves the page. */
async function partsByTab(page) {
  await tabTo(page, '#open-files');
  const parts = new Set();
  for (let left = 80; left > 0; left--) {
    const part = await page.evaluate(() => document.activeElement.closest('.top, .viewer, .result, .settings, .list')?.classList[0]);
    if (!part) break;
    parts.add(part);
    await page.keyboard.press('Tab');
  }
  return [...parts];
}

/** Presses Tab until the element has the focus, and fails where it never gets it. */
async function tabTo(page, selector) {
  for (let left = 80; left > 0; left--) {
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${selector}`);
}
