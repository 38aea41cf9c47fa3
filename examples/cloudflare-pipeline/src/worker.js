/**
 * Uploads to R2, a Queue, and consumers that write each picture's variants to R2.
 *
 * PUT /trips/lake.jpg stores the upload and puts a message on the queue. GET /trips/lake.jpg/thumbnail.webp gives a
 * variant. The messages have the shape of R2's own event notifications, so that R2 can send them in place of PUT here.
 */
import { makeVariants } from './variants.js';

/** A consumer's isolate has 128 MB: 96 MiB for pixels, and room for the file. */
const MOST_UPLOAD_BYTES = 15 * 2 ** 20;
/** One more than `max_retries` in wrangler.json: the last attempt tells the dead letters why. */
const MOST_ATTEMPTS = 5;
/** What may pass on another try: no memory, a crash, the network, R2. Errors without a code come from the platform. */
const MAY_PASS = ['OUT_OF_MEMORY', 'INTERNAL', 'IO', 'LOAD_FAILED', undefined];

export default {
  fetch(request, env) {
    const key = decodeURIComponent(new URL(request.url).pathname.slice(1));
    if (request.method === 'PUT') return upload(request, env, key);
    if (request.method === 'GET') return give(env, key);
    return new Response('PUT a picture, or GET a variant', { status: 405 });
  },

  /** One after another: a picture may take most of the isolate's memory. Cloudflare starts more consumers as the queue grows. */
  async queue(batch, env) {
    for (const message of batch.messages) await consume(message, env);
  },
};

async function upload(request, env, key) {
  if (env.UPLOAD_TOKEN && request.headers.get('authorization') !== `Bearer ${env.UPLOAD_TOKEN}`) return new Response('not allowed', { status: 401 });
  const size = Number(request.headers.get('content-length'));
  if (!key || !size) return new Response('a name and a length are needed', { status: 411 });
  if (size > MOST_UPLOAD_BYTES) return new Response(`at most ${MOST_UPLOAD_BYTES} bytes`, { status: 413 });
  const stored = await env.UPLOADS.put(key, request.body);
  await env.JOBS.send({ object: { key, eTag: stored.etag } });
  return Response.json({ key, eTag: stored.etag }, { status: 202 });
}

async function give(env, key) {
  const variant = await env.VARIANTS.get(key);
  if (!variant) return new Response('not there, or not yet', { status: 404 });
  return new Response(variant.body, { headers: { 'content-type': variant.httpMetadata.contentType, etag: variant.httpEtag } });
}

async function consume(message, env) {
  const { key } = message.body.object;
  try {
    await makeVariants(env, key);
  } catch (error) {
    if (MAY_PASS.includes(error.code) && message.attempts < MOST_ATTEMPTS) return message.retry();
    await env.DEAD_LETTERS.send({ ...message.body, code: error.code ?? 'IO', message: error.message });
  }
  message.ack();
}
