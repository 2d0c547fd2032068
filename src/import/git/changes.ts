/**
 * What each commit changed against its first parent, in two questions to git. First every pair of
 * trees without renames, which reads no content and stops at a tree bomb. Then renames (exact, else at
 * least half the same) for the commits that both add and remove files; where those are very large,
 * exact renames only, because git would read them into memory whole.
 * Against other parents nothing is asked: what they hold is known from their own commits, and git's
 * guess must not overrule it. Each pair is answered alone, so an older plan stays a prefix.
 */

import type { Git } from "./git.ts";
import type { History } from "./history.ts";
import { type PlanLimits, RENAME_BYTES_MAX, RENAME_CANDIDATES_MAX } from "./limits.ts";
import { type Change, Numbered, RawDiffParser, type TreePair } from "./raw-diff.ts";
import { readSizes } from "./sizes.ts";
import { hasContent } from "./skipping.ts";

export interface Changes {
  /** By commit number; a commit whose tree is its first parent's has none. */
  readonly ofCommit: ReadonlyMap<number, readonly Change[]>;
  readonly paths: Numbered;
  readonly blobs: Numbered;
  /** In bytes, by blob number, of every file and symbolic link. */
  readonly sizes: ReadonlyMap<number, number>;
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

export async function readChanges(query: ChangesQuery): Promise<Changes> {
  const names = { paths: new Numbered(), blobs: new Numbered() };
  const pairs = query.order.flatMap((commit) => treePair(query.history, commit));
  const ofCommit = await diffTrees({ ...query, ...names, pairs, renames: ["--no-renames"] });
  const sizes = await sizesOf(query, { ofCommit, blobs: names.blobs });
  const candidates = pairs.filter(({ commit }) => mayRename(ofCommit.get(commit) ?? []));
  const large = (pair: TreePair): boolean => renameBytes(ofCommit.get(pair.commit) ?? [], sizes) > RENAME_BYTES_MAX;
  for (const [renames, among] of [
    [["-M", `-l${RENAME_CANDIDATES_MAX}`], candidates.filter((pair) => !large(pair))],
    [["-M100%"], candidates.filter(large)],
  ] as const) {
    const renamed = await diffTrees({ ...query, ...names, pairs: among, renames });
    for (const [commit, changes] of renamed) ofCommit.set(commit, changes);
  }
  return { ...names, ofCommit, sizes };
}

const EMPTY_TREE_SHA1 = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const EMPTY_TREE_SHA256 = "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321";

function treePair(history: History, commit: number): TreePair[] {
  const after = history.trees[commit] ?? "";
  const parent = history.parents[commit]?.[0];
  const before = parent === undefined ? emptyTree(after) : (history.trees[parent] ?? "");
  return before === after ? [] : [{ commit, before, after }];
}

function emptyTree(like: string): string {
  return like.length === EMPTY_TREE_SHA256.length ? EMPTY_TREE_SHA256 : EMPTY_TREE_SHA1;
}

interface DiffQuery extends ChangesQuery {
  readonly pairs: readonly TreePair[];
  readonly renames: readonly string[];
  readonly paths: Numbered;
  readonly blobs: Numbered;
}

async function diffTrees(query: DiffQuery): Promise<Map<number, readonly Change[]>> {
  if (query.pairs.length === 0) return new Map();
  const parser = new RawDiffParser(query);
  const chunks = query.git.stream({
    directory: query.directory,
    args: [
      "diff-tree",
      "--stdin",
      "-r",
      "--raw",
      "-z",
      "--abbrev=64",
      "--no-ext-diff",
      ...query.renames,
      ...(query.pathPrefix === undefined ? [] : ["--", query.pathPrefix]),
    ],
    input: query.pairs.map(({ before, after }) => `${before} ${after}\n`),
    timeoutMs: query.limits.timeoutMs,
    signal: query.signal,
  });
  for await (const chunk of chunks) parser.push(chunk);
  return parser.finish();
}

async function sizesOf(
  { git, directory, limits, signal }: ChangesQuery,
  { ofCommit, blobs }: Pick<Changes, "ofCommit" | "blobs">,
): Promise<Map<number, number>> {
  const wanted = new Set<number>();
  for (const changes of ofCommit.values()) {
    for (const { mode, blob } of changes) if (hasContent(mode)) wanted.add(blob);
  }
  const numbers = [...wanted];
  const ids = numbers.map((number) => blobs.strings[number] ?? "");
  const sizes = await readSizes({
    git,
    directory,
    blobs: ids,
    timeoutMs: limits.timeoutMs,
    signal,
  });
  return new Map(numbers.map((number, index) => [number, sizes[index] ?? 0]));
}

function mayRename(changes: readonly Change[]): boolean {
  return changes.some(({ mode }) => mode === 0) && changes.some(({ mode }) => mode !== 0);
}

/** What git may have to read to compare what went with what came. */
function renameBytes(changes: readonly Change[], sizes: ReadonlyMap<number, number>): number {
  return changes.reduce((total, { blob }) => total + (sizes.get(blob) ?? 0), 0);
}
