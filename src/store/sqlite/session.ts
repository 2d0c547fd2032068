/**
 * The one connection to `log.db`, its open transaction and its failure.
 * Work is staged in a transaction that begins with the first write and ends with the next commit: one fsync
 * for a whole group. Whatever fails undoes all that is staged. After a failure that is not a full disk or a
 * busy database nothing more is written, since nobody knows what is on the disk.
 */
import assert from "node:assert/strict";

import { isLoreError, LoreError } from "../../bytes/index.ts";
import { openError, storageError } from "../failure.ts";
import type { Db } from "./db.ts";
import { type MoveWal, Wal } from "./wal.ts";

const MOVING = "Moving the write-ahead log into the database";

export interface SessionOptions {
  readonly readOnly: boolean;
  readonly moveWal?: MoveWal | undefined;
}

export class Session {
  readonly db: Db;
  readonly readOnly: boolean;
  readonly #wal: Wal | undefined;
  #failure: LoreError | undefined;
  #closed = false;

  constructor(db: Db, { readOnly, moveWal }: SessionOptions) {
    this.db = db;
    this.readOnly = readOnly;
    if (readOnly) return;
    this.#wal = new Wal(db, { pagesAtOnce: 1_000, move: moveWal, onFailure: (error) => this.failed(error, MOVING) });
  }

  get failure(): LoreError | undefined {
    return this.#failure;
  }

  /** What `error` means here; remembers it when it ends all writing. `attempted` starts the message. */
  failed(error: unknown, attempted: string): LoreError {
    const failure = storageError(error, attempted);
    if (failure.code === "READ_ONLY" && !this.readOnly) this.#failure ??= failure;
    return failure;
  }

  /** @throws LoreError READ_ONLY since a failure, or when opened for reading. */
  requireWritable(attempted: string): void {
    assert.ok(!this.#closed, `${attempted} after close`);
    if (this.#failure !== undefined) {
      throw new LoreError("READ_ONLY", `${attempted}: refused since an earlier failure. ${this.#failure.message}`, {
        cause: this.#failure,
      });
    }
    if (this.readOnly) throw new LoreError("READ_ONLY", `${attempted}: the store was opened for reading only.`);
  }

  read<T>(attempted: string, body: () => T): T {
    assert.ok(!this.#closed, `${attempted} after close`);
    try {
      return body();
    } catch (error) {
      throw this.failed(error, attempted);
    }
  }

  /** Runs `body` in the open transaction. When it throws, all that is staged is undone. */
  stage<T>(attempted: string, body: () => T): T {
    this.requireWritable(attempted);
    try {
      if (!this.db.inTransaction) this.db.begin();
      return body();
    } catch (error) {
      this.#undo();
      throw this.failed(error, attempted);
    }
  }

  /** Runs `body` and makes it durable with everything staged, or nothing of it. */
  commit(attempted: string, body: () => void): void {
    this.stage(attempted, () => {
      body();
      this.db.commit();
    });
    try {
      this.#wal?.tend();
    } catch (error) {
      // The commit is durable already: this stops the next write, not the last one.
      this.failed(error, MOVING);
    }
  }

  /** An error of undoing says no more than the one that led here. */
  #undo(): void {
    try {
      this.db.rollback();
    } catch (error) {
      this.failed(error, "Undoing a transaction");
    }
  }

  /** To be called in the commit that deletes or replaces what must leave the raw files too. */
  markScrubDue(): void {
    this.db.run("INSERT OR IGNORE INTO scrub_due (only) VALUES (1)");
  }

  /**
   * Clears deleted bytes from the raw files, if any are due. `secure_delete` overwrites a deleted row, but not the
   * stale copies that balancing a tree left in the gaps of other pages; only rewriting the file is sure to.
   */
  scrub(attempted: string): void {
    this.requireWritable(attempted);
    assert.ok(!this.db.inTransaction, "nothing staged");
    try {
      if (this.db.get("SELECT only FROM scrub_due") === undefined) return;
      // VACUUM builds a whole copy of the database: on disk, not in memory.
      this.db.exec("PRAGMA temp_store=FILE; VACUUM; PRAGMA temp_store=MEMORY");
      // The old pages are also in the WAL.
      if (this.db.get<{ busy: number }>("PRAGMA wal_checkpoint(TRUNCATE)")?.busy === 0) {
        this.db.run("DELETE FROM scrub_due");
        return;
      }
    } catch (error) {
      throw this.failed(error, attempted);
    }
    throw new LoreError(
      "BUSY",
      `${attempted}: gone from use, but another program still reads the old pages. Do it again when that has ended.`,
    );
  }

  /** Finishes what a crash or a full disk interrupted. What cannot be finished now stays due. */
  recover(): void {
    try {
      this.scrub("Clearing erased bytes");
    } catch (error) {
      if (!isLoreError(error, "DISK_FULL") && !isLoreError(error, "BUSY")) throw error;
    }
  }

  /** @throws LoreError INTEGRITY with what SQLite found. */
  check(): void {
    const attempted = "Checking the database of the record (log.db)";
    let found;
    try {
      found = this.db.value("PRAGMA integrity_check(1)");
    } catch (error) {
      // What is so damaged that it cannot even be checked was found damaged by checking it.
      throw openError(error, attempted);
    }
    if (found === "ok") return;
    throw new LoreError("INTEGRITY", `${attempted}: ${String(found)}. Restore the folder from a copy.`);
  }

  /** Drops what is staged. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#undo();
    this.db.close();
  }
}
