/**
 * What the record says of value: usage tables and postings that took effect, in that order, and how their parts are
 * written (docs/formats/credit.md).
 */
import { base32, decode, LoreError, textOf, utf8 } from "../../bytes/index.ts";
import { ACCOUNTS, type AccountName, type Line, type Posting } from "../../projection/credit/ledger.ts";
import { READER_SHARES, READERS_MIN, USES, type UsageRow, type UsageTable } from "../../projection/credit/usage.ts";
import { integer, list, oneOf, record, type Shape, text } from "../../unit/shape.ts";
import { limits, opShape, type PostOp, type UsageOp } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import type { DraftPart } from "../draft.ts";

export const TABLE = "table";
export const POSTINGS = "postings";
const JSON_MEDIA = "application/json";

const amount = text(20, /^-?[1-9]\d{0,15}$/);
const rows = record({
  rows: list(
    record({
      revision: text(52, /^[a-z2-7]{52}$/),
      use: oneOf(...USES),
      readers: integer(1),
      shares: text(20, /^[1-9]\d{0,15}$/),
    }),
    1_000_000,
  ),
});
const accountNames = Object.keys(ACCOUNTS).filter((name): name is AccountName => Object.hasOwn(ACCOUNTS, name));
const line = record(
  { account: oneOf(...accountNames), currency: text(16), amount },
  { holder: text(64, /^[a-z2-7]{20,64}$/) },
);
const postings = record({
  postings: list(
    record({ key: text(200), lines: list(line, 1_000_000, 2) }, { reverses: text(200), reference: text(200) }),
    1_000,
    1,
  ),
  /** Entries of the record from which they were computed. */
  size: integer(0),
  /** Digest of all balances after so many entries, in base32. */
  balances: text(52, /^[a-z2-7]{52}$/),
});

/** A usage table or postings that took effect. Indexes of entries. */
interface CreditRow {
  readonly id: Uint8Array;
  readonly idx: number;
  readonly said: number;
  readonly op: string;
  readonly body: Uint8Array;
}

/** A closed period. */
export interface ClosedPeriod {
  readonly epoch: number;
  /** Id of the op, base32. */
  readonly id: string;
  /** Entry that says it, and the one with which it took effect. */
  readonly said: number;
  readonly index: number;
  /** undefined where its part was erased, or cannot be: then nothing is shared out by it. */
  readonly table: UsageTable | undefined;
}

export interface Posted {
  readonly id: string;
  readonly said: number;
  readonly index: number;
  readonly postings: readonly Posting[];
  /** Entries of the record from which they were computed. */
  readonly size: number;
  /** Digest of the balances after `size` entries, as whoever posted says; base32. */
  readonly balances: string | undefined;
  /** Why nothing of it holds. */
  readonly doubt: string | undefined;
}

/** What took effect before entry `before`, in order. */
function creditRows({ rows: db }: Community, op: "usage" | "post", before: number): CreditRow[] {
  return db.all<CreditRow>(
    "SELECT id, idx, said, op, body FROM credit WHERE op = ? AND idx < ? ORDER BY n",
    op,
    before,
  );
}

export function closedPeriods(community: Community, before = Number.MAX_SAFE_INTEGER): ClosedPeriod[] {
  return creditRows(community, "usage", before).map(({ id, idx, said, body }) => {
    // The fold wrote it from a usage op.
    const op = opShape(decode(body), "usage") as UsageOp;
    const found = partOf(community, id, TABLE, rows);
    const read = found === undefined ? undefined : { rows: found.rows.map(toRow), readers: op.readers, carried: [] };
    const table = read !== undefined && holds(read, op) ? read : undefined;
    return { epoch: op.epoch, id: base32.encode(id), said, index: idx, table };
  });
}

/** Whether a table can be: nobody gives more than a reader has, and no row stands on too few. */
function holds({ rows: used, readers }: UsageTable, { total }: UsageOp): boolean {
  const order = used.map(({ revision, use }) => `${revision} ${use}`);
  const sum = used.reduce((all, { shares }) => all + shares, 0n);
  return (
    order.every((row, i) => i === 0 || (order[i - 1] ?? "") < row) &&
    used.every(
      (row) =>
        row.readers >= READERS_MIN && row.readers <= readers && row.shares <= BigInt(row.readers) * READER_SHARES,
    ) &&
    sum <= BigInt(readers) * READER_SHARES &&
    sum === BigInt(total)
  );
}

/** Ids of closings that wait for consent, base32. */
export function waitingPeriods({ rows: db }: Community): string[] {
  const waiting = db.all<{ id: Uint8Array }>("SELECT id FROM proposal WHERE op = 'usage' AND state = 'proposed'");
  return waiting.map(({ id }) => base32.encode(id));
}

function toRow(row: { revision: string; use: UsageRow["use"]; readers: number; shares: string }): UsageRow {
  return { ...row, shares: BigInt(row.shares) };
}

export function allPosted(community: Community, before = Number.MAX_SAFE_INTEGER): Posted[] {
  return creditRows(community, "post", before).map(({ id, idx, said, body }) => {
    const found = partOf(community, id, POSTINGS, postings);
    const read = found?.postings.map(toPosting) ?? [];
    const { size = said, balances } = found ?? {};
    // The fold wrote it from a post op.
    const doubt = doubtAbout(opShape(decode(body), "post") as PostOp, { postings: read, size, said });
    return { id: base32.encode(id), said, index: idx, postings: read, size, balances, doubt };
  });
}

/** What is wrong with a post op as a whole. `said` is the entry that carries it. */
function doubtAbout(
  { totals }: PostOp,
  { postings: posted, size, said }: Pick<Posted, "postings" | "size" | "said">,
): string | undefined {
  if (posted.length === 0) return "Its postings cannot be read.";
  if (size !== said) return `It was drawn up after ${size} entries, and is entry ${said}.`;
  const sums = totalsOf(posted);
  const isRight =
    totals.length === sums.size && totals.every(({ currency, amount: sum }) => sums.get(currency) === BigInt(sum));
  return isRight ? undefined : "Its totals are not those of its postings.";
}

/** What moves in each currency. */
function totalsOf(posted: readonly Posting[]): Map<string, bigint> {
  const totals = new Map<string, bigint>();
  for (const { currency, amount: moved } of posted.flatMap(({ lines }) => lines))
    if (moved > 0n) totals.set(currency, (totals.get(currency) ?? 0n) + moved);
  return totals;
}

/** @throws LoreError STALE for postings drawn up before entry `index`, REFUSED for ones that do not come to what the op says. */
export function requirePostable(op: PostOp, { bytes }: Pick<DraftPart, "bytes">, index: number): void {
  const found = postings(JSON.parse(textOf(bytes) ?? ""), POSTINGS);
  if (found.size !== index)
    throw new LoreError(
      "STALE",
      `Posting: these were drawn up after ${found.size} entries, and there are ${index} now. Draw them up again.`,
      { data: { size: index } },
    );
  const doubt = doubtAbout(op, { postings: found.postings.map(toPosting), size: index, said: index });
  if (doubt !== undefined) throw new LoreError("REFUSED", `Posting: ${doubt}`);
}

function toPosting({ key, lines, reverses, reference }: ReturnType<typeof postings>["postings"][number]): Posting {
  const sides = lines.map(({ account, holder, currency, amount: moved }): Line => ({
    account,
    currency,
    amount: BigInt(moved),
    ...(holder === undefined ? {} : { holder }),
  }));
  return {
    key,
    lines: sides,
    ...(reverses === undefined ? {} : { reverses }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** A part of an op, read; undefined where it is erased, or does not say what it should. */
function partOf<T>(community: Community, id: Uint8Array, name: string, shape: Shape<T>): T | undefined {
  const digest = community.facts.opPart(id, name)?.digest;
  const bytes = digest === undefined ? undefined : community.store.parts.get(digest);
  const json = bytes === undefined ? undefined : textOf(bytes);
  if (json === undefined) return undefined;
  try {
    return shape(JSON.parse(json), name);
  } catch (error) {
    if (error instanceof LoreError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** @throws LoreError MALFORMED for parts of a usage table or of postings that nobody could read. */
export function requireReadable(
  op: UsageOp | PostOp,
  { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
): void {
  const shape: Shape<unknown> | undefined =
    op.op === "usage" && name === TABLE ? rows : op.op === "post" && name === POSTINGS ? postings : undefined;
  if (shape === undefined) return;
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes) ?? "");
  } catch (error) {
    throw new LoreError(
      "MALFORMED",
      `Reading the part "${name}" of ${op.op === "usage" ? "a usage table" : "postings"}: it is no JSON.`,
      { cause: error, field: name },
    );
  }
  const read = shape(value, name);
  if (op.op === "usage" && !holds({ rows: rows(read, name).rows.map(toRow), readers: op.readers, carried: [] }, op))
    throw new LoreError(
      "REFUSED",
      "A usage table gives more than its readers have, or has rows out of order or with too few readers.",
      { field: name },
    );
}

/** The postings that a post op says, taken in effect or not; none where they cannot be read. */
export function postingsSaid(community: Community, id: Uint8Array): readonly Posting[] {
  return partOf(community, id, POSTINGS, postings)?.postings.map(toPosting) ?? [];
}

/** The part of a usage op: rows in the order of revision and use. */
export function tablePart({ rows: used }: UsageTable): DraftPart {
  const written = used.map(({ revision, use, readers, shares }) => ({
    revision,
    use,
    readers,
    shares: String(shares),
  }));
  return { name: TABLE, media: JSON_MEDIA, bytes: utf8(JSON.stringify({ rows: written })) };
}

/** The draft of a post op, computed from `size` entries; `balances` is the digest of all balances after these. */
export function postDraft(
  posted: readonly Posting[],
  from: { readonly size: number; readonly balances: Uint8Array },
): Omit<PostOp, "parts"> & { readonly content: readonly DraftPart[] } {
  const written = posted.map(({ lines, ...posting }) => ({
    ...posting,
    lines: lines.map(({ amount: moved, ...side }) => ({ ...side, amount: String(moved) })),
  }));
  const totals = totalsOf(posted);
  if ([...totals.values()].some((sum) => sum > BigInt(limits.AMOUNT_MAX)))
    throw new LoreError("TOO_LARGE", `Posting: together these move more than can be counted. Nothing was posted.`, {
      limit: limits.AMOUNT_MAX,
    });
  const json = JSON.stringify({ postings: written, size: from.size, balances: base32.encode(from.balances) });
  return {
    op: "post",
    totals: [...totals]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, sum]) => ({ currency, amount: Number(sum) })),
    content: [{ name: POSTINGS, media: JSON_MEDIA, bytes: utf8(json) }],
  };
}
