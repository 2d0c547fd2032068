/** What another rule would have given, with the same uses: who gains and who loses, before anybody votes. */
import { READER_SHARES, USES, type UsageTable, type UseWeights } from "../../projection/credit/usage.ts";
import type { kindRules } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { personRef, type PersonRef } from "../queries/people.ts";
import { base32 } from "../../bytes/index.ts";
import { tableFrom, weightsOf } from "./closing.ts";
import { openPeriod, periodNumbered, policyAt } from "./policy.ts";
import { NOBODY, REMOTE } from "./making.ts";
import { fixedDues, settlePeriod, sumByPerson } from "./settling.ts";
import { closedPeriods } from "./statements.ts";

/** What everything is shared out of, where nothing says how much there is. */
export const SIMULATED_BUDGET = 1_000_000n;

/** Which uses a simulation supposes. */
export type Supposed = "last period" | "open period" | "each page alike";

export interface Simulated {
  readonly supposed: Supposed;
  /** Whether uses are weighed otherwise than in the closed period supposed: who gave what in it is not known any more. */
  readonly isApproximate: boolean;
  readonly budget: bigint;
  /** In order of first contribution. What stays in the pool, and goes elsewhere, has no person. */
  readonly people: readonly { readonly person: PersonRef; readonly before: bigint; readonly after: bigint }[];
  readonly kept: { readonly before: bigint; readonly after: bigint };
  readonly elsewhere: { readonly before: bigint; readonly after: bigint };
}

/** `rules` beside the rule in force, which may share nothing. */
export function simulate(
  community: Community,
  { rules, budget = SIMULATED_BUDGET }: { rules: kindRules.PolicyRules; budget?: bigint | undefined },
): Simulated {
  const { table, supposed, weights } = supposedTable(community);
  const present = policyAt(community)?.rules;
  // A table that was closed keeps the weights of its period, whichever rule came into force since.
  const weighed = (by: kindRules.PolicyRules): UsageTable => {
    if (supposed === "each page alike") return table;
    if (supposed === "open period") return openTable(community, by) ?? table;
    return reweighed(table, weights, weightsOf(by));
  };
  const isApproximate =
    supposed === "last period" && [present ?? {}, rules].some((by) => differ(table, weights, weightsOf(by)));
  const isShared = present?.currency !== undefined;
  const before = isShared ? dues(community, present, { table: weighed(present), budget }) : new Map<string, bigint>();
  const after = dues(community, rules, { table: weighed(rules), budget });
  const kept = { before: isShared ? keptOf(budget, before) : 0n, after: keptOf(budget, after) };
  return { supposed, isApproximate, budget, kept, ...compared(community, before, after) };
}

/**
 * What a table would be about, had its uses weighed otherwise: who gave what is not known any more, so each row changes as
 * its use does, and all together give what they gave.
 */
function reweighed(table: UsageTable, before: UseWeights, after: UseWeights): UsageTable {
  const changed = table.rows.map((row) => ({
    ...row,
    shares: (row.shares * (after[row.use] ?? 0n)) / ((before[row.use] ?? 0n) || 1n),
  }));
  const sumOfShares = (rows: UsageTable["rows"]): bigint => rows.reduce((sum, { shares }) => sum + shares, 0n);
  const [given, weighed] = [sumOfShares(table.rows), sumOfShares(changed)];
  if (weighed === 0n) return { ...table, rows: [] };
  const rows = changed.map((row) => ({ ...row, shares: (row.shares * given) / weighed }));
  return { ...table, rows: rows.filter(({ shares }) => shares > 0n) };
}

/** Whether other weights would have given other shares: any but multiples of the old ones, and of uses that were counted. */
function differ(table: UsageTable, before: UseWeights, after: UseWeights): boolean {
  const uses = USES.filter((use) => (before[use] ?? 0n) > 0n || (after[use] ?? 0n) > 0n);
  return (
    table.rows.length > 0 &&
    uses.some((use) =>
      uses.some((other) => (before[use] ?? 0n) * (after[other] ?? 0n) !== (before[other] ?? 0n) * (after[use] ?? 0n)),
    )
  );
}

/** What the desk has of the open period, weighed by another rule: who used what is known still, so this is exact. */
function openTable(community: Community, rules: kindRules.PolicyRules): UsageTable | undefined {
  const period = openPeriod(community);
  return period === undefined
    ? undefined
    : tableFrom(community, { ...period, policy: { ...period.policy, rules } }).table;
}

interface SupposedTable {
  readonly table: UsageTable;
  readonly supposed: Supposed;
  /** By which its rows were made. */
  readonly weights: UseWeights;
}

/** The last closed table that used anything, else what the desk has, else each current page once. */
function supposedTable(community: Community): SupposedTable {
  const last = closedPeriods(community).findLast(({ table }) => (table?.rows.length ?? 0) > 0);
  if (last?.table !== undefined)
    return {
      table: last.table,
      supposed: "last period",
      weights: weightsOf(periodNumbered(community, last.epoch)?.policy.rules ?? {}),
    };
  const period = openPeriod(community);
  const open = period === undefined ? undefined : tableFrom(community, period).table;
  if (open !== undefined && open.rows.length > 0)
    return { table: open, supposed: "open period", weights: weightsOf(period?.policy.rules ?? {}) };
  const pages = community.rows.all<{ id: Uint8Array }>(
    `SELECT r.id FROM unit u JOIN revision r ON r.n = u.head
     WHERE u.retired = 0 AND u.superseded_by IS NULL AND u.kind <> 'charter' ORDER BY r.id`,
  );
  const rows = pages.map(({ id }) => ({
    revision: base32.encode(id),
    use: "cite" as const,
    readers: 1,
    shares: READER_SHARES,
  }));
  return { table: { rows, readers: rows.length, carried: [] }, supposed: "each page alike", weights: {} };
}

function dues(
  community: Community,
  rules: kindRules.PolicyRules,
  { table, budget }: { table: UsageTable; budget: bigint },
): Map<string, bigint> {
  if (rules.fixed !== undefined) return fixedDues(community, rules, { epoch: 0, budget });
  const options = { epoch: 0, table, rules, size: community.size, budget };
  return sumByPerson(settlePeriod(community, options).settlement.dues);
}

function compared(community: Community, before: ReadonlyMap<string, bigint>, after: ReadonlyMap<string, bigint>) {
  const elsewhere = { before: 0n, after: 0n };
  const people = new Map<string, Sum>();
  for (const who of new Set([...before.keys(), ...after.keys()])) {
    const amounts = { before: before.get(who) ?? 0n, after: after.get(who) ?? 0n };
    const sum = who === NOBODY ? undefined : who.startsWith(REMOTE) ? elsewhere : sumOf(community, people, who);
    if (sum === undefined) continue;
    sum.before += amounts.before;
    sum.after += amounts.after;
  }
  const inOrder = [...people.values()].toSorted((a, b) => a.n - b.n);
  return {
    elsewhere,
    people: inOrder.map(({ person, ...sum }) => ({ person, before: sum.before, after: sum.after })),
  };
}

/** What of the budget goes to nobody: what is nobody's, and what readers used of things that too few used. */
function keptOf(budget: bigint, dues: ReadonlyMap<string, bigint>): bigint {
  return [...dues].reduce((rest, [who, amount]) => (who === NOBODY ? rest : rest - amount), budget);
}

type Sum = { readonly person: PersonRef; readonly n: number; before: bigint; after: bigint };

/** The sum of the person behind an identity, begun at nothing. */
function sumOf(community: Community, people: Map<string, Sum>, identity: string): Sum {
  const n = community.facts.person(community.facts.memberById(base32.decode(identity))?.n ?? 0);
  const person = personRef(community, n);
  const sum = people.get(person.id) ?? { person, n, before: 0n, after: 0n };
  people.set(person.id, sum);
  return sum;
}
