/**
 * The usage table of a period (DESIGN.md 5): which revisions were used, made from the uses of named readers so that one reader
 * moves at most one share among all readers, and nobody can be told from it.
 */
import type { Suite } from "../../bytes/index.ts";
import { split, tie } from "./split.ts";

export const USES = ["cite", "carry", "run", "pay", "read"] as const;
export type Use = (typeof USES)[number];

/** What each reader has to give, in every period. */
export const READER_SHARES = 1_000_000n;
/** Rows that fewer readers stand behind are carried over to the next period. */
export const READERS_MIN = 5;

/** A use by one reader. The same again in one period is the same use. Ids in base32. */
export interface NamedUse {
  readonly reader: string;
  readonly revision: string;
  readonly use: Use;
  /** Whether the reader wrote it or was paid for reading it: then it moves nothing. */
  readonly isOwn: boolean;
}

export interface UsageRow {
  readonly revision: string;
  readonly use: Use;
  readonly readers: number;
  /** Of all that readers give: each gives `READER_SHARES`. */
  readonly shares: bigint;
}

export interface UsageTable {
  readonly rows: readonly UsageRow[];
  /** Readers who used anything, those of carried rows too. */
  readonly readers: number;
  /** Uses too few stand behind so far, to be counted again in the next period. */
  readonly carried: readonly NamedUse[];
}

/** How much each use weighs in what its reader gives. A use that is not named weighs nothing. */
export type UseWeights = Readonly<Partial<Record<Use, bigint>>>;

/**
 * The table of a period. A pure function of the set of uses: their order is no matter. `epoch` numbers the period; equal
 * remainders are settled by a hash of it and the row, so that no revision is favoured twice.
 */
export function usageTable(suite: Suite, epoch: number, uses: readonly NamedUse[], weights: UseWeights): UsageTable {
  const counted = [...new Map(uses.map((use) => [idOf(use), use])).values()].filter(
    ({ use, isOwn }) => !isOwn && (weights[use] ?? 0n) > 0n,
  );
  const byRow = Map.groupBy(counted, rowOf);
  const isShown = (use: NamedUse): boolean => (byRow.get(rowOf(use))?.length ?? 0) >= READERS_MIN;
  const rows = new Map<string, { readonly row: NamedUse; shares: bigint; readers: number }>();
  const byReader = Map.groupBy(counted, ({ reader }) => reader);
  for (const own of byReader.values()) {
    const order = own.map((use) => tie(suite, epoch, rowOf(use)));
    const before = (a: number, b: number) => (order[a] ?? "") < (order[b] ?? "");
    const shares = split(
      READER_SHARES,
      own.map(({ use }) => weights[use] ?? 0n),
      before,
    );
    for (const [i, use] of own.entries()) {
      if (!isShown(use)) continue;
      const row = rows.get(rowOf(use)) ?? { row: use, shares: 0n, readers: 0 };
      rows.set(rowOf(use), { row: row.row, shares: row.shares + (shares[i] ?? 0n), readers: row.readers + 1 });
    }
  }
  return {
    rows: [...rows]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { row, shares, readers }]) => ({ revision: row.revision, use: row.use, readers, shares })),
    readers: byReader.size,
    carried: counted.filter((use) => !isShown(use)).toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1)),
  };
}

/** What of `budget` each row moves; what stands behind carried rows is not given out. Comes to at most `budget`. */
export function inflowOf({ rows, readers }: UsageTable, budget: bigint): bigint[] {
  const given = rows.reduce((sum, { shares }) => sum + shares, 0n);
  const all = BigInt(readers) * READER_SHARES;
  if (all === 0n) return [];
  return split(
    (budget * given) / all,
    rows.map(({ shares }) => shares),
  );
}

function rowOf({ revision, use }: NamedUse): string {
  return `${revision} ${use}`;
}

function idOf(use: NamedUse): string {
  return `${use.reader} ${rowOf(use)}`;
}
