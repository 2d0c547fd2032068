/**
 * A period shared out: the versions that were used and what they were made from, the people behind each, and what flows to
 * whom (DESIGN.md 5). A pure function of a usage table, a rule and the record up to an entry: whoever has the record comes to
 * the same. People are named by the identity that wrote: merging two later changes no sum.
 */
import { base32 } from "../../bytes/index.ts";
import type { FlowGraph } from "../../projection/credit/flow.ts";
import { type Due, KEEPS, type Keeps, settle, type Settlement } from "../../projection/credit/settle.ts";
import { split, tie } from "../../projection/credit/split.ts";
import { inflowOf, type UsageRow, type UsageTable } from "../../projection/credit/usage.ts";
import type { kindRules } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { DEFAULT_PASSES, Making, type Node, PASSES } from "./making.ts";

export interface SettleOptions {
  readonly epoch: number;
  readonly table: UsageTable;
  readonly rules: kindRules.PolicyRules;
  /** Entries of the record that are looked at. */
  readonly size: number;
  /** Minor units to be shared out. */
  readonly budget: bigint;
}

export interface Settled {
  readonly nodes: readonly Node[];
  readonly graph: FlowGraph;
  /** By node: what arrived there, for which rows of the table. */
  readonly inflow: Float64Array;
  readonly arrivals: readonly { readonly node: number; readonly row: UsageRow; readonly amount: bigint }[];
  readonly settlement: Settlement;
}

/** Shares out a period. @throws LoreError REFUSED as `flow` does. */
export function settlePeriod(community: Community, options: SettleOptions): Settled {
  const { table, rules, size, budget, epoch } = options;
  const used = table.rows.map(({ revision }) => community.facts.revisionById(base32.decode(revision))?.n);
  const making = new Making(community, size);
  const nodes = making.reachedFrom(used.filter((n) => n !== undefined));
  const place = new Map(nodes.map(({ id }, i) => [id, i]));
  const amounts = inflowOf(table, budget);
  const inflow = new Float64Array(nodes.length);
  const arrivals = table.rows.flatMap((row, i) => {
    const [node, amount] = [place.get(row.revision), amounts[i] ?? 0n];
    if (node === undefined || amount === 0n) return [];
    inflow[node] = (inflow[node] ?? 0) + Number(amount);
    return [{ node, row, amount }];
  });
  const graph = making.graph(nodes, place);
  const stewards = stewardsAt(community, size);
  const settlement = settle(community.environment.suite, {
    epoch,
    revisions: nodes.map((node) => making.people(node)),
    graph,
    inflow,
    rates: passesOf(rules).map(([, rate]) => rate),
    keeps: keepsOf(rules),
    stewards,
  });
  return { nodes, graph, inflow, arrivals, settlement };
}

export function keepsOf({ keeps = KEEPS }: kindRules.PolicyRules): Keeps {
  return keeps;
}

/** What a rule passes on, with its defaults. */
export function passesOf({
  passes = DEFAULT_PASSES,
}: kindRules.PolicyRules): [rel: (typeof PASSES)[number], rate: number][] {
  return PASSES.map((rel) => [rel, passes[rel] ?? 0]);
}

/** Shares that were agreed on, whatever was used. By person. */
export function fixedDues(
  community: Community,
  { fixed = [] }: kindRules.PolicyRules,
  { epoch, budget }: { readonly epoch: number; readonly budget: bigint },
): Map<string, bigint> {
  const { suite } = community.environment;
  const order = fixed.map(({ member }) => tie(suite, epoch, member));
  const shares = split(
    budget,
    fixed.map(({ share }) => BigInt(share)),
    (a, b) => (order[a] ?? "") < (order[b] ?? ""),
  );
  return new Map(fixed.map(({ member }, i) => [member, shares[i] ?? 0n]));
}

/** What each is due, of all versions and roles. */
export function sumByPerson(dues: readonly Due[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { person, amount } of dues) sums.set(person, (sums.get(person) ?? 0n) + amount);
  return sums;
}

/** Member ids of those who were steward after `size` entries. */
function stewardsAt({ rows }: Community, size: number): string[] {
  const found = rows.all<{ id: Uint8Array }>(
    `SELECT DISTINCT m.id FROM role r JOIN member m ON m.n = r.member
     WHERE r.role = 'steward' AND r.from_idx < ?1 AND (r.until_idx IS NULL OR r.until_idx >= ?1) ORDER BY m.n`,
    size,
  );
  return found.map(({ id }) => base32.encode(id));
}
