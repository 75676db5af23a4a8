// The service worker of the tablet's pages: everything comes from the centre while it can be
// reached; else the report's page comes from what was kept, so that a reload loses nothing.
// tablet-store.ts empties the same cache once a report is sent or its writer signs out.

interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Waiting extends Event {
  waitUntil(done: Promise<void>): void;
}

// The library of types for workers cannot be loaded beside that for pages.
interface Scope {
  skipWaiting(): Promise<void>;
  clients: { claim(): Promise<void> };
  addEventListener(kind: "install" | "activate", listener: (event: Waiting) => void): void;
  addEventListener(kind: "fetch", listener: (event: Fetching) => void): void;
}

const worker = self as unknown as Scope;
const CACHE = "parakh-tablet";
const REPORT = /^\/examinations\/orders\/[0-9a-f]{32}\/report$/;

async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  try {
    const response = await fetch(request);
    const page = REPORT.test(pathname) && !response.redirected;
    // What a page needs is kept with a report alone, so that nothing is once that is gone.
    const part = pathname.startsWith("/static/") && (await caches.has(CACHE));
    if (response.ok && (page || part)) {
      const cache = await caches.open(CACHE);
      await cache.put(request, response.clone());
    }
    return response;
  } catch (error) {
    const kept = await caches.match(request);
    if (kept) return kept;
    throw error;
  }
}

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  if (event.request.method === "GET") event.respondWith(answer(event.request));
});
