/**
 * One owner process per data folder. The lock is an exclusive SQLite transaction on `owner.db`: the kernel
 * lets go of it when the process dies, however it dies, so there is no stale lock to break.
 * `owner.pid` only serves the message to who comes second.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { isLoreError, LoreError } from "../bytes/index.ts";
import { makeDirectory, PRIVATE_FILE_MODE } from "./durable-file.ts";
import { openError, systemCode } from "./failure.ts";

/** How long a second claim waits for the first to end, as in a quick restart. */
const CLAIM_TIMEOUT_MS = 500;

export interface Claim {
  release(): void;
}

/** A claim lasts until it is released, also where nobody remembers it: a collected database would let go of its lock. */
const held = new Set<DatabaseSync>();

/**
 * Claims `directory`, making it if need be, until `release` or the end of the process.
 * @throws LoreError BUSY naming the process that holds it; ENVIRONMENT when the folder cannot be used.
 */
export function claimFolder(directory: string): Claim {
  const folder = resolve(directory);
  const pidFile = join(folder, "owner.pid");
  const database = lock(folder, pidFile);
  held.add(database);
  return {
    release() {
      if (!held.delete(database)) return;
      rmSync(pidFile, { force: true });
      database.close();
    },
  };
}

function lock(folder: string, pidFile: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    makeDirectory(folder);
    database = new DatabaseSync(join(folder, "owner.db"), { timeout: CLAIM_TIMEOUT_MS });
    database.exec("BEGIN EXCLUSIVE");
    writeFileSync(pidFile, `${process.pid}\n`, { mode: PRIVATE_FILE_MODE });
    return database;
  } catch (error) {
    database?.close();
    const refusal = openError(error, "Claiming the data folder");
    throw isLoreError(refusal, "BUSY") ? heldBy(pidFile, error) : refusal;
  }
}

/** The process that has claimed a folder, as it said itself; undefined when none is running. */
export function ownerOf(directory: string): number | undefined {
  const pid = holder(join(directory, "owner.pid"));
  if (pid === undefined) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // It is there, and somebody else's.
    return systemCode(error) === "EPERM" ? pid : undefined;
  }
}

function heldBy(pidFile: string, cause: unknown): LoreError {
  const pid = holder(pidFile);
  const who = pid === undefined ? "another process" : `process ${pid}`;
  const message = `Claiming the data folder: ${who} is using it. Stop that one first, or use its address.`;
  return new LoreError("BUSY", message, { cause, data: pid === undefined ? {} : { pid } });
}

/** undefined while the first is just starting. */
function holder(pidFile: string): number | undefined {
  try {
    return Number(/^([1-9][0-9]{0,9})\n$/.exec(readFileSync(pidFile, "latin1"))?.[1]) || undefined;
  } catch {
    return undefined;
  }
}
