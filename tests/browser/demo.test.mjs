/**
 * The demo page in a real Chromium: what a person does on it, from a dropped file to a saved one. One visit, in which
 * each test goes on from where the one before it stopped.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import sharp from 'sharp';
import { root } from '../js/corpus.mjs';
import { avifFile, jpegFile, pngFile } from '../js/pictures.mjs';
import { drop, finished, openDemo, photoOnDisk, saved, unzip, words } from './demo-page.mjs';
import { withoutChromium as skip } from './page.mjs';

let demo, page;

before(async () => {
  if (skip) return;
  // The page's policy allows no module but its own; one test runs the code that the page offers, in the page.
  demo = await openDemo({ bypassCSP: true });
  page = demo.page;
});
after(() => demo?.close());
beforeEach(() => page?.evaluate(() => document.getElementById('settings').reset()));

const save = () => saved(page, page.locator('.saving button').first());
const choose = async (format) => {
  await page.locator(`[name=format][value=${format}]`).check();
  return finished(page);
};
const clear = () => page.evaluate(() => document.getElementById('remove-all').click());

test('a sample is there at first sight, before and after', { skip }, async () => {
  assert.match(await finished(page), /^−\d+ %\n\d+ kB → \d+ kB\nSave evening-lake\.webp\n1536 × 1024 · WebP/);
  assert.equal(await page.locator('.film img').count(), 2);
  assert.match(await page.locator('#status').textContent(), /^evening-lake\.webp: /);
});

test('a dropped JPEG becomes each of four formats, and is saved', { skip }, async () => {
  await drop(page, [await photoOnDisk()]);
  for (const [format, extension] of [['webp', 'webp'], ['avif', 'avif'], ['jpeg', 'jpg'], ['png', 'png']]) {
    await choose(format);
    await page.getByText(`Save holiday.${extension}`).waitFor();
    const { name, data } = await save();
    assert.equal(name, `holiday.${extension}`);
    const made = await sharp(data).metadata();
    assert.deepEqual([made.format, made.width, made.height], [format === 'avif' ? 'heif' : format, 400, 300]);
  }
});

test('a folder of 30 with 3 broken files: a zip with 27, and 3 errors in words', { skip }, async () => {
  await clear();
  const folder = dirname(await photoOnDisk('00.jpg', [90, 60]));
  for (let n = 1; n < 30; n++) writeFileSync(join(folder, `${String(n).padStart(2, '0')}.jpg`), await jpegFile(80 + n, 60));
  for (const broken of ['07', '11', '23']) truncateSync(join(folder, `${broken}.jpg`), 700);
  writeFileSync(join(folder, 'notes.txt'), 'no picture, and not taken for one');
  await drop(page, [folder]);
  await page.locator('#rows tr').nth(29).waitFor();
  await finished(page);
  assert.match(await words(page.locator('#totals')), /^27 of 30 pictures, .* → .* \(−\d+ %\), 3 failed$/);
  assert.deepEqual(await page.locator('#rows .failure').allTextContents(), Array(3).fill('The file is damaged or not complete.'));
  await page.locator('#rows .thumb canvas').nth(26).waitFor();
  const zip = unzip((await saved(page, page.locator('#save-zip'))).data);
  assert.equal(zip.length, 27);
  for (const { name, method, data } of zip) {
    assert.equal(method, 0, 'stored');
    assert.match(name, /^slimpix-demo-\w+\/\d\d\.webp$/);
    assert.equal((await sharp(data).metadata()).format, 'webp');
  }
});

test('a folder without a picture is told of by its name, until something else is opened', { skip }, async () => {
  const path = await photoOnDisk('letter.txt');
  await drop(page, [dirname(path)]);
  await page.getByText(`No pictures found in “${basename(dirname(path))}”.`).waitFor();
  assert.equal(await page.locator('#rows tr').count(), 30);
  await drop(page, [path]);
  await page.locator('#rows tr').nth(30).waitFor();
  assert.equal(await page.locator('#notice').textContent(), '');
  await page.locator('#rows tr').nth(30).getByRole('button', { name: 'Remove' }).click();
  await finished(page);
});

test('a picture that is chosen far below is seen', { skip }, async () => {
  await page.locator('#rows tr').nth(28).locator('.name button').click();
  const { y } = await page.locator('#viewer').boundingBox();
  assert.ok(y >= 0, `the viewer is ${-y} px above`);
});

test('one of many is looked at, saved, tried again and removed', { skip }, async () => {
  const row = page.locator('#rows tr').nth(7);
  await row.locator('.name button').click();
  assert.match(await words(page.locator('#result')), /07\.jpg\nThe file is damaged/);
  await row.getByRole('button', { name: 'Retry' }).click();
  await row.locator('.failure').waitFor();
  await row.getByRole('button', { name: 'Remove' }).click();
  assert.equal(await page.locator('#rows tr').count(), 29);
  const { name } = await saved(page, page.locator('#rows tr').nth(7).getByRole('button', { name: 'Save' }));
  assert.equal(name, '08.webp');
});

test('all of them go into a folder that is picked', { skip }, async () => {
  await page.evaluate(() => (window.showDirectoryPicker = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('picked', { create: true })));
  await page.locator('#save-folder').click();
  await page.getByText('27 files saved.').waitFor({ state: 'attached' });
  const written = await page.evaluate(async () => {
    const picked = await showDirectoryPicker();
    const [folder] = await Array.fromAsync(picked.values());
    return (await Array.fromAsync(folder.values())).length;
  });
  assert.equal(written, 27);
});

test('work in hand is cancelled, and done again when a setting changes', { skip }, async () => {
  await clear();
  await page.locator('#avifSpeed').evaluate((dial) => ((dial.value = 1), dial.dispatchEvent(new Event('change', { bubbles: true }))));
  await page.locator('[name=format][value=avif]').check();
  await page.setInputFiles('#files', { name: 'large.jpg', mimeType: 'image/jpeg', buffer: await jpegFile(2000, 1500) });
  await page.locator('#work-bar:not([hidden]) progress').waitFor();
  await page.locator('#cancel').click();
  await page.locator('#work-bar').waitFor({ state: 'hidden' });
  assert.match(await words(page.locator('#result')), /cancelled\nTry again/);
  assert.match(await choose('webp'), /Save large\.webp/);
});

test('all are removed while they are worked on, and nothing of them is left in sight', { skip }, async () => {
  await page.locator('[name=format][value=avif]').check();
  await page.setInputFiles('#files', [await photoOnDisk('a.jpg', [1600, 1200]), await photoOnDisk(`${'long-'.repeat(48)}.jpg`, [1600, 1200])]);
  await page.locator('#work-bar:not([hidden])').waitFor();
  const { height } = await page.locator('#rows tr').last().boundingBox();
  assert.ok(height < 100, `a row with a long name is ${height} px high`);
  await page.locator('#remove-all').click();
  await page.locator('#work-bar').waitFor({ state: 'hidden' });
  await page.getByText('All pictures removed.').waitFor({ state: 'attached' });
  await page.locator('.invitation').waitFor();
  assert.equal(await page.locator('.film').evaluate((film) => getComputedStyle(film, '::before').display), 'none');
  assert.equal(await page.locator('#left-note').isVisible(), false);
});

test('settings stay after a reload, and travel in the address', { skip }, async () => {
  await page.locator('[name=format][value=jpeg]').check();
  await page.locator('#maxDimension').fill('640');
  await page.locator('#maxDimension').blur();
  await page.locator('#metadata').selectOption('no-gps');
  assert.equal(new URL(page.url()).hash, '#format=jpeg&maxDimension=640&metadata=no-gps');
  const address = page.url();
  await page.goto(`${demo.origin}/`);
  assert.match(await finished(page), /\nSave evening-lake\.jpg\n1536 × 1024 → 640 × 427/);
  await page.evaluate(() => localStorage.clear());
  await page.goto('about:blank');
  await page.goto(address);
  assert.match(await finished(page), /640 × 427/);
  assert.equal(await page.locator('#metadata').inputValue(), 'no-gps');
});

test('a size that cannot be meant is doubted and changes nothing', { skip }, async () => {
  const side = page.locator('#maxDimension');
  for (const [typed, said] of [['20488888', /from 1 to 65535.*2048 stays/], ['2k', /whole number/], ['4', /zero or two may be missing/]]) {
    await side.fill(typed);
    await side.blur();
    assert.match(await page.locator('#maxDimension-said').innerText(), said);
  }
  await page.evaluate(() => document.getElementById('settings').reset());
  assert.match(await finished(page), /1536 × 1024 ·/);
});

test('the code does what the page did: in the page, in Node and in a shell', { skip }, async () => {
  const photo = await photoOnDisk("it's mine.jpg", [800, 600]);
  await clear();
  await page.setInputFiles('#files', photo);
  await page.locator('#sizing').selectOption('box');
  await page.locator('#fit').selectOption('cover');
  await choose('jpeg');
  await page.getByText("Save it's mine.jpg").waitFor();
  await page.locator('.facts', { hasText: '800 × 600' }).waitFor();
  const { data } = await save();
  const code = await codeOf(['page', 'node', 'shell']);
  assert.deepEqual(await runInPage(code.page, readFileSync(photo)), [...data]);
  const home = dirname(photo);
  mkdirSync(join(home, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(root, 'pkg'), join(home, 'node_modules/slimpix'));
  symlinkSync('../slimpix/dist/cli.js', join(home, 'node_modules/.bin/slimpix'));
  writeFileSync(join(home, 'shrink.mjs'), code.node);
  for (const [program, ...args] of [[process.execPath, 'shrink.mjs'], ['sh', '-c', code.shell]]) {
    execFileSync(program, args, { cwd: home, stdio: 'pipe' });
    const [made] = readdirSync(join(home, 'small'));
    assert.deepEqual(readFileSync(join(home, 'small', made)), data, args.join(' '));
  }
});

async function codeOf(hosts) {
  await page.locator('#show-code').click();
  const code = {};
  for (const host of hosts) {
    await page.locator(`[name=host][value=${host}]`).check();
    code[host] = await page.locator('#code code').innerText();
  }
  await page.locator('#close-code').click();
  return code;
}

/** As a module of the page, where the import map finds the package. */
function runInPage(code, photo) {
  return page.evaluate(async ([code, photo]) => {
    const { shrink } = await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    const file = await shrink(new File([new Uint8Array(photo)], 'photo.jpg'));
    return [...new Uint8Array(await file.arrayBuffer())];
  }, [code, [...photo]]);
}

test('a HEIC photo gets a sentence that a person understands', { skip }, async () => {
  await clear();
  const heic = Buffer.from((await avifFile(64, 48)).toString('latin1').replace(/avif|avis|mif1|miaf|MA1[AB]/g, 'heic'), 'latin1');
  await page.setInputFiles('#files', { name: 'IMG_0042.HEIC', mimeType: 'image/heic', buffer: heic });
  assert.match(await finished(page), /This is a HEIC photo, as iPhones take them, and this browser cannot open those\. Safari can/);
});

test('what was removed from a photo is said, and what was kept', { skip }, async () => {
  await clear();
  const withPlace = await sharp(await jpegFile(300, 200)).withExif({ IFD0: { Make: 'Camera' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '47/1 22/1 0/1' } }).jpeg().toBuffer();
  await page.setInputFiles('#files', { name: 'alps.jpg', mimeType: 'image/jpeg', buffer: withPlace });
  assert.match(await finished(page), /Removed: the place where it was taken \(GPS\) and camera data \(EXIF\)\./);
  await page.locator('#metadata').selectOption('no-gps');
  await page.getByText('Removed: the place where it was taken (GPS).', { exact: true }).waitFor();
  await page.locator('#metadata').selectOption('keep');
  await page.getByText('The place where it was taken is still in it.').waitFor();
});

test('a picture is pasted', { skip }, async () => {
  await clear();
  await page.evaluate(async (bytes) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
  }, [...(await pngFile(120, 90))]);
  assert.match(await finished(page), /Save image\.webp\n120 × 90/);
});

test('wheel, buttons and two fingers zoom; the divider is dragged', { skip }, async () => {
  const zoom = async () => parseInt(await page.locator('#zoom-level').innerText());
  await page.locator('#zoom-full').click();
  assert.equal(await zoom(), 100);
  await page.mouse.move(400, 300);
  await page.mouse.wheel(0, -400);
  await page.waitForFunction(() => parseInt(document.getElementById('zoom-level').textContent) > 150);
  await page.locator('#zoom-fit').click();
  const fitted = await zoom();
  await pinch(page, [400, 300], 40, 120);
  assert.ok((await zoom()) > fitted * 2, `${await zoom()} % after a pinch, ${fitted} % before`);
  const { x, y, width, height } = await page.locator('.divider').boundingBox();
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x - 200, y + height / 2, { steps: 4 });
  await page.mouse.up();
  assert.ok(Number(await page.locator('.divider').getAttribute('aria-valuenow')) < 40);
});

/** Two fingers, side by side about a point, move from one distance to another. */
async function pinch(page, [x, y], from, to) {
  const session = await page.context().newCDPSession(page);
  const touch = (type, apart) => session.send('Input.dispatchTouchEvent', { type, touchPoints: apart ? [{ x: x - apart, y, id: 0 }, { x: x + apart, y, id: 1 }] : [] });
  await touch('touchStart', from);
  for (const share of [0.25, 0.5, 0.75, 1]) await touch('touchMove', from + (to - from) * share);
  await touch('touchEnd');
  await session.detach();
}

test('a picture by its look, within so many kB, in the format that does it best', { skip }, async () => {
  await clear();
  await page.setInputFiles('#files', await photoOnDisk('lake.jpg', [800, 600]));
  await finished(page);
  await page.locator('[name=aim][value=score]').check({ force: true });
  assert.match(await finished(page), /800 × 600 · WebP \d+ · .* · likeness 8[0-2]: hardly any difference/);
  assert.equal(await page.locator('#score-said').innerText(), 'To the eye: hardly any difference.');
  await page.locator('#kilobytes').fill('6');
  await page.locator('#kilobytes').blur();
  assert.match(await finished(page), /→ [3-6]\.\d kB\n/);
  await page.locator('#kilobytes').fill('lots');
  await page.locator('#kilobytes').blur();
  assert.match(await page.locator('#kilobytes-said').innerText(), /A whole number up to 1000000 is needed, or nothing; 6 kB stays in force\./);
  await page.evaluate(() => document.getElementById('settings').reset());
  await finished(page);
  await page.locator('[name=format][value=auto]').check({ force: true });
  assert.match(await finished(page), /Save lake\.(avif|webp)\n.* · likeness 8\d: /);
  assert.equal(new URL(page.url()).hash, '#format=auto');
  assert.equal(await page.locator('[name=aim]').first().isVisible(), false, 'a number means something else in each format');
});

test('the left side changes and the right side stays as it is', { skip }, async () => {
  await finished(page);
  await page.evaluate(() => {
    window.restarted = 0;
    const bar = document.getElementById('result');
    new MutationObserver(() => (window.restarted += bar.classList.contains('stale') ? 1 : 0)).observe(bar, { attributes: true });
  });
  await page.locator('#beside').selectOption('jpeg');
  await page.locator('#left-note', { hasText: /likeness \d+/ }).waitFor();
  assert.equal(await page.evaluate(() => window.restarted), 0);
});

test('two formats lie side by side, and several sizes come from one picture', { skip }, async () => {
  await page.locator('#beside').selectOption('jpeg');
  await page.locator('#left-note', { hasText: 'kB (' }).waitFor();
  await page.locator('#sizing').selectOption('variants');
  await page.getByRole('button', { name: 'Save lake-preview.webp' }).waitFor();
  assert.equal(await page.locator('.saving button').count(), 3);
});

test('nothing left the page', { skip }, () => {
  assert.ok(demo.requests.length > 30);
  const foreign = demo.requests.filter(({ protocol, origin }) => protocol.startsWith('http') && origin !== demo.origin);
  assert.deepEqual(foreign.map(String), []);
});

test('without a network the page loads again, and works', { skip, timeout: 180_000 }, async () => {
  await page.locator('html[data-offline=ready]').waitFor({ state: 'attached' });
  await demo.unplug();
  await page.goto(`${demo.origin}/`);
  await finished(page);
  assert.match(await choose('avif'), /Save evening-lake\.avif/);
});
