/** Exports go into a folder that is empty or not there yet, so that nothing of anyone's is ever overwritten. */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

import { LoreError } from "../bytes/index.ts";
import { makeMissing, systemError } from "../store/index.ts";

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
    throw systemError(error, `Writing into ${folder}`);
  }
}

/** Whether the folder was made just now. */
function makeEmpty(folder: string): boolean {
  if (makeFolder(folder)) return true;
  if (namesIn(folder).length === 0) return false;
  throw new LoreError(
    "REFUSED",
    `Writing into ${folder}: it is not empty, and nothing is overwritten. Choose a new folder.`,
    { field: "directory" },
  );
}

/** Makes a folder unless it is there; answers whether it was made just now. @throws LoreError ENVIRONMENT. */
function makeFolder(folder: string): boolean {
  return orRefused(folder, () => makeMissing(folder) !== undefined);
}

/** Whether nothing is in a folder, or there is none. @throws LoreError ENVIRONMENT. */
export function isEmpty(folder: string): boolean {
  return orRefused(folder, () => !existsSync(folder) || readdirSync(folder).length === 0);
}

function namesIn(folder: string): string[] {
  return orRefused(folder, () => readdirSync(folder));
}

function orRefused<T>(folder: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    const message = `Writing into ${folder}: the folder cannot be made or read. Choose another one.`;
    throw new LoreError("ENVIRONMENT", message, { cause: error });
  }
}
