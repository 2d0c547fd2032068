/**
 * What postings may do, by the beginning of their key (docs/formats/credit.md): value comes from outside into the pool, from
 * there to people by a closed period, and out again by a payout that was prepared. Anything else moves nothing.
 */
import { LoreError } from "../../bytes/index.ts";
import type { AccountName, Line, Posting } from "../../projection/credit/ledger.ts";

interface Form {
  /** Accounts it may take from, and give to. */
  readonly from: readonly AccountName[];
  readonly to: readonly AccountName[];
  /** What every holder gives they get: it moves between accounts of the same. */
  readonly isOwn?: boolean;
}

const FORMS: readonly (readonly [key: RegExp, form: Form])[] = [
  [/^deposit:/, { from: ["inflow"], to: ["pool"] }],
  [/^epoch:\d+$/, { from: ["pool", "inflow"], to: ["pending", "unclaimed", "remote", "pool"] }],
  [/^ripe:\d+$/, { from: ["pending", "unclaimed"], to: ["payable", "pending", "pool"] }],
  [/^payout:\d+:prepared$/, { from: ["payable"], to: ["escrow"], isOwn: true }],
  [/^payout:\d+:confirmed$/, { from: ["escrow"], to: ["paid"], isOwn: true }],
  [/^payout:\d+:cancelled$/, { from: ["escrow"], to: ["payable"], isOwn: true }],
  [/^dispute:/, { from: ["pending"], to: ["escrow"] }],
  [/^resolve:/, { from: ["escrow"], to: ["payable", "pool"] }],
  [/^adjust:/, { from: ["pool", "pending", "payable", "unclaimed"], to: ["pool", "pending"] }],
];

/** Postings that nothing may mirror: a period is closed once, and corrected by an adjusting posting. */
const LASTING = /^(?:epoch|ripe|payout:\d+:confirmed|undo)\b/;
const POINTS = "points";

/** The postings so far, by key. */
export type Posted = ReadonlyMap<string, Posting>;

/** @throws LoreError REFUSED for a posting that no form allows. */
export function requireForm(posting: Posting, posted: Posted, isClosed: (epoch: number) => boolean): void {
  const { key, lines, reverses } = posting;
  if (reverses !== undefined) return requireMirrored(posting, posted);
  const form = FORMS.find(([pattern]) => pattern.test(key))?.[1];
  if (form === undefined) throw refused(posting, "there is no posting of that sort");
  for (const { account, amount, currency } of lines) {
    if (!(amount < 0n ? form.from : form.to).includes(account))
      throw refused(posting, `it may not ${amount < 0n ? "take from" : "give to"} "${account}"`);
    if (account === "inflow" && (currency === POINTS) !== key.startsWith("epoch:"))
      throw refused(
        posting,
        currency === POINTS ? "points are made by closing a period alone" : "money is brought by a deposit alone",
      );
  }
  if (form.isOwn === true) requireOwn(posting);
  const epoch = /^(?:epoch|ripe):(\d+)$/.exec(key)?.[1];
  if (epoch !== undefined && !isClosed(Number(epoch)))
    throw refused(posting, "that period is not closed, or its table does not hold");
  const payout = /^payout:(\d+):(?:confirmed|cancelled)$/.exec(key)?.[1];
  if (payout !== undefined) requirePrepared(posting, posted, payout);
}

function requireMirrored(posting: Posting, posted: Posted): void {
  const mirrored = posting.reverses ?? "";
  if (LASTING.test(mirrored))
    throw refused(posting, `"${mirrored}" stands for good. Correct it with a posting of its own`);
  const payout = /^payout:(\d+):prepared$/.exec(mirrored)?.[1];
  if (payout !== undefined && posted.has(`payout:${payout}:confirmed`))
    throw refused(posting, "that payout was confirmed");
}

function requireOwn(posting: Posting): void {
  const sums = new Map<string, bigint>();
  for (const { holder = "", amount, currency } of posting.lines)
    sums.set(`${holder} ${currency}`, (sums.get(`${holder} ${currency}`) ?? 0n) + amount);
  if ([...sums.values()].some((sum) => sum !== 0n)) throw refused(posting, "it moves from one holder to another");
}

/** A payout is confirmed or cancelled once, as it was prepared. */
function requirePrepared(posting: Posting, posted: Posted, payout: string): void {
  const prepared = posted.get(`payout:${payout}:prepared`);
  if (prepared === undefined) throw refused(posting, `payout ${payout} was not prepared`);
  const ended = payoutEnd(posted, payout);
  if (ended !== undefined && ended.key !== posting.key)
    throw refused(posting, `payout ${payout} was ${stateOf(ended)} already`);
  if (frozen(prepared.lines) !== frozen(posting.lines.map((line) => ({ ...line, amount: -line.amount }))))
    throw refused(posting, `it is not what payout ${payout} prepared`);
}

/** What ended a payout that was prepared: its confirmation, its cancelling, or its being undone. */
export function payoutEnd(posted: Posted, payout: string): Posting | undefined {
  return (
    posted.get(`payout:${payout}:confirmed`) ??
    posted.get(`payout:${payout}:cancelled`) ??
    [...posted.values()].find(({ reverses }) => reverses === `payout:${payout}:prepared`)
  );
}

export function stateOf(ended: Posting | undefined): "prepared" | "confirmed" | "cancelled" {
  if (ended === undefined) return "prepared";
  return ended.key.endsWith(":confirmed") ? "confirmed" : "cancelled";
}

/** What goes into or out of escrow, in one order. */
function frozen(lines: readonly Line[]): string {
  const own = lines.filter(({ account }) => account === "escrow");
  return own
    .map(({ holder = "", currency, amount }) => `${holder} ${currency} ${amount}`)
    .toSorted()
    .join("\n");
}

function refused({ key }: Posting, why: string): LoreError {
  return new LoreError("REFUSED", `Posting "${key.slice(0, 80)}": ${why}. Nothing was posted.`);
}
