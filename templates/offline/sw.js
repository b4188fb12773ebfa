{% if site.offline %}
// Keeps the pages that were read, for when there is no connection. Newer ones always come first.
const BASE = '{{ ""|url }}', PAGES = `pages:${BASE}`, FILES = `files:${BASE}`, OFFLINE = `${BASE}/offline/`
const LIMITS = { [PAGES]: 200, [FILES]: 150 }, PATIENCE = 4000
const OWN = ['{{ "style.css"|asset }}', '{{ "page.js"|asset }}', '{{ "list.js"|asset }}', '{{ "favicon.svg"|asset }}']
const ALWAYS = [OFFLINE, '/reading-list/', ...OWN] // however many others are kept

self.addEventListener('install', event => event.waitUntil((async () => {
  await (await caches.open(PAGES)).addAll([OFFLINE, `${BASE}/reading-list/`])
  await (await caches.open(FILES)).addAll(OWN)
  await self.skipWaiting()
})()))
self.addEventListener('activate', event => event.waitUntil(self.clients.claim()))

const keep = async (name, request, answer) => {
  if (!answer.ok || answer.redirected || answer.type !== 'basic') return
  const cache = await caches.open(name), address = request.url.replace(/#.*/, '')
  await cache.delete(address)
  await cache.put(address, answer)
  const held = await cache.keys()
  const old = held.filter(({ url }) => !ALWAYS.some(own => url.endsWith(own)))
  await Promise.all(old.slice(0, Math.max(0, held.length - LIMITS[name])).map(one => cache.delete(one)))
}
const newest = async (event, name) => {
  const { request } = event
  const asked = fetch(request)
  asked.then(answer => event.waitUntil(keep(name, request, answer.clone()).catch(() => {})), () => {})
  const held = await caches.match(request.url.replace(/#.*/, ''))
  if (!held) return asked
  const late = new Promise(resolve => setTimeout(resolve, PATIENCE, held))
  return Promise.race([asked.catch(() => held), late])
}
const lasting = async (event, name) => await caches.match(event.request) ||
  newest(event, name).catch(() => caches.match(event.request, { ignoreSearch: true })) // of another build

self.addEventListener('fetch', event => {
  const { request } = event, address = new URL(request.url)
  if (request.method !== 'GET' || address.origin !== location.origin) return
  if (!address.pathname.startsWith(`${BASE}/`) || address.pathname.includes('/@preview/')) return
  if (request.mode === 'navigate') {
    event.respondWith(newest(event, PAGES).catch(() => caches.match(OFFLINE)))
  } else if (address.searchParams.has('v')) {
    event.respondWith(lasting(event, FILES))
  } else {
    event.respondWith(newest(event, FILES))
  }
})
{% else %}
// Pages are not kept here. Whoever had them kept is freed of that.
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', event => event.waitUntil((async () => {
  await Promise.all(['pages:{{ ""|url }}', 'files:{{ ""|url }}'].map(name => caches.delete(name)))
  await self.registration.unregister()
})()))
{% endif %}
