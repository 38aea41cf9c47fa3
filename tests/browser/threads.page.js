/** Runs in a page: one AVIF on a number of threads. */
import { ImageCompressionService } from '/pkg/dist/entry-browser.js';
import { samplePictures } from '/samples.js';

/** As many threads as are asked for, whatever the machine has. */
function pretendCores(count) {
  Object.defineProperty(navigator, 'hardwareConcurrency', { configurable: true, value: count });
}

const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The SHA-256 of a sample as AVIF, with the workers that made it. */
export async function hashOn(threads, config) {
  pretendCores(Math.max(threads, 1));
  const service = new ImageCompressionService({ avifThreads: Math.max(threads, 1), maxDimension: 65535 });
  const { data } = await service.compressImage(samplePictures[0].draw(), { format: 'avif', ...config });
  const workers = service.workers;
  service.close();
  return { hash: hex(await crypto.subtle.digest('SHA-256', data)), workers, isolated: crossOriginIsolated };
}

/** What a caller gets when a thread dies: the module's thread traps when its parent has begun to wait for it. */
export async function afterCrash(broken) {
  const bytes = Uint8Array.from(atob(broken), (letter) => letter.charCodeAt(0));
  const service = new ImageCompressionService({ avifThreads: 1, wasmModule: { threads: await WebAssembly.compile(bytes) } });
  const pixels = { data: new Uint8ClampedArray(64 * 64 * 4).fill(90), width: 64, height: 64 };
  const error = await service.compressImage(pixels, { format: 'avif' }).then(() => ({ code: 'none' }), ({ code, message }) => ({ code, message }));
  const next = await service.compressImage(pixels, { format: 'webp' });
  service.close();
  return { error, next: next.size };
}

/** Milliseconds of an AVIF of 2048 × 1536 on each number of threads in turn, `rounds` times. */
export async function times(counts, rounds) {
  const pixels = enlarge(samplePictures[0].draw(), 2048, 1536);
  const found = counts.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [at, threads] of counts.entries()) {
      pretendCores(threads);
      const service = new ImageCompressionService({ avifThreads: threads });
      await service.compressImage({ data: pixels.data.slice(0, 64 * 64 * 4), width: 64, height: 64 }, { format: 'avif' });
      const begin = performance.now();
      await service.compressImage(pixels, { format: 'avif' });
      found[at].push(performance.now() - begin);
      service.close();
    }
  }
  return found;
}

/** By the browser's own canvas. */
function enlarge({ data, width, height }, wide, high) {
  const source = new OffscreenCanvas(width, height);
  source.getContext('2d').putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
  const context = new OffscreenCanvas(wide, high).getContext('2d');
  context.drawImage(source, 0, 0, wide, high);
  return context.getImageData(0, 0, wide, high);
}
