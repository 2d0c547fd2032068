/**
 * Whether a new version may be made from what it says it is made from: looked at when it is admitted, never on replay, for what
 * is on record stays. Only versions that carry such a link cost anything.
 */
import { base32, equal, LoreError } from "../bytes/index.ts";
import type { Entry } from "../log/index.ts";
import { mayBecome, NO_LICENCE } from "../projection/credit/licences.ts";
import type { Rights } from "../projection/credit/rights.ts";
import type { Link, Op, ReviseOp } from "../unit/index.ts";
import { licenceInForce, rightsIn } from "./agreements.ts";
import type { Rows } from "./fold/rows.ts";
import type { LicenceTable } from "./licence-table.ts";

/** Links by which words go into something new. */
export const MADE_FROM: readonly Link["rel"][] = ["derivedFrom", "translates"];

export interface Admitting {
  readonly rows: Rows;
  readonly table: LicenceTable;
}

/** @throws LoreError REFUSED when a licence forbids what a version of the entry is made from. */
export function requireMixable({ rows, table }: Admitting, { ops }: Entry): void {
  let rights: Rights | undefined;
  for (const op of ops) {
    if (op.op !== "revise") continue;
    for (const { rel, to, at } of op.links ?? []) {
      if (!MADE_FROM.includes(rel) || typeof to === "string" || equal(to, op.unit)) continue;
      rights ??= rightsIn(rows);
      const from = licenceOfTarget(rows, rights, { ops, to, at });
      const mix = mayBecome(table.rows, { from, into: licenceOfOp(rows, rights, op) });
      if (mix.verdict === "no") throw forbidden(titleOf(rows, to), mix);
    }
  }
}

/** What it was signed with, else what holds for the unit it is a version of. */
function licenceOfOp(rows: Rows, rights: Rights, { unit, licence }: ReviseOp): string | undefined {
  const head = rows.unitById(unit)?.head;
  const own = licence ?? (head == null ? undefined : (rows.revision(head)?.licence ?? undefined));
  return licenceInForce(rows, rights, { unit, own }).licence;
}

/** Of the version that is named, else the one in force, else what the same entry brings. */
function licenceOfTarget(
  rows: Rows,
  rights: Rights,
  { ops, to, at }: { readonly ops: readonly Op[]; readonly to: Uint8Array; readonly at: Uint8Array | undefined },
): string | undefined {
  const head = rows.unitById(to)?.head;
  const named = at === undefined ? undefined : rows.revisionById(at);
  const revision = named ?? (head == null ? undefined : rows.revision(head)) ?? newest(rows, to);
  const beside = ops.find((op) => op.op === "revise" && equal(op.unit, to));
  const own = revision === undefined && beside?.op === "revise" ? beside.licence : revision?.licence;
  return licenceInForce(rows, rights, { unit: to, own: own ?? undefined }).licence;
}

/** Of a unit of which nothing was accepted yet. */
function newest(rows: Rows, unit: Uint8Array): { readonly licence: string | null } | undefined {
  return rows.db.get(
    "SELECT r.licence FROM unit u JOIN revision r ON r.unit = u.n WHERE u.id = ? ORDER BY r.n DESC LIMIT 1",
    unit,
  );
}

function titleOf(rows: Rows, unit: Uint8Array): string {
  const row = rows.db.get<{ title: string | null }>(
    "SELECT f.title FROM unit u JOIN catalog_fact f ON f.revision = u.head WHERE u.id = ?",
    unit,
  );
  return row?.title ?? base32.encode(unit);
}

function forbidden(title: string, { from, into, because, instead, source }: ReturnType<typeof mayBecome>): LoreError {
  const under = (licence: string) => (licence === NO_LICENCE ? "under no licence" : `under ${licence}`);
  const message = `This says it is made from "${title}", which is ${under(from)}, and would itself be ${under(into)}: ${because}. ${instead ?? "Ask whoever wrote it."}`;
  return new LoreError("REFUSED", message, {
    field: "links",
    data: { from, into, ...(source === undefined ? {} : { source }) },
  });
}
