/**
 * Reads the answer of `git diff-tree --stdin -r --raw -z`. Paths are bytes; they are kept as Latin-1
 * strings, one character per byte, and numbered. Throws REFUSED on anything git would not print.
 * Format: git-diff-tree(1), "Raw output format" with -z.
 */

import { LoreError } from "../../bytes/index.ts";
import type { PlanLimits } from "./limits.ts";
import { NONE } from "./tree-state.ts";

/** Strings numbered in the order of first sight. */
export class Numbered {
  readonly strings: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.strings.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

/** One path that differs. `mode` 0: it is gone, and `blob` is what it was. */
export interface Change {
  readonly path: number;
  readonly mode: number;
  readonly blob: number;
  /** The path it was renamed from, which is gone too; else NONE. */
  readonly source: number;
}

/** Two trees to be compared for a commit. */
export interface TreePair {
  readonly commit: number;
  readonly before: string;
  readonly after: string;
}

const COLON = 0x3a;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);
/** Two paths and a few ids; also keeps the joining of pieces linear. */
const RECORD_BYTES_MAX = 1_048_576;

export interface RawDiffInput {
  readonly pairs: readonly TreePair[];
  /** Shared by all answers about one history. */
  readonly paths: Numbered;
  readonly blobs: Numbered;
  readonly limits: PlanLimits;
}

/** Takes the output in any pieces; a header line ends in a newline even with -z. */
export class RawDiffParser {
  readonly #pairs: readonly TreePair[];
  readonly #limits: PlanLimits;
  readonly #ofCommit = new Map<number, Change[]>();
  readonly #paths: Numbered;
  readonly #blobs: Numbered;
  #rest: Buffer = EMPTY;
  #pair = NONE;
  #current: Change[] = [];
  #count = 0;

  constructor({ pairs, paths, blobs, limits }: RawDiffInput) {
    this.#pairs = pairs;
    this.#paths = paths;
    this.#blobs = blobs;
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let next = 0; next >= 0 && at < bytes.length;) {
      next = bytes[at] === COLON ? this.#record(bytes, at) : this.#header(bytes, at);
      if (next >= 0) at = next;
    }
    this.#rest = bytes.subarray(at);
    if (this.#rest.length > RECORD_BYTES_MAX) throw unexpected("a path of more than a mebibyte");
  }

  /** The changes of each pair, by commit number. */
  finish(): Map<number, Change[]> {
    if (this.#rest.length > 0 || this.#pair !== this.#pairs.length - 1) throw unexpected("an answer cut short");
    return this.#ofCommit;
  }

  /** `<tree> <tree>\n`: the pair that the records after it belong to. Returns where it ends, or NONE. */
  #header(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0) return NONE;
    const pair = this.#pairs[++this.#pair];
    if (pair === undefined || bytes.toString("latin1", at, end) !== `${pair.before} ${pair.after}`) {
      throw unexpected("trees nobody asked about");
    }
    this.#current = [];
    this.#ofCommit.set(pair.commit, this.#current);
    return end + 1;
  }

  /** `:<mode> <mode> <id> <id> <status>\0<path>\0`, and a second path for a rename. */
  #record(bytes: Buffer, at: number): number {
    const fieldsEnd = bytes.indexOf(0, at);
    const pathEnd = fieldsEnd < 0 ? NONE : bytes.indexOf(0, fieldsEnd + 1);
    if (pathEnd < 0) return NONE;
    const [, mode = "", before = "", after = "", status = ""] = bytes.toString("latin1", at, fieldsEnd).split(" ");
    const blob = status === "D" ? before : after;
    const path = bytes.toString("latin1", fieldsEnd + 1, pathEnd);
    if (!status.startsWith("R") && !status.startsWith("C")) {
      this.#add({ mode, blob, path, source: undefined });
      return pathEnd + 1;
    }
    const targetEnd = bytes.indexOf(0, pathEnd + 1);
    if (targetEnd < 0) return NONE;
    const target = bytes.toString("latin1", pathEnd + 1, targetEnd);
    this.#add({ mode, blob, path: target, source: status.startsWith("R") ? path : undefined });
    return targetEnd + 1;
  }

  #add(record: { mode: string; blob: string; path: string; source: string | undefined }): void {
    this.#checkLimits();
    this.#current.push({
      path: this.#paths.numberOf(record.path),
      mode: canonicalMode(record.mode),
      blob: this.#blobs.numberOf(record.blob),
      source: record.source === undefined ? NONE : this.#paths.numberOf(record.source),
    });
  }

  #checkLimits(): void {
    const { changes, treeFiles } = this.#limits;
    if (++this.#count > changes) {
      throw new LoreError(
        "TOO_LARGE",
        `The history changes files more than ${changes} times, which is the most that can be imported.`,
        {
          limit: changes,
        },
      );
    }
    if (this.#current.length >= 2 * treeFiles) throw tooManyFiles(treeFiles);
  }
}

export function tooManyFiles(limit: number): LoreError {
  return new LoreError(
    "TOO_LARGE",
    `A version of the repository holds more than ${limit} files, which is the most that can be imported.`,
    {
      limit,
    },
  );
}

const MODE = /^[0-7]{6}$/;
const TYPE_BITS = 0o170000;
const REGULAR = 0o100000;

/** Git's own reading of old trees: a file is executable or not, other permission bits mean nothing. */
function canonicalMode(text: string): number {
  if (!MODE.test(text)) throw unexpected("a mode that is none");
  const mode = Number(`0o${text}`);
  if ((mode & TYPE_BITS) !== REGULAR) return mode;
  return (mode & 0o100) === 0 ? 0o100644 : 0o100755;
}

function unexpected(found: string): LoreError {
  return new LoreError(
    "REFUSED",
    `git diff-tree answered with ${found}. The repository is damaged, or this git is not one we know.`,
  );
}
