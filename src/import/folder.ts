/**
 * Reads a folder as a tree of files. Follows no symbolic link, leaves hidden folders and what editors keep
 * beside the text, and refuses to read more than the limits.
 */
import { createReadStream, lstatSync, readdirSync, readFileSync, readlinkSync, type Stats } from "node:fs";

import { LoreError } from "../bytes/index.ts";
import { limits } from "../unit/index.ts";
import { SYMLINK_MODE } from "./content.ts";
import type { SkippedItem } from "./report.ts";
import type { TreeFile } from "./tree-import.ts";

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
}

/** @throws LoreError NOT_FOUND, REFUSED or TOO_LARGE; nothing is written. */
export function readFolder(directory: string): Tree {
  const files: TreeFile[] = [];
  const skipped: SkippedItem[] = [];
  const walk = (folder: Buffer, prefix: Buffer, depth: number): void => {
    for (const name of readNames(folder)) {
      const path = prefix.length === 0 ? name : Buffer.concat([prefix, SLASH, name]);
      const place = Buffer.concat([folder, SLASH, name]);
      const found = lstatSync(place, { throwIfNoEntry: false });
      // It went while the folder was read.
      if (found === undefined) continue;
      const reason = reasonToSkip({ name, path, found, depth });
      if (reason !== undefined) skipped.push({ path: path.toString(), reason });
      else if (found.isDirectory()) walk(place, path, depth + 1);
      else files.push(treeFile(place, path, found));
      requireWithin(files.length);
    }
  };
  walk(Buffer.from(directory), Buffer.alloc(0), 0);
  return { files, skipped };
}

const SLASH = Buffer.from("/");

/** Names as bytes: on some disks they are not UTF-8. */
function readNames(folder: Buffer): Buffer[] {
  try {
    return readdirSync(folder, { encoding: "buffer" }).toSorted((a, b) => Buffer.compare(a, b));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    const message = {
      ENOENT: "there is no such folder. Check the path.",
      ENOTDIR: 'it is a file. Give its folder, or use "lore import zip" for a zip file.',
    }[code];
    throw new LoreError(
      code === "ENOENT" ? "NOT_FOUND" : "REFUSED",
      `Bringing in ${folder.toString()}: ${message ?? `it cannot be read (${code}).`}`,
      { cause: error },
    );
  }
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
