/* The app without a network: its files as they were installed, all of one version. Registered by the app alone (src/phone/shell.ts), never by a page of a node. */
const version = '__VERSION__';
const files = __FILES__;
const cacheName = `energymesh-${version}`;

self.addEventListener('install', (event) => {
  // All or nothing: a version that is half there is not installed.
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'reload' })))));
});

self.addEventListener('activate', (event) => {
  const older = async () => {
    for (const name of await caches.keys()) if (name.startsWith('energymesh-') && name !== cacheName) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(older());
});

self.addEventListener('message', (event) => {
  // The person has pressed "Use it now".
  if (event.data === 'take-over') self.skipWaiting();
});

const known = new Set(files);
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  const path = url.pathname.replace(/\.html$/, '').replace(/(.)\/$/, '$1');
  if (!known.has(path)) return;
  event.respondWith(caches.open(cacheName).then(async (cache) => (await cache.match(path)) ?? fetch(request)));
});
