// The page without a network: what the last visit has loaded is kept, and used only when nothing else answers.
const KEPT = 'msa-playground';

async function fromNetworkOrKept(request) {
  try {
    return await fetch(request);
  } catch (unreachable) {
    const kept = await caches.open(KEPT);
    return (await kept.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}

// Exactly what a visit has used (static/start.js): files of an older version go.
async function keep(addresses) {
  const kept = await caches.open(KEPT);
  const ours = addresses.filter(address => address.startsWith(registration.scope));
  await kept.addAll(ours);
  for (const request of await kept.keys()) if (!ours.includes(request.url)) await kept.delete(request);
}

addEventListener('message', event => event.waitUntil(keep(event.data)));
addEventListener('fetch', event => {
  if (event.request.method === 'GET' && event.request.url.startsWith(registration.scope)) {
    event.respondWith(fromNetworkOrKept(event.request));
  }
});
