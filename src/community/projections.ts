/**
 * The rows: the fold and the projections written with it over one database, replayed from the log where they are
 * behind. Rows on disk are always those of a whole prefix of the log.
 */
import { LoreError, type Suite } from "../bytes/index.ts";
import { decodeEntry, decodeSidecar, type Entry, type Sidecar } from "../log/index.ts";
import { catalogProjection } from "../projection/catalog/index.ts";
import type { Projection, Projector, ReadPart, Step } from "../projection/contract.ts";
import type { Db, Store, StoredEntry } from "../store/index.ts";
import { Fold, FOLD_SCHEMA, FOLD_VERSION } from "./fold/fold.ts";
import { nameOf } from "./fold/rows.ts";
import { ensureTables, hasTables, heldParts, type Tables } from "./tables.ts";

/** Written with the entries themselves; search follows, in a database of its own (followed-tables.ts). */
const PROJECTIONS: readonly Projection[] = [catalogProjection];
/** Entries per transaction of a replay. */
const REPLAY_BATCH = 512;

const TABLES: Tables = {
  version: PROJECTIONS.reduce((version, projection) => version * 100 + projection.version, FOLD_VERSION * 10),
  schema: FOLD_SCHEMA + PROJECTIONS.map(({ schema }) => schema).join(""),
};

export interface ProjectionsOptions {
  readonly db: Db;
  readonly suite: Suite;
  readonly store: Store;
}

export class Projections {
  readonly fold: Fold;
  readonly #options: ProjectionsOptions;
  #projectors: readonly Projector[];
  /** Parts of the entries being written: read from here, not back from the store. */
  readonly #fresh = new Map<string, Uint8Array>();

  /** Creates the tables, anew where they are of another version; rows opened for reading must be current (`standingOf`). */
  constructor(options: ProjectionsOptions) {
    const { db, suite } = options;
    this.#options = options;
    ensureTables(db, TABLES);
    this.fold = new Fold({ db, suite });
    this.#projectors = this.#open();
  }

  #open(): Projector[] {
    const { db, store } = this.#options;
    const stored = heldParts((digest) => store.parts.get(digest));
    const readPart: ReadPart = (digest) => this.#fresh.get(nameOf(digest)) ?? stored(digest);
    return PROJECTIONS.map((projection) => projection.open(db, readPart));
  }

  /** Folds what the log holds beyond the rows, up to `size`; answers how many entries that were. */
  catchUp(onProgress?: (done: number, of: number) => void, size = this.#options.store.log.size()): number {
    const { db, store } = this.#options;
    const from = this.fold.size;
    if (from > size) {
      throw new LoreError("INTEGRITY", `The rows hold ${from} entries, the log ${size}. Run "lore rebuild".`);
    }
    try {
      while (this.fold.size < size && this.fold.newerFrom === undefined) {
        db.transaction(() => {
          const end = Math.min(size, this.fold.size + REPLAY_BATCH);
          for (const stored of store.log.read(this.fold.size, end)) if (!this.#replay(stored)) break;
          this.flush();
        });
        onProgress?.(this.fold.size, size);
      }
    } catch (error) {
      this.discard();
      throw error;
    }
    return this.fold.size - from;
  }

  /** Folds an entry being admitted, for `project`. @throws LoreError with nothing changed when it breaks a rule. */
  admit(entry: Entry, sidecar: Sidecar): Step {
    return this.fold.admit(entry, sidecar);
  }

  /** Keeps a part that was just stored at hand until its group is written. */
  keepAtHand(digest: Uint8Array, bytes: Uint8Array): void {
    this.#fresh.set(nameOf(digest), bytes);
  }

  /** Lets every projection have a folded entry, once its parts can be read. */
  project(step: Step): void {
    for (const projector of this.#projectors) projector.apply(step);
  }

  /** After the caller's transaction was undone: forgets what was not committed. */
  discard(): void {
    this.fold.reload();
    this.#fresh.clear();
    this.#projectors = this.#open();
  }

  /** To be called before each commit. */
  flush(): void {
    for (const projector of this.#projectors) projector.flush();
    this.#fresh.clear();
  }

  /** False when the entry needs a newer version: nothing from it on is folded. */
  #replay({ bytes, sidecar }: StoredEntry): boolean {
    const entry = this.#decode(bytes);
    if (entry === "newer") {
      this.fold.stop();
      return false;
    }
    this.project(
      entry === "malformed" ? this.fold.void("malformed", 0) : this.fold.apply(entry, decodeSidecar(sidecar)),
    );
    return true;
  }

  #decode(bytes: Uint8Array): Entry | "malformed" | "newer" {
    try {
      return decodeEntry(this.#options.suite, bytes);
    } catch (error) {
      if (error instanceof LoreError && error.code === "UNSUPPORTED") return "newer";
      if (error instanceof LoreError && this.fold.size > 0) return "malformed";
      throw error;
    }
  }
}

/** How rows on disk stand to this version and to the log: `behind` reads as an earlier moment. */
export function standingOf(db: Db, store: Store): "current" | "behind" | "unreadable" {
  if (!hasTables(db, TABLES)) return "unreadable";
  const state = db.get<{ size: number; newer_from: number | null }>("SELECT size, newer_from FROM state");
  if (state === undefined) return "unreadable";
  return state.size === store.log.size() || state.newer_from !== null ? "current" : "behind";
}

export function readEntry(suite: Suite, store: Store, index: number): Entry {
  for (const { bytes } of store.log.read(index, index + 1)) return decodeEntry(suite, bytes);
  throw new LoreError("NOT_FOUND", `The record has no entry ${index}; it holds ${store.log.size()}.`);
}
