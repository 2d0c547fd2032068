/**
 * What each commit changed against its first parent, from one `git diff-tree --stdin` over pairs of
 * trees: exact renames, else at least half the same. Against other parents nothing is asked: what
 * they hold is known from their own commits, and git's guess must not overrule it.
 * Paths are bytes; they are kept as Latin-1 strings (one character per byte) and numbered.
 * Format: git-diff-tree(1), "Raw output format" with -z.
 */

import { LoreError } from "../../bytes/index.ts";
import type { Git } from "./git.ts";
import type { History } from "./history.ts";
import { type PlanLimits, RENAME_CANDIDATES_MAX } from "./limits.ts";
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

/** One path that differs. `mode` 0: it is gone. */
export interface Change {
  readonly path: number;
  readonly mode: number;
  readonly blob: number;
  /** The path it was renamed from, which is gone too; else NONE. */
  readonly source: number;
}

export interface Changes {
  /** By commit number; empty where the tree is the first parent's. */
  readonly ofCommit: ReadonlyMap<number, readonly Change[]>;
  readonly paths: Numbered;
  readonly blobs: Numbered;
}

export interface ChangesQuery {
  readonly git: Git;
  readonly directory: string;
  readonly history: History;
  /** Commit numbers in log order. */
  readonly order: readonly number[];
  readonly pathPrefix: string | undefined;
  readonly limits: PlanLimits;
  readonly signal?: AbortSignal | undefined;
}

const EMPTY_TREE_SHA1 = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const EMPTY_TREE_SHA256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";

export async function readChanges(query: ChangesQuery): Promise<Changes> {
  const pairs = query.order.flatMap((commit) => treePair(query.history, commit));
  const parser = new RawDiffParser(pairs, query.limits);
  const chunks = query.git.stream({
    directory: query.directory,
    args: [
      ...["diff-tree", "--stdin", "-r", "--raw", "-z", "--abbrev=64", "-M", `-l${RENAME_CANDIDATES_MAX}`, "--no-ext-diff"],
      ...(query.pathPrefix === undefined ? [] : ["--", query.pathPrefix]),
    ],
    input: pairs.map(({ before, after }) => `${before} ${after}\n`),
    timeoutMs: query.limits.timeoutMs,
    signal: query.signal,
  });
  for await (const chunk of chunks) parser.push(chunk);
  return parser.finish();
}

interface TreePair {
  readonly commit: number;
  readonly before: string;
  readonly after: string;
}

function treePair(history: History, commit: number): TreePair[] {
  const after = history.trees[commit] ?? "";
  const parent = history.parents[commit]?.[0];
  const before = parent === undefined ? emptyTree(after) : (history.trees[parent] ?? "");
  return before === after ? [] : [{ commit, before, after }];
}

function emptyTree(like: string): string {
  return like.length === EMPTY_TREE_SHA256.length ? EMPTY_TREE_SHA256 : EMPTY_TREE_SHA1;
}

const COLON = 0x3a;
const NEWLINE = 0x0a;
const EMPTY = Buffer.alloc(0);
/** Two paths and a few ids; also keeps the joining of pieces linear. */
const RECORD_BYTES_MAX = 1_048_576;

/** Takes the output in any pieces; a header line ends in a newline even with -z. */
class RawDiffParser {
  readonly #pairs: readonly TreePair[];
  readonly #limits: PlanLimits;
  readonly #ofCommit = new Map<number, Change[]>();
  readonly #paths = new Numbered();
  readonly #blobs = new Numbered();
  #rest: Buffer = EMPTY;
  #pair = NONE;
  #current: Change[] = [];
  #count = 0;

  constructor(pairs: readonly TreePair[], limits: PlanLimits) {
    this.#pairs = pairs;
    this.#limits = limits;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (let next = 0; next >= 0 && at < bytes.length; ) {
      next = bytes[at] === COLON ? this.#record(bytes, at) : this.#header(bytes, at);
      if (next >= 0) at = next;
    }
    this.#rest = bytes.subarray(at);
    if (this.#rest.length > RECORD_BYTES_MAX) throw unexpected("a path of more than a mebibyte");
  }

  finish(): Changes {
    if (this.#rest.length > 0 || this.#pair !== this.#pairs.length - 1) throw unexpected("an answer cut short");
    return { ofCommit: this.#ofCommit, paths: this.#paths, blobs: this.#blobs };
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
    const [, mode = "", , blob = "", status = ""] = bytes.toString("latin1", at, fieldsEnd).split(" ");
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
      throw new LoreError("TOO_LARGE", `The history changes files more than ${changes} times, which is the most that can be imported.`, {
        limit: changes,
      });
    }
    if (this.#current.length >= 2 * treeFiles) throw tooManyFiles(treeFiles);
  }
}

export function tooManyFiles(limit: number): LoreError {
  return new LoreError("TOO_LARGE", `A version of the repository holds more than ${limit} files, which is the most that can be imported.`, {
    limit,
  });
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
  return new LoreError("REFUSED", `git diff-tree answered with ${found}. The repository is damaged, or this git is not one we know.`);
}
