/**
 * From a parsed query to what is asked of the full-text index: how rare each word is, which words are looked up
 * within the postings budget, and the match expression.
 */
import type { Db } from "../../store/sqlite/db.ts";
import type { ParsedQuery, PhraseForms, TermGroup } from "./query-text.ts";
import { type IndexSize, Ranking, termWeight, type WeightedGroup } from "./ranking.ts";
import { termHash } from "./tokenise.ts";

/** Rows of the index that one query may have scored by FTS5, which takes about a microsecond for each. */
const POSTINGS_MAX = 20_000;
/** Beyond its rarest words, a long query looks further ones up only while this many rows are not reached. */
const RAREST_WORDS = 3;
const POSTINGS_ENOUGH = 4_000;
/** Terms that an unfinished last word may stand for. */
const COMPLETIONS_MAX = 8;
/** Terms looked at to find them. */
const COMPLETIONS_SEEN_MAX = 64;

export type Scope = "current" | "history";

export interface Lookup {
  readonly scope: Scope;
  /** The match expression of the words and phrases. */
  readonly match: string;
  /** One match expression for all that must not occur, if anything. */
  readonly excluded: string | undefined;
  readonly ranking: Ranking;
  /** Weight of each term by hash, for snippets. */
  readonly weights: ReadonlyMap<number, number>;
}

interface CountedGroup {
  readonly terms: readonly string[];
  readonly documents: number;
}

/** Undefined when nothing in the index can match. */
export function lookUp(db: Db, query: ParsedQuery, scope: Scope): Lookup | undefined {
  const size = db.get<IndexSize>("SELECT passages, bodies, tokens FROM search_size WHERE scope = ?", scope);
  const groups = query.groups
    .map((group) => countedGroup(db, group, scope))
    .filter((group) => group.documents > 0)
    .sort((a, b) => a.documents - b.documents);
  const [rarest] = groups;
  if (size === undefined || rarest === undefined) return undefined;
  const weighted = groups.map(({ terms, documents }): WeightedGroup => {
    return { hashes: terms.map(termHash), weight: termWeight(documents, size) };
  });
  return {
    scope,
    match: matchOf(withinBudget(groups), query.phrases),
    excluded: query.excluded.length === 0 ? undefined : query.excluded.map(phraseMatch).join(" OR "),
    ranking: new Ranking(weighted, size),
    weights: new Map(weighted.flatMap(({ hashes, weight }) => hashes.map((hash): [number, number] => [hash, weight]))),
  };
}

function countedGroup(db: Db, group: TermGroup, scope: Scope): CountedGroup {
  const sql = `SELECT doc FROM search_${scope}_term WHERE term = ?`;
  let documents = 0;
  for (const term of group.terms) documents += db.get<{ doc: number }>(sql, term)?.doc ?? 0;
  if (documents > 0 || group.prefix === undefined) return { terms: [...group.terms], documents };
  return completed(db, group.prefix, scope);
}

/** The most frequent terms that begin like the word being typed. */
function completed(db: Db, prefix: string, scope: Scope): CountedGroup {
  const sql = `SELECT term, doc FROM search_${scope}_term WHERE term >= ? AND term < ? LIMIT ${COMPLETIONS_SEEN_MAX}`;
  const found = db
    .all<{ term: string; doc: number }>(sql, prefix, `${prefix}\u{10ffff}`)
    .sort((a, b) => b.doc - a.doc)
    .slice(0, COMPLETIONS_MAX);
  return { terms: found.map((row) => row.term), documents: found.reduce((sum, row) => sum + row.doc, 0) };
}

/** The rarest groups whose rows fit the budget together; at least one. The others count when candidates are scored. */
function withinBudget(groups: readonly CountedGroup[]): readonly CountedGroup[] {
  let postings = 0;
  const beyond = groups.findIndex((group, i) => {
    postings += group.documents;
    return i > 0 && postings > (i < RAREST_WORDS ? POSTINGS_MAX : POSTINGS_ENOUGH);
  });
  return beyond < 0 ? groups : groups.slice(0, beyond);
}

function matchOf(groups: readonly CountedGroup[], phrases: readonly PhraseForms[]): string {
  const words = groups.flatMap((group) => group.terms.map((term) => `"${term}"`)).join(" OR ");
  return [`(${words})`, ...phrases.map((forms) => `(${phraseMatch(forms)})`)].join(" AND ");
}

/** Terms hold no quotes (see tokenise.ts), so quoting them is enough. */
function phraseMatch(forms: PhraseForms): string {
  return [...forms].map((form) => `"${form}"`).join(" OR ");
}
