/**
 * The search projection: accepted heads in, rows of schema.ts out.
 * `apply` folds each new head into passages; `flush` brings the full-text indexes up to date, so a page
 * revised many times in one batch enters `search_current` once. A redaction folds its unit again from the parts
 * that are left and then merges the indexes into one segment each: no deleted term stays behind in them.
 * Rows after a flush are a function of the steps applied, however they were batched. The full-text indexes are
 * so in content (term, passage, position); how FTS5 lays that out in segments is its own affair.
 */
import type { Db } from "../../store/sqlite/db.ts";
import type { Effect, Projection, Projector, ReadPart, RevisionRow, Step } from "../contract.ts";
import { type Entry, PassageStore } from "./passage-store.ts";
import { PASSAGE_SLOTS, SCHEMA } from "./schema.ts";
import { sourceOf, SOURCE_PARTS, type SourcePart } from "./source.ts";

/** Text held back for the full-text indexes; more is flushed at the end of the step that passed it. */
const FRESH_CHARS_MAX = 32 * 1024 * 1024;

export const searchProjection: Projection = {
  name: "search",
  version: 2,
  schema: SCHEMA,
  open: (db, readPart) => new SearchProjector(db, readPart),
};

const SCOPES = ["current", "history"] as const;
type Scope = (typeof SCOPES)[number];

interface UnitRow {
  readonly kind: string;
  /** 0 while none of the unit's passages stands in `search_current`. */
  readonly head: number;
  readonly language: string;
}

/** What a flush adds to a row of `search_size`. */
interface Growth {
  passages: number;
  bodies: number;
  tokens: number;
}

class SearchProjector implements Projector {
  readonly #db: Db;
  readonly #store: PassageStore;
  /** Units whose head changed since the last flush. */
  readonly #dirty = new Map<number, { head: number; kind: string }>();
  /** Parts erased since the last flush, by unit. */
  readonly #erased = new Map<number, { n: number; part: SourcePart }[]>();
  readonly #growth: Record<Scope, Growth> = {
    current: { passages: 0, bodies: 0, tokens: 0 },
    history: { passages: 0, bodies: 0, tokens: 0 },
  };

  constructor(db: Db, readPart: ReadPart) {
    this.#db = db;
    this.#store = new PassageStore(db, readPart);
  }

  apply(step: Step): void {
    for (const effect of step.effects) {
      if (effect.type === "head") this.#head(effect.revision);
      if (effect.type === "redacted") this.#redacted(effect);
    }
    if (this.#store.freshChars > FRESH_CHARS_MAX) this.flush();
  }

  #head(revision: RevisionRow): void {
    const { n, unit, kind } = revision;
    if (!this.#store.has(n)) this.#store.add({ n, unit }, sourceOf(revision));
    this.#dirty.set(unit, { head: n, kind });
  }

  #redacted({ unit, revision, part: name }: Extract<Effect, { type: "redacted" }>): void {
    const part = SOURCE_PARTS.find((source) => source === name);
    if (part === undefined || !this.#store.has(revision)) return;
    const erased = this.#erased.get(unit) ?? [];
    erased.push({ n: revision, part });
    this.#erased.set(unit, erased);
  }

  flush(): void {
    this.#enter("history", this.#store.takeFresh());
    for (const [unit, parts] of this.#erased) this.#foldAgain(unit, parts);
    this.#enter("history", this.#store.takeFresh());
    this.#updateCurrent();
    this.#store.release();
    this.#dirty.clear();
    if (this.#erased.size > 0) {
      // A deleted passage's terms leave a full-text index only when its segments are merged.
      for (const scope of SCOPES) this.#db.run(`INSERT INTO search_${scope}(search_${scope}) VALUES ('optimize')`);
    }
    this.#erased.clear();
    this.#writeGrowth();
  }

  /** Makes the unit's rows what they would be, had the erased parts never been held. */
  #foldAgain(unit: number, erased: readonly { n: number; part: SourcePart }[]): void {
    const row = this.#unitRow(unit);
    if (row !== undefined) {
      this.#leave("current", this.#store.idsOf(row.head));
      this.#db.run("UPDATE search_unit SET head = 0 WHERE unit = ?", unit);
      if (!this.#dirty.has(unit)) this.#dirty.set(unit, { head: row.head, kind: row.kind });
    }
    this.#leave("history", this.#store.passagesOf(unit));
    this.#store.forget(unit);
    for (const { n, part } of erased) this.#store.erase(n, part);
    this.#store.refold(unit);
  }

  #updateCurrent(): void {
    const entries: Entry[] = [];
    for (const [unit, { head, kind }] of this.#dirty) {
      const row = this.#unitRow(unit);
      const before = row === undefined ? new Set<number>() : this.#store.idsOf(row.head);
      const after = this.#store.idsOf(head);
      this.#leave("current", without(before, after));
      entries.push(...this.#store.entries(head, without(after, before)));
      this.#writeUnit(unit, { kind, head, language: this.#store.languageOf(head) }, row?.language);
    }
    this.#enter(
      "current",
      entries.sort((a, b) => a.id - b.id),
    );
  }

  #unitRow(unit: number): UnitRow | undefined {
    return this.#db.get<UnitRow>("SELECT kind, head, language FROM search_unit WHERE unit = ?", unit);
  }

  /** `before`: the language counted for the unit until now. */
  #writeUnit(unit: number, row: UnitRow, before: string | undefined): void {
    this.#db.run(
      "INSERT OR REPLACE INTO search_unit(unit, kind, head, language) VALUES (?, ?, ?, ?)",
      unit,
      row.kind,
      row.head,
      row.language,
    );
    if (before === row.language) return;
    if (before !== undefined) {
      this.#db.run("UPDATE search_language SET units = units - 1 WHERE language = ?", before);
      this.#db.run("DELETE FROM search_language WHERE units = 0");
    }
    this.#db.run(
      "INSERT INTO search_language VALUES (?, 1) ON CONFLICT (language) DO UPDATE SET units = units + 1",
      row.language,
    );
  }

  #enter(scope: Scope, entries: readonly Entry[]): void {
    const sql = `INSERT INTO search_${scope}(rowid, heading, body) VALUES (?, ?, ?)`;
    for (const { id, text } of entries) {
      this.#db.run(sql, id, text.heading, text.body);
      this.#grow(scope, { id, bodyTokens: text.bodyTokens, by: 1 });
    }
  }

  #leave(scope: Scope, ids: Iterable<number>): void {
    for (const id of ids) {
      this.#db.run(`DELETE FROM search_${scope} WHERE rowid = ?`, id);
      this.#grow(scope, { id, bodyTokens: this.#store.bodyTokensOf(id), by: -1 });
    }
  }

  #grow(scope: Scope, passage: { id: number; bodyTokens: number; by: 1 | -1 }): void {
    const growth = this.#growth[scope];
    growth.passages += passage.by;
    if (passage.id % PASSAGE_SLOTS === 0) return;
    growth.bodies += passage.by;
    growth.tokens += passage.by * passage.bodyTokens;
  }

  #writeGrowth(): void {
    for (const scope of SCOPES) {
      const growth = this.#growth[scope];
      this.#db.run(
        "UPDATE search_size SET passages = passages + ?, bodies = bodies + ?, tokens = tokens + ? WHERE scope = ?",
        growth.passages,
        growth.bodies,
        growth.tokens,
        scope,
      );
      Object.assign(growth, { passages: 0, bodies: 0, tokens: 0 });
    }
  }
}

function without(ids: ReadonlySet<number>, gone: ReadonlySet<number>): Set<number> {
  return new Set([...ids].filter((id) => !gone.has(id)));
}
