/**
 * What entries changed, told again from the rows, for a projection that follows them: heads and redactions as the
 * fold gave them when it met them, less what was erased since.
 */
import assert from "node:assert/strict";

import type { AcceptedRevision, Effect, PartRow, RevisionRow, Step } from "../../projection/contract.ts";
import type { Rows } from "./rows.ts";

/** Entries `[from, to)`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The steps of entries `[from, to)` that changed a head or redacted a part, in log order. */
export function stepsBetween(rows: Rows, { from, to }: Range): Step[] {
  const effects = new Map<number, Effect[]>();
  const add = (index: number, effect: Effect): void => {
    const known = effects.get(index);
    if (known === undefined) effects.set(index, [effect]);
    else known.push(effect);
  };
  const parts = Map.groupBy(partsBetween(rows, { from, to }), ({ revision }) => revision);
  for (const head of headsBetween(rows, { from, to })) {
    const revision = { ...revisionOf(head), parts: (parts.get(head.n) ?? []).map(toPart) };
    const accepted = acceptedWith(rows, revision, head.seq);
    add(head.headIndex, { type: "head", revision, previous: head.previous ?? undefined, accepted });
  }
  for (const { revision, part, idx, residue } of slotsBetween(rows, { from, to })) {
    const unit = rows.revision(revision)?.unit ?? 0;
    const numberOf = (id: Uint8Array): number | undefined => rows.revisionById(id)?.n;
    const stays = residue === null ? undefined : { digest: residue, revision: numberOf };
    add(idx, { type: "redacted", unit, revision, part, residue: stays });
  }
  return [...effects].toSorted(([a], [b]) => a - b).map(([index, list]) => ({ index, time: 0, effects: list }));
}

interface SlotRow {
  readonly revision: number;
  readonly part: string;
  readonly idx: number;
  readonly residue: Uint8Array | null;
}

function slotsBetween(rows: Rows, { from, to }: Range): SlotRow[] {
  return rows.db.all(
    `SELECT s.revision, s.part, s.idx, o.digest AS residue
     FROM slot s LEFT JOIN op_part o ON o.op = s.by AND o.name = 'residue'
     WHERE s.idx >= ? AND s.idx < ? AND s.revision IS NOT NULL ORDER BY s.idx, s.op, s.part`,
    ...[from, to],
  );
}

/** Columns of a revision that projections are told. */
interface RevisionColumns {
  readonly n: number;
  readonly unit: number;
  readonly kind: string;
  readonly index: number;
  readonly time: number;
  readonly licence: string | null;
}

const REVISION_COLUMNS = `r.n, r.unit, u.kind, r.idx AS "index", r.time, r.licence`;

interface HeadRow extends RevisionColumns {
  /** Which head of its unit, and the entry that made it that. */
  readonly seq: number;
  readonly headIndex: number;
  readonly previous: number | null;
}

function headsBetween(rows: Rows, { from, to }: Range): HeadRow[] {
  return rows.db.all(
    `SELECT ${REVISION_COLUMNS}, h.seq, h.idx AS headIndex,
       (SELECT p.revision FROM head p WHERE p.unit = h.unit AND p.seq = h.seq - 1) AS previous
     FROM head h CROSS JOIN revision r ON r.n = h.revision CROSS JOIN unit u ON u.n = r.unit
     WHERE h.idx >= ? AND h.idx < ? ORDER BY h.idx, h.revision, h.seq`,
    ...[from, to],
  );
}

function revisionOf({ n, unit, kind, index, time, licence }: RevisionColumns): Omit<RevisionRow, "parts"> {
  return { n, unit, kind, index, time, licence: licence ?? undefined };
}

/** What was accepted with head number `seq` of its unit: `tip` and what it was made of, oldest first. */
function acceptedWith(rows: Rows, tip: RevisionRow, seq: number): AcceptedRevision[] {
  const accepted = new Map<number, AcceptedRevision>();
  const waiting = [tip];
  for (let revision = waiting.pop(); revision !== undefined; revision = waiting.pop()) {
    const parents = rows.db.all<{ parent: number; accepted: number }>(
      "SELECT p.parent, r.accepted FROM parent p JOIN revision r ON r.n = p.parent WHERE p.revision = ? ORDER BY p.parent",
      revision.n,
    );
    accepted.set(revision.n, { ...revision, parents: parents.map(({ parent }) => parent) });
    for (const parent of parents)
      if (parent.accepted === seq && !accepted.has(parent.parent)) waiting.push(revisionRow(rows, parent.parent));
  }
  return [...accepted.values()].toSorted((a, b) => a.n - b.n);
}

function revisionRow(rows: Rows, n: number): RevisionRow {
  const found = rows.db.get<RevisionColumns>(
    `SELECT ${REVISION_COLUMNS} FROM revision r JOIN unit u ON u.n = r.unit WHERE r.n = ?`,
    n,
  );
  assert.ok(found !== undefined, `revision ${n} is a parent`);
  return { ...revisionOf(found), parts: rows.parts(n) };
}

type HeadPart = Omit<PartRow, "digest"> & { readonly revision: number; readonly digest: Uint8Array | null };

function partsBetween(rows: Rows, { from, to }: Range): HeadPart[] {
  return rows.db.all(
    `SELECT p.revision, p.name, p.media, p.size, p.digest FROM part p
     WHERE p.revision IN (SELECT revision FROM head WHERE idx >= ? AND idx < ?)`,
    ...[from, to],
  );
}

function toPart({ name, media, size, digest }: HeadPart): PartRow {
  return { name, media, size, digest: digest ?? undefined };
}

/** The entry of the `count`th head that changed since entry `from`; infinite when there are fewer. */
export function entryOfHead(rows: Rows, from: number, count: number): number {
  const head = rows.db.get<{ idx: number }>(
    "SELECT idx FROM head WHERE idx >= ? ORDER BY idx LIMIT 1 OFFSET ?",
    ...[from, count - 1],
  );
  return head?.idx ?? Infinity;
}

/**
 * What changed since entry `from`, looked at as far as the first `headsMax` heads: how many, the bytes of their parts, and
 * parts that were erased.
 */
export function changesSince(
  rows: Rows,
  from: number,
  headsMax: number,
): { heads: number; bytes: number; erasures: number } {
  const found = rows.db.get<{ heads: number; bytes: number; erasures: number }>(
    `SELECT count(DISTINCT h.revision) AS heads, ifnull(sum(p.size), 0) AS bytes,
       (SELECT count(*) FROM slot WHERE idx >= ?1) AS erasures
     FROM (SELECT revision FROM head WHERE idx >= ?1 ORDER BY idx LIMIT ?2) h LEFT JOIN part p ON p.revision = h.revision`,
    ...[from, headsMax],
  );
  return found ?? { heads: 0, bytes: 0, erasures: 0 };
}
