/**
 * What entries changed, told again from the rows, for a projection that follows them: heads and redactions as the
 * fold gave them when it met them, less what was erased since.
 */
import type { Effect, Step } from "../../projection/contract.ts";
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
  for (const { idx, revision: n, previous } of headsBetween(rows, { from, to })) {
    const revision = rows.view(n);
    if (revision !== undefined) add(idx, { type: "head", revision, previous: previous ?? undefined });
  }
  for (const { revision, part, idx } of rows.db.all<{ revision: number; part: string; idx: number }>(
    "SELECT revision, part, idx FROM slot WHERE idx >= ? AND idx < ? AND revision IS NOT NULL ORDER BY idx, op, part",
    ...[from, to],
  )) {
    add(idx, { type: "redacted", unit: rows.revision(revision)?.unit ?? 0, revision, part });
  }
  return [...effects].toSorted(([a], [b]) => a - b).map(([index, list]) => ({ index, time: 0, effects: list }));
}

function headsBetween(rows: Rows, { from, to }: Range) {
  return rows.db.all<{ idx: number; revision: number; previous: number | null }>(
    `SELECT h.idx, h.revision, (SELECT p.revision FROM head p WHERE p.unit = h.unit AND p.seq = h.seq - 1) AS previous
     FROM head h WHERE h.idx >= ? AND h.idx < ? ORDER BY h.idx, h.revision, h.seq`,
    ...[from, to],
  );
}

/** How many times a head changed since entry `from`. */
export function changedHeads(rows: Rows, from: number): number {
  return rows.db.get<{ count: number }>("SELECT count(*) AS count FROM head WHERE idx >= ?", from)?.count ?? 0;
}
