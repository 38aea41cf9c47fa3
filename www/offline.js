/**
 * The service worker: keeps the page and the package, so that both work without a network after the first visit.
 * What to keep follows from the page itself: from index.html along every address that its files name. The network is
 * asked first, so that a new version of the page is never hidden by the old one.
 */
const CACHE = 'slimpix-page';
const NAMED = [/(?:src|href)="([^":#]+)"/g, /(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g, /new URL\(['"](\.[^'"]+)['"],\s*import\.meta\.url\)/g, /"(\.\/[\w./-]+\.(?:js|jpg))"/g];

addEventListener('install', (event) => event.waitUntil(keepAll().then(() => skipWaiting())));
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && new URL(url).origin === location.origin) event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true });
    if (kept) return kept;
    throw error;
  }
}

async function keepAll() {
  const cache = await caches.open(CACHE);
  const seen = new Set();
  await keep(new URL('./', location.href), cache, seen);
  await keep(new URL('drawn/samples.json', location.href), cache, seen);
}

async function keep(address, cache, seen) {
  if (seen.has(address.href) || !isOurs(address)) return;
  seen.add(address.href);
  const response = await fetch(address);
  if (!response.ok) return;
  await cache.put(address.href, response.clone());
  if (!/html|javascript|css|json/.test(response.headers.get('content-type'))) return;
  const text = await response.text();
  const found = NAMED.flatMap((pattern) => [...text.matchAll(pattern)]).map(([, name]) => new URL(name, address));
  await Promise.all(found.map((next) => keep(next, cache, seen)));
}

/** Below this folder; and the threaded module only where there can be threads. */
function isOurs({ href }) {
  return href.startsWith(new URL('./', location.href).href) && (self.crossOriginIsolated || !href.endsWith('threads_bg.wasm'));
}
