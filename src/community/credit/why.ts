/**
 * Why somebody is due what they are due: every path by which value came to them, from the use it came in with, over what was
 * made from what, to the words or the review it is for. The amounts of the paths come to the whole, to the last unit.
 */
import { base32, LoreError } from "../../bytes/index.ts";
import type { Line } from "../../projection/credit/ledger.ts";
import type { Due, Role } from "../../projection/credit/settle.ts";
import { split } from "../../projection/credit/split.ts";
import type { Use } from "../../projection/credit/usage.ts";
import type { Community } from "../community.ts";
import { type Accounts, accountsOf, draftEpoch, epochKey } from "./accounts.ts";
import { periodNumbered, type Period } from "./policy.ts";
import { NOBODY, PASSES, REMOTE } from "./making.ts";
import type { Settled } from "./settling.ts";
import { allPosted, closedPeriods, type ClosedPeriod } from "./statements.ts";

/** One step of a path: a version, and how the value left it. Ids in base32. */
export interface Step {
  readonly revision: string;
  /** How it was passed on to the next step; undefined at the last. */
  readonly by: (typeof PASSES)[number] | undefined;
}

export interface Path {
  readonly person: string;
  readonly role: Role;
  readonly amount: bigint;
  /** The use that brought it in. */
  readonly use: Use;
  readonly readers: number;
  readonly steps: readonly Step[];
}

/** A closed period, shared out again. */
export interface Explained {
  readonly closed: ClosedPeriod;
  readonly period: Period;
  readonly currency: string;
  /** undefined where shares were agreed on, whatever was used. */
  readonly settled: Settled | undefined;
  readonly dues: ReadonlyMap<string, bigint>;
  /** Points that were made for it. */
  readonly made: bigint;
  /** Whether it was given. Until its postings are in effect nobody has anything of it. */
  readonly isPosted: boolean;
}

/** Shares a closed period out again, from the record. @throws LoreError NOT_FOUND for one that is not closed or was erased. */
export function explain(
  community: Community,
  epoch: number,
  { postings }: Pick<Accounts, "postings"> = accountsOf(community),
): Explained {
  const closed = closedPeriods(community)[epoch];
  const period = periodNumbered(community, epoch);
  if (closed?.table === undefined || period === undefined)
    throw new LoreError(
      "NOT_FOUND",
      `Period ${epoch} is not closed here, or its table was erased. "lore credit" lists what is.`,
    );
  const size = sizeOf(community, closed);
  // What was accepted while the closing waited was not there when it was drawn up.
  const { ledger } = accountsOf(community, size);
  const drafted = draftEpoch(community, { period, table: closed.table, size, ledger });
  const { settled, dues } = drafted;
  const made = inflowIn(drafted.postings.find(({ key }) => key === epochKey(epoch))?.lines ?? []);
  const isPosted = postings.has(epochKey(epoch)) || dues.size === 0;
  return { closed, period, currency: period.policy.rules.currency ?? "points", settled, dues, made, isPosted };
}

/** Entries that were looked at when the period was closed. */
function sizeOf(community: Community, { epoch, said }: ClosedPeriod): number {
  const posted = allPosted(community).find(({ postings }) => postings.some(({ key }) => key === epochKey(epoch)));
  return posted?.size ?? said;
}

/** More paths nobody reads, and they take memory. */
const PATHS_MAX = 100_000;

/** Every path to the dues of `isWanted`. Amounts come to what they are due. */
export function pathsTo({ settled }: Explained, isWanted: (due: Due, revision: string) => boolean): Path[] {
  if (settled === undefined) return [];
  const { nodes, settlement } = settled;
  const paths: Path[] = [];
  const incoming = linksInto(settled);
  for (const due of settlement.dues) {
    const revision = nodes[due.revision]?.id ?? "";
    if (!isWanted(due, revision)) continue;
    const steps: Step[] = [{ revision, by: undefined }];
    follow({ settled, incoming, paths, due }, { node: due.revision, amount: due.amount, steps });
  }
  return paths.toSorted((a, b) => (a.amount === b.amount ? 0 : a.amount < b.amount ? 1 : -1));
}

interface Following {
  readonly settled: Settled;
  readonly incoming: ReadonlyMap<number, readonly number[]>;
  readonly paths: Path[];
  readonly due: Due;
}

/** Divides an amount at a node among what came in there, by how much each was, and goes on upwards. */
function follow(
  at: Following,
  { node, amount, steps }: { node: number; amount: bigint; steps: readonly Step[] },
): void {
  const { settled, incoming, paths, due } = at;
  if (paths.length >= PATHS_MAX)
    throw new LoreError("TOO_LARGE", `Explaining a share: it came by more than ${PATHS_MAX} paths. Ask for one unit.`, {
      limit: PATHS_MAX,
    });
  const arrivals = settled.arrivals.filter((arrival) => arrival.node === node);
  const links = (incoming.get(node) ?? []).filter((link) => (settled.settlement.flow.passed[link] ?? 0) > 0);
  const parts = split(amount, [
    ...arrivals.map((arrival) => arrival.amount),
    ...links.map((link) => BigInt(settled.settlement.flow.passed[link] ?? 0)),
  ]);
  for (const [i, { row }] of arrivals.entries()) {
    const part = parts[i] ?? 0n;
    if (part > 0n)
      paths.push({ person: due.person, role: due.role, amount: part, use: row.use, readers: row.readers, steps });
  }
  for (const [i, link] of links.entries()) {
    const part = parts[arrivals.length + i] ?? 0n;
    if (part === 0n) continue;
    const from = sourceOf(settled, link);
    const by = PASSES[settled.graph.kind[link] ?? 0];
    follow(at, { node: from, amount: part, steps: [{ revision: settled.nodes[from]?.id ?? "", by }, ...steps] });
  }
}

/** The node that a link leaves. */
function sourceOf({ graph: { first } }: Settled, link: number): number {
  let [low, high] = [0, first.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((first[middle] ?? 0) <= link) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** What stays by a link of a version to itself came in otherwise. */
function linksInto(settled: Settled): Map<number, readonly number[]> {
  const { to } = settled.graph;
  const links = [...to.keys()].filter((link) => to[link] !== sourceOf(settled, link));
  return Map.groupBy(links, (link) => to[link] ?? 0);
}

/** What recomputing the periods found. */
export interface CreditReport {
  readonly periods: number;
  readonly postings: number;
  /** Periods whose table is not here, or cannot be: nobody can share them out again. */
  readonly unexplained: readonly number[];
  /** Closed periods whose postings are not in effect: they wait for consent, or were declined. */
  readonly unposted: readonly number[];
  readonly balances: string;
}

/**
 * Shares every closed period out again and compares with what was posted.
 * @throws LoreError INTEGRITY naming the first that differs.
 */
export function verifyCredit(community: Community): CreditReport {
  const { ledger, postings, refused, differing } = accountsOf(community);
  const [first] = [...refused, ...differing];
  if (first !== undefined)
    throw new LoreError("INTEGRITY", `Verifying the ledger, entry ${first.index}: ${first.why}`, {
      data: { where: `entry ${first.index}` },
    });
  const unexplained: number[] = [];
  const unposted: number[] = [];
  const closed = closedPeriods(community);
  for (const { epoch, table, index } of closed) {
    if (table === undefined) {
      unexplained.push(epoch);
      continue;
    }
    const { dues, made } = explain(community, epoch, { postings });
    const due = dueToPeople(community, dues);
    const posting = postings.get(epochKey(epoch));
    if (posting === undefined && due.size > 0) {
      unposted.push(epoch);
      continue;
    }
    const lines = posting?.lines ?? [];
    const given = givenBy(community, lines);
    const differs = [...new Set([...due.keys(), ...given.keys()])].find((who) => due.get(who) !== given.get(who));
    if (differs !== undefined)
      throw wrongPeriod(
        { epoch, index },
        `${differs} is due ${due.get(differs) ?? 0n}, ${given.get(differs) ?? 0n} were posted.`,
      );
    if (inflowIn(lines) !== made)
      throw wrongPeriod({ epoch, index }, `${made} were to be made for it, ${inflowIn(lines)} were.`);
  }
  const balances = base32.encode(ledger.digest(community.environment.suite));
  return { periods: closed.length, postings: postings.size, unexplained, unposted, balances };
}

function wrongPeriod({ epoch, index }: Pick<ClosedPeriod, "epoch" | "index">, found: string): LoreError {
  return new LoreError("INTEGRITY", `Verifying period ${epoch}, closed with entry ${index}: ${found}`, {
    data: { where: `period ${epoch}` },
  });
}

/** What a posting takes from outside. */
function inflowIn(lines: readonly Line[]): bigint {
  return lines.reduce((sum, { account, amount }) => (account === "inflow" ? sum - amount : sum), 0n);
}

/** By person as they are now, or community: identities may have been merged since. */
function dueToPeople(community: Community, dues: ReadonlyMap<string, bigint>): Map<string, bigint> {
  const sums = new Sums(community);
  for (const [person, amount] of dues)
    if (person !== NOBODY) sums.add(person.startsWith(REMOTE) ? person.slice(REMOTE.length) : person, amount);
  return sums.all;
}

/** What a posting gives, to whichever of their accounts. */
function givenBy(community: Community, lines: readonly Line[]): Map<string, bigint> {
  const sums = new Sums(community);
  for (const { holder, amount } of lines) if (holder !== undefined) sums.add(holder, amount);
  return sums.all;
}

class Sums {
  readonly all = new Map<string, bigint>();
  readonly #facts: Community["facts"];

  constructor({ facts }: Community) {
    this.#facts = facts;
  }

  add(holder: string, amount: bigint): void {
    if (amount === 0n) return;
    // The record may name any holder; what is no id of a member is nobody's other name.
    const member = /^[a-z2-7]{32}$/.test(holder) ? this.#facts.memberById(base32.decode(holder))?.n : undefined;
    const person = member === undefined ? undefined : this.#facts.member(this.#facts.person(member));
    const name = person === undefined ? holder : base32.encode(person.id);
    this.all.set(name, (this.all.get(name) ?? 0n) + amount);
  }
}
