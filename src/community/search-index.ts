/**
 * The search tables of one community, in a database of their own that follows the rows. What entries changed is
 * told again from committed rows, so any thread that can read the files can bring them up. A crash leaves them
 * behind by whole batches; one row, in the transaction of each batch, says how far they came.
 */
import { join } from "node:path";

import type { Projector, ReadPart } from "../projection/contract.ts";
import { searchProjection } from "../projection/search/index.ts";
import { Db, type Store } from "../store/index.ts";
import type { Rows } from "./fold/rows.ts";
import { type Range, stepsBetween } from "./fold/steps.ts";
import { ensureTables, hasTables, heldParts } from "./tables.ts";

const FILE = "search.db";
/** Entries per transaction. */
const BATCH = 256;

const TABLES = {
  version: searchProjection.version,
  schema: `CREATE TABLE followed (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL) STRICT;
    INSERT INTO followed VALUES (1, 0);
    ${searchProjection.schema}`,
};

export class SearchIndex {
  /** The tables of src/projection/search/schema.ts. */
  readonly db: Db;
  readonly #store: Store;
  #readPart: ReadPart = () => undefined;
  #projector: Projector | undefined;
  /** How far `#projector` brought them itself: what it remembers of the tables holds only as long as nobody else did. */
  #reached = -1;

  /** Creates the tables, anew where they are of another version, unless `db` is opened for reading. */
  constructor(db: Db, store: Store, options: { readonly readOnly?: boolean } = {}) {
    this.db = db;
    this.#store = store;
    if (options.readOnly !== true) ensureTables(db, TABLES);
  }

  static open(directory: string, store: Store, options: { readonly readOnly?: boolean } = {}): SearchIndex {
    const db = new Db(join(directory, FILE), { durability: "normal", ...options });
    try {
      return new SearchIndex(db, store, options);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  static drop(directory: string): void {
    Db.remove(join(directory, FILE));
  }

  /** How far the tables in `directory` are; undefined when there are none of this version. */
  static sizeIn(directory: string): number | undefined {
    let db: Db | undefined;
    try {
      db = new Db(join(directory, FILE), { durability: "normal", readOnly: true });
      return hasTables(db, TABLES) ? sizeOf(db) : undefined;
    } catch {
      return undefined;
    } finally {
      db?.close();
    }
  }

  /** Entries that can be found. */
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
    const to = Math.min(size, from + BATCH);
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
    this.#projector ??= searchProjection.open(this.db, (digest) => this.#readPart(digest));
    // New for each batch: what was erased since is in none.
    this.#readPart = heldParts(this.#store.parts.reader());
    for (const step of stepsBetween(rows, { from, to })) this.#projector.apply(step);
    this.#projector.flush();
    this.db.run("UPDATE followed SET size = ?", to);
  }

  close(): void {
    this.db.close();
  }
}

function sizeOf(db: Db): number {
  return db.get<{ size: number }>("SELECT size FROM followed")?.size ?? 0;
}
