/** Runs in a page: what a browser draws as input, and names of strangers on their way into a directory. */
import { ImageCompressionService } from '/pkg/dist/entry-browser.js';

const service = new ImageCompressionService();
const codeOf = (job) => job.then(() => 'none', ({ code, message }) => `${code} ${message}`);

function pattern(width, height) {
  const pixels = new ImageData(width, height);
  for (let at = 0; at < pixels.data.length; at++) pixels.data[at] = at % 4 === 3 ? 255 : (at * 7) % 256;
  return pixels;
}

function painted(canvas, pixels) {
  canvas.getContext('2d').putImageData(pixels, 0, 0);
  return canvas;
}

async function inWebGl(width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const gl = canvas.getContext('webgl', { preserveDrawingBuffer: true });
  if (!gl) return undefined;
  gl.clearColor(1, 0, 0, 1);
  gl.clear(gl.COLOR_BUFFER_BIT);
  return canvas;
}

/** The name of each shape whose PNG is not that of the same pixels. */
export async function drawables() {
  const pixels = pattern(33, 21);
  const element = painted(Object.assign(document.createElement('canvas'), { width: 33, height: 21 }), pixels);
  const blob = await new Promise((done) => element.toBlob(done, 'image/png'));
  const image = Object.assign(new Image(), { src: URL.createObjectURL(blob), width: 5 });
  await image.decode();
  const shapes = {
    ImageBitmap: await createImageBitmap(pixels),
    canvas: element,
    OffscreenCanvas: painted(new OffscreenCanvas(33, 21), pixels),
    img: image,
    'a promise of a canvas': Promise.resolve(element),
    'a promise of an ImageBitmap': createImageBitmap(pixels),
    'the stream of a Blob': blob.stream(),
    'a response': new Response(blob),
  };
  const expected = await service.compressImage(pixels, { format: 'png' });
  const wrong = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const { data } = await service.compressImage(shape, { format: 'png' });
    if (data.length !== expected.data.length || data.some((byte, at) => byte !== expected.data[at])) wrong.push(name);
  }
  const gl = await inWebGl(8, 4);
  return { wrong, webgl: gl && (await service.compressImage(gl, { format: 'png' })).width };
}

export async function refusals() {
  const closed = await createImageBitmap(pattern(4, 4));
  closed.close();
  const large = new OffscreenCanvas(2000, 2000);
  return {
    'an img of nothing': await codeOf(service.compressImage(new Image(), { format: 'png' })),
    'a closed ImageBitmap': await codeOf(service.compressImage(closed, { format: 'png' })),
    'a canvas without sides': await codeOf(service.compressImage(new OffscreenCanvas(0, 0), { format: 'png' })),
    'a canvas above maxMemory': await codeOf(service.compressImage(large, { format: 'png', maxMemory: 2 ** 20 })),
  };
}

/** A batch of files by these names into a fresh directory; what is written, and what is left after an old file of ours. */
export async function strangers(names) {
  const root = await navigator.storage.getDirectory();
  await root.removeEntry('strangers', { recursive: true }).catch(() => {});
  const output = await (await root.getDirectoryHandle('strangers', { create: true })).getDirectoryHandle('in', { create: true });
  const canvas = painted(new OffscreenCanvas(8, 8), pattern(8, 8));
  const file = await canvas.convertToBlob({ type: 'image/png' });
  const inputs = names.flatMap((name) => [new File([file], name), { image: file, name }]);
  const { successful, failed } = await service.compressBatch(inputs, { format: 'png', output }).result;
  const listed = async (folder) => {
    const found = [];
    for await (const { name } of folder.values()) found.push(name);
    return found.sort();
  };
  return { successful, codes: failed.map(([, , code]) => code), outside: await listed(await root.getDirectoryHandle('strangers')), inside: await listed(output) };
}

export async function throwing(stage) {
  const onProgress = (progress) => {
    if (progress.stage === stage) throw new Error(`at ${stage}`);
  };
  const own = codeOf(service.compressImage(pattern(40, 30), { format: 'webp', onProgress }));
  return [await own, (await service.compressImage(pattern(40, 30), { format: 'webp' })).format];
}
