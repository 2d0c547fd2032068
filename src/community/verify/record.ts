/**
 * Verification of the record: that the tree gives the root that was signed, that each entry's signature holds, and
 * that every part opens its commitment and is here unless it was erased. On all cores.
 */
import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import { equal, hex, LoreError, type LoreErrorCode, type Suite } from "../../bytes/index.ts";
import { communityId, decodeEntry, logKeyOf, logOrigin, openCheckpoint, tiles } from "../../log/index.ts";
import { openSqliteStore, type Store } from "../../store/index.ts";
import { type Audit, type AuditResult, newAudit, type RecordCounts, rootOf, takePart, tilesAbove } from "./audit.ts";
import { mismatch, place } from "./mismatch.ts";

export interface VerifyProgress {
  readonly stage: string;
  readonly done: number;
  readonly of: number;
}

export interface RecordReport extends RecordCounts {
  readonly entries: number;
  /** Parts that are not opened, as `nameOfSlot` has them. */
  readonly erased: readonly string[];
  readonly root: string;
}

/** What a thread answers: its part of an audit, or which error of the files ended it. */
export type Part = AuditResult | { readonly code: LoreErrorCode; readonly message: string };

/** A shorter log is checked sooner than a thread has heard of it. */
const THREADS_FROM_ENTRIES = 128;

/**
 * Tree, checkpoint, signatures and parts of what is stored in `directory`, all of it read anew.
 * @throws LoreError INTEGRITY at the first thing that does not verify, with its place; or what the storage throws.
 */
export async function verifyRecord(
  suite: Suite,
  directory: string,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<RecordReport> {
  const store = openSqliteStore(directory, { readOnly: true });
  try {
    const audit = newAudit(directory, store.log.size());
    const { size } = audit;
    const helpers = size < THREADS_FROM_ENTRIES ? [] : threads();
    const parts = await allOf([
      ...helpers.map((thread) => thread.takePart(audit)),
      here(suite, store, audit, (done) => onProgress?.({ stage: "Checking the record", done, of: size })),
    ]);
    requireAll(parts);
    requireCheckpoint(suite, store, audit);
    requireTiles(suite, store, audit);
    const erased = parts.flatMap((part) => part.erased);
    return { entries: size, ...total(parts), erased, root: hex.encode(rootOf(suite, audit, store, size)) };
  } finally {
    store.close();
  }
}

/** Waits for all, also when one fails. */
async function allOf<T>(works: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

async function here(
  suite: Suite,
  store: Store,
  audit: Audit,
  onProgress: (done: number) => void,
): Promise<AuditResult> {
  // The file as such is looked through while others have begun with what is in it.
  store.check();
  const ranges = takePart(suite, store, audit);
  for (;;) {
    const { done, value } = ranges.next();
    if (done === true) return value;
    onProgress(value);
    await setImmediate();
  }
}

function requireAll(parts: readonly AuditResult[]): void {
  const [first] = parts.flatMap((part) => part.mismatch ?? []).toSorted((a, b) => a.index - b.index);
  if (first === undefined) return;
  place(`entry ${first.index}`, () => {
    throw new LoreError("INTEGRITY", first.message);
  });
}

function total(parts: readonly AuditResult[]): RecordCounts {
  const sum = (of: (counts: RecordCounts) => number): number => parts.reduce((n, { counts }) => n + of(counts), 0);
  return {
    signatures: sum(({ signatures }) => signatures),
    parts: sum((each) => each.parts),
  };
}

/** What was written since is not signed yet. */
function requireCheckpoint(suite: Suite, store: Store, audit: Audit): void {
  const note = store.log.checkpoint();
  place("the checkpoint", () => {
    // The first is signed with the entry that begins a community.
    if (note === undefined && audit.size > 1) throw mismatch("it is not there");
    if (note === undefined) return;
    const [first] = store.log.read(0, 1);
    const genesis = decodeEntry(suite, first?.bytes ?? new Uint8Array());
    const name = logOrigin(communityId(genesis.digest), 0);
    const checkpoint = openCheckpoint(suite, note, { name, publicKey: logKeyOf(genesis) });
    const { size } = checkpoint;
    if (size > audit.size) throw mismatch(`it covers ${size} entries, the log holds ${audit.size}`);
    if (!equal(checkpoint.root, rootOf(suite, audit, store, size)))
      throw mismatch("its root is not the one the entries give");
  });
}

function requireTiles(suite: Suite, store: Store, audit: Audit): void {
  for (const [name, hashes] of tilesAbove(suite, audit, store.log.sealedSize()))
    place(`the tile ${tiles.tilePath(name)}`, () => {
      const published = store.log.tile(name)?.subarray(0, hashes.length);
      if (published === undefined || !equal(published, hashes)) throw mismatch("it is not that of the entries");
    });
}

/** One of the other cores. */
class Thread {
  #worker: Worker | undefined;
  #waiting: PromiseWithResolvers<AuditResult>[] = [];

  takePart(audit: Audit): Promise<AuditResult> {
    const waiting = Promise.withResolvers<AuditResult>();
    this.#waiting.push(waiting);
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(audit);
    return waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./thread.ts", import.meta.url));
    worker.on("message", (part: Part) => {
      const waiting = this.#waiting.shift();
      // Alone it does not keep the process alive.
      if (this.#waiting.length === 0) worker.unref();
      if ("code" in part) waiting?.reject(new LoreError(part.code, part.message));
      else waiting?.resolve(part);
    });
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", () => this.#fail(new Error("a thread that verifies ended")));
    return worker;
  }

  #fail(cause: unknown): void {
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(cause);
  }
}

/** They stay: to start one takes as long as to check a thousand entries. */
let started: readonly Thread[] | undefined;

function threads(): readonly Thread[] {
  started ??= Array.from({ length: availableParallelism() - 1 }, () => new Thread());
  return started;
}
