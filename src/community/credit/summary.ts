/** Where value stands in a community, and what a period gave to whom: what the terminal, the pages and the API show alike. */
import { base32 } from "../../bytes/index.ts";
import { ACCOUNTS, type AccountName, type Posting } from "../../projection/credit/ledger.ts";
import type { Community } from "../community.ts";
import { personRef, type PersonRef } from "../queries/people.ts";
import { accountsOf, type Doubt } from "./accounts.ts";
import { payoutEnd, stateOf } from "./forms.ts";
import { openPeriod, policyAt, type PolicyInForce } from "./policy.ts";
import { closedPeriods } from "./statements.ts";
import { explain, type Explained, type Path, pathsTo } from "./why.ts";

/** What all accounts of a name hold together; of `inflow` what came in. */
export interface Total {
  readonly account: AccountName;
  readonly currency: string;
  /** Minor units. */
  readonly amount: bigint;
}

export interface PayoutState {
  readonly payout: number;
  readonly state: "prepared" | "confirmed" | "cancelled";
  /** What it is found by at the bank. */
  readonly reference?: string | undefined;
}

export interface CreditSummary {
  readonly policy: PolicyInForce | undefined;
  /** Number of the period that is open; undefined while nothing is shared. */
  readonly openPeriod: number | undefined;
  readonly closed: readonly { readonly epoch: number; readonly index: number; readonly readers: number | undefined }[];
  readonly accounts: readonly Total[];
  readonly payouts: readonly PayoutState[];
  readonly disputes: readonly {
    readonly id: string;
    readonly holder: string;
    readonly currency: string;
    readonly amount: bigint;
  }[];
  /** Postings that moved nothing, and balances that are not those that were said. */
  readonly refused: readonly Doubt[];
  readonly differing: readonly Doubt[];
}

export function summaryOf(community: Community): CreditSummary {
  const { ledger, postings, refused, differing } = accountsOf(community);
  return {
    policy: policyAt(community),
    openPeriod: openPeriod(community)?.epoch,
    closed: closedPeriods(community).map(({ epoch, index, table }) => ({ epoch, index, readers: table?.readers })),
    accounts: totalsOf(ledger.balances()),
    payouts: payoutsOf(postings),
    disputes: disputesIn(postings),
    refused,
    differing,
  };
}

const ORDER = Object.keys(ACCOUNTS);

function totalsOf(balances: readonly { account: AccountName; currency: string; amount: bigint }[]): Total[] {
  const totals = new Map<string, Total>();
  for (const { account, currency, amount } of balances) {
    const sum = totals.get(`${account} ${currency}`)?.amount ?? 0n;
    totals.set(`${account} ${currency}`, {
      account,
      currency,
      amount: sum + (account === "inflow" ? -amount : amount),
    });
  }
  return [...totals.values()].toSorted((a, b) => ORDER.indexOf(a.account) - ORDER.indexOf(b.account));
}

function payoutsOf(postings: ReadonlyMap<string, Posting>): PayoutState[] {
  return [...postings.keys()].flatMap((key) => {
    const n = /^payout:(\d+):prepared$/.exec(key)?.[1];
    if (n === undefined) return [];
    const end = payoutEnd(postings, n);
    return [
      { payout: Number(n), state: stateOf(end), ...(end?.reference === undefined ? {} : { reference: end.reference }) },
    ];
  });
}

/** Those that nobody has settled. */
function disputesIn(postings: ReadonlyMap<string, Posting>): CreditSummary["disputes"] {
  const undone = new Set([...postings.values()].map(({ reverses }) => reverses));
  return [...postings.values()].flatMap(({ key, lines }) => {
    const id = /^dispute:(.+)$/.exec(key)?.[1];
    const line = lines.find(({ amount }) => amount < 0n);
    if (id === undefined || line?.holder === undefined || postings.has(`resolve:${id}`) || undone.has(key)) return [];
    return [{ id, holder: line.holder, currency: line.currency, amount: -line.amount }];
  });
}

/** What somebody was given in a period. */
export interface PersonShare {
  readonly person: PersonRef;
  readonly amount: bigint;
}

/** By person as they are now, in order of first contribution. */
export function sharesIn(community: Community, { dues }: Explained): PersonShare[] {
  const shares = new Map<string, PersonShare & { readonly n: number }>();
  for (const [identity, amount] of dues) {
    const n = personNumber(community, identity);
    if (n === undefined || amount === 0n) continue;
    const person = personRef(community, n);
    shares.set(person.id, { person, n, amount: (shares.get(person.id)?.amount ?? 0n) + amount });
  }
  return [...shares.values()].toSorted((a, b) => a.n - b.n).map(({ person, amount }) => ({ person, amount }));
}

/** Row number of the person behind an identity; undefined for what is none: another community, or nobody. */
export function personNumber({ facts }: Community, identity: string): number | undefined {
  const member = /^[a-z2-7]{32}$/.test(identity) ? facts.memberById(base32.decode(identity))?.n : undefined;
  return member === undefined ? undefined : facts.person(member);
}

/** The paths to a person's share, most first. `person` is a row number. */
export function pathsToPerson(community: Community, explained: Explained, person: number): Path[] {
  return pathsTo(explained, (due) => personNumber(community, due.person) === person);
}

/** A period as a document. @throws LoreError NOT_FOUND for one that is not closed, or was erased. */
export function statementOf(community: Community, epoch: number) {
  const explained = explain(community, epoch);
  const { closed, currency, period } = explained;
  return {
    epoch,
    entry: closed.index,
    currency,
    policy: period.policy.revision,
    readers: closed.table?.readers ?? 0,
    people: sharesIn(community, explained),
    paths: pathsTo(explained, () => true),
  };
}
