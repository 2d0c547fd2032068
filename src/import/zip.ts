/**
 * Reads a zip file as a tree of files, without unpacking it anywhere. Refuses names that leave the folder,
 * encrypted entries, and bombs: more than 200 bytes out of one, too many files, too many bytes.
 */
import { promisify } from "node:util";
import { crc32 } from "node:zlib";

import yauzl, { type Entry, type ZipFile } from "yauzl";

import { LoreError, utf8 } from "../bytes/index.ts";
import { systemCode } from "../store/index.ts";
import { SYMLINK_MODE } from "./content.ts";
import { IMPORT_BYTES_MAX, refusal, requireWithin, type Tree, unreadableSource, WHOLE_BYTES_MAX } from "./folder.ts";
import type { SkippedItem } from "./report.ts";
import type { TreeFile } from "./tree-import.ts";
import { unreadableReason } from "./unreadable.ts";

/** Bytes that may come out of one byte that went in, once there are enough to matter. */
const RATIO_MAX = 200;
const RATIO_FREE_BYTES = 2 ** 20;

export const IS_ENCRYPTED = "it is encrypted";

export interface OpenZip extends Tree {
  close(): void;
}

/** @throws LoreError NOT_FOUND, REFUSED, ENVIRONMENT or TOO_LARGE before anything is read out of it. */
export async function readZip(path: string): Promise<OpenZip> {
  const zip = await openZip(path);
  try {
    const entries = await listEntries(zip);
    const skipped: SkippedItem[] = [];
    const files: TreeFile[] = [];
    const names = new Set<string>();
    for (const entry of entries) {
      const reason = names.has(entry.fileName)
        ? "the zip holds this name twice; the first was taken"
        : reasonToSkip(entry);
      names.add(entry.fileName);
      if (reason !== undefined && reason !== "folder") skipped.push({ path: entry.fileName, reason });
      if (reason !== undefined) continue;
      await requireReadable(zip, entry);
      files.push(treeFile(zip, entry));
    }
    return { files: stripCommonFolder(files), skipped, unread: [], close: () => zip.close() };
  } catch (error) {
    zip.close();
    if (error instanceof LoreError) throw error;
    throw unreadableReason(error) === undefined ? refused(path, error) : unreadableSource("zip file", path, error);
  }
}

async function openZip(path: string): Promise<ZipFile> {
  const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);
  try {
    return await open(path, {
      lazyEntries: true,
      autoClose: false,
      decodeStrings: true,
      validateEntrySizes: true,
      strictFileNames: false,
    });
  } catch (error) {
    if (systemCode(error) === "ENOENT")
      throw new LoreError("NOT_FOUND", `Bringing in ${path}: there is no such file. Check the path.`, { cause: error });
    if (systemCode(error) === "EISDIR")
      throw new LoreError("REFUSED", `Bringing in ${path}: it is a folder. Use "lore import folder".`, {
        cause: error,
      });
    if (unreadableReason(error) !== undefined) throw unreadableSource("zip file", path, error);
    throw refused(path, error);
  }
}

function refused(path: string, cause: unknown): LoreError {
  const found = cause instanceof Error ? cause.message : "it cannot be read";
  const name = /^(?:invalid relative path|absolute path|invalid characters in fileName): ([^]*)$/.exec(found)?.[1];
  const said =
    name === undefined
      ? `it is no zip file that can be read (${found})`
      : `it holds the name "${name.slice(0, 100)}", which leads out of its folder, so none of it is trusted`;
  return new LoreError("REFUSED", `Bringing in ${path}: ${said}. Nothing was written.`, { cause });
}

function listEntries(zip: ZipFile): Promise<Entry[]> {
  const { promise, resolve, reject } = Promise.withResolvers<Entry[]>();
  const entries: Entry[] = [];
  let total = 0;
  zip.on("entry", (entry: Entry) => {
    try {
      entries.push(entry);
      total += entry.uncompressedSize;
      requireWithin(entries.length);
      requireNoBomb(entry, total);
      zip.readEntry();
    } catch (error) {
      reject(error);
    }
  });
  zip.on("end", () => resolve(entries));
  zip.on("error", reject);
  zip.readEntry();
  return promise;
}

function requireNoBomb({ fileName, compressedSize, uncompressedSize }: Entry, total: number): void {
  if (uncompressedSize > RATIO_FREE_BYTES && uncompressedSize > compressedSize * RATIO_MAX) {
    throw new LoreError(
      "TOO_LARGE",
      `Reading the zip: "${fileName.slice(0, 100)}" unpacks to more than ${RATIO_MAX} times its size. Nothing was written.`,
      { limit: RATIO_MAX },
    );
  }
  if (total > IMPORT_BYTES_MAX)
    throw new LoreError("TOO_LARGE", `Reading the zip: it unpacks to more than ${IMPORT_BYTES_MAX} bytes.`, {
      limit: IMPORT_BYTES_MAX,
    });
}

const UNIX_TYPE = 0o170000;

function unixMode({ externalFileAttributes, versionMadeBy }: Entry): number {
  return versionMadeBy >> 8 === 3 ? externalFileAttributes >>> 16 : 0;
}

function reasonToSkip(entry: Entry): string | undefined {
  const { fileName } = entry;
  if (fileName.endsWith("/")) return "folder";
  if (entry.isEncrypted()) return IS_ENCRYPTED;
  if (fileName.split("/").some((step) => step.startsWith(".") || step === "__MACOSX" || step === "node_modules")) {
    return "names that begin with a dot, and folders of programs, are left out";
  }
  const type = unixMode(entry) & UNIX_TYPE;
  return refusal(utf8(fileName), entry.uncompressedSize, type === 0 || type === 0o100000 || type === SYMLINK_MODE);
}

/** yauzl streams buffers, and fails where an entry is not as long as the directory says. */
async function openEntry(zip: ZipFile, entry: Entry): Promise<AsyncIterable<Uint8Array>> {
  const openStream = promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  return (await openStream(entry)) as AsyncIterable<Uint8Array>;
}

/** Reads an entry to its end before anything is written, so that a damaged file leaves nothing half done. */
async function requireReadable(zip: ZipFile, entry: Entry): Promise<void> {
  let sum = 0;
  for await (const chunk of await openEntry(zip, entry)) sum = crc32(chunk, sum);
  if (sum !== entry.crc32) throw new Error(`"${entry.fileName.slice(0, 100)}" does not match its checksum`);
}

function treeFile(zip: ZipFile, entry: Entry): TreeFile {
  const mode = unixMode(entry);
  return {
    path: utf8(entry.fileName),
    mode: (mode & UNIX_TYPE) === SYMLINK_MODE ? SYMLINK_MODE : (mode & 0o100) === 0 ? 0o100644 : 0o100755,
    open: async () => {
      const chunks = await openEntry(zip, entry);
      if (entry.uncompressedSize > WHOLE_BYTES_MAX) return chunks;
      const read: Uint8Array[] = [];
      for await (const chunk of chunks) read.push(chunk);
      return new Uint8Array(Buffer.concat(read));
    },
  };
}

/** A zip of one folder is that folder. */
function stripCommonFolder(files: readonly TreeFile[]): TreeFile[] {
  const names = files.map(({ path }) => new TextDecoder().decode(path));
  const folder = names[0]?.split("/", 1)[0];
  if (folder === undefined || !names.every((name) => name.startsWith(`${folder}/`))) return [...files];
  return files.map((file, i) => ({ ...file, path: utf8(names[i]?.slice(folder.length + 1) ?? "") }));
}
