/** A policy: how value that arrives is shared out. Its rates are in the op's `rules` (docs/formats/credit.md). */
import { AMOUNT_MAX } from "../limits.ts";
import { integer, list, oneOf, record, refuse, type Shape, type Shaped, text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";
import { SHARES, sharesOf } from "./right.ts";

/** The whole, in the measure of rates. */
const BASIS_POINTS = 10_000;
const rate = integer(0, BASIS_POINTS);
const weight = integer(0, 1_000);

const fields = record(
  {},
  {
    /** The preset that it began as; says nothing by itself. */
    preset: oneOf("commons", "points", "patronage", "paid", "circle", "fixed"),
    /** What is shared out; without it nothing is, and uses and thanks are only counted and listed. */
    currency: text(16, /^(?:[A-Z]{3}|points)$/),
    /** Points that each period shares out, though nothing came in. */
    budget: integer(1, AMOUNT_MAX),
    /** How much each use weighs in what its reader gives. */
    uses: record({}, { cite: weight, carry: weight, run: weight, pay: weight, read: weight }),
    /** Of what a version is given, how much it passes on by each kind of link, in basis points. */
    passes: record({}, { derivedFrom: rate, uses: rate, cites: rate }),
    /** Whom goes what a version keeps, in basis points; together the whole. */
    keeps: record({ authors: rate, reviewers: rate, stewards: rate }),
    /** Members between whom everything is shared, whatever was used, in millionths. */
    fixed: list(sharesOf, 100, 1),
    /** Periods for which a share waits for somebody who is named in history and has not come. */
    hold: integer(1, 1_000),
    /** Minor units below which nothing is paid out. */
    payFrom: integer(1, AMOUNT_MAX),
  },
);
export type PolicyRules = Shaped<typeof fields>;

/** The rules of a policy. A field that is not here needs a newer version. */
export const policyRules: Shape<PolicyRules> = (value, where) => {
  const read = fields(value, where);
  const { derivedFrom = 0, uses = 0, cites = 0 } = read.passes ?? {};
  const passed = derivedFrom + uses + cites;
  if (passed > BASIS_POINTS) throw refuse(`${where}.passes`, `rates that come to at most ${BASIS_POINTS}`, passed);
  const { authors, reviewers, stewards } = read.keeps ?? { authors: BASIS_POINTS, reviewers: 0, stewards: 0 };
  const kept = authors + reviewers + stewards;
  if (kept !== BASIS_POINTS) throw refuse(`${where}.keeps`, `rates that come to ${BASIS_POINTS}`, kept);
  const fixed = read.fixed?.reduce((sum, { share }) => sum + share, 0) ?? SHARES;
  if (new Set(read.fixed?.map(({ member }) => member)).size !== (read.fixed?.length ?? 0))
    throw refuse(`${where}.fixed`, "each member once", "one twice");
  if (fixed !== SHARES) throw refuse(`${where}.fixed`, `shares that come to ${SHARES}`, fixed);
  if (read.budget !== undefined && read.currency !== "points")
    throw refuse(`${where}.budget`, "a budget of points: money comes in, it is not made", read.currency);
  return read;
};

export const policy: Kind = {
  name: "policy",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["derivedFrom", "cites", "governs", "translates"],
  governed: true,
  rules: policyRules,
  meta: meta({}),
};
