/**
 * An edge function for Deno: POST a picture, get it smaller. ?format=webp&w=800&q=70; without a format, by `Accept`.
 *
 * A function's isolate has one thread, so slimpix is told to start no workers.
 */
import { ImageCompressionService } from 'slimpix';
import { Refusal, integer, oneOf, readBounded, readQuery, refusalOf, takes } from '../shared/http.js';

const service = new ImageCompressionService({ worker: false });

const MAX_BYTES = 20 * 2 ** 20;
/** What a small isolate decodes whole. */
const MAX_PIXELS = 25_000_000;
const MAX_SIDE = 2048;
/** `auto` is not among them: it takes as long as all of them together, and who may ask is a stranger. */
const READERS = {
  format: oneOf('format', ['avif', 'webp', 'jpeg', 'png']),
  w: integer('w', MAX_SIDE),
  q: integer('q', 100),
};

export default {
  async fetch(request) {
    try {
      if (request.method !== 'POST') throw new Refusal('METHOD', 'POST a picture', 405);
      const options = readOptions(request);
      const { data, mimeType } = await service.compressImage(await readPicture(request), options);
      const headers = { 'content-type': mimeType, vary: 'accept', 'x-content-type-options': 'nosniff' };
      return new Response(data, { headers });
    } catch (error) {
      return refusalOf(error);
    }
  },
};

/** What says that it is too large is not read at all; the rest is counted as it arrives. */
function readPicture({ headers, body }) {
  const isTooLarge = Number(headers.get('content-length')) > MAX_BYTES;
  if (isTooLarge) throw new Refusal('LIMIT_EXCEEDED', `at most ${MAX_BYTES} bytes`);
  return readBounded(body, MAX_BYTES);
}

function readOptions({ url, headers }) {
  const accept = headers.get('accept') ?? '';
  const { format = takes(accept, 'webp') ? 'webp' : 'jpeg', w, q } = readQuery(new URL(url).searchParams, READERS);
  const quality = q !== undefined && format !== 'png' && { quality: q };
  return { format, limitInputPixels: MAX_PIXELS, maxDimension: w ?? MAX_SIDE, ...quality };
}
