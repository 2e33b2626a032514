// Shows a page of ours where there is no connection. It keeps nothing that a person wrote or was shown.
"use strict";

const KEPT = "offline-2";
const OFFLINE = "/offline";

addEventListener("install", (event) => {
  const keep = async () => {
    const page = await fetch(OFFLINE, { credentials: "omit" });
    const styles = [...(await page.clone().text()).matchAll(/href="([^"]+\.css)"/g)].map((found) => found[1]);
    const cache = await caches.open(KEPT);
    await cache.put(OFFLINE, page);
    await cache.addAll(styles);
  };
  event.waitUntil(keep());
});

addEventListener("activate", (event) => {
  const forget = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await clients.claim();
  };
  event.waitUntil(forget());
});

// An answer without content leaves the page as it is, with all that was typed; the page says why.
const stay = async () => {
  for (const page of await clients.matchAll({ type: "window" })) page.postMessage("no connection");
  return new Response(null, { status: 204 });
};

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => (request.method === "GET" ? caches.match(OFFLINE) : stay())));
  } else if (request.method === "GET" && request.destination === "style") {
    event.respondWith(fetch(request).catch(() => caches.match(request)));
  }
});
