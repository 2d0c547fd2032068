/**
 * Files that survive a power cut: written under a temporary name in the same file system, fsynced, renamed,
 * and the directory fsynced. After a crash there is the old file, the new one, or a leftover under the
 * temporary name; never half of one under the real name.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";

import { systemCode } from "./failure.ts";

export const PRIVATE_FILE_MODE = 0o600;
export const PRIVATE_DIRECTORY_MODE = 0o700;

/** Makes names created, renamed or removed in `directory` durable. */
export function syncDirectory(directory: string): void {
  // Windows opens no directories; NTFS journals its names.
  if (process.platform === "win32") return;
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates `directory` and what leads to it; answers the first that was made, if any was. Node's own way of doing so
 * never ends in folders where nothing can be made, such as /proc.
 */
export function makeMissing(directory: string, mode?: number): string | undefined {
  const parent = dirname(directory);
  try {
    mkdirSync(directory, { mode });
    return directory;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST" && statSync(directory).isDirectory()) return undefined;
    if (code !== "ENOENT" || existsSync(parent)) throw error;
  }
  const first = makeMissing(parent, mode);
  makeMissing(directory, mode);
  return first;
}

/** Creates `directory` and what leads to it, private to this user; each new name is durable on return. */
export function makeDirectory(directory: string): void {
  const folder = resolve(directory);
  const first = makeMissing(folder, PRIVATE_DIRECTORY_MODE);
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) syncDirectory(dirname(made));
}

/** Gives `temporary`, already fsynced, its real name. Both are in the same file system. */
export function renameDurably(temporary: string, path: string): void {
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/** Replaces `path` by `bytes` in one step, by way of `temporary`. Removes `temporary` when it fails. */
export function writeDurablySync(path: string, bytes: Uint8Array, temporary: string): void {
  try {
    const descriptor = openSync(temporary, "w", PRIVATE_FILE_MODE);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at, bytes.length - at, at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameDurably(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** The same, while other work goes on. */
export async function writeDurably(path: string, bytes: Uint8Array, temporary: string): Promise<void> {
  try {
    await using file = await open(temporary, "w", PRIVATE_FILE_MODE);
    await file.writeFile(bytes);
    await file.sync();
    await rename(temporary, path);
    // As in syncDirectory.
    if (process.platform === "win32") return;
    await using directory = await open(dirname(path));
    await directory.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
