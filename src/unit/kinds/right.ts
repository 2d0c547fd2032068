/** A right: who holds which share of what a unit earns, on which terms it may be used, a grant, or a transfer. */
import { AMOUNT_MAX } from "../limits.ts";
import { integer, isRecord, list, oneOf, record, refuse, type Shape, type Shaped, text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";

/** All of a unit. */
export const SHARES = 1_000_000;

/** Of a unit or a member, in base32. */
const id = text(32, /^[a-z2-7]{32}$/);
const share = integer(1, SHARES);
const spdx = text(200, /^[A-Za-z0-9.+() -]+$/);
/** What is done with a unit. */
const action = oneOf("read", "copy", "change", "sell", "search", "answer", "train");

export const sharesOf = record({ member: id, share });

/** Without `of`: of everything here that has no right of its own. */
const shares = record({ form: oneOf("shares"), of: id, holders: list(sharesOf, 40, 1) });
const licence = record(
  { form: oneOf("licence"), licence: spdx },
  {
    of: id,
    /** Terms beside the licence: what it leaves open, or asks a price for. */
    terms: list(
      record(
        { action, may: oneOf("yes", "no", "ask", "pay") },
        { currency: text(16, /^(?:[A-Z]{3}|points)$/), price: integer(1, AMOUNT_MAX) },
      ),
      16,
    ),
  },
);
const grant = record({ form: oneOf("grant"), of: id, to: id, action }, { until: integer(0) });
const transfer = record({ form: oneOf("transfer"), of: id, from: id, to: id, share });

const forms = { shares, licence, grant, transfer } as const;
const form = oneOf("shares", "licence", "grant", "transfer");

/** A text that nobody can compute with. */
const words = record({}, {});

export type RightRules =
  | (Shaped<typeof words> & { readonly form?: undefined })
  | Shaped<typeof shares>
  | Shaped<typeof licence>
  | Shaped<typeof grant>
  | Shaped<typeof transfer>;

/** The rules of a right. A field or form that is not here needs a newer version. */
export const rightRules: Shape<RightRules> = (value, where) => {
  const chosen = isRecord(value) ? value["form"] : undefined;
  if (chosen === undefined) return words(value, where);
  const read = forms[form(chosen, `${where}.form`)](value, where);
  if (!("holders" in read)) return read;
  const sum = read.holders.reduce((all, each) => all + each.share, 0);
  if (sum !== SHARES) throw refuse(`${where}.holders`, `shares that come to ${SHARES}`, sum);
  return read;
};

export const right: Kind = {
  name: "right",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["derivedFrom", "cites", "governs", "partOf", "translates"],
  governed: true,
  rules: rightRules,
  meta: meta({}),
};
