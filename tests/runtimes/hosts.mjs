/**
 * Every host that slimpix runs in, behind one word: `look(file)` compresses a file there by each of CASES, and gives
 * `{hashes, threads, firstPicture}`. `skip` says in a line why a host cannot run on this machine.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../../examples/workerd.mjs';
import { browsers } from '../browser/browsers.mjs';
import { CASES, hashOf } from '../browser/same-bytes.mjs';
import { root } from '../js/corpus.mjs';
import { install } from './installed.mjs';

export const hosts = [
  ...browsers.map(({ name, skip, open }) => ({ name, skip, look: (file) => lookInPages(open, file) })),
  ...['Node', 'Deno', 'Bun'].map((name) => ({ name, skip: false, look: (file) => lookInApp(name, file) })),
  { name: 'workerd', skip: false, look: lookInWorkerd },
];

/** Without any header first; then isolated, where the threads of one module may share an AVIF. */
async function lookInPages(open, file) {
  const plain = await lookInPage(open, false, file, CASES);
  const avif = CASES.findIndex(({ format }) => format === 'avif');
  const isolated = await lookInPage(open, true, file, [CASES[avif]]);
  const share = isolated.shared && isolated.hashes[0] === plain.hashes[avif];
  return { ...plain, threads: `${plain.workers ? 'workers' : 'none'}${share ? ', wasm threads' : ''}` };
}

async function lookInPage(open, isolated, file, cases) {
  const page = await open({ isolated });
  try {
    return await page.evaluate(inPage, [file.toString('base64'), cases]);
  } finally {
    await page.close();
  }
}

async function inPage([file, cases]) {
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const begin = performance.now();
  const { ImageCompressionService } = await import('/pkg/dist/entry-browser.js');
  const service = new ImageCompressionService();
  await service.compressImage(new Blob([bytes]), { format: 'webp' });
  const firstPicture = performance.now() - begin;
  const hashes = [];
  for (const config of cases) {
    const { data } = await service.compressImage(new Blob([bytes]), config);
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    hashes.push([...hash].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  const workers = service.workers.images.length > 0 && service.workers.avif.length > 0;
  const shared = performance.getEntriesByType('resource').some(({ name }) => name.endsWith('threads_bg.wasm'));
  service.close();
  return { firstPicture, hashes, workers, shared };
}

async function lookInApp(name, file) {
  const app = install();
  try {
    const picture = join(app.folder, 'picture');
    writeFileSync(picture, file);
    const { firstPicture, hashes, workers } = await app.run(name, { picture });
    return { firstPicture, hashes: hashes.true, threads: workers.images.length > 0 && workers.avif.length > 0 ? 'workers' : 'none' };
  } finally {
    app.remove();
  }
}

/** Its clock stands still while it computes, so the first request is timed from here. */
async function lookInWorkerd(file) {
  const workerd = start(`
    import { compressImage } from 'slimpix';
    export default {
      async fetch(request) {
        const config = JSON.parse(new URL(request.url).searchParams.get('config'));
        return new Response((await compressImage(await request.arrayBuffer(), config)).data);
      },
    };`);
  const ask = async (config) => {
    const response = await workerd.dispatchFetch(`http://localhost/?config=${encodeURIComponent(JSON.stringify(config))}`, { method: 'POST', body: file });
    return hashOf(Buffer.from(await response.arrayBuffer()));
  };
  try {
    await workerd.ready;
    const begin = performance.now();
    await ask({ format: 'webp' });
    const firstPicture = performance.now() - begin;
    const hashes = [];
    for (const config of CASES) hashes.push(await ask(config));
    return { firstPicture, hashes, threads: 'none' };
  } finally {
    await workerd.dispose();
  }
}
