/**
 * The picture at the origin, and nothing else: a path is a path of that host whatever it looks like, a redirect is not
 * followed, since it may lead anywhere, and the file is bounded while it arrives.
 */
import { Refusal, readBounded } from '../../shared/http.js';

/** The isolate's 128 MB hold the file twice while it arrives, and slimpix's 96 MiB for pixels. */
const MAX_SOURCE_BYTES = 10 * 2 ** 20;
/** What some servers take for a slash or a step up, and what no file's name has. */
const AMBIGUOUS = /\/\/|\\|%2f|%5c|%2e%2e|%00/i;

/** Set as the path, and never joined as text: `//other.host/x.jpg` on its own would be another host. */
export function sourceAddress(pathname, origin) {
  if (AMBIGUOUS.test(pathname)) throw new Refusal('INVALID_OPTION', 'the path is not that of one file');
  const address = new URL(origin);
  address.pathname = pathname;
  if (address.origin !== new URL(origin).origin) throw new Refusal('INVALID_OPTION', 'the path leads to another host');
  return address;
}

/** A request of its own: no header of the visitor's goes along, cookies and authorization least of all. */
export async function fetchSource(address) {
  const response = await fetch(address, { redirect: 'manual' }).catch((cause) => {
    throw new Refusal('IO', `the origin cannot be reached: ${cause.message}`, 502);
  });
  if (response.status === 404) throw new Refusal('IO', 'the origin has no such picture', 404);
  const redirects = response.status >= 300 && response.status < 400;
  if (redirects) throw new Refusal('IO', 'the origin redirects, which is not followed', 502);
  if (!response.ok) throw new Refusal('IO', `the origin answered ${response.status}`, 502);
  return readBounded(response.body, MAX_SOURCE_BYTES);
}
