/**
 * What the examples' servers share: refusals as JSON with a fitting status, bodies that are bounded while they arrive,
 * and what a browser says that it takes. It imports nothing, so that it lies beside any example.
 */

/** slimpix's codes that are the caller's doing; any other is the server's. */
const STATUS = {
  INVALID_OPTION: 400,
  INVALID_INPUT: 422,
  CORRUPT_IMAGE: 422,
  UNSUPPORTED_FORMAT: 415,
  UNSUPPORTED_FEATURE: 415,
  LIMIT_EXCEEDED: 413,
  OUT_OF_MEMORY: 413,
};

/** An answer that is no picture. Without a status it follows from the code, as with slimpix's own errors. */
export class Refusal extends Error {
  constructor(code, message, status) {
    super(message);
    Object.assign(this, { code, status });
  }
}

/** The answer for an error with a code; what has none is a bug, and the platform's to report. */
export function refusalOf(error) {
  const { code, message, status } = error;
  if (typeof code !== 'string') throw error;
  const headers = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
  return Response.json({ code, message }, { status: status ?? STATUS[code] ?? 500, headers });
}

/** By what arrives, since `content-length` may be missing or wrong. `body` is a request's or a response's. */
export async function readBounded(body, maxBytes) {
  const chunks = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw new Refusal('LIMIT_EXCEEDED', `the picture is larger than ${maxBytes} bytes`);
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

/** Whether `Accept` names the format, and not to refuse it. */
export function takes(accept, format) {
  return new RegExp(`image/${format}(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`, 'i').test(accept);
}

/** The words after an address's question mark, each by its reader; an unknown or a repeated one is an error. */
export function readQuery(query, readers) {
  const read = {};
  for (const [name, text] of query) {
    if (!Object.hasOwn(readers, name)) throw invalid(name, 'unknown', Object.keys(readers));
    if (Object.hasOwn(read, name)) throw new Refusal('INVALID_OPTION', `${name} is there twice`);
    read[name] = readers[name](text);
  }
  return read;
}

/** A reader of one of a few words. */
export function oneOf(name, words) {
  return (text) => {
    if (words.includes(text)) return text;
    throw invalid(name, text, words);
  };
}

/** A reader of one of a few numbers. */
export function oneOfNumbers(name, numbers) {
  const read = oneOf(name, numbers.map(String));
  return (text) => Number(read(text));
}

/** A reader of an integer from 1 to `max`. */
export function integer(name, max) {
  return (text) => {
    const value = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    if (value >= 1 && value <= max) return value;
    throw new Refusal('INVALID_OPTION', `${name} is ${text}; it must be an integer from 1 to ${max}`);
  };
}

function invalid(name, text, words) {
  return new Refusal('INVALID_OPTION', `${name} is ${text}; it must be one of ${words.join(', ')}`);
}
