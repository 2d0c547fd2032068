/**
 * The embedded store: one directory per community, `log.db` for the log and the small parts, `parts/` for the
 * large ones. What a crash left half-done (staged rows, files no row names) is gone after the next open.
 * The caller holds the data folder alone (`claimFolder`); opening for reading needs no claim.
 * A store answers from memory what it has just read or written: an audit opens one of its own, for reading.
 */
import { join, resolve } from "node:path";

import { makeDirectory, syncDirectory } from "../durable-file.ts";
import { openError } from "../failure.ts";
import type { Store } from "../ports.ts";
import { Db } from "./db.ts";
import { SqliteLog } from "./log.ts";
import { migrate } from "./migrate.ts";
import { PartFiles } from "./part-files.ts";
import { SqliteParts } from "./parts.ts";
import { Session } from "./session.ts";
import type { MoveWal } from "./wal.ts";

export interface SqliteStoreOptions {
  /** Read beside the process that writes: nothing is created, brought up to date or cleaned up. */
  readonly readOnly?: boolean;
  /** Moves the write-ahead log in the background. */
  readonly moveWal?: MoveWal | undefined;
}

/**
 * Opens the store in `directory`, creating it unless `readOnly`.
 * @throws LoreError ENVIRONMENT when the folder cannot be used or is of another version; INTEGRITY when it is damaged.
 */
export function openSqliteStore(directory: string, options: SqliteStoreOptions = {}): Store {
  const readOnly = options.readOnly ?? false;
  const folder = resolve(directory);
  let db: Db | undefined;
  try {
    if (!readOnly) makeDirectory(folder);
    db = new Db(join(folder, "log.db"), { durability: "full", readOnly });
    migrate(db, new URL("./migrations/", import.meta.url), { readOnly });
    if (!readOnly) syncDirectory(folder);
    const session = new Session(db, { readOnly, moveWal: options.moveWal });
    const log = new SqliteLog(session);
    const parts = new SqliteParts(session, new PartFiles(join(folder, "parts")));
    if (!readOnly) {
      parts.clean();
      session.recover();
    }
    return {
      log,
      parts,
      get failure() {
        return session.failure;
      },
      check: () => session.check(),
      close: () => session.close(),
    };
  } catch (error) {
    db?.close();
    throw openError(error, "Opening a community's store");
  }
}
