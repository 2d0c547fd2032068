/**
 * Which licences mix: whether words under one licence may go into something under another. Expressions are read by SPDX's
 * grammar; what is known of single licences stands in a table with its sources, which the caller gives. What the table does not
 * have is unknown, never guessed at. Not legal advice.
 */
import parse from "spdx-expression-parse";

/** From best to worst. `one-way`: it may, and may not come back. `unknown`: the table does not say. */
export const VERDICTS = ["yes", "one-way", "ask", "unknown", "no"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A row of handbook/tables/which-licences-mix.csv. `into` may be "any", `from` NONE: words without a licence. */
export interface MixRow {
  readonly from: string;
  readonly into: string;
  readonly may: Exclude<Verdict, "unknown">;
  readonly because: string;
  /** What to do where it may not. */
  readonly instead: string;
  readonly source: string;
  readonly section: string;
}

export interface Mix {
  readonly verdict: Verdict;
  /** The two licences that decided. */
  readonly from: string;
  readonly into: string;
  readonly because: string;
  readonly instead: string | undefined;
  readonly source: string | undefined;
  readonly section: string | undefined;
}

/** As the table writes the absence of a licence. */
export const NO_LICENCE = "NONE";

/** One licence of an expression. */
interface Single {
  readonly id: string;
  /** "or any later version". */
  readonly plus: boolean;
  /** An exception that gives more than the licence does. */
  readonly exception: string | undefined;
}

export type Terms = Single | { readonly any: readonly Terms[] } | { readonly all: readonly Terms[] };

/** Reads an SPDX expression; undefined for what is none. */
export function readExpression(text: string): Terms | undefined {
  if (text === NO_LICENCE) return { id: NO_LICENCE, plus: false, exception: undefined };
  try {
    return termsOf(parse(text));
  } catch {
    // The package throws plain errors for whatever it cannot read.
    return undefined;
  }
}

function termsOf(read: parse.Expression): Terms {
  if (!("conjunction" in read)) return { id: read.license, plus: read.plus === true, exception: read.exception };
  const sides = [termsOf(read.left), termsOf(read.right)];
  return read.conjunction === "or" ? { any: sides } : { all: sides };
}

/**
 * Whether what is under `from` may be made into something under `into`; undefined is no licence. Of a choice (OR) the best
 * counts, as whoever takes the words may choose; of several at once (AND) the worst. What is made must keep to the terms
 * under every licence that it names, for its readers may choose too.
 */
export function mayBecome(
  rows: readonly MixRow[],
  licences: { readonly from: string | undefined; readonly into: string | undefined },
): Mix {
  const { from = NO_LICENCE, into = NO_LICENCE } = licences;
  const [source, result] = [readExpression(from), readExpression(into)];
  const table = new Table(rows);
  if (source === undefined || result === undefined) {
    const unread = source === undefined ? from : into;
    return from === into
      ? equalMix(from)
      : unknownMix({ from, into }, `"${unread}" is no licence expression that SPDX knows`);
  }
  // A choice of licences passed on as it is, is the same choice.
  if (!isSingle(source) && spelt(source) === spelt(result)) return equalMix(from);
  return worst(singlesOf(result).map((single) => fromTerms(source, single, table)));
}

function fromTerms(source: Terms, into: Single, table: Table): Mix {
  if ("any" in source) return best(source.any.map((each) => fromTerms(each, into, table)));
  if ("all" in source) return worst(source.all.map((each) => fromTerms(each, into, table)));
  return table.mix(source, into);
}

class Table {
  readonly #rows = new Map<string, MixRow>();

  constructor(rows: readonly MixRow[]) {
    for (const row of rows) this.#rows.set(`${row.from} ${row.into}`, row);
  }

  mix(from: Single, into: Single): Mix {
    const versions = versionsOf(from).map((id) => this.#between(id, into));
    const known = versions.filter((each) => each.verdict !== "unknown");
    const found = best(known.length > 0 ? known : versions);
    // An exception only adds to what its licence allows.
    if (from.exception === undefined || VERDICTS.indexOf(found.verdict) <= 1) return found;
    return unknownMix({ from: nameOf(from), into: nameOf(into) }, `nobody has looked at what ${from.exception} adds`);
  }

  #between(from: string, into: Single): Mix {
    const name = into.plus ? orLater(into.id) : into.id;
    const row = this.#rows.get(`${from} ${name}`) ?? this.#rows.get(`${from} any`);
    if (row === undefined && from === name) return equalMix(from);
    const pair = { from, into: nameOf(into) };
    if (row === undefined) return unknownMix(pair, "the table of licences that mix does not have these two");
    const { may: verdict, because, instead, source, section } = row;
    // What the exception allows beyond the licence, nobody has given.
    if (into.exception !== undefined && row.into !== "any" && verdict !== "no")
      return unknownMix(pair, `nobody has looked at what ${into.exception} adds`);
    return { ...pair, verdict, because, instead: instead === "" ? undefined : instead, source, section };
  }
}

/** Licences of which whoever takes the words may choose one: "or later" leaves the named version open, too. */
function versionsOf({ id, plus }: Single): string[] {
  if (plus) return [orLater(id), `${id}-only`, id];
  const bare = id.replace(/-or-later$/, "");
  return bare === id ? [id] : [id, `${bare}-only`];
}

function orLater(id: string): string {
  return `${id.replace(/-only$/, "")}-or-later`;
}

function isSingle(terms: Terms): terms is Single {
  return "id" in terms;
}

function singlesOf(terms: Terms): Single[] {
  if (isSingle(terms)) return [terms];
  return ("any" in terms ? terms.any : terms.all).flatMap(singlesOf);
}

function nameOf({ id, plus, exception }: Single): string {
  return `${id}${plus ? "+" : ""}${exception === undefined ? "" : ` WITH ${exception}`}`;
}

/** The same for expressions that differ only in order. */
function spelt(terms: Terms): string {
  if (isSingle(terms)) return nameOf(terms);
  const [word, sides] = "any" in terms ? ["OR", terms.any] : ["AND", terms.all];
  return `(${sides.map(spelt).toSorted().join(` ${word} `)})`;
}

/** The best or worst of several; the first of equals. */
function best(mixes: readonly Mix[]): Mix {
  return mixes.reduce((a, b) => (VERDICTS.indexOf(b.verdict) < VERDICTS.indexOf(a.verdict) ? b : a));
}

function worst(mixes: readonly Mix[]): Mix {
  return mixes.reduce((a, b) => (VERDICTS.indexOf(b.verdict) > VERDICTS.indexOf(a.verdict) ? b : a));
}

function equalMix(licence: string): Mix {
  const none = { instead: undefined, source: undefined, section: undefined };
  return { verdict: "yes", from: licence, into: licence, because: "the licence stays the same", ...none };
}

function unknownMix(pair: { readonly from: string; readonly into: string }, because: string): Mix {
  return { ...pair, verdict: "unknown", because, instead: undefined, source: undefined, section: undefined };
}
