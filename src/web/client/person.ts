/**
 * Who writes in this browser: one secret (bytes/person-key.ts), kept in its own store. Where the page is served safely it
 * lies there under a lock that no script can take out; over plain http a browser has no locks, and it lies open.
 */
import { PERSON_SECRET_BYTES } from "../../bytes/person-key.ts";

const DATABASE = "commonlore";
const STORE = "person";
const SELF = "self";
const IV_BYTES = 12;

type Kept =
  | { readonly lock: CryptoKey; readonly iv: Uint8Array<ArrayBuffer>; readonly sealed: ArrayBuffer }
  | { readonly open: Uint8Array<ArrayBuffer> };

function opened(): Promise<IDBDatabase> {
  const { promise, resolve, reject } = Promise.withResolvers<IDBDatabase>();
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
  request.addEventListener("success", () => resolve(request.result));
  request.addEventListener("error", () => reject(request.error ?? new Error("the browser keeps nothing here")));
  return promise;
}

async function inStore<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
  try {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const transaction = database.transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    // Kept only once the transaction is complete.
    transaction.addEventListener("complete", () => resolve(request.result));
    transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("it could not be kept")));
    return await promise;
  } finally {
    database.close();
  }
}

/** The secret kept here; undefined where nobody wrote in this browser. */
export async function secretHere(): Promise<Uint8Array | undefined> {
  // Written below.
  const kept = (await inStore("readonly", (store) => store.get(SELF))) as Kept | undefined;
  if (kept === undefined) return undefined;
  if ("open" in kept) return kept.open;
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, kept.lock, kept.sealed));
}

export async function keepSecret(secret: Uint8Array<ArrayBuffer>): Promise<void> {
  const kept = await locked(secret);
  await inStore("readwrite", (store) => store.put(kept, SELF));
}

async function locked(secret: Uint8Array<ArrayBuffer>): Promise<Kept> {
  // Absent over plain http, whatever the types say.
  const subtle = crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return { open: secret };
  const lock = await subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  return { lock, iv, sealed: await subtle.encrypt({ name: "AES-GCM", iv }, lock, secret) };
}

/** The secret kept here, made now where there is none. */
export async function secretOrNew(): Promise<Uint8Array> {
  const known = await secretHere();
  if (known !== undefined) return known;
  const secret = crypto.getRandomValues(new Uint8Array(PERSON_SECRET_BYTES));
  await keepSecret(secret);
  // Another window may have made one at the same moment: whichever was kept last is this person's.
  return (await secretHere()) ?? secret;
}

/** Takes it out of this browser. */
export async function forgetSecret(): Promise<void> {
  await inStore("readwrite", (store) => store.delete(SELF));
}
