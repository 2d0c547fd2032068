/**
 * The size of every blob a plan names, from git's index, before any content is read: what is too
 * large can be skipped without being opened, and what is missing is noticed before the first write.
 */

import { LoreError } from "../../bytes/index.ts";
import { ByteReader } from "./byte-reader.ts";
import type { Git } from "./git.ts";

export interface SizesQuery {
  readonly git: Git;
  readonly directory: string;
  readonly blobs: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const BLOB_LINE = /^[0-9a-f]{40,64} blob ([0-9]{1,15})$/;

/** Sizes in bytes, in the order asked. */
export async function readSizes(query: SizesQuery): Promise<number[]> {
  const { git, directory, blobs, timeoutMs, signal } = query;
  const input = blobs.map((blob) => `${blob}\n`);
  const reader = new ByteReader(
    git.stream({
      directory,
      args: ["cat-file", "--batch-check", "--buffer"],
      input,
      timeoutMs,
      signal,
    }),
  );
  const sizes: number[] = [];
  for (let line = await reader.line(); line !== undefined; line = await reader.line()) sizes.push(blobSizeBytes(line));
  if (sizes.length !== blobs.length) throw notABlob("an answer cut short");
  return sizes;
}

function blobSizeBytes(line: string): number {
  const size = BLOB_LINE.exec(line)?.[1];
  if (size === undefined) throw notABlob(line);
  return Number(size);
}

function notABlob(found: string): LoreError {
  return new LoreError(
    "REFUSED",
    `A file's content was asked for and git gave "${found}". The repository is damaged; run git fsck on the source.`,
  );
}
