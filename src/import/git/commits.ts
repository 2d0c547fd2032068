/**
 * What people said in commits: who, when and why, read through one `git cat-file --batch`.
 * Old and foreign commits are any bytes at all. Text is decoded by the `encoding` header, else as
 * UTF-8 if it is that, else as Windows-1252, which reads every byte; nothing here throws on content.
 * Format: git-commit(1) "Discussion", gitformat-signature; headers end at the first empty line.
 */

import { isUtf8 } from "node:buffer";

import { LoreError } from "../../bytes/index.ts";
import { ByteReader } from "./byte-reader.ts";
import type { Git } from "./git.ts";
import { COMMIT_HEADER_BYTES_MAX, type PlanLimits } from "./limits.ts";

/** As written in the commit; any part may be empty, and an e-mail may be no address at all. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Undefined where the commit says nothing a clock could show. */
  readonly timeMs: number | undefined;
  readonly zoneMinutes: number;
}

export interface CommitText {
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** The message was longer than the limit, or its headers were. */
  readonly messageCut: boolean;
}

export interface CommitsQuery {
  readonly git: Git;
  readonly directory: string;
  readonly commits: readonly string[];
  readonly limits: PlanLimits;
  readonly signal?: AbortSignal | undefined;
}

/** The texts of these commits, in the same order. */
export async function readCommits(query: CommitsQuery): Promise<CommitText[]> {
  const { limits } = query;
  const reader = new ByteReader(
    query.git.stream({
      directory: query.directory,
      args: ["cat-file", "--batch", "--buffer"],
      input: query.commits.map((commit) => `${commit}\n`),
      timeoutMs: limits.timeoutMs,
      signal: query.signal,
    }),
  );
  const texts: CommitText[] = [];
  let messagesBytes = 0;
  for (let header = await reader.line(); header !== undefined; header = await reader.line()) {
    const sizeBytes = commitSizeBytes(header);
    const readBytes = Math.min(sizeBytes, COMMIT_HEADER_BYTES_MAX + limits.messageBytes);
    const text = parseCommit(await reader.exactly(readBytes), limits.messageBytes);
    await reader.skip(sizeBytes - readBytes + 1);
    messagesBytes += text.message.length;
    if (messagesBytes > limits.messagesBytes) throw tooMuchText(limits.messagesBytes);
    texts.push(readBytes < sizeBytes ? { ...text, messageCut: true } : text);
  }
  if (texts.length !== query.commits.length) {
    throw new LoreError(
      "REFUSED",
      `git listed ${query.commits.length} commits and gave ${texts.length}. Run git fsck on the source.`,
    );
  }
  return texts;
}

const COMMIT_HEADER = /^[0-9a-f]{40,64} commit ([0-9]{1,15})$/;

function commitSizeBytes(header: string): number {
  const size = COMMIT_HEADER.exec(header)?.[1];
  if (size === undefined)
    throw new LoreError("REFUSED", `git gave "${header}" instead of a commit. Run git fsck on the source.`);
  return Number(size);
}

function tooMuchText(limit: number): LoreError {
  return new LoreError(
    "TOO_LARGE",
    `The commit messages are longer than ${limit} bytes in all, which is the most that can be imported.`,
    {
      limit,
    },
  );
}

/** Takes a commit apart; a missing header reads as an empty one. */
export function parseCommit(bytes: Buffer, messageBytesMax: number): CommitText {
  const blankLine = bytes.indexOf("\n\n");
  const headersEnd = blankLine < 0 ? bytes.length : blankLine;
  const headers = headerLines(bytes.toString("latin1", 0, headersEnd));
  const decode = decoderFor(headers.get("encoding"));
  const message = bytes.subarray(headersEnd + 2);
  return {
    author: parseSignature(decode(Buffer.from(headers.get("author") ?? "", "latin1"))),
    committer: parseSignature(decode(Buffer.from(headers.get("committer") ?? "", "latin1"))),
    message: decode(wholeCharacters(message, messageBytesMax)),
    messageCut: message.length > messageBytesMax,
  };
}

/** The first of each header; continuation lines begin with a space and belong to signatures. */
function headerLines(text: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    const name = line.slice(0, space);
    if (space > 0 && !headers.has(name)) headers.set(name, line.slice(space + 1));
  }
  return headers;
}

/** A cut must not fall inside a UTF-8 character, or the whole message would read as Windows-1252. */
function wholeCharacters(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length <= bytesMax) return bytes;
  let end = bytesMax;
  while (end > bytesMax - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

const UTF8_NAMES = new Set(["utf8", "utf-8"]);

function decoderFor(encoding: string | undefined): (bytes: Buffer) => string {
  const declared = encoding?.trim().toLowerCase();
  const decoder = declared === undefined || UTF8_NAMES.has(declared) ? undefined : knownDecoder(declared);
  if (decoder !== undefined) return (bytes) => decoder.decode(bytes);
  return (bytes) => (isUtf8(bytes) ? bytes.toString("utf8") : new TextDecoder("windows-1252").decode(bytes));
}

function knownDecoder(label: string): TextDecoder | undefined {
  try {
    return new TextDecoder(label, { ignoreBOM: true });
  } catch {
    return undefined;
  }
}

const WHEN = /^ *(-?[0-9]{1,15}) ([+-])([0-9]{2})([0-9]{2})$/;
/** The range of an ECMAScript time value. */
const TIME_MS_MAX = 8.64e15;

/** `Name <email> seconds zone`, as loosely as git itself reads it. */
export function parseSignature(line: string): Signature {
  const open = line.indexOf("<");
  const close = line.lastIndexOf(">");
  const hasEmail = open >= 0 && close > open;
  const when = WHEN.exec(hasEmail ? line.slice(close + 1) : "");
  const timeMs = when === null ? Number.NaN : Number(when[1]) * 1_000;
  const zone = when === null ? 0 : Number(when[3]) * 60 + Number(when[4]);
  return {
    name: (hasEmail ? line.slice(0, open) : line).trim(),
    email: hasEmail ? line.slice(open + 1, close).trim() : "",
    timeMs: Math.abs(timeMs) <= TIME_MS_MAX ? timeMs : undefined,
    zoneMinutes: when?.[2] === "-" ? 0 - zone : zone,
  };
}
