/**
 * The real browsers that tests drive, each behind the same few words: `open(options)` gives `{origin, page, evaluate,
 * close}`, on a blank page of the demo's own server with this folder at /tests/ and the corpus at /corpus/.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corpus, root } from '../js/corpus.mjs';
import { firefox } from './firefox.mjs';
import { openPage, withoutChromium } from './page.mjs';
import { webkit } from './webkit.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const forTests = { '/pkg/': join(root, 'pkg'), '/elsewhere/': join(root, 'pkg/dist'), '/peers/': join(root, 'node_modules'), '/tests/': here.slice(0, -1), '/corpus/': corpus, '/': join(root, 'www') };
const BLANK = '/tests/blank.html';

async function openChromium({ isolated = false, folders = forTests } = {}) {
  const { page, ...opened } = await openPage({ path: BLANK, isolated, folders });
  return { ...opened, page, evaluate: (work, argument) => page.evaluate(work, argument) };
}

/** Firefox and WebKit start without a page. */
const onBlank = (browser) => async ({ isolated = false, folders = forTests } = {}) => {
  const opened = await browser.open({ isolated, folders });
  await opened.page.goto(opened.origin + BLANK);
  return opened;
};

export const browsers = [
  { name: 'Chromium', skip: withoutChromium, hasOpfs: true, open: openChromium },
  { ...firefox, hasOpfs: true, open: onBlank(firefox) },
  // Debian's build has no private file system.
  { ...webkit, hasOpfs: false, open: onBlank(webkit) },
];
