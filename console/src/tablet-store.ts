// What an examiner wrote and could not send yet, in the browser's own database. It holds nothing
// else, and nothing stays in it once a report is sent or its writer signs out.

const NAME = "parakh-tablet";
const STORE = "drafts";

/** A report as far as it is written; the password is never part of it. */
export interface Draft {
  key: string; // writer and order
  client: string;
  fields: [string, string][];
  pictures: Blob[];
  finished: boolean;
  writtenAt: string;
}

function opened(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = (): void => {
      request.result.createObjectStore(STORE, { keyPath: "key" });
    };
    request.onsuccess = (): void => resolve(request.result);
    request.onerror = (): void => reject(request.error ?? new Error("no database"));
  });
}

async function within<T>(
  mode: IDBTransactionMode,
  step: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = step(transaction.objectStore(STORE));
      transaction.oncomplete = (): void => resolve(request.result);
      transaction.onabort = transaction.onerror = (): void =>
        reject(transaction.error ?? new Error("not kept"));
    });
  } finally {
    database.close();
  }
}

export function load(key: string): Promise<Draft | undefined> {
  return within("readonly", (store) => store.get(key) as IDBRequest<Draft | undefined>);
}

export async function keep(draft: Draft): Promise<void> {
  await within("readwrite", (store) => store.put(draft));
}

/** Removes a draft that was sent, and the page that was kept with it. */
export async function forget(key: string): Promise<void> {
  await within("readwrite", (store) => store.delete(key));
  if ("caches" in window) await caches.delete(NAME);
}

/** How many reports wait here; 0 where the database was never made. */
async function waiting(): Promise<number> {
  const known = await indexedDB.databases();
  if (!known.some((own) => own.name === NAME)) return 0;
  return within("readonly", (store) => store.count());
}

async function forgetAll(): Promise<void> {
  if ("caches" in window) await caches.delete(NAME);
  await new Promise<void>((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = (): void => resolve();
  });
}

/** Signing out takes everything off the tablet; a report that was not sent is asked about first. */
export function startLeaving(): void {
  const form = document.querySelector<HTMLFormElement>('form[action="/sign-out"]');
  form?.addEventListener("submit", (event) => {
    event.preventDefault();
    const leave = async (): Promise<void> => {
      const unsent = await waiting().catch(() => 0);
      if (unsent > 0 && !window.confirm(form.dataset["unsent"] ?? "")) return;
      await forgetAll().catch(() => undefined);
      form.submit();
    };
    void leave();
  });
}
