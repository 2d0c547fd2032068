/**
 * Reads a folder as a tree of files. Follows no symbolic link, leaves hidden folders and what editors keep
 * beside the text, and refuses to read more than the limits.
 */
import { accessSync, constants, createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Stats } from "node:fs";

import { LoreError } from "../bytes/index.ts";
import { systemCode } from "../store/index.ts";
import { limits } from "../unit/index.ts";
import { SYMLINK_MODE } from "./content.ts";
import type { SkippedItem } from "./report.ts";
import type { TreeFile } from "./tree-import.ts";
import { unreadableReason } from "./unreadable.ts";

export const IMPORT_FILES_MAX = 100_000;
export const IMPORT_BYTES_MAX = 10 * 2 ** 30;
/** A file above this is read in chunks. */
export const WHOLE_BYTES_MAX = 8 * 2 ** 20;
const DEPTH_MAX = 64;

/** Folders that hold what a program keeps for itself. */
const LEFT_OUT = /^(\.|node_modules$|__MACOSX$)/;

export interface Tree {
  readonly files: readonly TreeFile[];
  readonly skipped: readonly SkippedItem[];
  /** Paths of those skipped that are there and may be read another time: a file, or a folder with all that is in it. */
  readonly unread: readonly string[];
}

/** @throws LoreError NOT_FOUND, REFUSED, ENVIRONMENT or TOO_LARGE; nothing is written. */
export function readFolder(directory: string): Tree {
  const files: TreeFile[] = [];
  const skipped: SkippedItem[] = [];
  const unread: string[] = [];
  const walk = (
    names: readonly Buffer[],
    folder: Buffer,
    { prefix, depth }: { prefix: Buffer; depth: number },
  ): void => {
    for (const name of names) {
      const path = prefix.length === 0 ? name : Buffer.concat([prefix, SLASH, name]);
      const place = Buffer.concat([folder, SLASH, name]);
      try {
        const found = lstatSync(place, { throwIfNoEntry: false });
        // It went while the folder was read.
        if (found === undefined) continue;
        const reason = reasonToSkip({ name, path, found, depth });
        if (reason !== undefined) skipped.push({ path: path.toString(), reason });
        else if (found.isDirectory()) walk(sortedNames(place), place, { prefix: path, depth: depth + 1 });
        else files.push(readableFile(place, path, found));
      } catch (error) {
        const reason = unreadableReason(error);
        if (reason === undefined) throw error;
        skipped.push({ path: path.toString(), reason });
        unread.push(path.toString());
      }
      requireWithin(files.length);
    }
  };
  walk(readNames(directory), Buffer.from(directory), { prefix: Buffer.alloc(0), depth: 0 });
  return { files, skipped, unread };
}

const SLASH = Buffer.from("/");

/** Names as bytes: on some disks they are not UTF-8. */
function sortedNames(folder: string | Buffer): Buffer[] {
  return readdirSync(folder, { encoding: "buffer" }).toSorted((a, b) => Buffer.compare(a, b));
}

/** Those of the folder that is brought in. @throws LoreError NOT_FOUND, REFUSED or ENVIRONMENT. */
function readNames(directory: string): Buffer[] {
  try {
    return sortedNames(directory);
  } catch (error) {
    const code = systemCode(error);
    const attempted = `Bringing in ${directory}`;
    if (code === "ENOENT")
      throw new LoreError("NOT_FOUND", `${attempted}: there is no such folder. Check the path.`, { cause: error });
    if (code === "ENOTDIR")
      throw new LoreError(
        "REFUSED",
        `${attempted}: it is a file. Give its folder, or use "lore import zip" for a zip file.`,
        { cause: error },
      );
    throw unreadableSource("folder", directory, error);
  }
}

/** What is said of a source that cannot be read at all. */
export function unreadableSource(what: "folder" | "zip file", location: string, cause: unknown): LoreError {
  return new LoreError(
    "ENVIRONMENT",
    `Bringing in ${location}: the ${what} cannot be read (${String(systemCode(cause))}). See that whoever runs this may read it, or copy it to where they may. Nothing was written.`,
    { cause },
  );
}

function reasonToSkip({
  name,
  path,
  found,
  depth,
}: {
  name: Buffer;
  path: Buffer;
  found: Stats;
  depth: number;
}): string | undefined {
  if (LEFT_OUT.test(name.toString())) return "names that begin with a dot, and folders of programs, are left out";
  if (found.isDirectory()) return depth >= DEPTH_MAX ? `folders nest deeper than ${DEPTH_MAX}` : undefined;
  return refusal(path, found.size, found.isFile() || found.isSymbolicLink());
}

/** Why a file is left out, whatever it comes from. */
export function refusal(path: Uint8Array, sizeBytes: number, isFile: boolean): string | undefined {
  if (!isFile) return "it is neither a file, a folder nor a link";
  if (path.length > limits.PATH_BYTES_MAX) return `its path takes more than ${limits.PATH_BYTES_MAX} bytes`;
  if (sizeBytes > limits.PART_BYTES_MAX) return `it takes ${sizeBytes} bytes; a file may take ${limits.PART_BYTES_MAX}`;
  return undefined;
}

export function requireWithin(files: number): void {
  if (files > IMPORT_FILES_MAX) {
    throw new LoreError(
      "TOO_LARGE",
      `One import takes ${IMPORT_FILES_MAX} files; there are more. Bring it in in parts.`,
      { limit: IMPORT_FILES_MAX },
    );
  }
}

/** @throws what the system says, where the file may not be read. */
function readableFile(place: Buffer, path: Buffer, found: Stats): TreeFile {
  if (!found.isSymbolicLink()) accessSync(place, constants.R_OK);
  return treeFile(place, path, found);
}

function treeFile(place: Buffer, path: Buffer, found: Stats): TreeFile {
  const isLink = found.isSymbolicLink();
  return {
    path: new Uint8Array(path),
    mode: isLink ? SYMLINK_MODE : (found.mode & 0o100) === 0 ? 0o100644 : 0o100755,
    open: async () => {
      if (isLink) return new Uint8Array(readlinkSync(place, { encoding: "buffer" }));
      return found.size > WHOLE_BYTES_MAX ? createReadStream(place) : new Uint8Array(readFileSync(place));
    },
  };
}
