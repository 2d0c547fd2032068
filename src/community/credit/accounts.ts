/**
 * The accounts of a community: every posting that took effect, taken in again in order. What does not hold is refused and
 * named; nothing of it is posted. The record keeps it, as it keeps everything.
 */
import { base32, isLoreError } from "../../bytes/index.ts";
import { type AccountName, Ledger, type Line, type Posting } from "../../projection/credit/ledger.ts";
import type { Community } from "../community.ts";
import { requireForm } from "./forms.ts";
import { currencies, type Period } from "./policy.ts";
import { fixedDues, NOBODY, REMOTE, settlePeriod, type Settled, sumByPerson } from "./settling.ts";
import { allPosted, closedPeriods } from "./statements.ts";
import type { UsageTable } from "../../projection/credit/usage.ts";

/** Something about a post op that does not hold. */
export interface Doubt {
  /** Id of the op, base32, and the entry with which it took effect. */
  readonly op: string;
  readonly index: number;
  readonly why: string;
}

export interface Accounts {
  readonly ledger: Ledger;
  /** By key, in order. */
  readonly postings: ReadonlyMap<string, Posting>;
  /** Postings that moved nothing. */
  readonly refused: readonly Doubt[];
  /** Balances that are not those that whoever posted had before them. */
  readonly differing: readonly Doubt[];
}

/** Key of the posting that shares out a period. */
export function epochKey(epoch: number): string {
  return `epoch:${epoch}`;
}

/** What took effect before entry `before`. */
export function accountsOf(community: Community, before = Number.MAX_SAFE_INTEGER): Accounts {
  const { suite } = community.environment;
  const ledger = new Ledger(currencies(community));
  const closed = new Set(
    closedPeriods(community, before).flatMap(({ epoch, table }) => (table === undefined ? [] : epoch)),
  );
  const postings = new Map<string, Posting>();
  const refused: Doubt[] = [];
  const differing: Doubt[] = [];
  /** Balances after what took effect with each entry. */
  const digests = [{ index: -1, digest: base32.encode(ledger.digest(suite)) }];
  for (const posted of allPosted(community, before)) {
    const { id: op, index } = posted;
    const known = digests.findLast((each) => each.index < posted.size)?.digest;
    if (posted.balances !== undefined && posted.balances !== known)
      differing.push({ op, index, why: "The balances before it are not those it says." });
    if (posted.postings.length === 0) refused.push({ op, index, why: "Its postings cannot be read." });
    for (const posting of posted.postings) {
      try {
        if (take(ledger, posting, { postings, isClosed: (epoch) => closed.has(epoch) }))
          postings.set(posting.key, posting);
      } catch (error) {
        if (!isLoreError(error)) throw error;
        refused.push({ op, index, why: error.message });
      }
    }
    digests.push({ index, digest: base32.encode(ledger.digest(suite)) });
  }
  return { ledger, postings, refused, differing };
}

/** Posts what a form allows; false for what was posted before. @throws LoreError REFUSED, with nothing posted. */
export function take(
  ledger: Ledger,
  posting: Posting,
  {
    postings,
    isClosed,
  }: { readonly postings: ReadonlyMap<string, Posting>; readonly isClosed: (epoch: number) => boolean },
): boolean {
  requireForm(posting, postings, isClosed);
  return ledger.post(posting);
}

/** Where amounts move: sums by account, holder and currency. */
export class Moves {
  readonly #sums = new Map<string, Line>();

  /** Takes from one account and gives to another. Nothing moves for 0. */
  move(amount: bigint, currency: string, from: Side, to: Side): void {
    this.#add({ ...from, currency, amount: -amount });
    this.#add({ ...to, currency, amount });
  }

  #add(line: Line): void {
    const key = `${line.account}:${line.holder ?? ""} ${line.currency}`;
    this.#sums.set(key, { ...line, amount: (this.#sums.get(key)?.amount ?? 0n) + line.amount });
  }

  lines(): Line[] {
    return [...this.#sums.values()].filter(({ amount }) => amount !== 0n);
  }
}

export interface Side {
  readonly account: AccountName;
  readonly holder?: string;
}

export interface EpochDraft {
  /** What the period shares out, and what ripened meanwhile; none where nothing moves. */
  readonly postings: readonly Posting[];
  /** undefined for shares that were agreed on. */
  readonly settled: Settled | undefined;
  /** By person, or NOBODY. */
  readonly dues: ReadonlyMap<string, bigint>;
  readonly budget: bigint;
}

/** What a period moves, looked at after `size` entries. The ledger is that of before. */
export function draftEpoch(
  community: Community,
  { period, table, size, ledger }: { period: Period; table: UsageTable; size: number; ledger: Ledger },
): EpochDraft {
  const { epoch, policy } = period;
  const { rules } = policy;
  const currency = rules.currency ?? "points";
  const moves = new Moves();
  const pool = ledger.balance("pool", currency);
  const budget = pool + BigInt(rules.budget ?? 0);
  const settled =
    rules.fixed === undefined ? settlePeriod(community, { epoch, table, rules, size, budget }) : undefined;
  const dues =
    settled === undefined ? fixedDues(community, rules, { epoch, budget }) : sumByPerson(settled.settlement.dues);
  const shared = [...dues].reduce((sum, [person, amount]) => (person === NOBODY ? sum : sum + amount), 0n);
  // Points are made as they are given: what nobody is due is never there.
  if (shared > pool) moves.move(shared - pool, currency, { account: "inflow" }, { account: "pool" });
  for (const [person, amount] of dues)
    if (person !== NOBODY) moves.move(amount, currency, { account: "pool" }, sideOf(community, person));
  const ripe = new Moves();
  ripen(community, { ledger, moves: ripe, epoch, hold: rules.hold ?? HOLD });
  const postings = [
    // First what was there before: the new is pending for a whole period.
    { key: `ripe:${epoch}`, lines: ripe.lines() },
    { key: epochKey(epoch), lines: moves.lines() },
  ].filter(({ lines }) => lines.length > 0);
  return { postings, settled, dues, budget };
}

/** Periods a share waits for somebody who has not come. */
const HOLD = 26;

/** Where what somebody is due stands until the next period is closed. */
export function sideOf(community: Community, person: string): Side {
  if (person.startsWith(REMOTE)) return { account: "remote", holder: person.slice(REMOTE.length) };
  return { account: isHere(community, person) ? "pending" : "unclaimed", holder: person };
}

/** Whether the person behind an identity holds a key here. */
function isHere({ facts }: Community, person: string): boolean {
  const member = facts.memberById(base32.decode(person))?.n;
  return member !== undefined && facts.member(facts.person(member))?.keyed === 1;
}

interface Ripening {
  readonly ledger: Ledger;
  readonly moves: Moves;
  readonly epoch: number;
  readonly hold: number;
}

/**
 * What was pending through a whole period can be paid; what waited for somebody who has come since is theirs; what waited
 * too long goes back to the pool, the oldest first.
 */
function ripen(community: Community, { ledger, moves, epoch, hold }: Ripening): void {
  for (const { account, holder, amount, currency } of ledger.balances()) {
    if (holder === undefined) continue;
    if (account === "pending") moves.move(amount, currency, { account, holder }, { account: "payable", holder });
    else if (account === "unclaimed" && isHere(community, holder))
      moves.move(amount, currency, { account, holder }, { account: "pending", holder });
    else if (account === "unclaimed") {
      const late = lateAmount(ledger, { holder, currency, upTo: epoch - hold });
      if (late > 0n) moves.move(late, currency, { account, holder }, { account: "pool" });
    }
  }
}

/** What of an unclaimed balance came with period `upTo` or before, less what went since: the oldest goes first. */
function lateAmount(
  ledger: Ledger,
  { holder, currency, upTo }: { holder: string; currency: string; upTo: number },
): bigint {
  let [came, went] = [0n, 0n];
  for (const { key, lines } of ledger.postings()) {
    const epoch = Number(/^epoch:(\d+)$/.exec(key)?.[1] ?? Number.NaN);
    for (const line of lines) {
      if (line.account !== "unclaimed" || line.holder !== holder || line.currency !== currency) continue;
      if (line.amount < 0n) went -= line.amount;
      else if (epoch <= upTo) came += line.amount;
    }
  }
  return came > went ? came - went : 0n;
}
