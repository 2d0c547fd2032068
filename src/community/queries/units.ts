/** Units as readers see them: lists at a moment, one unit, its versions, its bytes. */
import { base32, hex, LoreError } from "../../bytes/index.ts";
import { parseDigest, parseId, type ReviseOp } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { readEntry } from "../projections.ts";
import { pathHexOf } from "./escaped-path.ts";
import { flagSql, headBoundSql, headSql, type Moment, NOW, saidBySql, sizeAt } from "./moment.ts";
import { authorsOf, type PersonRef } from "./people.ts";

export type UnitState = "current" | "superseded" | "retired";
export type RevisionState = "proposed" | "needs-merge" | "rejected" | "withdrawn" | "current" | "past";

export { escapedPath } from "./escaped-path.ts";

/** One unit in a list; ids in base32, digests in hex, times in ms. */
export interface UnitListing {
  readonly unit: string;
  readonly revision: string;
  readonly kind: string;
  readonly title: string;
  /** null for a unit without a path. */
  readonly path: string | null;
  /** A path that is not UTF-8, in hex. */
  readonly pathHex?: string;
  readonly mode?: string;
  readonly state: UnitState;
  readonly disputed: boolean;
  /** SHA-256 of the body; null once erased, or without one. */
  readonly sha256: string | null;
  readonly sizeBytes: number;
  readonly time: number;
}

interface ListingRow {
  readonly n: number;
  readonly id: Uint8Array;
  readonly kind: string;
  readonly revision: number;
  readonly revision_id: Uint8Array;
  readonly title: string | null;
  readonly path: string | null;
  readonly path_hex: string | null;
  readonly mode: string | null;
  readonly retired: number;
  readonly superseded: number;
  readonly disputed: number;
  readonly digest: Uint8Array | null;
  readonly size: number | null;
  readonly time: number;
}

export interface ListOptions {
  readonly moment?: Moment;
  readonly kinds?: readonly string[] | undefined;
  /** Also what was retired, replaced, or is no content of the community's own (its charter). */
  readonly all?: boolean;
}

/** Units at a moment, by path, then title. */
export function listUnits({ rows }: Community, { moment = NOW, kinds, all = false }: ListOptions = {}): UnitListing[] {
  const found = rows.all<ListingRow>(listingSql(moment, "1"));
  const listings = found.filter(
    (row) =>
      (kinds === undefined || kinds.includes(row.kind)) &&
      (all || (row.retired === 0 && row.superseded === 0 && (row.kind !== "charter" || row.path !== null))),
  );
  return listings.map(toListing).toSorted(pathOrder);
}

function listingSql(moment: Moment, where: string): string {
  return `
    SELECT u.n, u.id, u.kind, r.n AS revision, r.id AS revision_id, f.title, f.path, f.path_hex, f.mode,
      ${flagSql(moment, "u.n", "retired")} AS retired, ${flagSql(moment, "u.n", "superseded")} AS superseded,
      ${flagSql(moment, "u.n", "disputed")} AS disputed, p.digest, p.size, r.time
    FROM unit u JOIN revision r ON r.n = ${headSql(moment, "u.n")}
    LEFT JOIN catalog_fact f ON f.revision = r.n LEFT JOIN part p ON p.revision = r.n AND p.name = 'body'
    WHERE ${where}`;
}

function toListing(row: ListingRow): UnitListing {
  return {
    unit: base32.encode(row.id),
    revision: base32.encode(row.revision_id),
    kind: row.kind,
    title: row.title ?? "Untitled",
    path: row.path,
    ...(row.path_hex === null ? {} : { pathHex: row.path_hex }),
    ...(row.mode === null ? {} : { mode: row.mode }),
    state: row.retired === 1 ? "retired" : row.superseded === 1 ? "superseded" : "current",
    disputed: row.disputed === 1,
    sha256: row.digest === null ? null : hex.encode(row.digest),
    sizeBytes: row.size ?? 0,
    time: row.time,
  };
}

function pathOrder(a: UnitListing, b: UnitListing): number {
  const [x, y] = [a.path ?? `\uffff${a.title}`, b.path ?? `\uffff${b.title}`];
  return x < y ? -1 : Number(x > y);
}

/** A unit's listing at a moment, undefined when it had no accepted version then. */
export function unitAt({ rows }: Community, unit: number, moment: Moment = NOW): UnitListing | undefined {
  const row = rows.get<ListingRow>(listingSql(moment, "u.n = ?"), unit);
  return row === undefined ? undefined : toListing(row);
}

/** A unit, and a revision of it where the reference names one. */
export interface UnitRef {
  readonly unit: number;
  readonly id: Uint8Array;
  readonly revision?: number;
}

/**
 * Finds what `text` means at a moment: a unit id, a path (current or former; one that is not UTF-8 as `escapedPath` shows it),
 * a title, each with `@revision` if wanted.
 * Two units with one path: the older keeps it.
 * @throws LoreError NOT_FOUND; USAGE where several have that title.
 */
export function findUnit(community: Community, text: string, moment: Moment = NOW): UnitRef {
  const whole = namedUnit(community, text, moment);
  if (whole !== undefined) return whole;
  const [, name = text, revision] = /^(.+)@([a-z2-7]{6,52}|[1-9][0-9]{0,6})$/s.exec(text) ?? [];
  const unit = namedUnit(community, name, moment);
  if (unit === undefined)
    throw new LoreError("NOT_FOUND", `Nothing here is called "${name.slice(0, 200)}", by id, path or title.`);
  return revision === undefined ? unit : { ...unit, revision: revisionOf(community, { unit, text: revision, moment }) };
}

function namedUnit(community: Community, name: string, moment: Moment): UnitRef | undefined {
  if (/^[a-z2-7]{32}$/.test(name)) return unitById(community, name, moment);
  return (
    firstOf(community, byPath(moment), name) ?? byBytes(community, name, moment) ?? onlyTitled(community, name, moment)
  );
}

/** @throws LoreError USAGE where several have that title: nobody knows which is meant. */
function onlyTitled({ rows }: Community, title: string, moment: Moment): UnitRef | undefined {
  const [first, second] = rows.all<{ n: number; id: Uint8Array }>(byTitle(moment), title);
  if (first !== undefined && second !== undefined)
    throw new LoreError(
      "USAGE",
      `Several here are called "${title.slice(0, 200)}": give the path or id of one, such as ${base32.encode(first.id)} or ${base32.encode(second.id)}.`,
    );
  return first === undefined ? undefined : { unit: first.n, id: first.id };
}

function unitById({ rows }: Community, text: string, moment: Moment): UnitRef | undefined {
  const row = rows.get<{ n: number; id: Uint8Array }>(
    `SELECT u.n, u.id FROM unit u WHERE u.id = ? AND EXISTS (SELECT 1 FROM revision r WHERE r.unit = u.n ${saidBySql(moment, "r")})`,
    parseId(text, "a unit id"),
  );
  return row === undefined ? undefined : { unit: row.n, id: row.id };
}

/** The unit at a path now, else the one that was last there, else one with that title. */
export function unitByPath(community: Community, path: string): UnitRef | undefined {
  return (
    firstOf(community, byPath(NOW), path) ?? byBytes(community, path, NOW) ?? firstOf(community, [byTitle(NOW)], path)
  );
}

/** The facts in force at the moment, as `c`, of units `u`. */
function factsSql(moment: Moment): string {
  return moment.at === "now"
    ? "FROM catalog_current c JOIN unit u ON u.n = c.unit"
    : `FROM catalog_fact c JOIN unit u ON u.n = c.unit AND c.revision = ${headSql(moment, "c.unit")}`;
}

function byPath(moment: Moment): string[] {
  const here = `SELECT u.n, u.id ${factsSql(moment)} WHERE c.path = ?`;
  return [
    `${here} AND ${flagSql(moment, "u.n", "retired")} = 0 ORDER BY u.n LIMIT 1`,
    `${here} ORDER BY u.n LIMIT 1`,
    `SELECT u.n, u.id FROM catalog_fact f JOIN head h ON h.revision = f.revision JOIN unit u ON u.n = f.unit
     WHERE f.path = ? ${headBoundSql(moment, "h")} ORDER BY h.idx DESC, u.n LIMIT 1`,
  ];
}

/** By a path that is not UTF-8. Few are asked for, so no index is kept of them. */
function byBytes(community: Community, name: string, moment: Moment): UnitRef | undefined {
  const pathHex = pathHexOf(name);
  if (pathHex === undefined) return undefined;
  const unit = "SELECT u.n, u.id FROM catalog_fact c JOIN unit u ON u.n = c.unit";
  const sql = [
    `${unit} WHERE c.path_hex = ? AND c.revision = ${headSql(moment, "c.unit")} ORDER BY ${flagSql(moment, "u.n", "retired")}, u.n LIMIT 1`,
    `${unit} JOIN head h ON h.revision = c.revision WHERE c.path_hex = ? ${headBoundSql(moment, "h")} ORDER BY h.idx DESC, u.n LIMIT 1`,
  ];
  return firstOf(community, sql, pathHex);
}

function byTitle(moment: Moment): string {
  return `SELECT u.n, u.id ${factsSql(moment)} WHERE c.title = ? COLLATE NOCASE AND ${flagSql(moment, "u.n", "retired")} = 0 ORDER BY u.n LIMIT 2`;
}

function firstOf({ rows }: Community, questions: readonly string[], name: string): UnitRef | undefined {
  for (const sql of questions) {
    const row = rows.get<{ n: number; id: Uint8Array }>(sql, name);
    if (row !== undefined) return { unit: row.n, id: row.id };
  }
  return undefined;
}

/** By its number among the accepted versions, or by what its id begins with. */
function revisionOf(
  { rows }: Community,
  { unit, text, moment }: { readonly unit: UnitRef; readonly text: string; readonly moment: Moment },
): number {
  if (/^[0-9]+$/.test(text)) {
    const head = rows.get<{ revision: number }>(
      `SELECT h.revision FROM head h WHERE h.unit = ? AND h.seq = ? ${headBoundSql(moment, "h")}`,
      ...[unit.unit, Number(text)],
    );
    if (head !== undefined) return head.revision;
    if (text.length < 6) throw new LoreError("NOT_FOUND", `This unit has no version ${text}.`);
  }
  const revisions = rows.all<{ n: number; id: Uint8Array }>(
    `SELECT r.n, r.id FROM revision r WHERE r.unit = ? ${saidBySql(moment, "r")} ORDER BY r.n`,
    unit.unit,
  );
  const matches = revisions.filter(({ id }) => base32.encode(id).startsWith(text));
  const [match, second] = matches;
  if (match === undefined) throw new LoreError("NOT_FOUND", `This unit has no revision that begins with ${text}.`);
  if (second !== undefined)
    throw new LoreError("USAGE", `${matches.length} revisions begin with ${text}; write more of it.`);
  return match.n;
}

/** Finds a revision by its whole id, of whichever unit. @throws LoreError NOT_FOUND. */
export function findRevision({ rows }: Community, text: string): { n: number; unit: number; id: Uint8Array } {
  const id = parseDigest(text, "a revision id");
  const row = rows.get<{ n: number; unit: number; id: Uint8Array }>(
    "SELECT n, unit, id FROM revision WHERE id = ?",
    id,
  );
  if (row === undefined) throw new LoreError("NOT_FOUND", `No revision has the id ${text} here.`);
  return row;
}

export interface PartListing {
  readonly name: string;
  readonly media: string;
  readonly sizeBytes: number;
  /** SHA-256 in hex; null once erased. */
  readonly sha256: string | null;
}

/** One version with everything known about it. */
export interface RevisionDetail {
  readonly revision: string;
  readonly unit: string;
  readonly kind: string;
  readonly state: RevisionState;
  /** Place among the unit's accepted versions, 1 for the first; null while it is not accepted. */
  readonly version: number | null;
  /** The accepted version that it was taken up with: itself, or the one that continues its side branch; else null. */
  readonly takenWith: number | null;
  readonly title: string;
  readonly path: string | null;
  readonly lang: string | null;
  readonly tags: readonly string[];
  /** The words that came with the change. */
  readonly note: string | null;
  readonly authors: readonly PersonRef[];
  /** Who signed it. */
  readonly signedBy: PersonRef;
  readonly parents: readonly string[];
  readonly index: number;
  /** ms; `sourced`: as the source it was imported from says. */
  readonly time: number;
  readonly sourced: boolean;
  readonly parts: readonly PartListing[];
}

interface DetailRow {
  readonly n: number;
  readonly id: Uint8Array;
  readonly unit: number;
  readonly unit_id: Uint8Array;
  readonly kind: string;
  readonly head: number | null;
  /** Place of the head that it had become, or was taken up with. */
  readonly taken: number | null;
  readonly author: number;
  readonly idx: number;
  readonly time: number;
  readonly sourced: number;
  readonly title: string | null;
  readonly path: string | null;
  readonly lang: string | null;
  readonly tags: string | null;
  readonly note: string | null;
  readonly version: number | null;
}

function detailSql(moment: Moment): string {
  return `
  SELECT r.n, r.id, r.unit, u.id AS unit_id, u.kind, ${headSql(moment, "r.unit")} AS head, r.author, r.idx, r.time, r.sourced,
    f.title, f.path, f.lang, f.tags, f.note,
    (SELECT h.seq FROM head h WHERE h.unit = r.unit AND h.seq = r.accepted ${headBoundSql(moment, "h")}) AS taken,
    (SELECT max(h.seq) FROM head h WHERE h.unit = r.unit AND h.revision = r.n ${headBoundSql(moment, "h")}) AS version
  FROM revision r JOIN unit u ON u.n = r.unit LEFT JOIN catalog_fact f ON f.revision = r.n`;
}

/** A revision as it stood at a moment. @throws LoreError NOT_FOUND. */
export function revisionDetail(community: Community, revision: number, moment: Moment = NOW): RevisionDetail {
  const row = community.rows.get<DetailRow>(`${detailSql(moment)} WHERE r.n = ?`, revision);
  if (row === undefined) throw new LoreError("NOT_FOUND", "There is no such version.");
  return toDetail(community, row, moment);
}

/** A unit's versions as of a moment, newest first: accepted ones and suggestions. */
export function history(community: Community, unit: number, moment: Moment = NOW): RevisionDetail[] {
  return community.rows
    .all<DetailRow>(`${detailSql(moment)} WHERE r.unit = ? ${saidBySql(moment, "r")} ORDER BY r.n DESC`, unit)
    .map((row) => toDetail(community, row, moment));
}

function toDetail(community: Community, row: DetailRow, moment: Moment): RevisionDetail {
  const { rows } = community;
  const parents = rows.all<{ id: Uint8Array }>(
    "SELECT r.id FROM parent p JOIN revision r ON r.n = p.parent WHERE p.revision = ? ORDER BY r.n",
    row.n,
  );
  const parts = rows.all<{ name: string; media: string; size: number; digest: Uint8Array | null }>(
    "SELECT name, media, size, digest FROM part WHERE revision = ? ORDER BY name",
    row.n,
  );
  const { authors, signedBy } = authorsOf(community, row.n, { signer: row.author, moment });
  return {
    revision: base32.encode(row.id),
    unit: base32.encode(row.unit_id),
    kind: row.kind,
    state: stateOf(community, row, moment),
    version: row.version,
    takenWith: row.taken,
    title: row.title ?? "Untitled",
    path: row.path,
    lang: row.lang,
    tags: row.tags === null ? [] : (JSON.parse(row.tags) as string[]),
    note: row.note,
    authors,
    signedBy,
    parents: parents.map(({ id }) => base32.encode(id)),
    index: row.idx,
    time: row.time,
    sourced: row.sourced === 1,
    parts: parts.map(({ name, media, size, digest }) => ({
      name,
      media,
      sizeBytes: size,
      sha256: digest === null ? null : hex.encode(digest),
    })),
  };
}

function stateOf(community: Community, row: DetailRow, moment: Moment): RevisionState {
  if (row.taken !== null) return row.n === row.head ? "current" : "past";
  const closed = community.rows.get<{ state: "rejected" | "withdrawn" }>(
    "SELECT state FROM closed WHERE revision = ? AND idx < ? ORDER BY idx DESC LIMIT 1",
    ...[row.n, sizeAt(community, moment)],
  );
  if (closed !== undefined) return closed.state;
  return row.head === null || community.facts.isAncestor(row.head, row.n) ? "proposed" : "needs-merge";
}

/** Bytes of a part of a revision; undefined when it has none of that name, or it was erased. */
export function partBytes({ rows, store }: Community, revision: number, name = "body"): Uint8Array | undefined {
  const part = rows.get<{ digest: Uint8Array | null }>(
    "SELECT digest FROM part WHERE revision = ? AND name = ?",
    revision,
    name,
  );
  return part?.digest == null ? undefined : store.parts.get(part.digest);
}

/** The revision number that is a unit's head at a moment. */
export function headAt({ rows }: Community, unit: number, moment: Moment): number | undefined {
  const row = rows.get<{ revision: number | null }>(`SELECT ${headSql(moment, "?1")} AS revision`, unit);
  return row?.revision ?? undefined;
}

/** The revision a reference means at a moment. @throws LoreError NOT_FOUND when there was none yet. */
export function resolve(community: Community, ref: UnitRef, moment: Moment = NOW): number {
  const revision = ref.revision ?? headAt(community, ref.unit, moment);
  if (revision === undefined) throw new LoreError("NOT_FOUND", "It had no accepted version at that moment.");
  return revision;
}

/** The op of a revision as it was signed; undefined when there is no such revision. */
export function revisionOp({ environment, store, facts }: Community, revision: number): ReviseOp | undefined {
  const row = facts.revision(revision);
  const op = row === undefined ? undefined : readEntry(environment.suite, store, row.idx).ops[row.place];
  return op?.op === "revise" ? op : undefined;
}
