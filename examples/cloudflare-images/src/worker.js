/**
 * Pictures of one origin, sized and converted on request: GET /path/on/the/origin.jpg?w=960&q=60
 *
 * What is asked for is checked before the source is fetched, the source is bounded while it is read, and each result is
 * made once: the Cache API keeps it under an address that says all that its bytes depend on, and requests that come
 * while it is made wait for it.
 */
import { ImageCompressionService } from 'slimpix';
import { Refusal, refusalOf } from '../../shared/http.js';
import { optionsOf, readVariant } from './options.js';
import { fetchSource, sourceAddress } from './source.js';

const service = new ImageCompressionService();
const DAY = 86_400;
/** What this isolate is making, by the cache's key: plain data, which any request may be given. */
const beingMade = new Map();

export default {
  async fetch(request, env, context) {
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal('METHOD', 'GET and HEAD alone', 405);
      return await answer(request, env, context);
    } catch (error) {
      return refusalOf(error);
    }
  },
};

async function answer(request, env, context) {
  const url = new URL(request.url);
  const variant = readVariant(url.searchParams, request.headers.get('accept') ?? '');
  const address = sourceAddress(url.pathname, env.ORIGIN);
  const key = cacheKey(url, variant);
  const kept = await caches.default.match(key);
  if (kept) return marked(kept, 'hit');
  const shared = beingMade.get(key);
  if (shared) return marked(responseOf(await shared), 'fwd=miss; collapsed');
  return marked(responseOf(await make(key, address, variant, context)), 'fwd=miss; stored');
}

/** Made and kept beyond its own request: others may wait for it when whoever came first has gone. */
function make(key, address, variant, context) {
  const making = fetchSource(address).then((source) => service.compressImage(source, optionsOf(variant)));
  beingMade.set(key, making);
  const stored = making.then((made) => caches.default.put(key, responseOf(made)));
  context.waitUntil(stored.catch(() => {}).finally(() => beingMade.delete(key)));
  return making;
}

/**
 * The Cache API does not look at `vary`, so the format that was chosen is a part of the address. It is made of what was
 * understood and not of what was written: the order of words, and a default that is spelled out, make no second copy.
 */
function cacheKey({ origin, pathname }, variant) {
  return `${origin}${pathname}?${new URLSearchParams(variant)}`;
}

function responseOf({ data, mimeType }) {
  const headers = {
    'content-type': mimeType,
    'cache-control': `public, max-age=${DAY}`,
    vary: 'accept',
    'x-content-type-options': 'nosniff',
  };
  return new Response(data, { headers });
}

function marked(response, how) {
  const marked = new Response(response.body, response);
  marked.headers.set('cache-status', `slimpix; ${how}`);
  return marked;
}
