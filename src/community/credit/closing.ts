/**
 * What stewards write about value: closing a period, recording what came in, freezing what is disputed, paying out. Each is
 * drafted from the record as it is, and takes effect by the consent of the stewards. What would be refused is not written.
 */
import { base32, LoreError, utf8 } from "../../bytes/index.ts";
import type { Line, Posting } from "../../projection/credit/ledger.ts";
import { amountText } from "../../projection/credit/money.ts";
import type { Rights } from "../../projection/credit/rights.ts";
import { type NamedUse, usageTable, type UsageTable, type UseWeights } from "../../projection/credit/usage.ts";
import { type kindRules, opId } from "../../unit/index.ts";
import type { Author } from "../author.ts";
import type { Community } from "../community.ts";
import type { DraftOp } from "../draft.ts";
import { rightsIn } from "../agreements.ts";
import { standingIn } from "../queries/authorship.ts";
import { authorsOf, personRef } from "../queries/people.ts";
import {
  type Accounts,
  accountsOf,
  draftEpoch,
  type EpochDraft,
  HOLD,
  Moves,
  periodsOf,
  type Side,
  take,
} from "./accounts.ts";
import { payoutEnd, stateOf } from "./forms.ts";
import { openPeriod, type Period, periodNumbered, policyAt } from "./policy.ts";
import { postDraft, postingsSaid, tablePart } from "./statements.ts";

/** A period as it would be closed now. */
export interface ClosingDraft extends EpochDraft {
  readonly period: Period;
  readonly table: UsageTable;
  /** Uses that the table counts. */
  readonly counted: readonly NamedUse[];
  readonly size: number;
}

/** @throws LoreError REFUSED while nothing is shared here. */
export function draftClosing(community: Community): ClosingDraft {
  const period = openPeriod(community);
  if (period === undefined)
    throw new LoreError(
      "REFUSED",
      'Closing a period: nothing is shared here, since no rule in force names a currency. Suggest one with "lore propose FILE --kind policy --rules RULES".',
    );
  const { table, counted } = tableFrom(community, period);
  const { ledger } = accountsOf(community);
  const { size } = community;
  return { period, table, counted, size, ...draftEpoch(community, { period, table, size, ledger }) };
}

/** The usage table of the open period as the desk has it now. */
export function tableFrom(
  community: Community,
  { epoch, policy }: Period,
): { readonly table: UsageTable; readonly counted: readonly NamedUse[] } {
  // What was used before there was a rule was used without one.
  const first = periodNumbered(community, 0)?.from ?? 0;
  const since = community.rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", first)?.time ?? 0;
  const { shares } = rightsIn(community.facts);
  const uses = community.desk.open(since).flatMap((use) => named(community, use, shares));
  const table = usageTable(community.environment.suite, epoch, uses, weightsOf(policy.rules));
  const carried = new Set(table.carried.map(idOf));
  return { table, counted: uses.filter((use) => !carried.has(idOf(use))) };
}

function idOf({ reader, revision, use }: Omit<NamedUse, "isOwn">): string {
  return `${reader} ${revision} ${use}`;
}

/** By default a run counts once, carrying words on twice, a citation three times, a payment five times; reading does not. */
const WEIGHTS: UseWeights = { run: 1n, carry: 2n, cite: 3n, pay: 5n };

export function weightsOf({ uses }: kindRules.PolicyRules): UseWeights {
  return uses === undefined
    ? WEIGHTS
    : Object.fromEntries(Object.entries(uses).map(([use, weight]) => [use, BigInt(weight)]));
}

/** A use with its reader as the person they are now, and whether what they used is their own. */
function named(
  community: Community,
  { reader, revision, use }: Omit<NamedUse, "isOwn">,
  shares: Rights["shares"],
): NamedUse[] {
  const { facts } = community;
  const member = facts.memberById(base32.decode(reader))?.n;
  const row = facts.revisionById(base32.decode(revision));
  if (member === undefined || row === undefined) return [];
  const person = personRef(community, member);
  // Programs read for somebody; who stands behind them reads once.
  if (person.type !== "person") return [];
  return [{ reader: person.id, revision, use, isOwn: isOwnUse(community, member, row.n, shares) }];
}

/** Whether a member made a version, signed it, has words or a share in it; row numbers. Then their use of it counts nothing. */
export function isOwnUse(
  community: Community,
  member: number,
  revision: number,
  shares = rightsIn(community.facts).shares,
): boolean {
  const person = personRef(community, member).id;
  const { authors, signedBy } = authorsOf(community, revision, {
    signer: community.facts.revision(revision)?.author ?? member,
  });
  const unit = community.facts.unit(community.facts.revision(revision)?.unit ?? 0)?.id ?? new Uint8Array();
  return (
    shares.get(base32.encode(unit))?.has(person) === true ||
    [...authors, signedBy, ...standingIn(community, revision)].some(({ id }) => id === person)
  );
}

/** Writes the ops that close a period; they take effect once the stewards agree. */
export async function close(
  community: Community,
  author: Author,
  draft: ClosingDraft,
): Promise<{ readonly index: number; readonly ids: readonly Uint8Array[] }> {
  requireSteward(community, author);
  requireNoneWaiting(community);
  const { epoch } = draft.period;
  const total = draft.table.rows.reduce((sum, { shares }) => sum + shares, 0n);
  const { ledger, postings } = accountsOf(community);
  const balances = ledger.digest(community.environment.suite);
  const hold = draft.period.policy.rules.hold ?? HOLD;
  // What the accounts would not take is not written, the period stays open.
  for (const posting of draft.postings) take({ ledger, postings, holdOf: () => hold }, posting);
  const ops: DraftOp[] = [
    { op: "usage", epoch, readers: draft.table.readers, total: Number(total), content: [tablePart(draft.table)] },
  ];
  if (draft.postings.length > 0) ops.push(postDraft(draft.postings, { size: draft.size, balances }));
  const { index, submission } = await author.write(ops);
  const ids = ops.map((_, place) => opId(community.environment.suite, submission.entry.digest, place));
  community.desk.count(draft.counted, base32.encode(ids[0] ?? new Uint8Array()));
  return { index, ids };
}

/** Others could only suggest what nobody else has the uses for. */
function requireSteward({ facts }: Community, { member }: Author): void {
  const n = facts.memberById(member)?.n ?? 0;
  if (facts.holders("steward").includes(n)) return;
  throw new LoreError("FORBIDDEN", "Closing a period: it is for stewards to do. Nothing was written.");
}

/** A table that waits, or the postings of a period: until these are posted, its pool is not shared again. */
function requireNoneWaiting(community: Community): void {
  const { rows, facts } = community;
  const waiting = rows.all<{ id: Uint8Array; op: string; author: number }>(
    "SELECT id, op, author FROM proposal WHERE op IN ('usage', 'post') AND state = 'proposed'",
  );
  const stewards = new Set(facts.holders("steward"));
  const isClosing = ({ id, op, author }: (typeof waiting)[number]): boolean =>
    stewards.has(author) && (op === "usage" || periodsOf(postingsSaid(community, id)).length > 0);
  if (!waiting.some(isClosing)) return;
  throw new LoreError(
    "REFUSED",
    'Closing a period: one waits for consent already. "lore review" shows it; accept or decline that first.',
  );
}

/** Posts, if the accounts take it now. @throws LoreError REFUSED as they do, with nothing written. */
export async function post(
  community: Community,
  author: Author,
  make: (accounts: Accounts) => readonly Posting[],
): Promise<{ readonly index: number; readonly postings: readonly Posting[] }> {
  const accounts = accountsOf(community);
  const { ledger } = accounts;
  const balances = ledger.digest(community.environment.suite);
  const postings = make(accounts);
  const all = new Map(accounts.postings);
  const waiting = new Set(postingsWaiting(community).map(({ key }) => key));
  const { size } = community;
  for (const posting of postings) {
    if (waiting.has(posting.key))
      throw new LoreError(
        "REFUSED",
        `Posting "${posting.key}": it waits for consent already. Nothing was posted twice.`,
      );
    if (take({ ledger, postings: all, holdOf: () => HOLD }, posting) === undefined)
      throw new LoreError("REFUSED", `Posting "${posting.key}": it is on record already. Nothing was posted twice.`);
    all.set(posting.key, posting);
  }
  const { index } = await author.write([postDraft(postings, { size, balances })]);
  return { index, postings };
}

/** Postings that wait for consent. */
function postingsWaiting(community: Community): readonly Posting[] {
  const waiting = community.rows.all<{ id: Uint8Array }>(
    "SELECT id FROM proposal WHERE op = 'post' AND state = 'proposed' ORDER BY n",
  );
  return waiting.flatMap(({ id }) => postingsSaid(community, id));
}

/** An amount, and what it is found by where it came from or went to. */
export interface Referenced extends Amount {
  readonly reference: string;
}

/** What came in from outside. The same reference is recorded once, unless it was undone. */
export function deposit(community: Community, accounts: Accounts, came: Referenced): Posting {
  requireCurrency(community, came.currency);
  return referenced(community, accounts, {
    ...came,
    sort: "deposit",
    from: { account: "inflow" },
    to: { account: "pool" },
  });
}

/** What paying out, or keeping accounts, cost: before anything of it is shared. */
export function fee(community: Community, accounts: Accounts, paid: Referenced): Posting {
  requireCurrency(community, paid.currency);
  return referenced(community, accounts, { ...paid, sort: "fee", from: { account: "pool" }, to: { account: "fees" } });
}

/** What another community was given of what it is due. `holder`: its id. */
export function settle(
  community: Community,
  accounts: Accounts,
  { holder, ...given }: Referenced & { readonly holder: string },
): Posting {
  return referenced(community, accounts, {
    ...given,
    sort: "settle",
    from: { account: "remote", holder },
    to: { account: "paid", holder },
  });
}

function referenced(
  community: Community,
  { postings }: Accounts,
  { sort, amount, currency, reference, from, to }: Referenced & { sort: string; from: Side; to: Side },
): Posting {
  const plain = reference
    .normalize("NFKC")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .trim()
    .replaceAll(/\s+/g, " ");
  // Banks and people change capitals.
  const first = `${sort}:${slugOf(community, plain.toLowerCase())}`;
  const undone = new Set([...postings.values()].map(({ reverses }) => reverses));
  let key = first;
  for (let again = 2; undone.has(key); again++) key = `${first}.${again}`;
  return { ...moved(key, { amount, currency }, from, to), reference: plain };
}

/** Freezes a part of what somebody has pending, under a number of its own, until it is settled. */
export function dispute(community: Community, { holder, ...amount }: Amount & { readonly holder: string }): Posting {
  const id = slugOf(community, `dispute ${holder} ${community.size}`);
  return moved(`dispute:${id}`, amount, { account: "pending", holder }, { account: "escrow", holder: id });
}

/** Gives what a dispute froze back to whose it was, or to the pool. @throws LoreError NOT_FOUND. */
export function resolve({ postings }: Accounts, id: string, to: "payable" | "pool"): Posting {
  const frozen = postings.get(`dispute:${id}`)?.lines.find(({ amount }) => amount < 0n);
  if (frozen?.holder === undefined)
    throw new LoreError("NOT_FOUND", `There is no dispute ${id.slice(0, 40)}. "lore credit" lists them.`);
  const { holder, currency, amount } = frozen;
  const target = to === "pool" ? { account: to } : { account: to, holder };
  return moved(`resolve:${id}`, { amount: -amount, currency }, { account: "escrow", holder: id }, target);
}

/** Corrects what a closed period gave: from the pool to what somebody has pending, or back. */
export function adjust(
  { size }: Community,
  { holder, to, ...amount }: Amount & { readonly holder: string; readonly to: "pending" | "pool" },
): Posting {
  const [pending, pool] = [{ account: "pending", holder }, { account: "pool" }] as const;
  const key = `adjust:${size}`;
  return to === "pool" ? moved(key, amount, pending, pool) : moved(key, amount, pool, pending);
}

export interface Amount {
  /** Minor units, above zero. */
  readonly amount: bigint;
  readonly currency: string;
}

function requireCurrency(community: Community, currency: string): void {
  const shared = policyAt(community)?.rules.currency;
  if (shared === currency && currency !== "points") return;
  const said = shared === undefined ? "nothing is shared" : `what is shared is ${shared}`;
  throw new LoreError(
    "REFUSED",
    `Recording ${currency}: here ${said}${shared === "points" ? ", which nobody can bring" : ""}. Nothing was posted.`,
    { field: "currency" },
  );
}

export function moved(key: string, { amount, currency }: Amount, from: Side, to: Side): Posting {
  if (amount <= 0n)
    throw new LoreError("REFUSED", `Posting "${key}": an amount is above zero, not ${amount}. Nothing was posted.`, {
      field: "amount",
    });
  const moves = new Moves();
  moves.move(amount, currency, from, to);
  return { key, lines: moves.lines() };
}

/** A part of a key made of any text: equal for equal texts. */
function slugOf({ environment }: Community, text: string): string {
  return base32.encode(environment.suite.sha256(utf8(text))).slice(0, 32);
}

/** One who is paid. */
export interface Payee {
  readonly holder: string;
  readonly amount: bigint;
}

const PAYOUT = /^payout:(\d+):prepared$/;

/** Freezes all that can be paid, of at least what the rule asks for, until it is paid. @throws LoreError REFUSED when there is nothing. */
export function preparePayout(community: Community, { ledger, postings }: Accounts, currency: string): Posting {
  if (currency === "points")
    throw new LoreError("REFUSED", "Preparing a payout: points buy nothing and are not paid out.");
  const least = BigInt(policyAt(community)?.rules.payFrom ?? 1);
  const moves = new Moves();
  for (const { account, holder, amount, currency: of } of ledger.balances())
    if (account === "payable" && holder !== undefined && of === currency && amount >= least)
      moves.move(amount, currency, { account, holder }, { account: "escrow", holder });
  const lines = moves.lines();
  if (lines.length === 0)
    throw new LoreError("REFUSED", `Preparing a payout: nobody has ${amountText(least, currency)} or more to be paid.`);
  const keys = [...postings.keys(), ...postingsWaiting(community).map(({ key }) => key)];
  const numbers = keys.map((key) => Number(PAYOUT.exec(key)?.[1] ?? 0));
  return { key: `payout:${Math.max(0, ...numbers) + 1}:prepared`, lines };
}

/** Says that a payout was made; `reference` is what it is found by at the bank. */
export function confirmPayout({ postings }: Accounts, payout: number, reference: string): Posting {
  const key = `payout:${payout}:confirmed`;
  const prepared = preparedPayout({ postings }, payout);
  if (postings.has(key))
    throw new LoreError("REFUSED", `Confirming payout ${payout}: it was confirmed already. Nothing was posted.`);
  return { key, lines: outOfEscrow(prepared, "paid"), reference };
}

/** Gives back what a payout froze. */
export function cancelPayout({ postings }: Accounts, payout: number): Posting {
  return { key: `payout:${payout}:cancelled`, lines: outOfEscrow(preparedPayout({ postings }, payout), "payable") };
}

function outOfEscrow(prepared: Posting, to: "paid" | "payable"): Line[] {
  const moves = new Moves();
  for (const { holder, amount, currency } of payees(prepared))
    moves.move(amount, currency, { account: "escrow", holder }, { account: to, holder });
  return moves.lines();
}

/** @throws LoreError NOT_FOUND. */
function preparedPayout({ postings }: Pick<Accounts, "postings">, payout: number): Posting {
  const found = postings.get(`payout:${payout}:prepared`);
  if (found === undefined) throw new LoreError("NOT_FOUND", `There is no payout ${payout}. "lore credit" lists them.`);
  return found;
}

/** A payout that is to be paid or was. @throws LoreError NOT_FOUND; REFUSED for one that was cancelled: its amounts are payable again. */
export function payablePayout({ postings }: Pick<Accounts, "postings">, payout: number): Posting {
  const prepared = preparedPayout({ postings }, payout);
  if (stateOf(payoutEnd(postings, String(payout))) !== "cancelled") return prepared;
  throw new LoreError(
    "REFUSED",
    `Handing over payout ${payout}: it was cancelled, and who would be paid by it may be paid by another. Prepare a new one with "lore credit payout prepare".`,
  );
}

/** Who is paid by a prepared payout. */
export function payees({ lines }: Posting): (Payee & { readonly currency: string })[] {
  return lines.flatMap(({ account, holder, amount, currency }) =>
    account === "escrow" && holder !== undefined && amount > 0n ? [{ holder, amount, currency }] : [],
  );
}
