/**
 * Pictures of one origin, sized and converted on request: GET /path/on/the/origin.jpg?w=800&q=70
 *
 * What is asked for is checked before the source is fetched, the source is bounded before it is read, and each result
 * is made once: the Cache API keeps it under an address that says all that its bytes depend on.
 */
import { ImageCompressionError, ImageCompressionService } from 'slimpix';
import { chooseFormat, readOptions } from './options.js';

const service = new ImageCompressionService();

/** The isolate's 128 MB hold the file twice while it arrives, and slimpix's 96 MiB for pixels, which it keeps to itself. */
const MOST_SOURCE_BYTES = 10 * 2 ** 20;
const DAY = 86_400;

const STATUS = {
  INVALID_OPTION: 400,
  INVALID_INPUT: 422,
  CORRUPT_IMAGE: 422,
  UNSUPPORTED_FORMAT: 415,
  UNSUPPORTED_FEATURE: 415,
  LIMIT_EXCEEDED: 413,
  OUT_OF_MEMORY: 413,
};

export default {
  async fetch(request, env, context) {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') return refusal(405, 'METHOD', 'GET and HEAD alone');
      return await answer(request, env, context);
    } catch (error) {
      if (error instanceof SourceError) return refusal(error.status, 'IO', error.message);
      if (error instanceof ImageCompressionError) return refusal(STATUS[error.code] ?? 500, error.code, error.message);
      throw error;
    }
  },
};

async function answer(request, env, context) {
  const url = new URL(request.url);
  const options = readOptions(url.searchParams);
  const format = chooseFormat(options, request.headers.get('accept') ?? '');
  const key = cacheKey(url, options, format);
  const kept = await caches.default.match(key);
  if (kept) return marked(kept, 'hit');

  const source = await fetchSource(new URL(url.pathname, env.ORIGIN));
  const { data, mimeType } = await service.compressImage(source, { ...options, format });
  const made = new Response(data, {
    headers: { 'content-type': mimeType, 'cache-control': `public, max-age=${DAY}`, vary: 'accept', 'x-content-type-options': 'nosniff' },
  });
  context.waitUntil(caches.default.put(key, made.clone()));
  return marked(made, 'miss');
}

/** The Cache API does not look at `vary`, so the format that was chosen is a part of the address; the order of words is not. */
function cacheKey(url, options, format) {
  const key = new URL(url.pathname, url.origin);
  key.search = new URLSearchParams(Object.entries({ ...options, format }).map(([name, value]) => [name, JSON.stringify(value)])).toString();
  return key.href;
}

function marked(response, how) {
  const marked = new Response(response.body, response);
  marked.headers.set('cache-status', how === 'hit' ? 'slimpix; hit' : 'slimpix; fwd=miss; stored');
  return marked;
}

class SourceError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function fetchSource(address) {
  const response = await fetch(address).catch((cause) => {
    throw new SourceError(502, `the origin cannot be reached: ${cause.message}`);
  });
  if (response.status === 404) throw new SourceError(404, 'the origin has no such picture');
  if (!response.ok) throw new SourceError(502, `the origin answered ${response.status}`);
  return readBounded(response);
}

/** By what arrives, since `content-length` may be missing or wrong. */
async function readBounded(response) {
  const chunks = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MOST_SOURCE_BYTES) throw new ImageCompressionError('LIMIT_EXCEEDED', `the source is larger than ${MOST_SOURCE_BYTES} bytes`);
    chunks.push(chunk);
  }
  const file = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}

function refusal(status, code, message) {
  return Response.json({ code, message }, { status, headers: { 'cache-control': 'no-store' } });
}
