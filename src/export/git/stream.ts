/**
 * The language of `git fast-import`: blobs once each, then commits on one branch. Text is gathered into larger
 * chunks; contents go through as they are.
 */
import { utf8 } from "../../bytes/index.ts";
import type { FileChange } from "./tree.ts";

const GATHERED_BYTES = 65_536;

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ms */
  readonly time: number;
}

export interface Commit {
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  readonly changes: readonly FileChange[];
}

/** Takes the pieces of a stream and hands them on in chunks of some size. */
export async function* gathered(
  pieces: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of pieces) {
    const bytes = typeof piece === "string" ? utf8(piece) : piece;
    held.push(bytes);
    sizeBytes += bytes.length;
    if (sizeBytes < GATHERED_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    sizeBytes = 0;
  }
  if (sizeBytes > 0) yield Buffer.concat(held);
}

/** What comes before a blob's bytes; a newline follows them. */
export function blobHeader(mark: number, sizeBytes: number): string {
  return `blob\nmark :${mark}\ndata ${sizeBytes}\n`;
}

export function formatCommit(branch: string, commit: Commit, markOf: (digest: string) => number): string {
  const { author, committer, message, changes } = commit;
  const lines = [
    `commit refs/heads/${branch}`,
    `author ${formatSignature(author)}`,
    `committer ${formatSignature(committer)}`,
    `data ${utf8(message).length}`,
    message,
  ];
  for (const { path, file } of changes) {
    lines.push(file === undefined ? `D ${quoted(path)}` : `M ${file.mode} :${markOf(file.digest)} ${quoted(path)}`);
  }
  return `${lines.join("\n")}\n\n`;
}

function formatSignature({ name, email, time }: Signature): string {
  // Git ends a name at "<" and a line at a line feed; the rest of a name is its owner's.
  const plain = name.replaceAll(/[<>\p{Cc}]+/gu, " ").trim();
  return `${plain === "" ? "" : `${plain} `}<${email}> ${Math.floor(time / 1000)} +0000`;
}

function quoted(path: string): string {
  return `"${path.replaceAll(/[^ !#-[\]-~]/g, (byte) => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`)}"`;
}
