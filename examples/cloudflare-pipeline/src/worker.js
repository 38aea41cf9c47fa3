/**
 * Uploads to R2, a Queue, and consumers that write each picture's variants to R2.
 *
 * PUT /trips/lake.jpg stores the upload and puts a message on the queue. GET /trips/lake.jpg/thumbnail.webp gives a
 * variant. The messages have the shape of R2's own event notifications, so that R2 can send them in place of PUT here.
 */
import { isKey, keyOf } from './keys.js';
import { MAX_UPLOAD_BYTES, makeVariants } from './variants.js';

/** One more than `max_retries` in wrangler.json: the last attempt tells the dead letters why. */
const MAX_ATTEMPTS = 5;
/** What may pass on another try: no memory, a crash, the network, R2. Errors without a code come from the platform. */
const MAY_PASS = ['OUT_OF_MEMORY', 'INTERNAL', 'IO', 'LOAD_FAILED', undefined];

export default {
  async fetch(request, env) {
    const key = keyOf(request.url);
    if (key === undefined) return new Response('the path is no name of a picture', { status: 400 });
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
  const mayUpload = !env.UPLOAD_TOKEN || request.headers.get('authorization') === `Bearer ${env.UPLOAD_TOKEN}`;
  if (!mayUpload) return new Response('not allowed', { status: 401 });
  const size = Number(request.headers.get('content-length'));
  if (!request.body || !Number.isInteger(size) || size < 1) return new Response('a length is needed', { status: 411 });
  if (size > MAX_UPLOAD_BYTES) return new Response(`at most ${MAX_UPLOAD_BYTES} bytes`, { status: 413 });
  const stored = await store(env.UPLOADS, key, request.body, size);
  if (!stored) return new Response(`the upload is not of ${size} bytes, as content-length says`, { status: 400 });
  await env.JOBS.send({ object: { key, eTag: stored.etag } });
  return Response.json({ key, eTag: stored.etag }, { status: 202 });
}

/** The bytes themselves are held to the promised length as they pass; with more or fewer nothing is stored. */
async function store(bucket, key, body, size) {
  let passed = 0;
  const counted = new TransformStream({
    transform(chunk, controller) {
      passed += chunk.byteLength;
      controller.enqueue(chunk);
    },
  });
  try {
    return await bucket.put(key, body.pipeThrough(counted).pipeThrough(new FixedLengthStream(size)));
  } catch (error) {
    if (passed === size) throw error;
  }
}

async function give(env, key) {
  const variant = await env.VARIANTS.get(key);
  if (!variant) return new Response('not there, or not yet', { status: 404 });
  const { httpMetadata: { contentType }, httpEtag: etag } = variant;
  const headers = { 'content-type': contentType, etag, 'x-content-type-options': 'nosniff' };
  return new Response(variant.body, { headers });
}

/** Whatever one message holds, the others of its batch go on. */
async function consume(message, env) {
  const key = message.body?.object?.key;
  if (!isKey(key)) {
    console.warn(`message ${message.id} names no upload, and is dropped`);
    return message.ack();
  }
  try {
    await makeVariants(env, key);
  } catch (error) {
    if (MAY_PASS.includes(error.code) && message.attempts < MAX_ATTEMPTS) return message.retry();
    if (!(await tellDeadLetters(env, key, error))) return message.retry();
  }
  message.ack();
}

/** Where that fails too, the message goes there after its last attempt, without a code. */
function tellDeadLetters(env, key, { code = 'IO', message }) {
  return env.DEAD_LETTERS.send({ object: { key }, code, message }).then(() => true, () => false);
}
