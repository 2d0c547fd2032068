/**
 * Tables of one community that follow the rows in a database of their own: search, and authorship. What entries changed
 * is told again from committed rows, so any thread that can read the files can bring them up. A crash leaves them
 * behind by whole batches; one row, in the transaction of each batch, says how far they came.
 */
import { join } from "node:path";

import { authorshipProjection } from "../projection/authorship/projector.ts";
import type { Projector, ReadPart } from "../projection/contract.ts";
import { searchProjection } from "../projection/search/index.ts";
import { Db, type Store } from "../store/index.ts";
import type { Rows } from "./fold/rows.ts";
import { entryOfHead, type Range, stepsBetween } from "./fold/steps.ts";
import { ensureTables, hasTables, heldParts, type Tables } from "./tables.ts";

/** Entries, and changed heads, per transaction, after which others have their turn; an entry is never divided. */
const ENTRIES_MAX = 512;
const HEADS_MAX = { search: 512, authorship: 256 } as const satisfies Record<Following, number>;

/** What follows the rows; each in its file. */
export const FOLLOWING = { search: searchProjection, authorship: authorshipProjection } as const;
export type Following = keyof typeof FOLLOWING;

function fileOf(directory: string, following: Following): string {
  return join(directory, `${following}.db`);
}

function tablesOf(following: Following): Tables {
  const { version, schema } = FOLLOWING[following];
  const followed = `CREATE TABLE followed (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL) STRICT;
    INSERT INTO followed VALUES (1, 0);`;
  return { version, schema: followed + schema };
}

export interface OpenOptions {
  readonly readOnly?: boolean;
}

export class FollowedTables {
  readonly db: Db;
  readonly #following: Following;
  readonly #store: Store;
  #readPart: ReadPart = () => undefined;
  #projector: Projector | undefined;
  /** How far `#projector` brought them itself: what it remembers of the tables holds only as long as nobody else did. */
  #reached = -1;

  /** Creates the tables, anew where they are of another version, unless `db` is opened for reading. */
  constructor(following: Following, db: Db, store: Store, { readOnly = false }: OpenOptions = {}) {
    this.db = db;
    this.#following = following;
    this.#store = store;
    if (!readOnly) ensureTables(db, tablesOf(following));
  }

  /** Opened for reading where there are none of this version, they are empty. */
  static open(following: Following, directory: string, store: Store, options: OpenOptions = {}): FollowedTables {
    if (options.readOnly === true && FollowedTables.sizeIn(following, directory) === undefined)
      return new FollowedTables(following, new Db(":memory:", { durability: "normal" }), store);
    const db = new Db(fileOf(directory, following), { durability: "normal", ...options });
    try {
      return new FollowedTables(following, db, store, options);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** All that follow, made anew in memory from `rows`; to be closed by the caller. */
  static replay(following: Following, rows: Rows, store: Store): FollowedTables {
    const tables = new FollowedTables(following, new Db(":memory:", { durability: "normal" }), store);
    tables.follow(rows);
    return tables;
  }

  /** Deletes whatever follows in `directory`. */
  static drop(directory: string): void {
    for (const following of Object.keys(FOLLOWING)) Db.remove(join(directory, `${following}.db`));
  }

  /** How far the tables in `directory` are; undefined when there are none of this version. */
  static sizeIn(following: Following, directory: string): number | undefined {
    let db: Db | undefined;
    try {
      db = new Db(fileOf(directory, following), { durability: "normal", readOnly: true });
      return hasTables(db, tablesOf(following)) ? sizeOf(db) : undefined;
    } catch {
      return undefined;
    } finally {
      db?.close();
    }
  }

  /** Entries they have taken in. */
  get size(): number {
    return sizeOf(this.db);
  }

  /** Brings the tables up to `rows`, of which only what is committed may be seen; a transaction per batch. */
  follow(rows: Rows): void {
    while (this.followBatch(rows));
  }

  /** Follows one batch of entries; answers whether there are more. */
  followBatch(rows: Rows): boolean {
    const from = this.size;
    const size = rows.size();
    const to = Math.min(size, from + ENTRIES_MAX, entryOfHead(rows, from, HEADS_MAX[this.#following]) + 1);
    if (from >= size) return false;
    try {
      this.db.transaction(() => this.#take(rows, { from, to }));
    } catch (error) {
      this.#reached = -1;
      throw error;
    }
    this.#reached = to;
    return to < size;
  }

  #take(rows: Rows, { from, to }: Range): void {
    if (this.#reached !== from) this.#projector = undefined;
    this.#projector ??= FOLLOWING[this.#following].open(this.db, (digest) => this.#readPart(digest));
    // New for each batch: what was erased since is in none.
    this.#readPart = heldParts(this.#store.parts.reader());
    for (const step of stepsBetween(rows, { from, to })) this.#projector.apply(step);
    this.#projector.flush(to < rows.size());
    this.db.run("UPDATE followed SET size = ?", to);
  }

  close(): void {
    this.db.close();
  }
}

function sizeOf(db: Db): number {
  return db.get<{ size: number }>("SELECT size FROM followed")?.size ?? 0;
}
