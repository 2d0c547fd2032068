/**
 * From a repository to an exact plan: which units there are, every version of each in log order, and
 * what was proposed, accepted, rejected, retired and restored on the way. No content is read and
 * nothing is known of our log; someone else signs the plan.
 *
 * Guarantees: after each group the heads of the units that are not retired equal the tree of its
 * mainline commit, minus what is skipped. Every acceptance is a fast-forward. The plan of an older
 * mainline commit is a prefix of the plan of a newer one, given the same options and git version.
 * Refuses: more than its limits, and repositories that git cannot read completely.
 */

import { setImmediate } from "node:timers/promises";

import { LoreError } from "../../bytes/index.ts";
import { readChanges } from "./changes.ts";
import { readCommits } from "./commits.ts";
import { groupsOf, readHistory } from "./history.ts";
import { PLAN_LIMITS, type PlanLimits } from "./limits.ts";
import { type Group, Planner, type PlanTotals } from "./planner.ts";
import type { GitRepository } from "./repository.ts";
import type { SkipRule } from "./skipping.ts";

export interface GitPlan extends PlanTotals {
  readonly tip: string;
  readonly branch: string;
  /** Oldest first, one for each mainline commit. */
  readonly groups: readonly Group[];
}

export interface PlanOptions {
  /** Plan only this folder or file; paths stay relative to the repository. */
  readonly pathPrefix?: string | undefined;
  /** A reason to leave a file out, else undefined. Must answer the same to the same file. */
  readonly skip?: SkipRule | undefined;
  /** An older commit of the branch to plan instead of its tip. */
  readonly tip?: string | undefined;
  readonly limits?: Partial<PlanLimits>;
  readonly signal?: AbortSignal | undefined;
}

/** How many groups are replayed before other work in this process gets a turn. */
const GROUPS_PER_TURN = 256;

/** Plans the import of a repository's branch. Throws REFUSED, TOO_LARGE, NOT_FOUND. */
export async function planGit(repository: GitRepository, options: PlanOptions = {}): Promise<GitPlan> {
  const limits = { ...PLAN_LIMITS, ...options.limits };
  const pathPrefix = checkedPrefix(options.pathPrefix);
  const tip = options.tip ?? repository.tip;
  const source = {
    git: repository.git,
    directory: repository.directory,
    limits,
    signal: options.signal,
  };
  const history = await readHistory({ ...source, tip });
  const groups = groupsOf(history);
  const order = groups.flat();
  const [changes, texts] = await Promise.all([
    readChanges({ ...source, history, order, pathPrefix }),
    readCommits({ ...source, commits: order.map((commit) => history.commits[commit] ?? "") }),
  ]);
  if (pathPrefix !== undefined && changes.paths.strings.length === 0) {
    throw new LoreError(
      "NOT_FOUND",
      `No commit of this branch has a file at ${JSON.stringify(pathPrefix)}. Check the path, upper and lower case included.`,
    );
  }
  const planner = new Planner({ history, changes, texts, limits, skip: options.skip });
  const planned: Group[] = [];
  for (const [index, group] of groups.entries()) {
    if (index % GROUPS_PER_TURN === GROUPS_PER_TURN - 1) await setImmediate();
    options.signal?.throwIfAborted();
    planned.push(planner.group(group));
  }
  return { tip, branch: repository.branch, groups: planned, ...planner.totals() };
}

const OUTSIDE = /^\/|^\.{1,2}(?:\/|$)|\/\.{1,2}(?:\/|$)/;

function checkedPrefix(prefix: string | undefined): string | undefined {
  const path = prefix?.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  if (path === undefined || path === "" || path === ".") return undefined;
  if (!OUTSIDE.test(path) && !path.includes("\0")) return path;
  throw new LoreError(
    "USAGE",
    `${JSON.stringify(prefix)} is not a path inside the repository. Give one like docs/guide.`,
    { field: "pathPrefix" },
  );
}
