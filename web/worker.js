// Keeps the page itself on the device, so that it opens without a network. What people said is none of its business: it never touches
// an answer of the doors.

/** The build writes here which it is, and what the page needs to open. */
const page = { build: 'none', files: [] }

const family = 'threadkeep-page-'
const here = family + page.build
const patienceMs = 4_000
const screens = /^\/($|t\/|archived$|bin$)/

self.addEventListener('install', (event) => event.waitUntil(keepPage()))
self.addEventListener('activate', (event) => event.waitUntil(takeOver()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin) return
  if (pathname.startsWith('/assets/')) event.respondWith(keptFirst(request))
  else if (request.mode === 'navigate' && screens.test(pathname)) event.respondWith(freshFirst(request, '/'))
  else if (page.files.includes(pathname)) event.respondWith(freshFirst(request, pathname))
})

async function keepPage() {
  const cache = await caches.open(here)
  await cache.addAll(['/', ...page.files])
  await self.skipWaiting()
}

/** A page that is open may still ask for files of the build before. */
async function takeOver() {
  const names = (await caches.keys()).filter((name) => name.startsWith(family) && name !== here)
  await Promise.all(names.slice(0, -1).map((name) => caches.delete(name)))
  await self.clients.claim()
}

/** What is named after its content is the same for ever. */
async function keptFirst(request) {
  const kept = await caches.match(request)
  if (kept) return kept
  const fresh = await fetch(request)
  if (fresh.ok) await (await caches.open(here)).put(request, fresh.clone())
  return fresh
}

/** What was kept is for when the house, or the way to it, does not answer. */
async function freshFirst(request, key) {
  const fresh = fetch(request)
  const kept = await caches.match(key, { cacheName: here })
  if (!kept) return fresh
  const answered = fresh.then(
    (answer) => (answer.status >= 500 ? kept : answer),
    () => kept,
  )
  return Promise.race([answered, new Promise((resolve) => setTimeout(resolve, patienceMs, kept))])
}
