/**
 * What a failing disk becomes. Three answers only: DISK_FULL (nothing changed, space helps), BUSY (someone
 * else holds the file) and READ_ONLY for everything else, because after an unexplained I/O error nobody knows
 * what is on the disk: SQLite itself would go on after a failed fsync.
 * Messages carry no path and no SQL; the cause has them.
 */
import { isLoreError, LoreError } from "../bytes/index.ts";

/** Primary result codes of SQLite; an extended code holds one in its low byte. */
const SQLITE = {
  ERROR: 1,
  BUSY: 5,
  LOCKED: 6,
  READONLY: 8,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  CONSTRAINT: 19,
  NOTADB: 26,
} as const;
/** Extending the WAL index failed, nearly always for want of space. It is made anew from the WAL: nothing is lost. */
const SQLITE_IOERR_SHMSIZE = 4874;

/** What says of the rows that they are damaged: whole, they break no constraint. */
const DAMAGE = new Set<unknown>([SQLITE.ERROR, SQLITE.CORRUPT, SQLITE.CONSTRAINT, SQLITE.NOTADB]);
const FULL = new Set<unknown>(["ENOSPC", "EDQUOT"]);
/** No more files may be open, in this process or on this machine. */
const TOO_MANY = new Set<unknown>(["EMFILE", "ENFILE"]);
const REFUSED = new Set<unknown>([
  "EACCES",
  "EPERM",
  "EROFS",
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "ERR_FS_EISDIR",
  "EEXIST",
]);

interface Cause {
  /** Primary code, when SQLite threw. */
  readonly sqlite: number | undefined;
  readonly extended: number | undefined;
  /** Code of a system error: "ENOSPC". */
  readonly system: unknown;
  readonly name: string;
}

function causeOf(error: unknown): Cause {
  const system = error instanceof Error && "code" in error ? error.code : undefined;
  const extended =
    error instanceof Error && "errcode" in error && typeof error.errcode === "number" ? error.errcode : undefined;
  const sqlite = extended === undefined ? undefined : extended & 0xff;
  const said = error instanceof Error && "errstr" in error ? error.errstr : system;
  return { sqlite, extended, system, name: String(said ?? "an unexpected error") };
}

/** The code of a system error, "ENOENT" and the like. */
export function systemCode(error: unknown): unknown {
  return causeOf(error).system;
}

/** Whether SQLite could not make a file it needs: there is no right to, or no space. */
export function isUnwritable(error: unknown): boolean {
  const { sqlite, extended } = causeOf(error);
  return sqlite === SQLITE.CANTOPEN || sqlite === SQLITE.READONLY || extended === SQLITE_IOERR_SHMSIZE;
}

/** What a read or write that threw `error` is answered with; a LoreError stays what it is. */
export function storageError(error: unknown, attempted: string): LoreError {
  if (isLoreError(error)) return error;
  const { sqlite, extended, system, name } = causeOf(error);
  if (sqlite === SQLITE.FULL || extended === SQLITE_IOERR_SHMSIZE || FULL.has(system)) {
    return new LoreError(
      "DISK_FULL",
      `${attempted}: the disk is full. What was acknowledged is kept; make space and try again.`,
      { cause: error },
    );
  }
  if (sqlite === SQLITE.BUSY || sqlite === SQLITE.LOCKED) {
    return new LoreError("BUSY", `${attempted}: another program holds the database. Nothing was changed; try again.`, {
      cause: error,
    });
  }
  const advice = "Nothing more is written here; look at the disk, then start again.";
  return new LoreError("READ_ONLY", `${attempted}: the storage failed (${name}). ${advice}`, { cause: error });
}

/**
 * What an error of the rows is answered with. They are made from the record, which is not touched; anything that did
 * not come from SQLite stays what it is.
 */
export function rowsError(error: unknown, community = "ID"): unknown {
  const { sqlite, system } = causeOf(error);
  // A number that no table of ours holds is refused by node:sqlite, with a code of its own.
  const isOutOfRange = system === "ERR_OUT_OF_RANGE" && error instanceof RangeError;
  if (isLoreError(error) || (sqlite === undefined && !isOutOfRange)) return error;
  if (sqlite === SQLITE.CANTOPEN || sqlite === SQLITE.READONLY)
    return openError(error, "Opening the tables made from the record");
  if (!isOutOfRange && !DAMAGE.has(sqlite)) return storageError(error, "Using the tables made from the record");
  return new LoreError(
    "INTEGRITY",
    `The tables made from the record are damaged; the record itself is not touched. "lore rebuild --community ${community}" makes them anew.`,
    { cause: error },
  );
}

/** The same while opening, when there is no store yet that could turn read-only. */
export function openError(error: unknown, attempted: string): LoreError {
  if (isLoreError(error)) return error;
  const { sqlite, system, name } = causeOf(error);
  if (sqlite === SQLITE.CORRUPT || sqlite === SQLITE.NOTADB) {
    return new LoreError("INTEGRITY", `${attempted}: the file is damaged (${name}). Restore the folder from a copy.`, {
      cause: error,
    });
  }
  if (TOO_MANY.has(system)) {
    return new LoreError(
      "ENVIRONMENT",
      `${attempted}: too many files are open (${name}). Allow more, as with "ulimit -n 256", and try again.`,
      { cause: error },
    );
  }
  if (sqlite === SQLITE.CANTOPEN || sqlite === SQLITE.READONLY || REFUSED.has(system)) {
    // SQLite does not say which of these it was.
    const also = sqlite === SQLITE.CANTOPEN ? ", and at how many files may be open" : "";
    return new LoreError(
      "ENVIRONMENT",
      `${attempted}: the system refuses (${name}). Look at the folder, its owner and its rights${also}.`,
      { cause: error },
    );
  }
  return storageError(error, attempted);
}

/** What an error of the system itself, from outside any store, is answered with; any other stays what it is. */
export function systemError(error: unknown, attempted: string): unknown {
  const { system } = causeOf(error);
  const isKnown = FULL.has(system) || TOO_MANY.has(system) || REFUSED.has(system) || system === "EIO";
  if (isLoreError(error) || !isKnown) return error;
  if (FULL.has(system))
    return new LoreError("DISK_FULL", `${attempted}: the disk is full. Make space, and try again.`, { cause: error });
  return openError(error, attempted);
}
