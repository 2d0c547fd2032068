/**
 * What postings may do, by the beginning of their key (docs/formats/credit.md): value comes from outside into the pool, from
 * there to people by a closed period, and out again by a payout that was prepared. Anything else moves nothing.
 */
import { LoreError } from "../../bytes/index.ts";
import type { AccountName, Ledger, Line, Posting } from "../../projection/credit/ledger.ts";

/** What a posting is looked at beside. */
export interface Posted {
  readonly ledger: Ledger;
  /** The postings so far, by key. */
  readonly postings: ReadonlyMap<string, Posting>;
  /** For how many periods shares of a closed period wait; undefined for one that is not closed, or whose table does not hold. */
  readonly holdOf: (epoch: number) => number | undefined;
}

interface Form {
  /** Accounts it may take from, and give to. */
  readonly from: readonly AccountName[];
  readonly to: readonly AccountName[];
  /** What more it must be. `about` is what the key is about. @throws LoreError REFUSED. */
  readonly require?: (posting: Posting, about: string, posted: Posted) => void;
}

/** A number in its one spelling. */
const N = "(0|[1-9]\\d{0,14})";

const FORMS: readonly (readonly [key: RegExp, form: Form])[] = [
  [/^deposit:(.+)$/, { from: ["inflow"], to: ["pool"] }],
  [/^fee:(.+)$/, { from: ["pool"], to: ["fees"], require: requireReference }],
  [/^settle:(.+)$/, { from: ["remote"], to: ["paid"], require: requireSettled }],
  [key(`epoch:${N}`), { from: ["pool", "inflow"], to: ["pending", "unclaimed", "remote"], require: requireClosed }],
  [key(`ripe:${N}`), { from: ["pending", "unclaimed"], to: ["payable", "pending", "pool"], require: requireRipe }],
  [key(`payout:${N}:prepared`), { from: ["payable"], to: ["escrow"], require: requireOwn }],
  [key(`payout:${N}:confirmed`), { from: ["escrow"], to: ["paid"], require: requirePrepared }],
  [key(`payout:${N}:cancelled`), { from: ["escrow"], to: ["payable"], require: requirePrepared }],
  [/^dispute:(.+)$/, { from: ["pending"], to: ["escrow"], require: requireFreezing }],
  [/^resolve:(.+)$/, { from: ["escrow"], to: ["payable", "pool"], require: requireThawing }],
  [/^adjust:(.+)$/, { from: ["pool", "pending", "payable", "unclaimed"], to: ["pool", "pending"] }],
];

function key(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

/** Postings that nothing may mirror: a period is closed once, and corrected by an adjusting posting. */
const LASTING = /^(?:epoch|ripe|payout:\d+:confirmed|undo)\b/;
const POINTS = "points";

/** @throws LoreError REFUSED for a posting that no form allows. */
export function requireForm(posting: Posting, posted: Posted): void {
  const { key: name, lines, reverses } = posting;
  if (reverses !== undefined) return requireMirrored(posting, posted);
  for (const [pattern, form] of FORMS) {
    const about = pattern.exec(name)?.[1];
    if (about === undefined) continue;
    for (const line of lines) requireSide(posting, form, line);
    form.require?.(posting, about, posted);
    return;
  }
  throw refused(posting, "there is no posting of that sort");
}

function requireSide(posting: Posting, form: Form, { account, amount, currency }: Line): void {
  if (!(amount < 0n ? form.from : form.to).includes(account))
    throw refused(posting, `it may not ${amount < 0n ? "take from" : "give to"} "${account}"`);
  if (account === "inflow" && (currency === POINTS) !== posting.key.startsWith("epoch:"))
    throw refused(
      posting,
      currency === POINTS ? "points are made by closing a period alone" : "money is brought by a deposit alone",
    );
}

function requireMirrored(posting: Posting, { postings }: Posted): void {
  const mirrored = posting.reverses ?? "";
  if (!posting.key.startsWith("undo:"))
    throw refused(posting, 'what undoes another has a key that begins with "undo:"');
  if (LASTING.test(mirrored) || postings.get(mirrored)?.reverses !== undefined)
    throw refused(posting, `"${mirrored}" stands for good. Correct it with a posting of its own`);
  const payout = /^payout:(\d+):prepared$/.exec(mirrored)?.[1];
  const ended = payout === undefined ? undefined : payoutEnd(postings, payout);
  if (ended !== undefined && ended.key !== posting.key) throw refused(posting, `that payout was ${stateOf(ended)}`);
}

function requireClosed(posting: Posting, epoch: string, { holdOf }: Posted): void {
  if (holdOf(Number(epoch)) === undefined)
    throw refused(posting, "that period is not closed, or its table does not hold");
}

/** Sums of the lines of a posting in some account, by holder and currency. */
function sums(lines: readonly Line[], account: AccountName): Map<string, bigint> {
  const all = new Map<string, bigint>();
  for (const { account: of, holder = "", currency, amount } of lines)
    if (of === account) all.set(`${holder} ${currency}`, (all.get(`${holder} ${currency}`) ?? 0n) + amount);
  return all;
}

/** What each gives they get, but for shares that waited too long. */
function requireRipe(posting: Posting, epoch: string, posted: Posted): void {
  requireClosed(posting, epoch, posted);
  if (posted.postings.has(`epoch:${epoch}`))
    throw refused(posting, "what that period gave is pending until the next is closed");
  const { lines } = posting;
  const [gone, given] = [lines.filter(({ amount }) => amount < 0n), lines.filter(({ amount }) => amount > 0n)];
  const [ripe, payable] = [sums(gone, "pending"), sums(given, "payable")];
  for (const side of new Set([...ripe.keys(), ...payable.keys()]))
    if ((ripe.get(side) ?? 0n) + (payable.get(side) ?? 0n) !== 0n)
      throw refused(posting, "it moves from one holder to another");
  const [waited, come] = [sums(gone, "unclaimed"), sums(given, "pending")];
  const upTo = Number(epoch) - (posted.holdOf(Number(epoch)) ?? Infinity);
  for (const side of new Set([...waited.keys(), ...come.keys()])) {
    const late = -((waited.get(side) ?? 0n) + (come.get(side) ?? 0n));
    const [holder = "", currency = ""] = side.split(" ");
    if (late < 0n) throw refused(posting, "it moves from one holder to another");
    if (late > 0n && late > lateAmount(posted.ledger, { holder, currency, upTo }))
      throw refused(posting, "it takes back what has not waited long enough");
  }
}

/** What of an unclaimed balance came with period `upTo` or before, less what went since: the oldest goes first. */
export function lateAmount(
  ledger: Ledger,
  { holder, currency, upTo }: { readonly holder: string; readonly currency: string; readonly upTo: number },
): bigint {
  let [came, went] = [0n, 0n];
  for (const { key: name, lines } of ledger.postings()) {
    const epoch = Number(/^epoch:(\d+)$/.exec(name)?.[1] ?? Number.NaN);
    for (const line of lines) {
      if (line.account !== "unclaimed" || line.holder !== holder || line.currency !== currency) continue;
      if (line.amount < 0n) went -= line.amount;
      else if (epoch <= upTo) came += line.amount;
    }
  }
  return came > went ? came - went : 0n;
}

function requireReference(posting: Posting): void {
  if ((posting.reference ?? "").trim() === "")
    throw refused(posting, "it does not say what it is found by where the money went");
}

/** What is due to a community goes to that community. */
function requireSettled(posting: Posting): void {
  requireReference(posting);
  requireOwn(posting);
}

function requireOwn(posting: Posting): void {
  const all = new Map<string, bigint>();
  for (const { holder = "", amount, currency } of posting.lines)
    all.set(`${holder} ${currency}`, (all.get(`${holder} ${currency}`) ?? 0n) + amount);
  if ([...all.values()].some((sum) => sum !== 0n)) throw refused(posting, "it moves from one holder to another");
}

/** A dispute freezes what one person has pending, under its own number. */
function requireFreezing(posting: Posting, id: string): void {
  const taken = new Set(posting.lines.flatMap(({ account, holder }) => (account === "pending" ? (holder ?? "") : [])));
  if (taken.size !== 1 || posting.lines.some(({ account, holder }) => account === "escrow" && holder !== id))
    throw refused(posting, "a dispute freezes what one person has pending, under its own number");
}

/** All that a dispute froze goes back to whose it was, or to the pool. */
function requireThawing(posting: Posting, id: string, { postings }: Posted): void {
  const dispute = postings.get(`dispute:${id}`);
  const whose = dispute?.lines.find(({ account }) => account === "pending")?.holder;
  if (dispute === undefined) throw refused(posting, `there is no dispute "${id.slice(0, 40)}"`);
  if (postings.has(`undo:dispute:${id}`)) throw refused(posting, "that dispute was undone");
  const isRight = posting.lines.every(
    ({ account, holder }) => account === "pool" || holder === (account === "escrow" ? id : whose),
  );
  const [frozen, thawed] = [sums(dispute.lines, "escrow"), sums(posting.lines, "escrow")];
  if (!isRight || [...frozen].some(([side, amount]) => thawed.get(side) !== -amount))
    throw refused(posting, "it is not what the dispute froze, or not for whose it was");
}

/** A payout is confirmed or cancelled once, as it was prepared. */
function requirePrepared(posting: Posting, payout: string, { postings }: Posted): void {
  requireOwn(posting);
  const prepared = postings.get(`payout:${payout}:prepared`);
  if (prepared === undefined) throw refused(posting, `payout ${payout} was not prepared`);
  const ended = payoutEnd(postings, payout);
  if (ended !== undefined && ended.key !== posting.key)
    throw refused(posting, `payout ${payout} was ${stateOf(ended)} already`);
  if (frozen(prepared.lines) !== frozen(posting.lines.map((line) => ({ ...line, amount: -line.amount }))))
    throw refused(posting, `it is not what payout ${payout} prepared`);
}

/** What ended a payout that was prepared: its confirmation, its cancelling, or its being undone. */
export function payoutEnd(postings: Posted["postings"], payout: string): Posting | undefined {
  return (
    postings.get(`payout:${payout}:confirmed`) ??
    postings.get(`payout:${payout}:cancelled`) ??
    [...postings.values()].find(({ reverses }) => reverses === `payout:${payout}:prepared`)
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
