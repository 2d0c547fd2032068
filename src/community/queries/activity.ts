/** What happened and what waits: recent changes, versions by the page, suggestions, questions without answers. */
import { base32 } from "../../bytes/index.ts";
import type { Community } from "../community.ts";
import { headBoundSql, type Moment, NOW, saidBySql } from "./moment.ts";
import { type RevisionDetail, revisionDetail, unitAt, type UnitListing } from "./units.ts";

export interface Change {
  readonly unit: UnitListing;
  readonly revision: string;
  /** ms */
  readonly time: number;
  /** Whether it is the unit's first version. */
  readonly isNew: boolean;
  readonly index: number;
}

/** The last changes of current units, one per unit, newest first. */
export function recentChanges(community: Community, limit: number): Change[] {
  const found = community.rows.all<{ unit: number; id: Uint8Array; idx: number; seq: number; time: number }>(
    `SELECT u.n AS unit, r.id, h.idx, h.seq, r.time FROM unit u JOIN revision r ON r.n = u.head
     JOIN head h ON h.unit = u.n AND h.revision = u.head LEFT JOIN catalog_current c ON c.unit = u.n
     WHERE (u.kind <> 'charter' OR c.path IS NOT NULL) AND u.retired = 0 AND u.superseded_by IS NULL ORDER BY r.time DESC, r.n DESC LIMIT ?`,
    limit,
  );
  return found.flatMap(({ unit, id, idx, seq, time }) => {
    const listing = unitAt(community, unit);
    return listing === undefined
      ? []
      : [{ unit: listing, revision: base32.encode(id), time, isNew: seq <= 1, index: idx }];
  });
}

export interface VersionsOptions {
  readonly limit: number;
  /** Only versions before this revision number. */
  readonly before?: number | undefined;
  readonly moment?: Moment;
}

/** Some of a unit's versions as of a moment, newest first, with the row numbers that page through them. */
export function versionsOf(
  community: Community,
  unit: number,
  { limit, before, moment = NOW }: VersionsOptions,
): { n: number; detail: RevisionDetail }[] {
  const found = community.rows.all<{ n: number }>(
    `SELECT r.n FROM revision r WHERE r.unit = ? AND r.n < ? ${saidBySql(moment, "r")} ORDER BY r.n DESC LIMIT ?`,
    unit,
    before ?? Number.MAX_SAFE_INTEGER,
    limit,
  );
  return found.map(({ n }) => ({ n, detail: revisionDetail(community, n, moment) }));
}

/** How many versions of a unit had been accepted by a moment. */
export function acceptedCount({ rows }: Community, unit: number, moment: Moment = NOW): number {
  const sql = `SELECT count(*) AS count FROM head h WHERE h.unit = ? ${headBoundSql(moment, "h")}`;
  return rows.get<{ count: number }>(sql, unit)?.count ?? 0;
}

/** How many more had been written by then, on side branches or never taken. */
export function besideCount({ rows }: Community, unit: number, moment: Moment = NOW): number {
  const sql = `SELECT count(*) AS count FROM revision r WHERE r.unit = ? ${saidBySql(moment, "r")}
    AND NOT EXISTS (SELECT 1 FROM head h WHERE h.unit = r.unit AND h.revision = r.n ${headBoundSql(moment, "h")})`;
  return rows.get<{ count: number }>(sql, unit)?.count ?? 0;
}

export interface OpenSuggestion {
  readonly detail: RevisionDetail;
  readonly current: UnitListing | undefined;
}

/** Suggested versions that nobody has decided yet, oldest first: those that wait longest stand first. */
export function openSuggestions(community: Community, limit: number): OpenSuggestion[] {
  const found = community.rows.all<{ n: number; unit: number }>(
    "SELECT n, unit FROM revision WHERE state = 'proposed' ORDER BY n LIMIT ?",
    limit,
  );
  return found.map(({ n, unit }) => ({ detail: revisionDetail(community, n), current: unitAt(community, unit) }));
}

export function openSuggestionCount({ rows }: Community): number {
  return rows.get<{ count: number }>("SELECT count(*) AS count FROM revision WHERE state = 'proposed'")?.count ?? 0;
}

const IS_OPEN_QUESTION = `u.kind = 'question' AND u.head IS NOT NULL AND u.retired = 0 AND u.superseded_by IS NULL
  AND NOT EXISTS (SELECT 1 FROM link l JOIN unit a ON a.head = l.revision WHERE l.rel = 'answers' AND l.to_id = u.id AND a.retired = 0)`;
const IS_DISPUTED = "u.disputed > 0 AND u.retired = 0 AND u.head IS NOT NULL";

/** Questions that no current unit answers. */
export function openQuestions(community: Community, limit: number): UnitListing[] {
  return firstUnits(community, IS_OPEN_QUESTION, limit);
}

export function openQuestionCount(community: Community): number {
  return unitCount(community, IS_OPEN_QUESTION);
}

/** Units somebody disagrees with. */
export function disputedUnits(community: Community, limit: number): UnitListing[] {
  return firstUnits(community, IS_DISPUTED, limit);
}

export function disputedCount(community: Community): number {
  return unitCount(community, IS_DISPUTED);
}

function firstUnits(community: Community, where: string, limit: number): UnitListing[] {
  const sql = `SELECT u.n AS unit FROM unit u WHERE ${where} ORDER BY u.n LIMIT ?`;
  const found = community.rows.all<{ unit: number }>(sql, limit);
  return found.flatMap(({ unit }) => unitAt(community, unit) ?? []);
}

function unitCount({ rows }: Community, where: string): number {
  return rows.get<{ count: number }>(`SELECT count(*) AS count FROM unit u WHERE ${where}`)?.count ?? 0;
}

/** What replaced a unit: its listing, or undefined. */
export function replacementOf(community: Community, unit: number): UnitListing | undefined {
  const by = community.facts.unit(unit)?.superseded_by;
  return by == null || by === 0 ? undefined : unitAt(community, by);
}
