/** `usage` and `post`: an epoch's usage table and ledger postings, each committed as a part. */
import { parts } from "../common.ts";
import { AMOUNT_MAX } from "../limits.ts";
import { integer, list, oneOf, record, type Shaped, text } from "../shape.ts";

const amount = integer(-AMOUNT_MAX, AMOUNT_MAX);

export const usageOp = record({
  op: oneOf("usage"),
  epoch: integer(0),
  /** R: the number of readers; one steers at most 1/R. */
  readers: integer(0),
  total: integer(0),
  parts,
});
export type UsageOp = Shaped<typeof usageOp>;

/** Debits of each currency, in minor units; the postings in the part sum to zero per currency. */
export const postOp = record({
  op: oneOf("post"),
  totals: list(record({ currency: text(16, /^[A-Za-z0-9]+$/), amount }), 32, 1),
  parts,
});
export type PostOp = Shaped<typeof postOp>;
