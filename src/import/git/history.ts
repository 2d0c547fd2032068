/**
 * The commit graph of one tip and the order its commits enter the log.
 * Mainline = the chain of first parents. A mainline commit and everything it brought with it that no
 * earlier mainline commit had form a *group*: what it merged first, parents before children, then the
 * commit itself. The order depends on the graph below each commit alone, never on dates or on what
 * came later, so the groups of an older mainline commit are a prefix of those of a newer one.
 */

import { LoreError } from "../../bytes/index.ts";
import type { Git } from "./git.ts";
import type { PlanLimits } from "./limits.ts";

/** Commits by number, in the order git listed them; parents are such numbers. */
export interface History {
  readonly commits: readonly string[];
  readonly trees: readonly string[];
  readonly parents: readonly (readonly number[])[];
  /** The tip's number. */
  readonly tip: number;
}

export interface HistoryQuery {
  readonly git: Git;
  readonly directory: string;
  readonly tip: string;
  readonly limits: PlanLimits;
  readonly signal?: AbortSignal | undefined;
}

/** Reads the graph below a tip. */
export async function readHistory(query: HistoryQuery): Promise<History> {
  const { limits } = query;
  const lists: string[][] = [];
  const chunks = query.git.stream({
    directory: query.directory,
    args: ["rev-list", "--format=%H %T %P", `--max-count=${limits.commits + 1}`, "--end-of-options", query.tip],
    timeoutMs: limits.timeoutMs,
    signal: query.signal,
  });
  for await (const line of lines(chunks)) {
    if (line.startsWith("commit ")) continue;
    if (lists.length === limits.commits) throw tooManyCommits(limits.commits);
    lists.push(line.split(" ").filter((id) => id !== ""));
  }
  return graph(lists, query);
}

function graph(lists: readonly (readonly string[])[], { limits, tip }: HistoryQuery): History {
  const numbers = new Map<string, number>();
  for (const [number, [commit]] of lists.entries()) numbers.set(commit ?? "", number);
  const numberOf = (commit: string): number => {
    const number = numbers.get(commit);
    if (number === undefined)
      throw new LoreError("REFUSED", `Commit ${commit} is missing from the repository. Run git fsck on the source.`);
    return number;
  };
  const parents = lists.map(([commit, , ...ids]) => {
    if (ids.length > limits.parents) {
      throw new LoreError(
        "REFUSED",
        `Commit ${commit} has ${ids.length} parents; ${limits.parents} is the most that can be read.`,
        {
          limit: limits.parents,
        },
      );
    }
    return [...new Set(ids.map(numberOf))];
  });
  return {
    commits: lists.map(([commit]) => commit ?? ""),
    trees: lists.map(([, tree]) => tree ?? ""),
    parents,
    tip: numberOf(tip),
  };
}

/** The groups, oldest first; in each the mainline commit is last. */
export function groupsOf(history: History): number[][] {
  const mainline: number[] = [];
  for (let next: number | undefined = history.tip; next !== undefined; next = history.parents[next]?.[0]) {
    mainline.push(next);
  }
  const seen = new Uint8Array(history.commits.length);
  return mainline.toReversed().map((commit) => unseenBelow({ history, commit, seen }));
}

/** Depth first, parents in their order, each commit after its parents; marks what it returns as seen. */
function unseenBelow({ history, commit, seen }: { history: History; commit: number; seen: Uint8Array }): number[] {
  const order: number[] = [];
  const stack = [{ commit, nextParent: 0 }];
  seen[commit] = 1;
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const parent = history.parents[top.commit]?.[top.nextParent++];
    if (parent === undefined) {
      order.push(top.commit);
      stack.pop();
    } else if (seen[parent] === 0) {
      seen[parent] = 1;
      stack.push({ commit: parent, nextParent: 0 });
    }
  }
  return order;
}

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, undefined> {
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + chunk.toString("latin1")).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

function tooManyCommits(limit: number): LoreError {
  return new LoreError(
    "TOO_LARGE",
    `The repository has more than ${limit} commits, which is the most that can be imported with history.`,
    {
      limit,
    },
  );
}
