/**
 * The passages a lookup finds, scored and collapsed to units: a unit is worth its best passage and a little of
 * what its other passages add.
 */
import type { Db } from "../../store/sqlite/db.ts";
import type { Lookup } from "./lookup.ts";
import { type Standing, unpackTerms } from "./rows.ts";
import { PASSAGE_SLOTS } from "./schema.ts";
import type { StandingUnit, StandingUnits } from "./standing-units.ts";

/** Passages that are scored over all words. */
const CANDIDATES_MAX = 200;
/** Rows looked at to find them, where filters or time leave most of them out. */
const ROWS_MAX = 5_000;
/** What a unit's passages cover together, against what its best covers alone. */
const COVERAGE_BONUS = 0.2;
/** A file has little text, so what its name says weighs too much: a picture of a thing is not what is known of it. */
const FILE_WEIGHT = 0.5;

export interface Candidate {
  readonly unit: StandingUnit;
  readonly standing: Standing;
  readonly score: number;
}

interface PassageRow {
  readonly id: number;
  readonly unit: number;
  readonly terms: Uint8Array;
}

interface FoundPassage {
  readonly unit: StandingUnit;
  readonly standing: Standing;
  /** Packed; of another passage than the one that was found, they are still to be read. */
  readonly terms: Uint8Array | undefined;
}

export class Candidates {
  readonly #db: Db;
  readonly #lookup: Lookup;
  readonly #units: StandingUnits;

  constructor(db: Db, lookup: Lookup, units: StandingUnits) {
    this.#db = db;
    this.#lookup = lookup;
    this.#units = units;
  }

  /** One candidate per unit, best first; equal ones in the order of their units. */
  best(): Candidate[] {
    const excluded = this.#excludedUnits();
    const byUnit = new Map<number, UnitScore>();
    for (const found of this.#passages(excluded)) {
      const { unit, standing } = found;
      let score = byUnit.get(unit.unit);
      if (score === undefined) {
        score = new UnitScore(unit);
        byUnit.set(unit.unit, score);
      }
      score.add(standing, this.#scores(found));
    }
    return [...byUnit.values()]
      .map((score) => score.candidate())
      .sort((a, b) => b.score - a.score || a.unit.unit - b.unit.unit);
  }

  #passages(excluded: ReadonlySet<number>): Iterable<FoundPassage> {
    const found = new Map<number, FoundPassage>();
    for (const row of this.#matches()) {
      const unit = excluded.has(row.unit) ? undefined : this.#units.get(row.unit);
      const standing = unit?.standings.get(row.id);
      if (unit === undefined || standing === undefined) continue;
      // A title says nothing by itself: show what the page begins with.
      const shown = row.id % PASSAGE_SLOTS === 0 ? unit.first : standing;
      const terms = shown === standing ? row.terms : undefined;
      if (!found.has(shown.passage)) found.set(shown.passage, { unit, standing: shown, terms });
      if (found.size >= CANDIDATES_MAX) break;
    }
    return found.values();
  }

  /** Matching passages, best first by FTS5's own score. */
  #matches(): Iterable<PassageRow> {
    const { scope, match } = this.#lookup;
    const table = `search_${scope}`;
    const ranked = `SELECT rowid AS id FROM ${table} WHERE ${table} MATCH ? ORDER BY rank LIMIT ${ROWS_MAX}`;
    return this.#db.iterate<PassageRow>(
      `SELECT id, unit, terms FROM (${ranked}) CROSS JOIN search_passage USING (id)`,
      match,
    );
  }

  #scores({ unit, standing, terms }: FoundPassage): number[] {
    const own = standing.passage === unit.title ? undefined : (terms ?? this.#terms(standing.passage));
    return this.#lookup.ranking.scores(own === undefined ? undefined : unpackTerms(own), unit.titleTerms);
  }

  #terms(passage: number): Uint8Array | undefined {
    return this.#db.get<{ terms: Uint8Array }>("SELECT terms FROM search_passage WHERE id = ?", passage)?.terms;
  }

  /** Units that hold, in what stands, anything the query must not find. */
  #excludedUnits(): ReadonlySet<number> {
    const { scope, excluded } = this.#lookup;
    const units = new Set<number>();
    if (excluded === undefined) return units;
    const sql = `SELECT p.id, p.unit FROM search_${scope} f JOIN search_passage p ON p.id = f.rowid WHERE search_${scope} MATCH ?`;
    for (const { id, unit } of this.#db.iterate<Omit<PassageRow, "terms">>(sql, excluded)) {
      if (!units.has(unit) && (scope === "current" || this.#units.get(unit)?.standings.has(id))) units.add(unit);
    }
    return units;
  }
}

/** Gathers the passages of one unit. */
class UnitScore {
  readonly #unit: StandingUnit;
  #best: { standing: Standing; score: number } | undefined;
  #covered: number[] = [];

  constructor(unit: StandingUnit) {
    this.#unit = unit;
  }

  add(standing: Standing, scores: readonly number[]): void {
    const score = scores.reduce((sum, part) => sum + part, 0);
    if (this.#best === undefined || score > this.#best.score) this.#best = { standing, score };
    this.#covered = scores.map((part, i) => Math.max(part, this.#covered[i] ?? 0));
  }

  candidate(): Candidate {
    const { standing, score } = this.#best ?? { standing: this.#unit.first, score: 0 };
    const covered = this.#covered.reduce((sum, part) => sum + part, 0);
    const weight = this.#unit.kind === "file" ? FILE_WEIGHT : 1;
    return { unit: this.#unit, standing, score: weight * (score + COVERAGE_BONUS * (covered - score)) };
  }
}
