/**
 * The one driver over `node:sqlite`: raw SQL, prepared statements cached by their text.
 * Settings that durability rests on are set and read back at every open (a binding may quietly lower
 * `synchronous` when a WAL file is opened a second time).
 * Refuses SQLite before 3.51.3: a WAL reset race there could lose a commit.
 */
import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { pathToFileURL } from "node:url";

import { LoreError } from "../../bytes/index.ts";
import { isUnwritable, openError } from "../failure.ts";

/** The oldest SQLite without the WAL reset race. */
const SQLITE_MIN = [3, 51, 3] as const;
const BUSY_TIMEOUT_MS = 2_000;

export type SqlValue = null | number | bigint | string | Uint8Array;

export interface DbOptions {
  /** `full`: a commit is on the disk when it returns. `normal`: a power cut may lose it, never tear it. */
  readonly durability: "full" | "normal";
  readonly readOnly?: boolean;
}

export class Db {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens or creates `path` (":memory:" for none). @throws LoreError ENVIRONMENT when SQLite is too old. */
  constructor(path: string, options: DbOptions) {
    this.path = path;
    const readOnly = options.readOnly ?? false;
    this.#database = readOnly ? openForReading(path) : new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      requireSqlite(String(this.value("SELECT sqlite_version()")));
      for (const pragma of ["temp_store=MEMORY", "cache_size=-16384"]) this.value(`PRAGMA ${pragma}`);
      if (!readOnly) this.#settle(options.durability === "full" ? 2 : 1);
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  #settle(synchronous: number): void {
    for (const pragma of [
      "journal_mode=WAL",
      `synchronous=${synchronous}`,
      "foreign_keys=ON",
      "secure_delete=ON",
      "journal_size_limit=67108864",
    ]) {
      this.value(`PRAGMA ${pragma}`);
    }
    assert.equal(this.value("PRAGMA synchronous"), synchronous, `synchronous of ${this.path}`);
    const journal = this.path === ":memory:" ? "memory" : "wal";
    assert.equal(this.value("PRAGMA journal_mode"), journal, `journal of ${this.path}`);
  }

  /** Deletes the database at `path`, which nobody has open, with its write-ahead log. @throws LoreError ENVIRONMENT. */
  static remove(path: string): void {
    try {
      for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
    } catch (error) {
      throw openError(error, "Deleting tables made from the record");
    }
  }

  /** First column of the first row of `sql`, or undefined. Not cached: for pragmas and one-off questions. */
  value(sql: string): SqlValue | undefined {
    const row = this.#database.prepare(sql).get();
    return row === undefined ? undefined : Object.values(row)[0];
  }

  /** Runs a script of statements that return nothing. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** The prepared statement of `sql`, kept for the life of the connection. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  /** Writes; answers the number of changed rows. */
  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.prepare(sql).run(...values).changes);
  }

  /** Inserts; answers the rowid. */
  insert(sql: string, ...values: SqlValue[]): number {
    return Number(this.prepare(sql).run(...values).lastInsertRowid);
  }

  /** The first row, or undefined. The shape is the caller's claim about its own SQL. */
  get<T extends object>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.prepare(sql).get(...values) as T | undefined;
  }

  all<T extends object>(sql: string, ...values: SqlValue[]): T[] {
    return this.prepare(sql).all(...values) as T[];
  }

  /** Rows one by one; running the same SQL again ends the iteration with an error. */
  iterate<T extends object>(sql: string, ...values: SqlValue[]): IterableIterator<T> {
    return this.prepare(sql).iterate(...values) as IterableIterator<T>;
  }

  /** Whether a transaction is open. SQLite may end one by itself after a full disk or an I/O error. */
  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** Opens a transaction that is left open: for work that is staged now and committed by a later call. */
  begin(): void {
    this.run("BEGIN IMMEDIATE");
  }

  commit(): void {
    this.run("COMMIT");
  }

  /** Undoes the open transaction, if there is one. */
  rollback(): void {
    if (this.inTransaction) this.run("ROLLBACK");
  }

  /** Runs `body`, which only reads, on one state of the database; also faster than a lock for each question. */
  reading<T>(body: () => T): T {
    if (this.inTransaction) return body();
    this.run("BEGIN");
    try {
      return body();
    } finally {
      this.run("COMMIT");
    }
  }

  /** Runs `body` in a transaction, or in a savepoint inside one; an exception undoes all of it. */
  transaction<T>(body: () => T): T {
    // Savepoints of one name nest: each statement means the innermost.
    const nested = this.inTransaction;
    this.run(nested ? "SAVEPOINT body" : "BEGIN IMMEDIATE");
    try {
      const result = body();
      this.run(nested ? "RELEASE body" : "COMMIT");
      return result;
    } catch (error) {
      if (!nested) this.rollback();
      else if (this.inTransaction) this.exec("ROLLBACK TO body; RELEASE body");
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }
}

/**
 * Even a reader writes: it marks in an index beside the write-ahead log how far it reads. On a medium that cannot be
 * written, or on a full disk, a database that was closed well has neither and is read as the file that it is.
 */
function openForReading(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.prepare("SELECT count(*) FROM sqlite_schema").get();
    return database;
  } catch (error) {
    database.close();
    const wal = statSync(`${path}-wal`, { throwIfNoEntry: false });
    if (!isUnwritable(error) || (wal !== undefined && wal.size > 0)) throw error;
    return new DatabaseSync(new URL("?immutable=1", pathToFileURL(path)), { readOnly: true });
  }
}

function requireSqlite(version: string): void {
  const found = version.split(".").map(Number);
  for (const [i, least] of SQLITE_MIN.entries()) {
    const have = found[i] ?? 0;
    if (have > least) return;
    if (have < least) {
      const message = `Opening a database needs SQLite ${SQLITE_MIN.join(".")} or newer; this Node brings ${version}. Use the Node that npm ci installs.`;
      throw new LoreError("ENVIRONMENT", message);
    }
  }
}
