/**
 * Two-phase search over one community. First FTS5 finds candidates by the rarest words of the query, as many
 * words as fit a budget of postings, because FTS5 scores every row that matches. Then the best candidates are
 * scored over all words (ranking.ts) and collapsed to units.
 * A search as of an earlier size asks the index over all history and keeps the passages that stood then.
 * Reads only; a query never fails for what was typed, except for its length.
 */
import { LoreError } from "../../bytes/index.ts";
import type { Db } from "../../store/sqlite/db.ts";
import type { ReadPart } from "../contract.ts";
import { numberedAnchor } from "./anchor.ts";
import { Candidates, type Candidate } from "./candidates.ts";
import { DEFAULT_LANGUAGE } from "./languages.ts";
import { type Lookup, lookUp } from "./lookup.ts";
import { parseQuery } from "./query-text.ts";
import { passageText, readBody } from "./source.ts";
import { type Snippet, snippetOf } from "./snippet.ts";
import { Analyser } from "./tokenise.ts";
import { StandingUnits } from "./standing-units.ts";

/** Hits of one page of results. */
/** One more than anybody is shown, to know whether there are more. */
export const HITS_MAX = 101;
/** Languages a query is read in: those of most units. */
const LANGUAGES_MAX = 6;

export interface Query {
  readonly text: string;
  /** Hits wanted, 1 to HITS_MAX. */
  readonly limit: number;
  readonly offset?: number;
  /** Kinds of unit to find; all where absent. */
  readonly kinds?: readonly string[];
  /** Searches what stood earlier: the row number of the revision that was each unit's head then. */
  readonly asOf?: { head(unit: number): number | undefined };
  /** Whether a unit may be found; asked once per unit. */
  readonly include?: (unit: number) => boolean;
  /** For the text of snippets; without it they are empty. */
  readonly readPart?: ReadPart;
  /** Keep one between queries: it remembers stems. */
  readonly analyser?: Analyser;
}

export interface Hit {
  readonly unit: number;
  /** Row number of the revision the passage stands in. */
  readonly revision: number;
  readonly score: number;
  readonly title: string;
  readonly path: string;
  readonly heading: string | undefined;
  /** Anchor of the heading on its page. */
  readonly anchor: string | undefined;
  /** The passage [start, end) in bytes of the body part; empty where the unit has no text. */
  readonly range: readonly [start: number, end: number];
  readonly snippet: Snippet;
}

export interface SearchResult {
  readonly hits: readonly Hit[];
  /** Units found; where candidates were cut off, a lower bound. */
  readonly total: number;
}

/** @throws LoreError TOO_LARGE for a text past QUERY_CHARS_MAX, MALFORMED for a limit or offset out of range. */
export function search(db: Db, query: Query): SearchResult {
  const offset = query.offset ?? 0;
  requireInteger("limit", query.limit, { least: 1, most: HITS_MAX });
  requireInteger("offset", offset, { least: 0, most: Number.MAX_SAFE_INTEGER });
  return db.reading(() => searchIn(db, { ...query, offset }));
}

function searchIn(db: Db, query: Query & { readonly offset: number }): SearchResult {
  const { offset, analyser = new Analyser() } = query;
  const languages = languagesOf(db).map((language) => analyser.words(language));
  const lookup = lookUp(db, parseQuery(query.text, languages), query.asOf === undefined ? "current" : "history");
  if (lookup === undefined) return { hits: [], total: 0 };
  const candidates = new Candidates(db, lookup, new StandingUnits(db, query)).best();
  const hits = candidates
    .slice(offset, offset + query.limit)
    .map((candidate) => hitOf(db, candidate, { query, lookup, analyser }));
  return { hits, total: candidates.length };
}

function requireInteger(field: string, value: number, range: { least: number; most: number }): void {
  if (Number.isSafeInteger(value) && value >= range.least && value <= range.most) return;
  const message = `Searching with ${field} ${value}; a whole number from ${range.least} to ${range.most} is taken.`;
  throw new LoreError("MALFORMED", message, { field, limit: range.most });
}

function languagesOf(db: Db): string[] {
  const rows = db.all<{ language: string }>(
    "SELECT language FROM search_language ORDER BY units DESC, language LIMIT ?",
    LANGUAGES_MAX,
  );
  return rows.length === 0 ? [DEFAULT_LANGUAGE] : rows.map((row) => row.language);
}

function hitOf(db: Db, candidate: Candidate, context: { query: Query; lookup: Lookup; analyser: Analyser }): Hit {
  const { unit, standing, score } = candidate;
  const title = db.get<{ heading: string; path: string }>(
    "SELECT heading, path FROM search_passage WHERE id = ?",
    unit.title,
  );
  const passage = db.get<{ heading: string | null }>(
    "SELECT heading FROM search_passage WHERE id = ?",
    standing.passage,
  );
  const heading = standing.passage === unit.title ? undefined : (passage?.heading ?? undefined);
  const body = readBody(unit.body, context.query.readPart ?? (() => undefined));
  const text = body === undefined ? "" : passageText(unit.format, body.subarray(standing.start, standing.end));
  return {
    unit: unit.unit,
    revision: unit.revision,
    score,
    title: title?.heading ?? "",
    path: title?.path ?? "",
    heading,
    anchor:
      heading === undefined || standing.repeat === undefined ? undefined : numberedAnchor(heading, standing.repeat),
    range: [standing.start, standing.end],
    snippet: snippetOf(text, context.analyser.words(unit.language), context.lookup.weights),
  };
}
