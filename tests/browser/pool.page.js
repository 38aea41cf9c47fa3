/** Runs in a page: what a caller gets when work is stopped or an instance traps. */
import { ImageCompressionService } from '/pkg/dist/entry-browser.js';

const pixels = (width, height) => {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let at = 0; at < data.length; at++) data[at] = at % 4 === 3 ? 255 : (at * at) >> 7;
  return { data, width, height };
};
const codeOf = (job) => job.then(() => 'none', ({ code, message }) => code ?? message);

/** An AVIF of 12 MP, stopped when its encoder has been at it for a while. */
export async function abortMidway() {
  const service = new ImageCompressionService({ maxDimension: 65535 });
  const stop = new AbortController();
  const job = service.compressImage(pixels(4000, 3000), { format: 'avif', signal: stop.signal, onProgress: ({ stage }) => stage === 'encode' && setTimeout(() => stop.abort(new Error('changed my mind')), 1500) });
  let aborted;
  stop.signal.onabort = () => (aborted = performance.now());
  const code = await codeOf(job);
  const took = performance.now() - aborted;
  const left = service.workers.avif.length;
  const next = await codeOf(service.compressImage(pixels(32, 32), { format: 'avif' }));
  service.close();
  return { code, took, left, next };
}

export async function trap(broken) {
  const bytes = Uint8Array.from(atob(broken), (letter) => letter.charCodeAt(0));
  const service = new ImageCompressionService({ wasmModule: { core: await WebAssembly.compile(bytes) } });
  const code = await codeOf(service.compressImage(pixels(32, 32), { format: 'webp' }));
  const left = service.workers.images.length;
  const next = await codeOf(service.compressImage(pixels(32, 32), { format: 'avif' }));
  service.close();
  return { code, left, next };
}
