/**
 * The accounts of a community: every posting that took effect, taken in again in order. What does not hold is refused and
 * named; nothing of it is posted. The record keeps it, as it keeps everything.
 */
import { base32, isLoreError } from "../../bytes/index.ts";
import { type AccountName, Ledger, type Line, type Posting } from "../../projection/credit/ledger.ts";
import type { Community } from "../community.ts";
import { lateAmount, type Posted as FormContext, requireForm } from "./forms.ts";
import { currenciesIn, type Period, periodNumbered } from "./policy.ts";
import { NOBODY, REMOTE } from "./making.ts";
import { fixedDues, settlePeriod, type Settled, sumByPerson } from "./settling.ts";
import { allPosted, closedPeriods, type Posted } from "./statements.ts";
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
  const closed = closedPeriods(community, before);
  const known = currenciesIn(community);
  const ledger = new Ledger([]);
  const postings = new Map<string, Posting>();
  const refused: Doubt[] = [];
  const differing: Doubt[] = [];
  /** Balances after what took effect with each entry. */
  const digests = [{ index: -1, digest: base32.encode(ledger.digest(suite)) }];
  const allow = (at: number): void => {
    for (const { code, from } of known) if (from <= at) ledger.allow(code);
  };
  for (const { posted, at } of inEffect(community, before)) {
    const { id: op, index } = posted;
    allow(at);
    const holdOf = (epoch: number): number | undefined => {
      const period = closed.find((each) => each.epoch === epoch && each.index <= at);
      return period?.table === undefined ? undefined : holdAt(community, epoch);
    };
    const balances = digests.findLast((each) => each.index < posted.size)?.digest;
    if (posted.balances !== undefined && posted.balances !== balances)
      differing.push({ op, index, why: "The balances before it are not those it says." });
    if (posted.doubt !== undefined) refused.push({ op, index, why: posted.doubt });
    for (const posting of posted.doubt === undefined ? posted.postings : []) {
      try {
        const taken = take({ ledger, postings, holdOf }, posting);
        if (taken !== undefined) postings.set(posting.key, taken);
      } catch (error) {
        if (!isLoreError(error)) throw error;
        refused.push({ op, index, why: error.message });
      }
    }
    digests.push({ index: at, digest: base32.encode(ledger.digest(suite)) });
  }
  allow(before);
  return { ledger, postings, refused, differing };
}

function holdAt(community: Community, epoch: number): number {
  return periodNumbered(community, epoch)?.policy.rules.hold ?? HOLD;
}

const OF_PERIOD = /^(?:epoch|ripe):(\d+)$/;

/** Periods that postings are about. */
export function periodsOf(postings: readonly Posting[]): number[] {
  return postings.flatMap(({ key }) => OF_PERIOD.exec(key)?.[1] ?? []).map(Number);
}

/**
 * Postings in the order in which they take effect. Those of a period stand in the entry that closes it, and move nothing
 * before it is closed, whichever was agreed on first.
 */
function inEffect(community: Community, before: number): { readonly posted: Posted; readonly at: number }[] {
  const closed = closedPeriods(community, before);
  return allPosted(community, before)
    .flatMap((posted) => {
      let at = posted.index;
      for (const epoch of periodsOf(posted.postings)) {
        const period = closed.find((each) => each.epoch === epoch && each.said === posted.said);
        if (period === undefined)
          return waitsForTable(community, posted) ? [] : [{ posted: withoutTable(posted, epoch), at }];
        at = Math.max(at, period.index);
      }
      return [{ posted, at }];
    })
    .toSorted((a, b) => a.at - b.at);
}

/** Whether the table that was signed with postings was not agreed on: until it is, they say nothing. */
function waitsForTable({ rows }: Community, { said }: Posted): boolean {
  return rows.get("SELECT id FROM proposal WHERE op = 'usage' AND idx = ? AND state <> 'accepted'", said) !== undefined;
}

function withoutTable(posted: Posted, epoch: number): Posted {
  return { ...posted, doubt: posted.doubt ?? `It does not stand in the entry that closes period ${epoch}.` };
}

/** Posts what a form allows; answers what was posted, undefined for what was before. @throws LoreError REFUSED, with nothing posted. */
export function take(posted: FormContext, posting: Posting): Posting | undefined {
  const there = posting.key.startsWith("ripe:") ? stillPending(posted.ledger, posting) : posting;
  requireForm(there, posted);
  return posted.ledger.post(there) ? there : undefined;
}

/** What ripens less what was disputed since that was drawn up. */
function stillPending(ledger: Ledger, posting: Posting): Posting {
  const missing = new Map<string, bigint>();
  for (const { account, holder, currency, amount } of posting.lines) {
    const short = account === "pending" && amount < 0n ? -amount - ledger.balance(account, currency, holder) : 0n;
    if (short > 0n) missing.set(`${holder} ${currency}`, short);
  }
  if (missing.size === 0) return posting;
  const lines = posting.lines.map((line) => {
    const short = missing.get(`${line.holder} ${line.currency}`) ?? 0n;
    if (line.account === "payable") return { ...line, amount: line.amount - short };
    return line.account === "pending" && line.amount < 0n ? { ...line, amount: line.amount + short } : line;
  });
  return { ...posting, lines: lines.filter(({ amount }) => amount !== 0n) };
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
export const HOLD = 26;

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
