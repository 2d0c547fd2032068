/** Exports go into a folder that is empty or not there yet, so that nothing of anyone's is ever overwritten. */
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { LoreError } from "../bytes/index.ts";

/**
 * Runs `fill` on an empty folder; when it throws, what it wrote is removed again.
 * @throws LoreError REFUSED when the folder holds something already; ENVIRONMENT when it cannot be made.
 */
export async function intoEmptyDirectory<T>(directory: string, fill: (folder: string) => Promise<T>): Promise<T> {
  const folder = resolve(directory);
  const made = makeEmpty(folder);
  try {
    return await fill(folder);
  } catch (error) {
    if (made) rmSync(folder, { recursive: true, force: true });
    else for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

/** Whether the folder was made just now. */
function makeEmpty(folder: string): boolean {
  const attempted = `Writing into ${folder}`;
  try {
    if (mkdirSync(folder, { recursive: true }) !== undefined) return true;
    if (readdirSync(folder).length === 0) return false;
  } catch (error) {
    throw new LoreError("ENVIRONMENT", `${attempted}: the folder cannot be made or read. Choose another one.`, {
      cause: error,
    });
  }
  throw new LoreError("REFUSED", `${attempted}: it is not empty, and nothing is overwritten. Choose a new folder.`, {
    field: "directory",
  });
}
