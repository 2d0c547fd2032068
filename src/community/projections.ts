/**
 * The rows: the fold and every projection over one database, replayed from the log where they are behind.
 * Rows on disk are always those of a whole prefix of the log: the fold and most projections in the transaction of
 * the entries themselves, a deferred one in a transaction of its own, which also says how far it came.
 */
import { isLoreError, LoreError, type Suite } from "../bytes/index.ts";
import { decodeEntry, decodeSidecar, type Entry, type Sidecar } from "../log/index.ts";
import { catalogProjection } from "../projection/catalog/index.ts";
import type { Projection, Projector, ReadPart, Step } from "../projection/contract.ts";
import { searchProjection } from "../projection/search/index.ts";
import type { Db, Store, StoredEntry } from "../store/index.ts";
import { Fold, FOLD_SCHEMA, FOLD_VERSION } from "./fold/fold.ts";
import { stepsBetween } from "./fold/steps.ts";

const PROJECTIONS: readonly Projection[] = [catalogProjection, searchProjection];
/** Entries per transaction of a replay. */
const REPLAY_BATCH = 512;
/** Steps after which the deferred projections are brought up with the group being written. */
const BRING_UP_STEPS = 64;
/** How far the deferred projections are: entries they have had. */
const DEFERRED_SCHEMA =
  "CREATE TABLE deferred (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL) STRICT; INSERT INTO deferred VALUES (1, 0);";

export interface ProjectionsOptions {
  readonly db: Db;
  readonly suite: Suite;
  readonly store: Store;
}

export class Projections {
  readonly fold: Fold;
  readonly #options: ProjectionsOptions;
  #projectors: readonly Projector[];
  #deferred: readonly Projector[];
  /** Parts of the entries being written: read from here, not back from the store. */
  readonly #fresh = new Map<string, Uint8Array>();
  /** Steps that the deferred projections have not had. */
  #behind: Step[];

  /** Creates the tables, anew where they are of another version; rows opened for reading must be `areCurrent`. */
  constructor(options: ProjectionsOptions) {
    const { db, suite } = options;
    this.#options = options;
    if (!isCurrent(db)) createTables(db);
    this.fold = new Fold({ db, suite });
    this.#projectors = this.#open(false);
    this.#deferred = this.#open(true);
    this.#behind = this.#stepsBehind();
  }

  #open(isDeferred: boolean): Projector[] {
    const { db, store } = this.#options;
    const readPart: ReadPart = (digest) => this.#fresh.get(nameOf(digest)) ?? heldPart(store, digest);
    return PROJECTIONS.filter((projection) => projection.isDeferred === isDeferred).map((projection) =>
      projection.open(db, readPart),
    );
  }

  #stepsBehind(): Step[] {
    const row = this.#options.db.get<{ size: number }>("SELECT size FROM deferred");
    return stepsBetween(this.fold.rows, { from: row?.size ?? 0, to: this.fold.size });
  }

  /** Folds what the log holds beyond the rows; answers how many entries that were. */
  catchUp(onProgress?: (done: number, of: number) => void): number {
    const { db, store } = this.#options;
    const from = this.fold.size;
    const size = store.log.size();
    if (from > size) {
      throw new LoreError("INTEGRITY", `The rows hold ${from} entries, the log ${size}. Run "lore rebuild".`);
    }
    while (this.fold.size < size && this.fold.newerFrom === undefined) {
      db.transaction(() => {
        const end = Math.min(size, this.fold.size + REPLAY_BATCH);
        for (const stored of store.log.read(this.fold.size, end)) if (!this.#replay(stored)) break;
        this.flush();
        this.#bringUp();
      });
      onProgress?.(this.fold.size, size);
    }
    this.bringUp();
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
    this.#behind.push(step);
  }

  /** After the caller's transaction was undone: forgets what was not committed. */
  discard(): void {
    this.fold.reload();
    this.#fresh.clear();
    this.#projectors = this.#open(false);
    this.#deferred = this.#open(true);
    this.#behind = this.#stepsBehind();
  }

  /** To be called before each commit. */
  flush(): void {
    for (const projector of this.#projectors) projector.flush();
    if (this.#behind.length >= BRING_UP_STEPS) this.#bringUp();
    this.#fresh.clear();
  }

  /** Lets the deferred projections have everything committed so far. */
  bringUp(): void {
    if (this.#behind.length > 0) this.#options.db.transaction(() => this.#bringUp());
  }

  #bringUp(): void {
    for (const projector of this.#deferred) {
      for (const step of this.#behind) projector.apply(step);
      projector.flush();
    }
    this.#options.db.run("UPDATE deferred SET size = ?", this.fold.size);
    this.#behind = [];
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

function nameOf(digest: Uint8Array): string {
  return String.fromCharCode(...digest);
}

/** A part that is damaged counts as not held: the rest stays readable, and `lore verify` names it. */
function heldPart(store: Store, digest: Uint8Array): Uint8Array | undefined {
  try {
    return store.parts.get(digest);
  } catch (error) {
    if (isLoreError(error, "INTEGRITY")) return undefined;
    throw error;
  }
}

/** How rows on disk stand to this version and to the log: `behind` reads as an earlier moment. */
export function standingOf(db: Db, store: Store): "current" | "behind" | "unreadable" {
  if (!isCurrent(db)) return "unreadable";
  const state = db.get<{ size: number; newer_from: number | null }>("SELECT size, newer_from FROM state");
  if (state === undefined) return "unreadable";
  return state.size === store.log.size() || state.newer_from !== null ? "current" : "behind";
}

export function readEntry(suite: Suite, store: Store, index: number): Entry {
  for (const { bytes } of store.log.read(index, index + 1)) return decodeEntry(suite, bytes);
  throw new LoreError("NOT_FOUND", `The record has no entry ${index}; it holds ${store.log.size()}.`);
}

/** One number for the versions of all tables, as PRAGMA user_version. */
function tablesVersion(): number {
  return PROJECTIONS.reduce((version, projection) => version * 100 + projection.version, FOLD_VERSION * 10 + 1);
}

function isCurrent(db: Db): boolean {
  return db.value("PRAGMA user_version") === tablesVersion();
}

function createTables(db: Db): void {
  db.exec("PRAGMA foreign_keys=OFF");
  db.transaction(() => {
    const tables = db.all<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    // A virtual table takes its shadow tables with it.
    const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL"));
    for (const { name } of virtual) db.exec(`DROP TABLE "${name}"`);
    for (const { name } of tables)
      if (!virtual.some((table) => table.name === name)) db.exec(`DROP TABLE IF EXISTS "${name}"`);
    db.exec(FOLD_SCHEMA + DEFERRED_SCHEMA);
    for (const { schema } of PROJECTIONS) db.exec(schema);
    db.exec(`PRAGMA user_version=${tablesVersion()}`);
  });
  db.exec("PRAGMA foreign_keys=ON");
}
