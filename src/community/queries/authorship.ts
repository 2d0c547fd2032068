/** Whose words stand where: for a text, to the word; for a unit and for a community, the people. No totals, no ranks. */
import { base32, LoreError } from "../../bytes/index.ts";
import { authoredText, decodeOrigins } from "../../projection/authorship/index.ts";
import { TEXT_BYTES_MAX, textOfBody, wordsGiven } from "../../projection/authorship/projector.ts";
import { weighedTokens, wordsByOrigin } from "../../projection/authorship/words.ts";
import type { Community } from "../community.ts";
import { headBoundSql, type Moment, NOW } from "./moment.ts";
import { authorsOf, authorsOfEach, personRef, type PersonRef } from "./people.ts";
import { partBytes } from "./units.ts";

export { TEXT_BYTES_MAX };

/** The version that words came from. Times in ms, ids in base32. */
export interface Origin {
  readonly revision: string;
  /** The unit it is a version of: another one where the words were copied from there. */
  readonly unit: string;
  readonly title: string;
  /** Place among that unit's accepted versions; null when it was taken up with a later one. */
  readonly version: number | null;
  readonly time: number;
  readonly authors: readonly PersonRef[];
}

/** Neighbouring words with one origin. */
export interface AttributedRun {
  /** UTF-16 units of the text, and bytes of the part, `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly bytes: readonly [start: number, end: number];
  /** Words that weigh: punctuation, link targets and tags do not. */
  readonly words: number;
  readonly origin: Origin;
}

export interface AttributedText {
  readonly text: string;
  readonly runs: readonly AttributedRun[];
}

/** To be awaited before asking: brings authorship up to what is on record, where this process may write it. */
export async function authorshipReady({ authorship, facts }: Community): Promise<void> {
  await authorship.started;
  await authorship.follow(facts);
}

/**
 * Whose words the text of an accepted revision is; undefined where there is no text, it is too long, or it was
 * accepted so lately that nobody has looked yet.
 */
export function attributed(community: Community, revision: number, moment: Moment = NOW): AttributedText | undefined {
  const found = textWithOrigins(community, revision);
  return found === undefined ? undefined : { text: found.text, runs: runsOf(community, found, moment) };
}

function textWithOrigins(
  community: Community,
  revision: number,
): { readonly text: string; readonly origins: Uint32Array } | undefined {
  const row = community.authorship.db.get<{ origins: Uint8Array | null }>(
    "SELECT origins FROM authorship_text WHERE revision = ?",
    revision,
  );
  const text = textOfBody(partBytes(community, revision));
  return row?.origins == null || text === undefined ? undefined : { text, origins: decodeOrigins(row.origins) };
}

function runsOf(
  community: Community,
  { text, origins }: { readonly text: string; readonly origins: Uint32Array },
  moment: Moment,
): AttributedRun[] {
  const known = new Map<number, Origin>();
  const originOf = (n: number): Origin => {
    const origin = known.get(n) ?? originDetail(community, n, moment);
    known.set(n, origin);
    return origin;
  };
  const runs: { start: number; end: number; bytes: [number, number]; words: number; origin: Origin; n: number }[] = [];
  const bytes = new ByteCounter(text);
  for (const [i, { start, end, weighs }] of weighedTokens(text).entries()) {
    const n = origins[i] ?? 0;
    const last = runs.at(-1);
    const words = weighs ? 1 : 0;
    if (last?.n === n) {
      last.end = end;
      last.bytes[1] = bytes.at(end);
      last.words += words;
    } else runs.push({ start, end, bytes: [bytes.at(start), bytes.at(end)], words, origin: originOf(n), n });
  }
  return runs.map(({ start, end, bytes: range, words, origin }) => ({ start, end, bytes: range, words, origin }));
}

/** Bytes of UTF-8 before a place in a text; places must rise. */
class ByteCounter {
  readonly #text: string;
  #at = 0;
  #bytes = 0;

  constructor(text: string) {
    this.#text = text;
  }

  at(place: number): number {
    this.#bytes += Buffer.byteLength(this.#text.slice(this.#at, place));
    this.#at = place;
    return this.#bytes;
  }
}

interface OriginRow {
  readonly id: Uint8Array;
  readonly unit_id: Uint8Array;
  readonly title: string | null;
  readonly author: number;
  readonly time: number;
  readonly version: number | null;
}

function originDetail(community: Community, n: number, moment: Moment): Origin {
  const row = community.rows.get<OriginRow>(
    `SELECT r.id, u.id AS unit_id, f.title, r.author, r.time,
       (SELECT max(h.seq) FROM head h WHERE h.unit = r.unit AND h.revision = r.n ${headBoundSql(moment, "h")}) AS version
     FROM revision r JOIN unit u ON u.n = r.unit LEFT JOIN catalog_fact f ON f.revision = r.n WHERE r.n = ?`,
    n,
  );
  if (row === undefined)
    throw new LoreError("INTEGRITY", 'Words come from a version that is not here. Run "lore rebuild".');
  return {
    revision: base32.encode(row.id),
    unit: base32.encode(row.unit_id),
    title: row.title ?? "Untitled",
    version: row.version,
    time: row.time,
    authors: authorsOf(community, n, { signer: row.author, moment }).authors,
  };
}

/** Whether `attributed` has an answer. */
export function hasAuthors({ authorship }: Community, revision: number): boolean {
  return (
    authorship.db.get("SELECT 1 AS found FROM authorship_text WHERE revision = ? AND origins IS NOT NULL", revision) !==
    undefined
  );
}

/** Words of a revision by the row number of the revision each came from. Of a unit's current version they are on record. */
export function wordsIn(community: Community, revision: number): Map<number, number> {
  const { db } = community.authorship;
  const unit = community.facts.revision(revision)?.unit ?? 0;
  if (community.facts.unit(unit)?.head === revision) {
    const standing = db.all<{ origin: number; words: number }>(
      "SELECT origin, words FROM authorship_standing WHERE unit = ? ORDER BY origin",
      unit,
    );
    return new Map(standing.map(({ origin, words }) => [origin, words]));
  }
  const text = textWithOrigins(community, revision);
  return text === undefined ? (wordsGiven(db, revision) ?? new Map()) : wordsByOrigin(authoredText(text.text, text));
}

/** Those whose words stand in a revision, those with most first, as of a moment; bots and converters are left out. */
export function standingIn(community: Community, revision: number, moment: Moment = NOW): PersonRef[] {
  const shares = new Shares();
  const words = wordsIn(community, revision);
  const authors = authorsOfEach(community, words.keys(), moment);
  for (const [origin, count] of words) shares.add(authors.get(origin) ?? [], count);
  return shares.people();
}

/** The same of any text. */
export function standingInText({ runs }: AttributedText): PersonRef[] {
  const shares = new Shares();
  for (const { words, origin } of runs) shares.add(origin.authors, words);
  return shares.people();
}

/** Words by person; those who wrote together share. */
class Shares {
  readonly #words = new Map<string, { readonly person: PersonRef; words: number }>();

  add(authors: readonly PersonRef[], words: number): void {
    for (const person of authors) {
      const known = this.#words.get(person.id) ?? { person, words: 0 };
      known.words += words / authors.length;
      this.#words.set(person.id, known);
    }
  }

  people(): PersonRef[] {
    return [...this.#words.values()]
      .filter(({ person, words }) => person.type === "person" && words > 0)
      .toSorted((a, b) => b.words - a.words)
      .map(({ person }) => person);
  }
}

/** Words of another unit that stand in a text. */
export interface Copy {
  /** Row number of the other unit. */
  readonly unit: number;
  readonly words: number;
}

/** From which other units a revision has words, most first. */
export function copiedFrom(community: Community, revision: number): Copy[] {
  const own = community.facts.revision(revision)?.unit;
  const units = new Map<number, number>();
  for (const [origin, words] of wordsIn(community, revision)) {
    const unit = community.facts.revision(origin)?.unit;
    if (unit !== undefined && unit !== own) units.set(unit, (units.get(unit) ?? 0) + words);
  }
  return [...units].map(([unit, words]) => ({ unit, words })).toSorted((a, b) => b.words - a.words);
}

/** In which other units' current versions words of a unit stand, most first. */
export function copiedInto(community: Community, unit: number): Copy[] {
  const own = community.rows.all<{ n: number }>("SELECT n FROM revision WHERE unit = ? AND state = 'accepted'", unit);
  return community.authorship.db.all<Copy>(
    `SELECT unit, sum(words) AS words FROM authorship_standing
     WHERE origin IN (SELECT value FROM json_each(?)) AND unit <> ? GROUP BY unit ORDER BY words DESC`,
    ...[JSON.stringify(own.map(({ n }) => n)), unit],
  );
}

/** Those whose words stand in what is current, in order of their first accepted version. */
export function peopleStanding(community: Community): PersonRef[] {
  const current = community.rows.all<{ n: number }>(
    "SELECT n FROM unit WHERE head IS NOT NULL AND retired = 0 AND superseded_by IS NULL AND kind <> 'charter'",
  );
  const shown = new Set(current.map(({ n }) => n));
  const standing = community.authorship.db.all<{ unit: number; origin: number }>(
    "SELECT unit, origin FROM authorship_standing ORDER BY origin",
  );
  const origins = new Set(standing.filter(({ unit }) => shown.has(unit)).map(({ origin }) => origin));
  const members = community.rows.all<{ revision: number; member: number }>(
    `SELECT r.n AS revision, coalesce(c.member, r.author) AS member
     FROM revision r LEFT JOIN contributor c ON c.revision = r.n WHERE r.state = 'accepted' ORDER BY r.time, r.n`,
  );
  const standingMembers = new Set<number>();
  const first = new Map<number, number>();
  const persons = new Map<number, number>();
  for (const { revision, member } of members) {
    const person = persons.get(member) ?? community.facts.person(member);
    persons.set(member, person);
    if (!first.has(person)) first.set(person, first.size);
    if (origins.has(revision)) standingMembers.add(person);
  }
  return [...standingMembers]
    .toSorted((a, b) => (first.get(a) ?? 0) - (first.get(b) ?? 0))
    .map((person) => personRef(community, person))
    .filter(({ type }) => type === "person");
}

/** Units, current or not, in whose last version a person's words stand. `member` is the row number of the person. */
export function unitsWithWordsOf(community: Community, member: number): number[] {
  const own = community.rows.all<{ revision: number; member: number }>(
    `SELECT r.n AS revision, coalesce(c.member, r.author) AS member
     FROM revision r LEFT JOIN contributor c ON c.revision = r.n WHERE r.state = 'accepted'`,
  );
  const persons = new Map<number, number>();
  const units = new Set<number>();
  for (const { revision, member: by } of own) {
    const person = persons.get(by) ?? community.facts.person(by);
    persons.set(by, person);
    if (person !== member) continue;
    const standing = community.authorship.db.all<{ unit: number }>(
      "SELECT unit FROM authorship_standing WHERE origin = ?",
      revision,
    );
    for (const { unit } of standing) units.add(unit);
  }
  return [...units];
}
