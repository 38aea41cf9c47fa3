/**
 * The names under which uploads and their variants lie. An upload's variants lie below its own name, `trips/lake.jpg`
 * has `trips/lake.jpg/full.webp`; so a name is a plain path, without a step up or an empty part that anything which
 * reads the buckets as folders would follow elsewhere.
 */

/** R2 allows 1024 bytes; the rest is for the name of a variant. */
const MAX_KEY_BYTES = 1000;
const FORBIDDEN = /[\\\u0000-\u001f\u007f]/;

/** Whether a name may be an upload's or a variant's. */
export function isKey(key) {
  if (typeof key !== 'string' || FORBIDDEN.test(key) || !key.isWellFormed()) return false;
  if (new TextEncoder().encode(key).length > MAX_KEY_BYTES) return false;
  return key.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The name that an address asks for; undefined where it is none, `%` among them. */
export function keyOf(url) {
  try {
    const key = decodeURIComponent(new URL(url).pathname.slice(1));
    return isKey(key) ? key : undefined;
  } catch {
    return undefined;
  }
}
