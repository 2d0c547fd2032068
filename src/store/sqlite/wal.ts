/**
 * Keeps the write-ahead log of a database short: after enough pages they are moved into the database file, by another
 * thread where there is one, so that no writer waits while the disk seeks and syncs. SQLite starts the log over once
 * all of it was moved and nothing was added meanwhile, which under a steady load only this thread can see to: when
 * the log has grown and little is left, the rest is moved here.
 */
import type { Db } from "./db.ts";

/** Moves what is in the write-ahead log of the database at `path`; the caller's process has it open. */
export type MoveWal = (path: string) => Promise<void>;

export interface WalOptions {
  /** Pages, of 4 KiB, that are moved at a time. */
  readonly pagesAtOnce: number;
  /** Another thread, where there is one. */
  readonly move: MoveWal | undefined;
  /** Hears what it could not do. */
  readonly onFailure: (error: unknown) => void;
}

/** Pages after which the log is started over: writing over what is there syncs twice as fast as making it longer. */
const START_OVER_PAGES = 4_000;
/** Few enough to move here. */
const REST_PAGES = 500;
/** Pages after which the rest is moved here, however much it is: the other thread does not keep up. */
const PAGES_MAX = 8_000;

interface WalState {
  readonly log: number;
  readonly checkpointed: number;
}

export class Wal {
  readonly #db: Db;
  readonly #options: WalOptions;
  #isMoving = false;

  constructor(db: Db, options: WalOptions) {
    this.#db = db;
    this.#options = options;
    // SQLite swallows the errors of its own checkpoints; those made here are seen.
    db.value("PRAGMA wal_autocheckpoint=0");
  }

  /** To be called after each commit. @throws what SQLite throws of moving pages here; the commit is durable already. */
  tend(): void {
    const wal = this.#db.get<WalState>("PRAGMA wal_checkpoint(NOOP)");
    if (wal === undefined) return;
    const { pagesAtOnce, move } = this.#options;
    const rest = wal.log - wal.checkpointed;
    const isHere =
      move === undefined
        ? rest >= pagesAtOnce
        : wal.log >= PAGES_MAX || (wal.log >= START_OVER_PAGES && rest <= REST_PAGES);
    if (isHere) this.#db.get("PRAGMA wal_checkpoint(PASSIVE)");
    else if (move !== undefined && rest >= pagesAtOnce) this.#moveThere(move);
  }

  #moveThere(move: MoveWal): void {
    if (this.#isMoving) return;
    this.#isMoving = true;
    move(this.#db.path)
      .catch(this.#options.onFailure)
      .finally(() => (this.#isMoving = false));
  }
}
