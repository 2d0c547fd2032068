/**
 * Authorship in the rows: every accepted text of a community with the origins of its tokens. Origins are row numbers of
 * revisions. What a text has from another unit, in pieces or chains of words too long to be chance, keeps its origin
 * there.
 * An erased text was never there: whatever followed from it is found anew without it, but for what stays by a residue.
 */
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";

import { isLoreError, utf8 } from "../../bytes/index.ts";
import { sha256Node } from "../../bytes/node.ts";
import type { Db } from "../../store/index.ts";
import type { AcceptedRevision, Projection, Projector, ReadPart, ResidueRow, Step } from "../contract.ts";
import { mayChain, NEAR_PHRASES } from "./phrases.ts";
import type { Piece, PlacedPhrase } from "./remainder.ts";
import { decodeResidue, type Remains } from "./residue.ts";
import { decodeOrigins, encodeOrigins } from "./runs.ts";
import { type AuthoredText, authoredText } from "./text.ts";
import { authored, EARLIER_MAX, type KnownPiece, type Likely, type Phrases, type Pieces, remember } from "./track.ts";
import { wordsByOrigin } from "./words.ts";

/** Longer texts have no authors by the word, only those their versions name. */
export const TEXT_BYTES_MAX = 2 * 1024 * 1024;
/** Words in a piece that is no chance in another unit either. */
export const COPIED_WORDS_MIN = 8;
/** Texts with which one is compared that may have words of theirs. */
const SHARING_MAX = 32;
/** Phrases of a text times the texts with which it is compared: a long one with fewer. */
const COMPARED_MAX = 100_000;
/** Tokens of texts kept at hand between revisions. */
const RECENT_TOKENS_MAX = 500_000;
const KEY_BYTES = 16;
/** One in so many characters of a text may be none. */
const ODD_SHARE = 20;
/** Heads that may wait to be counted. */
const DUE_MAX = 1_000;

export const authorshipProjection: Projection = {
  name: "authorship",
  version: 4,
  schema: readFileSync(new URL("schema.sql", import.meta.url), "utf8"),
  open: (db, readPart) => new AuthorshipProjector(db, readPart),
};

export interface TextRow {
  readonly revision: number;
  readonly unit: number;
  /** A JSON array. */
  readonly parents: string;
  readonly digest: Uint8Array | null;
  readonly origins: Uint8Array | null;
}

export class AuthorshipProjector implements Projector {
  readonly #db: Db;
  readonly #readPart: ReadPart;
  readonly #recent = new RecentTexts();
  #wasErased = false;

  constructor(db: Db, readPart: ReadPart) {
    this.#db = db;
    this.#readPart = readPart;
  }

  apply({ effects }: Step): void {
    for (const effect of effects) {
      if (effect.type === "head") {
        for (const revision of effect.accepted ?? []) this.#add(revision);
        this.#due(effect.revision.unit, effect.revision.n);
      } else if (effect.type === "redacted" && effect.part === "body") this.#erase(effect.revision, effect.residue);
    }
  }

  #add({ n, unit, parents, parts }: AcceptedRevision): void {
    const body = parts.find(({ name }) => name === "body");
    const digest = body === undefined || body.size > TEXT_BYTES_MAX ? undefined : body.digest;
    const text = { revision: n, unit, parents: JSON.stringify(parents), digest: digest ?? null };
    this.#db.run(
      "INSERT INTO authorship_text (revision, unit, parents, digest, origins) VALUES (?, ?, ?, ?, ?)",
      ...[n, unit, text.parents, text.digest, this.#origins(text)],
    );
  }

  #erase(revision: number, residue: ResidueRow | undefined): void {
    if (residue !== undefined) for (const remains of this.#remains(residue.digest)) this.#give(remains, residue);
    const erased = this.#db.run(
      "UPDATE authorship_text SET digest = NULL, origins = NULL WHERE revision = ? AND digest IS NOT NULL",
      revision,
    );
    this.#wasErased ||= erased > 0;
  }

  /** What cannot be read is said of nothing. */
  #remains(digest: Uint8Array): readonly Remains[] {
    const bytes = this.#readPart(digest);
    try {
      return bytes === undefined ? [] : decodeResidue(bytes);
    } catch (error) {
      if (isLoreError(error, "MALFORMED")) return [];
      throw error;
    }
  }

  /** What was given first stays. */
  #give({ revision, origins, words }: Remains, residue: ResidueRow): void {
    const n = residue.revision(revision);
    if (n === undefined) return;
    const given = this.#db.run(
      "INSERT OR IGNORE INTO authorship_given (revision, origins, words) VALUES (?, ?, ?)",
      n,
      encodeOrigins(origins.map((origin) => (origin === 0 ? n : origin))),
      words === undefined ? null : JSON.stringify([...words]),
    );
    this.#wasErased ||= given > 0;
  }

  flush(more = false): void {
    if (this.#wasErased) this.#trackAll();
    const due = this.#db.all<{ unit: number; revision: number }>("SELECT unit, revision FROM authorship_due");
    // Most heads are followed by another one soon, and need not be counted.
    if (more && due.length < DUE_MAX) return;
    for (const { unit, revision } of due) this.#count(unit, revision);
    this.#db.run("DELETE FROM authorship_due");
  }

  /** A head whose words are to be counted. */
  #due(unit: number, revision: number): void {
    this.#db.run("INSERT OR REPLACE INTO authorship_due (unit, revision) VALUES (?, ?)", unit, revision);
  }

  /** Finds all origins anew, in the order in which the texts came. */
  #trackAll(): void {
    const heads = this.#db.all<{ unit: number; revision: number }>(
      "SELECT unit, revision FROM authorship_text WHERE seq IN (SELECT max(seq) FROM authorship_text GROUP BY unit)",
    );
    for (const { unit, revision } of heads) this.#due(unit, revision);
    this.#recent.clear();
    this.#db.run("UPDATE authorship_text SET origins = NULL");
    this.#db.run("DELETE FROM authorship_piece");
    this.#db.run("DELETE FROM authorship_phrase");
    const texts = this.#db.all<TextRow>("SELECT * FROM authorship_text WHERE digest IS NOT NULL ORDER BY seq");
    for (const text of texts)
      this.#db.run("UPDATE authorship_text SET origins = ? WHERE revision = ?", this.#origins(text), text.revision);
    this.#wasErased = false;
  }

  /** Finds whose words a text is; null where there is none. */
  #origins({ revision, unit, parents, digest }: Omit<TextRow, "origins">): Uint8Array | null {
    const text = this.#text(digest);
    if (text === undefined) return null;
    const found =
      this.#given({ revision, unit, text }) ??
      this.#copied(unit, digest, text) ??
      this.#authored({ revision, unit, parents, text });
    this.#recent.set(revision, found);
    return encodeOrigins(found.origins);
  }

  /** What was said to stay of a revision, if its text is here and can be such. */
  #given({ revision, unit, text }: Pick<TextRow, "revision" | "unit"> & { text: string }): AuthoredText | undefined {
    const row = this.#db.get<{ origins: Uint8Array }>(
      "SELECT origins FROM authorship_given WHERE revision = ?",
      revision,
    );
    if (row === undefined) return undefined;
    try {
      const found = authoredText(text, { origins: decodeOrigins(row.origins) });
      remember(found, { revision, pieces: new PiecesOfUnit(this.#db, unit), phrases: this.#phrasesBeside(unit) });
      return found;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** A revision with the very bytes of an earlier one of the unit has its authors. */
  #copied(unit: number, digest: Uint8Array | null, text: string): AuthoredText | undefined {
    const earlier = this.#db.get<{ origins: Uint8Array }>(
      "SELECT origins FROM authorship_text WHERE unit = ? AND digest = ? AND origins IS NOT NULL ORDER BY seq LIMIT 1",
      ...[unit, digest],
    );
    return earlier === undefined ? undefined : authoredText(text, { origins: decodeOrigins(earlier.origins) });
  }

  #authored(
    { revision, unit, parents, text }: Pick<TextRow, "revision" | "unit" | "parents"> & { text: string },
    isTrial = false,
  ) {
    const known = new PiecesOfUnit(this.#db, unit);
    const phrases = this.#phrasesBeside(unit);
    const bases = numbers(parents).flatMap((parent) => this.#nearest(parent) ?? []);
    return authored({
      revision,
      text,
      bases,
      earlier: this.#ancestors(numbers(parents)),
      pieces: isTrial ? { find: (piece) => known.find(piece), keep: () => undefined } : known,
      phrases: isTrial ? { find: (shared) => phrases.find(shared), keep: () => undefined } : phrases,
    });
  }

  /** Phrases of all units, for a text of this one. */
  #phrasesBeside(unit: number): Phrases {
    return {
      find: (phrases) => this.#sharing(phrases, unit),
      keep: (phrases, revision) => {
        for (const { key, line } of phrases)
          this.#db.run(
            "INSERT OR IGNORE INTO authorship_phrase (key, revision, line) VALUES (?, ?, ?)",
            ...[key, revision, line],
          );
      },
    };
  }

  *#sharing(phrases: readonly PlacedPhrase[], unit: number): IterableIterator<Likely> {
    if (phrases.length < NEAR_PHRASES) return;
    const rows = this.#db.all<{ revision: number; nths: string; lines: string }>(
      `SELECT p.revision, json_group_array(asked.key) AS nths, json_group_array(p.line) AS lines
       FROM json_each(?) asked CROSS JOIN authorship_phrase p ON p.key = asked.value
         JOIN authorship_text t ON t.revision = p.revision
       WHERE t.unit <> ? GROUP BY 1 HAVING count(*) >= ${NEAR_PHRASES} ORDER BY count(*) DESC, 1`,
      ...[JSON.stringify(phrases.map(({ key }) => key)), unit],
    );
    const near = rows.filter(({ nths }) =>
      mayChain(
        numbers(nths)
          .map((nth) => phrases[nth]?.place ?? 0)
          .toSorted((a, b) => a - b),
      ),
    );
    for (const { revision, lines } of near.slice(0, Math.min(SHARING_MAX, Math.ceil(COMPARED_MAX / phrases.length)))) {
      const text = this.#of(revision);
      if (text !== undefined) yield { text, lines: numbers(lines) };
    }
  }

  /** Whose words `text` would be as the next revision, with 0 for itself. */
  originsOfNext(next: {
    readonly unit: number;
    readonly parents: readonly number[];
    readonly text: string;
  }): Uint32Array {
    const { unit, text } = next;
    const parents = JSON.stringify(next.parents);
    return this.#authored({ revision: 0, unit, parents, text }, true).origins;
  }

  /** The text of a revision or, where it was erased, of the one before it. */
  #nearest(revision: number): AuthoredText | undefined {
    for (let at: number | undefined = revision; at !== undefined; at = numbers(this.#row(at)?.parents ?? "[]")[0]) {
      const text = this.#of(at);
      if (text !== undefined) return text;
    }
    return undefined;
  }

  /** Texts before the parents, following the first parent of each. */
  *#ancestors(parents: readonly number[]): IterableIterator<AuthoredText> {
    let [at] = parents;
    for (let i = 0; i < EARLIER_MAX && at !== undefined; i++) {
      [at] = numbers(this.#row(at)?.parents ?? "[]");
      const text = at === undefined ? undefined : this.#of(at);
      if (text !== undefined) yield text;
    }
  }

  /** The text of a revision that was taken in; undefined where there is none. */
  #of(revision: number): AuthoredText | undefined {
    const known = this.#recent.get(revision);
    if (known !== undefined) return known;
    const row = this.#row(revision);
    const text = row === undefined ? undefined : this.#text(row.digest);
    if (row === undefined || row.origins === null || text === undefined) return undefined;
    const found = authoredText(text, { origins: decodeOrigins(row.origins) });
    this.#recent.set(revision, found);
    return found;
  }

  #row(revision: number): TextRow | undefined {
    return this.#db.get<TextRow>("SELECT * FROM authorship_text WHERE revision = ?", revision);
  }

  #text(digest: Uint8Array | null): string | undefined {
    return textOfBody(digest === null ? undefined : this.#readPart(digest));
  }

  #count(unit: number, revision: number): void {
    this.#db.run("DELETE FROM authorship_standing WHERE unit = ?", unit);
    const text = this.#of(revision);
    if (text === undefined) return;
    for (const [origin, words] of wordsByOrigin(text))
      this.#db.run("INSERT INTO authorship_standing (unit, origin, words) VALUES (?, ?, ?)", unit, origin, words);
  }
}

/** Words by origin of a text that was erased, as far as that was said to stay. */
export function wordsGiven(db: Db, revision: number): Map<number, number> | undefined {
  const row = db.get<{ words: string | null }>("SELECT words FROM authorship_given WHERE revision = ?", revision);
  // Written above.
  return row === undefined ? undefined : new Map(JSON.parse(row.words ?? "[]") as [number, number][]);
}

/** The text of a body part; undefined for bytes that are none. */
export function textOfBody(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  return isUtf8(bytes) && !bytes.includes(0) ? text : mostlyText(text);
}

/** A few bytes that no text has make a text nobody else's. */
function mostlyText(text: string): string | undefined {
  let odd = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0 || unit === 0xfffd) odd += 1;
  }
  return odd * ODD_SHARE < text.length ? text : undefined;
}

function numbers(json: string): readonly number[] {
  // Written above, from row numbers.
  return JSON.parse(json) as number[];
}

/** Pieces of one unit, and long ones of all others. Made for one text: of what was looked for, the key is at hand. */
class PiecesOfUnit implements Pieces {
  readonly #db: Db;
  readonly #unit: number;
  readonly #keys = new Map<Piece, Uint8Array>();

  constructor(db: Db, unit: number) {
    this.#db = db;
    this.#unit = unit;
  }

  find(piece: Piece): KnownPiece | undefined {
    const key = keyOf(piece);
    this.#keys.set(piece, key);
    const own = this.#get("WHERE key = ? AND unit = ?", key, this.#unit);
    // What every page has is in thousands of units: only the first is asked for.
    const found =
      own ?? (piece.words >= COPIED_WORDS_MIN ? this.#get("WHERE key = ? ORDER BY unit LIMIT 1", key) : undefined);
    return found === undefined ? undefined : { origins: decodeOrigins(found.origins), isOwn: found === own };
  }

  #get(where: string, ...values: readonly (Uint8Array | number)[]): { readonly origins: Uint8Array } | undefined {
    return this.#db.get<{ origins: Uint8Array }>(`SELECT origins FROM authorship_piece ${where}`, ...values);
  }

  keep(piece: Piece, origins: Uint32Array): void {
    this.#db.run(
      "INSERT OR IGNORE INTO authorship_piece (key, unit, origins) VALUES (?, ?, ?)",
      ...[this.#keys.get(piece) ?? keyOf(piece), this.#unit, encodeOrigins(origins)],
    );
  }
}

function keyOf({ key }: Piece): Uint8Array {
  return sha256Node(utf8(key)).slice(0, KEY_BYTES);
}

/** The texts used last, bounded by their tokens. */
class RecentTexts {
  readonly #texts = new Map<number, AuthoredText>();
  #tokens = 0;

  get(revision: number): AuthoredText | undefined {
    const text = this.#texts.get(revision);
    if (text !== undefined) {
      this.#texts.delete(revision);
      this.#texts.set(revision, text);
    }
    return text;
  }

  set(revision: number, text: AuthoredText): void {
    this.#texts.set(revision, text);
    this.#tokens += text.origins.length;
    for (const [oldest, { origins }] of this.#texts) {
      if (this.#tokens <= RECENT_TOKENS_MAX) return;
      this.#texts.delete(oldest);
      this.#tokens -= origins.length;
    }
  }

  clear(): void {
    this.#texts.clear();
    this.#tokens = 0;
  }
}
