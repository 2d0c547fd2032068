/**
 * The catalog: titles, paths, names, headings and hyperlinks, read from meta and body parts.
 * Facts are kept for every revision, so that any moment can be listed; headings and links only of heads,
 * and only of the last head in a batch.
 */
import { readFileSync } from "node:fs";

import { textOf } from "../../bytes/index.ts";
import type { Db } from "../../store/index.ts";
import { kindOf, limits, readMeta } from "../../unit/index.ts";
import type { Effect, PartRow, Projection, Projector, ReadPart, RevisionRow, Step } from "../contract.ts";
import { headingsOf, isByName, linksOf, pointedPath } from "../markdown.ts";

const NAME_LENGTH_MAX = 200;

export const catalogProjection: Projection = {
  name: "catalog",
  version: 4,
  schema: readFileSync(new URL("schema.sql", import.meta.url), "utf8"),
  open: (db, readPart) => new CatalogProjector(db, readPart),
};

class CatalogProjector implements Projector {
  readonly #db: Db;
  readonly #readPart: ReadPart;
  /** Heads whose texts are still to be read, by unit; `isFirst` when none was read before. */
  readonly #pending = new Map<number, { readonly revision: RevisionRow; readonly isFirst: boolean }>();

  constructor(db: Db, readPart: ReadPart) {
    this.#db = db;
    this.#readPart = readPart;
  }

  apply({ effects }: Step): void {
    for (const effect of effects) {
      if (effect.type === "revision") this.#addFacts(effect.revision);
      else if (effect.type === "head") this.#moveHead(effect.revision, effect.previous);
      else if (effect.type === "member") this.#name(effect.member, effect.name);
      else if (effect.type === "redacted") this.#forget(effect);
    }
  }

  flush(): void {
    for (const { revision, isFirst } of this.#pending.values()) this.#readTexts(revision, isFirst);
    this.#pending.clear();
  }

  #bytes(revision: RevisionRow, name: string): Uint8Array | undefined {
    const digest = revision.parts.find((part) => part.name === name)?.digest;
    return digest === undefined ? undefined : this.#readPart(digest);
  }

  #addFacts(revision: RevisionRow): void {
    const bytes = this.#bytes(revision, "meta");
    if (bytes === undefined) return;
    const meta = readMeta(bytes);
    const source = typeof meta["source"] === "object" && meta["source"] !== null ? { ...meta["source"] } : {};
    const path = textField(meta, "path", limits.PATH_BYTES_MAX);
    const tags = Array.isArray(meta["tags"]) ? JSON.stringify(meta["tags"]) : null;
    this.#db.run(
      `INSERT INTO catalog_fact (revision, unit, title, path, path_hex, lang, tags, note, mode, source)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[
        revision.n,
        revision.unit,
        textField(meta, "title", limits.TITLE_LENGTH_MAX) ?? path ?? "Untitled",
        path ?? null,
      ],
      ...[textField(meta, "pathHex", limits.PATH_BYTES_MAX * 2) ?? null, textField(meta, "lang", 35) ?? null, tags],
      ...[
        textField(meta, "note", 20_000) ?? null,
        textField(source, "mode", 6) ?? null,
        textField(source, "commit", 64) ?? null,
      ],
    );
  }

  #moveHead(revision: RevisionRow, previous: number | undefined): void {
    const fact = this.#db.get<{ title: string; path: string | null }>(
      "SELECT title, path FROM catalog_fact WHERE revision = ?",
      revision.n,
    );
    if (fact === undefined) this.#db.run("DELETE FROM catalog_current WHERE unit = ?", revision.unit);
    else {
      this.#db.run(
        "INSERT OR REPLACE INTO catalog_current (unit, revision, title, path, name) VALUES (?, ?, ?, ?, ?)",
        ...[revision.unit, revision.n, fact.title, fact.path, fact.path === null ? null : pageName(fact.path)],
      );
    }
    const isFirst = previous === undefined || this.#pending.get(revision.unit)?.isFirst === true;
    this.#pending.set(revision.unit, { revision, isFirst });
    if (revision.kind === "charter") this.#describe(revision);
  }

  /** A community has one charter; what its facts say is what the community is called. */
  #describe(revision: RevisionRow): void {
    const meta = readMeta(this.#bytes(revision, "meta"));
    const start = Array.isArray(meta["start"]) ? meta["start"].filter((path) => typeof path === "string") : undefined;
    this.#db.run(
      "INSERT OR REPLACE INTO catalog_community (unit, name, about, start, lang, licence) VALUES (?, ?, ?, ?, ?, ?)",
      ...[revision.unit, textField(meta, "name", 300) ?? "Untitled", textField(meta, "about", 1_000) ?? null],
      ...[
        start === undefined ? null : JSON.stringify(start),
        textField(meta, "lang", 35) ?? null,
        revision.licence ?? null,
      ],
    );
  }

  #readTexts(revision: RevisionRow, isFirst: boolean): void {
    const { unit } = revision;
    if (!isFirst) {
      this.#db.run("DELETE FROM catalog_heading WHERE unit = ?", unit);
      this.#db.run("DELETE FROM catalog_href WHERE unit = ?", unit);
    }
    if (kindOf(revision.kind).body !== "markdown") return;
    const current = this.#db.get<{ path: string | null }>("SELECT path FROM catalog_current WHERE unit = ?", unit);
    if (current === undefined) return;
    const body = this.#bytes(revision, "body");
    const text = body === undefined || body.length > limits.PAGE_BYTES_MAX ? undefined : textOf(body);
    if (text === undefined) return;
    for (const [seq, { level, text: words, anchor }] of headingsOf(text).entries()) {
      this.#db.run(
        "INSERT INTO catalog_heading (unit, seq, level, text, anchor) VALUES (?, ?, ?, ?, ?)",
        unit,
        seq,
        level,
        words,
        anchor,
      );
    }
    for (const [seq, link] of linksOf(text).entries()) {
      this.#db.run(
        "INSERT INTO catalog_href (unit, seq, href, form, path, name) VALUES (?, ?, ?, ?, ?, ?)",
        ...[unit, seq, link.href, link.form, pointedPath(current.path ?? "", link) ?? null],
        isByName(link) ? lastStep(link.href).toLowerCase() : null,
      );
    }
  }

  #name(member: number, part: PartRow | undefined): void {
    const bytes = part?.digest === undefined ? undefined : this.#readPart(part.digest);
    const name = bytes === undefined ? undefined : textOf(bytes)?.slice(0, NAME_LENGTH_MAX);
    if (name === undefined) this.#db.run("DELETE FROM catalog_member WHERE member = ?", member);
    else this.#db.run("INSERT OR REPLACE INTO catalog_member (member, name) VALUES (?, ?)", member, name);
  }

  /** After an erasure: nothing read from a part that is gone stays behind. */
  #forget({ unit, revision, part }: Extract<Effect, { type: "redacted" }>): void {
    const pending = this.#pending.get(unit);
    if (pending?.revision.n === revision) {
      const parts = pending.revision.parts.map((row) => (row.name === part ? { ...row, digest: undefined } : row));
      this.#pending.set(unit, { ...pending, revision: { ...pending.revision, parts } });
    }
    const current = this.#db.get<{ revision: number }>("SELECT revision FROM catalog_current WHERE unit = ?", unit);
    if (part === "body" && current?.revision === revision) {
      this.#db.run("DELETE FROM catalog_heading WHERE unit = ?", unit);
      this.#db.run("DELETE FROM catalog_href WHERE unit = ?", unit);
    }
    if (part === "meta") {
      this.#db.run("DELETE FROM catalog_fact WHERE revision = ?", revision);
      this.#db.run("DELETE FROM catalog_current WHERE revision = ?", revision);
    }
  }
}

/** The name a wiki link uses: the last step of a path without its suffix, in lower case. */
export function pageName(path: string): string {
  const last = lastStep(path);
  const dot = last.lastIndexOf(".");
  return (dot > 0 ? last.slice(0, dot) : last).toLowerCase();
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function textField(fields: Partial<Record<string, unknown>>, name: string, most: number): string | undefined {
  const value = fields[name];
  return typeof value === "string" && value !== "" ? value.slice(0, most) : undefined;
}
