/**
 * What stewards write about value: closing a period, recording what came in, freezing what is disputed, paying out. Each is
 * drafted from the record as it is, and takes effect by the consent of the stewards. What would be refused is not written.
 */
import { base32, LoreError, utf8 } from "../../bytes/index.ts";
import type { Posting } from "../../projection/credit/ledger.ts";
import { amountText } from "../../projection/credit/money.ts";
import { type NamedUse, usageTable, type UsageTable, type UseWeights } from "../../projection/credit/usage.ts";
import { type kindRules, opId } from "../../unit/index.ts";
import type { Author } from "../author.ts";
import type { Community } from "../community.ts";
import type { DraftOp } from "../draft.ts";
import { standingIn } from "../queries/authorship.ts";
import { authorsOf } from "../queries/people.ts";
import { accountsOf, draftEpoch, type EpochDraft, Moves, type Side } from "./accounts.ts";
import { openPeriod, type Period, periodNumbered, policyAt } from "./policy.ts";
import { closedPeriods, postDraft, tablePart } from "./statements.ts";

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
  const closed = new Set(closedPeriods(community).map(({ id }) => id));
  // What was used before there was a rule was used without one.
  const first = periodNumbered(community, 0)?.from ?? 0;
  const since = community.rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", first)?.time ?? 0;
  const uses = community.desk.open(closed, since).flatMap((use) => named(community, use));
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
function named(community: Community, { reader, revision, use }: Omit<NamedUse, "isOwn">): NamedUse[] {
  const { facts } = community;
  const member = facts.memberById(base32.decode(reader))?.n;
  const row = facts.revisionById(base32.decode(revision));
  if (member === undefined || row === undefined) return [];
  const person = facts.person(member);
  const id = base32.encode(facts.member(person)?.id ?? new Uint8Array(20));
  const { authors, signedBy } = authorsOf(community, row.n, row.author);
  const makers = [...authors, signedBy, ...standingIn(community, row.n)];
  return [{ reader: id, revision, use, isOwn: makers.some((maker) => maker.id === id) }];
}

/** Writes the ops that close a period; they take effect once the stewards agree. */
export async function close(
  community: Community,
  author: Author,
  draft: ClosingDraft,
): Promise<{ readonly index: number; readonly ids: readonly Uint8Array[] }> {
  requireNoneWaiting(community);
  const { epoch } = draft.period;
  const total = draft.table.rows.reduce((sum, { shares }) => sum + shares, 0n);
  const ops: DraftOp[] = [
    { op: "usage", epoch, readers: draft.table.readers, total: Number(total), content: [tablePart(draft.table)] },
  ];
  const { ledger } = accountsOf(community);
  for (const posting of draft.postings) ledger.post(posting);
  if (draft.postings.length > 0)
    ops.push(postDraft(draft.postings, { size: draft.size, balances: ledger.digest(community.environment.suite) }));
  const { index, submission } = await author.write(ops);
  const ids = ops.map((_, place) => opId(community.environment.suite, submission.entry.digest, place));
  community.desk.count(draft.counted, base32.encode(ids[0] ?? new Uint8Array()));
  return { index, ids };
}

function requireNoneWaiting({ rows }: Community): void {
  if (rows.get("SELECT n FROM proposal WHERE op = 'usage' AND state = 'proposed'") === undefined) return;
  throw new LoreError(
    "REFUSED",
    'Closing a period: one waits for consent already. "lore review" shows it; accept or decline that first.',
  );
}

/** Posts, if the ledger takes it now. @throws LoreError REFUSED as the ledger does, with nothing written. */
export async function post(
  community: Community,
  author: Author,
  make: (accounts: ReturnType<typeof accountsOf>) => readonly Posting[],
): Promise<{ readonly index: number; readonly postings: readonly Posting[] }> {
  const accounts = accountsOf(community);
  const postings = make(accounts);
  for (const posting of postings) {
    if (accounts.ledger.post(posting)) continue;
    throw new LoreError("REFUSED", `Posting "${posting.key}": it is on record already. Nothing was posted twice.`);
  }
  const balances = accounts.ledger.digest(community.environment.suite);
  const { index } = await author.write([postDraft(postings, { size: community.size, balances })]);
  return { index, postings };
}

/** What came in from outside. `reference` says where it is found there; the same one is recorded once. */
export function deposit(
  community: Community,
  { amount, currency, reference }: Amount & { readonly reference: string },
): Posting {
  requireCurrency(community, currency);
  return {
    ...moved(
      `deposit:${slugOf(community, reference)}`,
      { amount, currency },
      { account: "inflow" },
      { account: "pool" },
    ),
    reference,
  };
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
export function preparePayout(
  community: Community,
  { ledger, postings }: ReturnType<typeof accountsOf>,
  currency: string,
): Posting {
  const least = BigInt(policyAt(community)?.rules.payFrom ?? 1);
  const moves = new Moves();
  for (const { account, holder, amount, currency: of } of ledger.balances())
    if (account === "payable" && holder !== undefined && of === currency && amount >= least)
      moves.move(amount, currency, { account, holder }, { account: "escrow", holder });
  const lines = moves.lines();
  if (lines.length === 0)
    throw new LoreError("REFUSED", `Preparing a payout: nobody has ${amountText(least, currency)} or more to be paid.`);
  const last = Math.max(0, ...postings.map(({ key }) => Number(PAYOUT.exec(key)?.[1] ?? 0)));
  return { key: `payout:${last + 1}:prepared`, lines };
}

/** Says that a payout was made; `reference` is what it is found by at the bank. */
export function confirmPayout({ postings }: ReturnType<typeof accountsOf>, payout: number, reference: string): Posting {
  const prepared = preparedPayout(postings, payout);
  const moves = new Moves();
  for (const { holder, amount, currency } of payees(prepared))
    moves.move(amount, currency, { account: "escrow", holder }, { account: "paid", holder });
  const key = `payout:${payout}:confirmed`;
  if (postings.some((posting) => posting.key === key))
    throw new LoreError("REFUSED", `Confirming payout ${payout}: it was confirmed already. Nothing was posted.`);
  return { key, lines: moves.lines(), reference };
}

/** @throws LoreError NOT_FOUND. */
export function preparedPayout(postings: readonly Posting[], payout: number): Posting {
  const found = postings.find(({ key }) => key === `payout:${payout}:prepared`);
  if (found === undefined) throw new LoreError("NOT_FOUND", `There is no payout ${payout}. "lore credit" lists them.`);
  return found;
}

/** Who is paid by a prepared payout. */
export function payees({ lines }: Posting): (Payee & { readonly currency: string })[] {
  return lines.flatMap(({ account, holder, amount, currency }) =>
    account === "escrow" && holder !== undefined && amount > 0n ? [{ holder, amount, currency }] : [],
  );
}
