/**
 * An edge function for Deno: POST a picture, get it smaller. ?format=webp&w=800&q=70; without a format, by `Accept`.
 *
 * A function's isolate has one thread, so slimpix is told to start no workers.
 */
import { ImageCompressionError, ImageCompressionService } from 'slimpix';

const service = new ImageCompressionService({ worker: false });

const MOST_BYTES = 20 * 2 ** 20;
/** What a small isolate decodes whole. */
const MOST_PIXELS = 25_000_000;

const STATUS = {
  INVALID_OPTION: 400,
  INVALID_INPUT: 422,
  CORRUPT_IMAGE: 422,
  UNSUPPORTED_FORMAT: 415,
  UNSUPPORTED_FEATURE: 415,
  LIMIT_EXCEEDED: 413,
};

export default {
  async fetch(request) {
    if (request.method !== 'POST') return refusal(405, 'METHOD', 'POST a picture');
    if (!(Number(request.headers.get('content-length')) <= MOST_BYTES)) return refusal(413, 'LIMIT_EXCEEDED', `at most ${MOST_BYTES} bytes, with their number in content-length`);
    try {
      const { data, mimeType } = await service.compressImage(await request.arrayBuffer(), readOptions(request));
      return new Response(data, { headers: { 'content-type': mimeType, vary: 'accept' } });
    } catch (error) {
      if (!(error instanceof ImageCompressionError)) throw error;
      return refusal(STATUS[error.code] ?? 500, error.code, error.message);
    }
  },
};

function readOptions({ url, headers }) {
  const query = new URL(url).searchParams;
  const accept = headers.get('accept') ?? '';
  return {
    format: query.get('format') ?? (accept.includes('image/webp') ? 'webp' : 'jpeg'),
    limitInputPixels: MOST_PIXELS,
    ...(query.has('w') && { maxDimension: Number(query.get('w')) }),
    ...(query.has('q') && { quality: Number(query.get('q')) }),
  };
}

function refusal(status, code, message) {
  return Response.json({ code, message }, { status });
}
