/** A small record for the tests of this folder: steps as the fold would hand them over, and parts in memory. */
import assert from "node:assert/strict";
import { hash } from "node:crypto";

import { Db } from "../../store/sqlite/db.ts";
import type { Effect, PartRow, RevisionRow, Step } from "../contract.ts";
import { searchProjection } from "./projector.ts";
import { type Query, search, type SearchResult } from "./search.ts";

export interface Draft {
  readonly unit: number;
  readonly title: string;
  readonly body: string | Uint8Array;
  readonly path?: string;
  readonly lang?: string;
  readonly tags?: readonly string[];
  readonly kind?: string;
  readonly media?: string;
  /** Not accepted: enters the record without becoming the head. */
  readonly isProposal?: boolean;
}

export class RecordFixture {
  readonly steps: Step[] = [];
  readonly #parts = new Map<string, Uint8Array>();
  readonly #slots = new Map<string, string[]>();
  readonly #erased = new Set<string>();
  readonly #revisions: RevisionRow[] = [];

  /** Answers the revision's row number. */
  revise(draft: Draft): number {
    const { unit, title, path = `${title}.md`, lang = "en", tags = [], kind = "page", media = "text/markdown" } = draft;
    const body = typeof draft.body === "string" ? new TextEncoder().encode(draft.body) : draft.body;
    const meta = new TextEncoder().encode(JSON.stringify({ title, path, lang, tags }));
    const index = this.steps.length;
    const n = this.#revisions.length + 1;
    const parts = [
      this.#part(n, { name: "meta", media: "application/json", bytes: meta }),
      this.#part(n, { name: "body", media, bytes: body }),
    ];
    const revision = { n, unit, kind, index, time: index, licence: undefined, parts };
    this.#revisions.push(revision);
    this.#push([
      { type: "revision", revision },
      ...(draft.isProposal === true ? [] : [{ type: "head" as const, revision, previous: undefined }]),
    ]);
    return revision.n;
  }

  accept(n: number): void {
    this.#push([{ type: "head", revision: this.revision(n), previous: undefined }]);
  }

  /** Erases parts of a revision. */
  redact(n: number, names: readonly string[] = ["meta", "body"]): void {
    const { unit, parts } = this.revision(n);
    const erased = parts.filter((part) => names.includes(part.name));
    for (const part of erased) this.#erased.add(slotOf(n, part.name));
    this.#push(erased.map(({ name }) => ({ type: "redacted", unit, revision: n, part: name })));
  }

  revision(n: number): RevisionRow {
    const revision = this.#revisions[n - 1];
    assert.ok(revision !== undefined, `revision ${n}`);
    return revision;
  }

  body(n: number): Uint8Array {
    const digest = this.revision(n).parts.find((part) => part.name === "body")?.digest;
    return (digest === undefined ? undefined : this.readPart(digest)) ?? new Uint8Array();
  }

  /** Bytes are held while any slot that is not erased names them. */
  readonly readPart = (digest: Uint8Array): Uint8Array | undefined => {
    const key = keyOf(digest);
    const isNamed = (this.#slots.get(key) ?? []).some((slot) => !this.#erased.has(slot));
    return isNamed ? this.#parts.get(key) : undefined;
  };

  /** The steps as a later replay sees them: digests of what has been erased since are gone. */
  replaySteps(): Step[] {
    const present = (revision: RevisionRow): RevisionRow => ({
      ...revision,
      parts: revision.parts.map((part) => {
        return this.#erased.has(slotOf(revision.n, part.name)) ? { ...part, digest: undefined } : part;
      }),
    });
    return this.steps.map((step) => ({
      ...step,
      effects: step.effects.map((effect) =>
        effect.type === "revision" || effect.type === "head"
          ? { ...effect, revision: present(effect.revision) }
          : effect,
      ),
    }));
  }

  /** Projects steps into a database, flushing after every `batch` of them. */
  project(db: Db, steps: readonly Step[], batch = steps.length || 1): void {
    db.exec(searchProjection.schema);
    this.resume(db, steps, batch);
  }

  /** Projects further steps with a newly opened projector. */
  resume(db: Db, steps: readonly Step[], batch = steps.length || 1): void {
    const projector = searchProjection.open(db, this.readPart);
    for (let i = 0; i < steps.length; i += batch) {
      db.transaction(() => {
        for (const step of steps.slice(i, i + batch)) projector.apply(step);
        projector.flush();
      });
    }
  }

  #part(n: number, part: { name: string; media: string; bytes: Uint8Array }): PartRow {
    const { name, media, bytes } = part;
    const digest = new Uint8Array(hash("sha256", bytes, "buffer"));
    this.#parts.set(keyOf(digest), bytes);
    this.#slots.set(keyOf(digest), [...(this.#slots.get(keyOf(digest)) ?? []), slotOf(n, name)]);
    return { name, media, size: bytes.length, digest };
  }

  #push(effects: readonly Effect[]): void {
    this.steps.push({ index: this.steps.length, time: this.steps.length, effects });
  }
}

function slotOf(n: number, name: string): string {
  return `${n} ${name}`;
}

function keyOf(digest: Uint8Array): string {
  return Buffer.from(digest).toString("hex");
}

/** A community in memory, with a search that reads its parts. */
export function communityOf(...drafts: readonly Draft[]): {
  record: RecordFixture;
  db: Db;
  find(query: Partial<Query> & { text: string }): SearchResult;
} {
  const record = new RecordFixture();
  for (const draft of drafts) record.revise(draft);
  const db = new Db(":memory:", { durability: "normal" });
  record.project(db, record.steps);
  return { record, db, find: (query) => search(db, { limit: 10, readPart: record.readPart, ...query }) };
}

/** Every row of the projection: tables as they are, full-text indexes as (term, passage, column, position). */
export function allRows(db: Db): Record<string, readonly object[]> {
  const rows: Record<string, readonly object[]> = {};
  for (const table of ["passage", "revision", "unit", "language", "size"]) {
    rows[table] = db.all(`SELECT * FROM search_${table} ORDER BY 1`);
  }
  for (const scope of ["current", "history"]) {
    db.exec(`CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, search_${scope}, instance)`);
    rows[scope] = db.all("SELECT term, doc, col, offset FROM temp.places ORDER BY term, doc, col, offset");
    db.exec("DROP TABLE temp.places");
  }
  return rows;
}
