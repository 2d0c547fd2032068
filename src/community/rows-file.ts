/**
 * `rows.db` as the process that owns it writes and reads it. Groups of entries that follow each other closely are
 * committed together, because a commit costs as much as the rows of ten entries: 50 ms after the first of them, or
 * when somebody reads. A crash before leaves rows behind the log. They are never ahead: nothing is committed
 * while a group is being written.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { Db, type MoveWal, Wal } from "../store/index.ts";

const FILE = "rows.db";
const COMMIT_DELAY_MS = 50;

export interface RowsFileOptions {
  readonly readOnly: boolean;
  readonly moveWal: MoveWal | undefined;
  /** Called when rows that were not committed are gone. */
  readonly onUndone: () => void;
}

export class RowsFile {
  /** Sees rows that are not committed, too. */
  readonly writer: Db;
  readonly #committed: Db;
  readonly #onUndone: () => void;
  readonly #wal: Wal | undefined;
  #isWriting = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(directory: string, { readOnly, moveWal, onUndone }: RowsFileOptions) {
    this.#onUndone = onUndone;
    this.writer = openRows(directory, { readOnly });
    this.#committed = readOnly ? this.writer : openRows(directory, { readOnly: true });
    // What cannot be moved stays where it is: rows need not be durable.
    if (!readOnly) this.#wal = new Wal(this.writer, { pagesAtOnce: 1_000, move: moveWal, onFailure: () => undefined });
  }

  static exist(directory: string): boolean {
    return existsSync(join(directory, FILE));
  }

  static drop(directory: string): void {
    Db.remove(join(directory, FILE));
  }

  /** For reading: all that was written, and nothing of what is being written. */
  get reader(): Db {
    this.#commit();
    return this.#committed;
  }

  /** Runs `body` in the open transaction. When it throws, whatever is not committed is undone. */
  async write<T>(body: () => Promise<T>): Promise<T> {
    this.#isWriting = true;
    try {
      if (!this.writer.inTransaction) this.writer.begin();
      return await body();
    } catch (error) {
      this.#undo();
      throw error;
    } finally {
      this.#isWriting = false;
      this.#timer ??= setTimeout(() => this.#commit(), COMMIT_DELAY_MS);
    }
  }

  /** Where it fails, rows stay behind the log until the next write, which brings them up or says why it cannot. */
  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting || this.#committed === this.writer || !this.writer.inTransaction) return;
    try {
      this.writer.commit();
      this.#wal?.tend();
    } catch {
      this.#undo();
    }
  }

  #undo(): void {
    this.writer.rollback();
    this.#onUndone();
  }

  close(): void {
    this.#commit();
    if (this.#committed !== this.writer) this.#committed.close();
    this.writer.close();
  }
}

/** Opens the rows of a community in its directory. */
export function openRows(directory: string, options: { readonly readOnly: boolean }): Db {
  return new Db(join(directory, FILE), { durability: "normal", ...options });
}
