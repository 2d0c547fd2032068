/**
 * The units a query may find, each with the revision that stands in its view: the head, or the head as of an
 * earlier size. Remembers each unit for the length of one query, so callers' filters are asked once per unit.
 */
import type { Db } from "../../store/sqlite/db.ts";
import { type Standing, type TermCounts, unpackStandings, unpackTerms } from "./rows.ts";
import { type Format, FORMATS } from "./source.ts";

export interface View {
  readonly kinds?: readonly string[];
  readonly asOf?: { head(unit: number): number | undefined };
  readonly include?: (unit: number) => boolean;
}

export interface StandingUnit {
  readonly unit: number;
  readonly kind: string;
  readonly revision: number;
  readonly format: Format;
  readonly language: string;
  readonly body: Uint8Array | undefined;
  /** Id of the title's passage. */
  readonly title: number;
  readonly titleTerms: TermCounts;
  /** Passages of the revision by id; of one that it holds twice, the first. */
  readonly standings: ReadonlyMap<number, Standing>;
  /** The passage to show where only the title was found. */
  readonly first: Standing;
}

interface Row {
  readonly kind: string;
  readonly n: number;
  readonly format: number;
  readonly language: string;
  readonly body: Uint8Array | null;
  readonly passages: Uint8Array;
}

const COLUMNS = "u.kind, r.n, r.format, r.language, r.body, r.passages";

export class StandingUnits {
  readonly #db: Db;
  readonly #view: View;
  readonly #units = new Map<number, StandingUnit | undefined>();

  constructor(db: Db, view: View) {
    this.#db = db;
    this.#view = view;
  }

  /** Undefined for a unit that the query must not find. */
  get(unit: number): StandingUnit | undefined {
    if (!this.#units.has(unit)) this.#units.set(unit, this.#read(unit));
    return this.#units.get(unit);
  }

  #read(unit: number): StandingUnit | undefined {
    const { kinds, include } = this.#view;
    if (include !== undefined && !include(unit)) return undefined;
    const row = this.#row(unit);
    if (row === undefined || (kinds !== undefined && !kinds.includes(row.kind))) return undefined;
    const format = FORMATS[row.format];
    const standings = unpackStandings(row.passages);
    const [title, first = title] = standings;
    if (format === undefined || title === undefined || first === undefined) return undefined;
    const byId = new Map<number, Standing>();
    for (const standing of standings) if (!byId.has(standing.passage)) byId.set(standing.passage, standing);
    return {
      unit,
      kind: row.kind,
      revision: row.n,
      format,
      language: row.language,
      body: row.body ?? undefined,
      title: title.passage,
      titleTerms: this.#titleTerms(title.passage),
      standings: byId,
      first,
    };
  }

  #row(unit: number): Row | undefined {
    const { asOf } = this.#view;
    if (asOf === undefined) {
      const sql = `SELECT ${COLUMNS} FROM search_unit u JOIN search_revision r ON r.n = u.head WHERE u.unit = ?`;
      return this.#db.get<Row>(sql, unit);
    }
    const head = asOf.head(unit);
    if (head === undefined) return undefined;
    const sql = `SELECT ${COLUMNS} FROM search_revision r JOIN search_unit u USING (unit) WHERE r.n = ? AND r.unit = ?`;
    return this.#db.get<Row>(sql, head, unit);
  }

  #titleTerms(title: number): TermCounts {
    const row = this.#db.get<{ terms: Uint8Array }>("SELECT terms FROM search_passage WHERE id = ?", title);
    return unpackTerms(row?.terms ?? new Uint8Array(8));
  }
}
