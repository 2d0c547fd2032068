/**
 * Folds head revisions into `search_passage` and `search_revision`, each distinct passage of a unit once.
 * The texts of new passages wait in memory for the full-text indexes, which take rows fastest in id order.
 * What it keeps in memory is a cache of rows: after a rolled back transaction it must be dropped.
 */
import assert from "node:assert/strict";

import type { ReadPart } from "../contract.ts";
import type { Db } from "../../store/sqlite/db.ts";
import { packStandings, packTerms, type Standing, unpackStandings, unpackTerms } from "./rows.ts";
import { PASSAGE_SLOTS } from "./schema.ts";
import { type FieldTexts, Reading } from "./reading.ts";
import { FORMATS, type Meta, readMeta, type Source, type SourcePart } from "./source.ts";
import { Analyser } from "./tokenise.ts";

/** Fingerprints of units' passages kept in memory, over all units. */
const KNOWN_PASSAGES_MAX = 400_000;

/** What the full-text indexes are given of a passage. */
export interface PassageText {
  readonly heading: string;
  readonly body: string;
  readonly bodyTokens: number;
}

/** A passage on its way into a full-text index. */
export interface Entry {
  readonly id: number;
  readonly text: PassageText;
}

export interface RevisionKey {
  readonly n: number;
  readonly unit: number;
}

interface RevisionRecord extends RevisionKey {
  readonly format: number;
  readonly language: string;
  readonly meta: Uint8Array | null;
  readonly body: Uint8Array | null;
  readonly passages: Uint8Array;
}

export class PassageStore {
  /** UTF-16 units of text that waits in memory. */
  freshChars = 0;
  /** Texts of passages made since `release`, by id. */
  readonly #fresh = new Map<number, PassageText>();
  /** Rows of `search_revision` written since then, by number. */
  readonly #added = new Map<number, RevisionRecord>();
  /** Those of them that `takeFresh` has not handed out yet. */
  #untaken: number[] = [];
  readonly #db: Db;
  readonly #readPart: ReadPart;
  readonly #analyser = new Analyser();
  readonly #known = new Map<number, Map<number, number>>();
  #knownPassages = 0;

  constructor(db: Db, readPart: ReadPart) {
    this.#db = db;
    this.#readPart = readPart;
  }

  has(n: number): boolean {
    return this.#record(n) !== undefined;
  }

  /** Records a revision that became a head. */
  add(key: RevisionKey, source: Source): void {
    const meta = readMeta(source.meta, this.#readPart);
    const record: RevisionRecord = {
      ...key,
      format: FORMATS.indexOf(source.format),
      language: meta.language,
      meta: source.meta ?? null,
      body: source.body ?? null,
      passages: packStandings(this.#fold(key, source, meta)),
    };
    this.#added.set(key.n, record);
    this.#db.run(
      "INSERT OR REPLACE INTO search_revision(n, unit, format, language, meta, body, passages) VALUES (?, ?, ?, ?, ?, ?, ?)",
      record.n,
      record.unit,
      record.format,
      record.language,
      record.meta,
      record.body,
      record.passages,
    );
  }

  /** Forgets which part a revision was indexed from; `refold` its unit to forget what it said. */
  erase(n: number, part: SourcePart): void {
    this.#added.delete(n);
    this.#db.run(`UPDATE search_revision SET ${part} = NULL WHERE n = ?`, n);
  }

  /** Passages made since the last call, in id order, which FTS5 takes fastest. */
  takeFresh(): Entry[] {
    const taken: Entry[] = [];
    for (const id of this.#untaken.sort((a, b) => a - b)) {
      const text = this.#fresh.get(id);
      if (text !== undefined) taken.push({ id, text });
    }
    this.#untaken = [];
    return taken;
  }

  /** Lets go of what is in memory. */
  release(): void {
    this.#fresh.clear();
    this.#added.clear();
    this.freshChars = 0;
  }

  /** Ids of every passage a unit ever held. */
  passagesOf(unit: number): number[] {
    return this.#db
      .all<{ id: number }>("SELECT id FROM search_passage WHERE unit = ? ORDER BY id", unit)
      .map((row) => row.id);
  }

  bodyTokensOf(id: number): number {
    const row = this.#db.get<{ terms: Uint8Array }>("SELECT terms FROM search_passage WHERE id = ?", id);
    return row === undefined ? 0 : unpackTerms(row.terms).bodyTokens;
  }

  /** Deletes the passages of a unit; `refold` makes them anew. */
  forget(unit: number): void {
    this.#db.run("DELETE FROM search_passage WHERE unit = ?", unit);
    this.#known.clear();
    this.#knownPassages = 0;
  }

  /** Folds every revision of a unit again, in log order, from the parts that are still held. */
  refold(unit: number): void {
    const rows = this.#db.all<{ n: number }>("SELECT n FROM search_revision WHERE unit = ? ORDER BY n", unit);
    for (const { n } of rows) {
      const record = this.#record(n);
      if (record !== undefined) this.add({ n, unit }, sourceOfRecord(record));
    }
  }

  /** Ids of the passages a revision holds; none for revision 0. */
  idsOf(n: number): Set<number> {
    const packed = this.#record(n)?.passages;
    return new Set(packed === undefined ? [] : unpackStandings(packed).map((standing) => standing.passage));
  }

  languageOf(n: number): string {
    return this.#record(n)?.language ?? "";
  }

  /** The wanted passages of one revision: fresh ones from memory, others read again from its parts. */
  entries(n: number, wanted: ReadonlySet<number>): Entry[] {
    const found = new Map<number, PassageText>();
    for (const id of wanted) {
      const text = this.#fresh.get(id);
      if (text !== undefined) found.set(id, text);
    }
    if (found.size < wanted.size) this.#readAgain(n, wanted, found);
    return [...found].map(([id, text]) => ({ id, text }));
  }

  #readAgain(n: number, wanted: ReadonlySet<number>, found: Map<number, PassageText>): void {
    const record = this.#record(n);
    if (record === undefined) return;
    const source = sourceOfRecord(record);
    const reading = this.#reading(source, readMeta(source.meta, this.#readPart));
    for (const [place, { passage }] of unpackStandings(record.passages).entries()) {
      if (!wanted.has(passage) || found.has(passage)) continue;
      const text = reading.text(place);
      if (text !== undefined) found.set(passage, indexed(text));
    }
  }

  #record(n: number): RevisionRecord | undefined {
    return this.#added.get(n) ?? this.#db.get<RevisionRecord>("SELECT * FROM search_revision WHERE n = ?", n);
  }

  #fold(key: RevisionKey, source: Source, meta: Meta): Standing[] {
    const reading = this.#reading(source, meta);
    const known = this.#knownOf(key.unit);
    const standings: Standing[] = [];
    for (let place = 0; place < reading.size; place++) {
      const hash = reading.hash(place);
      let id = known.get(hash);
      if (id === undefined) {
        id = key.n * PASSAGE_SLOTS + place;
        known.set(hash, id);
        this.#knownPassages += 1;
        this.#create({ id, unit: key.unit, hash, place }, reading);
      }
      const passage = reading.passages[place - 1];
      standings.push({
        passage: id,
        start: passage?.start ?? 0,
        end: passage?.end ?? 0,
        repeat: passage?.heading?.repeat,
      });
    }
    return standings;
  }

  #create(passage: { id: number; unit: number; hash: number; place: number }, reading: Reading): void {
    const text = reading.text(passage.place);
    if (text === undefined) return;
    const { heading, path } = reading.label(passage.place);
    this.#db.run(
      "INSERT INTO search_passage(id, unit, hash, heading, path, terms) VALUES (?, ?, ?, ?, ?, ?)",
      passage.id,
      passage.unit,
      passage.hash,
      heading,
      path,
      packTerms(text.heading.hashes, text.body.hashes),
    );
    this.#fresh.set(passage.id, indexed(text));
    this.#untaken.push(passage.id);
    this.freshChars += text.heading.text.length + text.body.text.length;
  }

  #knownOf(unit: number): Map<number, number> {
    let known = this.#known.get(unit);
    if (known === undefined) {
      if (this.#knownPassages > KNOWN_PASSAGES_MAX) {
        this.#known.clear();
        this.#knownPassages = 0;
      }
      known = new Map();
      const rows = this.#db.iterate<{ id: number; hash: number }>(
        "SELECT id, hash FROM search_passage WHERE unit = ?",
        unit,
      );
      for (const { id, hash } of rows) known.set(hash, id);
      this.#knownPassages += known.size;
      this.#known.set(unit, known);
    }
    return known;
  }

  #reading(source: Source, meta: Meta): Reading {
    return new Reading(source, meta, { analyser: this.#analyser, readPart: this.#readPart });
  }
}

function indexed(text: FieldTexts): PassageText {
  return { heading: text.heading.text, body: text.body.text, bodyTokens: text.body.hashes.length };
}

function sourceOfRecord(record: RevisionRecord): Source {
  const format = FORMATS[record.format];
  assert.ok(format !== undefined, `format ${record.format} of revision ${record.n}`);
  return { format, meta: record.meta ?? undefined, body: record.body ?? undefined };
}
