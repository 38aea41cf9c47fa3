/** Runs in a page: a drop-in and the package whose place it takes, on the same file, told in the same words. */
import peerCompression from '/peers/browser-image-compression/dist/browser-image-compression.mjs';
import PeerCompressor from '/peers/compressorjs/dist/compressor.esm.js';
import imageCompression from '/pkg/dist/browser-image-compression.js';
import Compressor from '/pkg/dist/compressorjs.js';

const COMPRESSIONS = { peer: peerCompression, ours: imageCompression };
const COMPRESSORS = { peer: PeerCompressor, ours: Compressor };

export function fileOf({ base64, name, type, lastModified = 1_600_000_000_000 }) {
  return new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type, lastModified });
}

async function facts(file) {
  const bitmap = await createImageBitmap(file);
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  const pixel = (x, y) => context.getImageData(Math.floor(x * (bitmap.width - 1)), Math.floor(y * (bitmap.height - 1)), 1, 1).data;
  // A canvas forgets the colour of what is nearly transparent, so colours count by their alpha.
  const at = (x, y) => [...pixel(x, y)].map((value, channel, { 3: alpha }) => (channel === 3 ? alpha : (value * alpha) / 255));
  const bytes = new Uint8Array(await file.arrayBuffer());
  const hasExif = new TextDecoder('latin1').decode(bytes.subarray(0, 4096)).includes('Exif\0');
  return { isBlob: file instanceof Blob, type: file.type, name: file.name, lastModified: file.lastModified, size: file.size, width: bitmap.width, height: bitmap.height, hasExif, corners: [at(0, 0), at(1, 0), at(0, 1), at(1, 1)] };
}

/** What became of a call of browser-image-compression, and what its progress said. */
export async function compression(which, given, options) {
  const file = fileOf(given);
  const progress = [];
  try {
    const result = await COMPRESSIONS[which](file, { useWebWorker: which === 'ours', onProgress: (percent) => progress.push(percent), ...options });
    return { ...(await facts(result)), progress };
  } catch ({ message }) {
    return { message, progress };
  }
}

export async function aborted(which, given) {
  const controller = new AbortController();
  const onProgress = () => controller.abort(new Error('I just want to stop'));
  return COMPRESSIONS[which](fileOf(given), { useWebWorker: false, onProgress, signal: controller.signal }).then(() => 'done', ({ message }) => message);
}

/** The static functions, each on its own. */
export async function statics(which, given) {
  const library = COMPRESSIONS[which];
  const file = fileOf(given);
  const dataUrl = await library.getDataUrlFromFile(file);
  const back = await library.getFilefromDataUrl(dataUrl, 'back.jpg', 5);
  const image = await library.loadImage(dataUrl);
  const drawn = library.drawImageInCanvas(image, 'image/jpeg');
  const [bitmap, canvas] = await library.drawFileInCanvas(file);
  const written = await library.canvasToFile(canvas, 'image/jpeg', 'canvas.jpg', 7, 0.8);
  const copied = await library.copyExifWithoutOrientation(file, written);
  return {
    dataUrl: dataUrl.slice(0, 40),
    back: [back.name, back.type, back.size, back.lastModified],
    image: [image.width, image.height],
    drawn: [drawn.width, drawn.height],
    canvas: [bitmap.width, canvas.width, canvas.height],
    written: [written.name, written.type, written.lastModified],
    orientation: await library.getExifOrientation(file),
    orientationOfCopy: await library.getExifOrientation(copied),
    orientationWithout: await library.getExifOrientation(written),
    orientationOfPng: await library.getExifOrientation(new Blob([new Uint8Array(64)])),
  };
}

/** What compressorjs calls back with. */
export function compressor(which, given, options = {}, hooks = []) {
  const calls = [];
  const hook = (name) => function (context, canvas) {
    calls.push([name, canvas.width, canvas.height, this instanceof COMPRESSORS[which]]);
    if (name === 'beforeDraw') context.fillStyle = '#00f';
    context.fillRect(0, 0, canvas.width, name === 'beforeDraw' ? canvas.height : 1);
  };
  return new Promise((resolve) => {
    const success = async function (file) {
      resolve({ ...(await facts(file)), isOriginal: file === this.file, isResult: this.result === file, calls });
    };
    const made = new COMPRESSORS[which](fileOf(given), { ...options, ...Object.fromEntries(hooks.map((name) => [name, hook(name)])), success, error: ({ message }) => resolve({ message, calls }) });
    if (options.abort) made.abort();
  }).then(({ lastModified, ...rest }) => rest);
}

/** The class itself: defaults, mistakes, and the page's own name. */
export async function classOf(which) {
  const Class = COMPRESSORS[which];
  const messages = [];
  for (const wrong of ['no file', new Blob(['text'], { type: 'text/plain' })]) {
    new Class(wrong, { error: ({ message }) => messages.push(message) });
    try {
      new Class(wrong);
    } catch ({ message }) {
      messages.push(`thrown: ${message}`);
    }
  }
  globalThis.Compressor = 'mine';
  const same = Class.noConflict() === Class;
  return { messages, same, now: String(globalThis.Compressor) };
}

export async function withDefaults(which, given, options) {
  COMPRESSORS[which].setDefaults(options);
  return compressor(which, given);
}
