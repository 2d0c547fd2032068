/**
 * Streams the contents that a plan names, in the order asked, through one `git cat-file --batch`.
 * Pulled by the reader: while it works, git waits, so memory holds one blob and a pipe. A blob above
 * `wholeBytesMax` comes in chunks and is never whole in memory here.
 * Format: git-cat-file(1), "Batch output".
 */

import { LoreError } from "../../bytes/index.ts";
import { ByteReader } from "./byte-reader.ts";
import { GIT_CONTENT_TIMEOUT_MS, WHOLE_BLOB_BYTES_MAX } from "./limits.ts";
import type { GitPlan } from "./plan.ts";
import type { GitRepository } from "./repository.ts";

/** Exactly one of `bytes` and `chunks`. */
export type BlobContent =
  | {
      readonly blob: string;
      readonly sizeBytes: number;
      /** May share memory with its neighbours: copy it to keep it. */
      readonly bytes: Uint8Array;
      readonly chunks?: never;
    }
  | {
      readonly blob: string;
      readonly sizeBytes: number;
      readonly bytes?: never;
      /** To be read once, before the next blob is asked for; what is left unread is passed over. */
      readonly chunks: AsyncIterable<Uint8Array>;
    };

export interface BlobOptions {
  readonly wholeBytesMax?: number;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The blob of every revision of a plan, in log order; the same one again where a version came back. */
export function* plannedBlobs(plan: Pick<GitPlan, "groups">): Generator<string, void, undefined> {
  for (const group of plan.groups) {
    for (const step of group.steps) {
      for (const op of step.ops) if (op.op === "revise") yield op.blob;
    }
  }
}

/** One content for each id asked, in that order. Throws REFUSED for what is missing or no blob. */
export async function* readBlobs(
  repository: GitRepository,
  blobs: Iterable<string>,
  options: BlobOptions = {},
): AsyncGenerator<BlobContent, void, undefined> {
  const { wholeBytesMax = WHOLE_BLOB_BYTES_MAX, timeoutMs = GIT_CONTENT_TIMEOUT_MS, signal } = options;
  const args = ["cat-file", "--batch", "--buffer"];
  const reader = new ByteReader(
    repository.git.stream({
      directory: repository.directory,
      args,
      input: asked(blobs),
      timeoutMs,
      signal,
    }),
  );
  try {
    for (let line = await reader.line(); line !== undefined; line = await reader.line()) {
      const { blob, sizeBytes } = parseHeader(line);
      if (sizeBytes <= wholeBytesMax) {
        yield { blob, sizeBytes, bytes: await reader.exactly(sizeBytes) };
      } else {
        let left = sizeBytes;
        const counted = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
          while (left > 0) {
            const piece = await reader.upTo(left);
            left -= piece.length;
            yield piece;
          }
        };
        yield { blob, sizeBytes, chunks: counted() };
        await reader.skip(left);
      }
      await reader.skip(1);
    }
  } finally {
    await reader.close();
  }
}

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const HEADER = /^([0-9a-f]{40,64}) blob ([0-9]{1,15})$/;

function* asked(blobs: Iterable<string>): Generator<string, void, undefined> {
  for (const blob of blobs) {
    if (!OBJECT_ID.test(blob)) throw new LoreError("MALFORMED", `${JSON.stringify(blob)} is not a git object id.`);
    yield `${blob}\n`;
  }
}

function parseHeader(line: string): { blob: string; sizeBytes: number } {
  const [, blob, size] = HEADER.exec(line) ?? [];
  if (blob !== undefined && size !== undefined) return { blob, sizeBytes: Number(size) };
  throw new LoreError(
    "REFUSED",
    `A file's content was asked for and git gave "${line}". The repository is damaged; run git fsck on the source.`,
  );
}
