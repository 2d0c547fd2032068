/**
 * The last signed checkpoint of each log, kept outside the data folder: who restores an old backup of the
 * folder does not restore this with it, and so notices before signing a second history (DESIGN.md 3).
 * One small file per name, private to the user, replaced in one durable step.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { makeDirectory, writeDurably, writeDurablySync } from "./durable-file.ts";
import { openError, storageError, systemCode } from "./failure.ts";

/** Community ids and the like; nothing that could leave the directory or be hidden in it. */
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

export interface HighWater {
  /** What was last written under `name`. */
  read(name: string): Uint8Array | undefined;
  /** Replaces it; durable when it resolves. @throws LoreError DISK_FULL or READ_ONLY, the old bytes still there. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** The same, durable on return. */
  writeSync(name: string, bytes: Uint8Array): void;
}

/** @throws LoreError ENVIRONMENT when the directory cannot be made. */
export function openHighWater(directory: string): HighWater {
  const folder = resolve(directory);
  try {
    makeDirectory(folder);
  } catch (error) {
    throw openError(error, "Opening the folder for signed checkpoints");
  }

  function pathOf(name: string): string {
    assert.match(name, NAME, "name of a high-water mark");
    return join(folder, name);
  }

  return {
    read(name) {
      const path = pathOf(name);
      try {
        return new Uint8Array(readFileSync(path));
      } catch (error) {
        if (systemCode(error) === "ENOENT") return undefined;
        throw openError(error, "Reading the last signed checkpoint");
      }
    },
    async write(name, bytes) {
      const path = pathOf(name);
      try {
        await writeDurably(path, bytes, `${path}.new`);
      } catch (error) {
        throw storageError(error, "Keeping the last signed checkpoint");
      }
    },
    writeSync(name, bytes) {
      const path = pathOf(name);
      try {
        writeDurablySync(path, bytes, `${path}.new`);
      } catch (error) {
        throw storageError(error, "Keeping the last signed checkpoint");
      }
    },
  };
}
