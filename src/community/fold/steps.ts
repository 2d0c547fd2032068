/**
 * What entries changed, told again from the rows, for a projection that follows them: heads and redactions as the
 * fold gave them when it met them, less what was erased since.
 */
import type { Effect, PartRow, Step } from "../../projection/contract.ts";
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
  for (const { n, unit, kind, idx, index, time, licence, previous } of headsBetween(rows, { from, to })) {
    const revision = {
      n,
      unit,
      kind,
      index,
      time,
      licence: licence ?? undefined,
      parts: (parts.get(n) ?? []).map(toPart),
    };
    add(idx, { type: "head", revision, previous: previous ?? undefined });
  }
  for (const { revision, part, idx } of rows.db.all<{ revision: number; part: string; idx: number }>(
    "SELECT revision, part, idx FROM slot WHERE idx >= ? AND idx < ? AND revision IS NOT NULL ORDER BY idx, op, part",
    ...[from, to],
  )) {
    add(idx, { type: "redacted", unit: rows.revision(revision)?.unit ?? 0, revision, part });
  }
  return [...effects].toSorted(([a], [b]) => a - b).map(([index, list]) => ({ index, time: 0, effects: list }));
}

interface HeadRow {
  readonly n: number;
  readonly unit: number;
  readonly kind: string;
  /** The entry that made it head, and the one that carries it. */
  readonly idx: number;
  readonly index: number;
  readonly time: number;
  readonly licence: string | null;
  readonly previous: number | null;
}

function headsBetween(rows: Rows, { from, to }: Range): HeadRow[] {
  return rows.db.all(
    `SELECT r.n, r.unit, u.kind, h.idx, r.idx AS "index", r.time, r.licence,
       (SELECT p.revision FROM head p WHERE p.unit = h.unit AND p.seq = h.seq - 1) AS previous
     FROM head h CROSS JOIN revision r ON r.n = h.revision CROSS JOIN unit u ON u.n = r.unit
     WHERE h.idx >= ? AND h.idx < ? ORDER BY h.idx, h.revision, h.seq`,
    ...[from, to],
  );
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

/** How many times a head changed since entry `from`. */
export function changedHeads(rows: Rows, from: number): number {
  return rows.db.get<{ count: number }>("SELECT count(*) AS count FROM head WHERE idx >= ?", from)?.count ?? 0;
}
