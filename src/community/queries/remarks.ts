/** What people said about a unit without changing it: still true, didn't work, disagree, thanks, comments. */
import { base32, textOf } from "../../bytes/index.ts";
import type { Community } from "../community.ts";
import { type Moment, NOW, sizeAt } from "./moment.ts";
import { type PersonRef, personRef } from "./people.ts";

export interface Remark {
  /** Op id, with which it can be withdrawn or answered. */
  readonly id: string;
  /** confirm, dispute, thank, retire … or "comment". */
  readonly said: string;
  /** With confirm: whether it holds or fails. */
  readonly verdict: string | null;
  readonly by: PersonRef;
  /** Log time, ms. */
  readonly time: number;
  /** The words that came with it; null without any, or once erased. */
  readonly text: string | null;
  /** The passage it is about, as it stands in the version that it names; null for a whole unit, or once erased. */
  readonly quote: string | null;
  readonly withdrawn: boolean;
}

interface RemarkRow {
  readonly id: Uint8Array;
  readonly said: string;
  readonly verdict: string | null;
  readonly member: number;
  /** 1 once it is; null while nobody withdrew it. */
  readonly withdrawn: number | null;
  readonly time: number;
  readonly digest: Uint8Array | null;
  /** Of the text around the passage. */
  readonly around: Uint8Array | null;
  readonly range_start: number | null;
  readonly range_end: number | null;
}

export interface RemarksOptions {
  /** Also what was taken back. */
  readonly all?: boolean;
  readonly moment?: Moment;
}

/** Newest first, as of a moment. */
export function remarksOn(
  community: Community,
  unit: number,
  { all = false, moment = NOW }: RemarksOptions = {},
): Remark[] {
  const size = sizeAt(community, moment);
  const rows = community.rows.all<RemarkRow>(
    `SELECT m.id, m.mark AS said, m.verdict, m.member, m.until_idx < ?2 AS withdrawn, t.time, p.digest, m.idx, m.place,
       ${aroundSql("m")} FROM mark m JOIN entry_time t ON t.idx = m.idx LEFT JOIN op_part p ON p.op = m.id AND p.name = 'text' WHERE m.unit = ?1 AND m.idx < ?2
     UNION ALL
     SELECT v.id, v.verdict, NULL, v.member, 0, t.time, p.digest, v.idx, v.place,
       ${aroundSql("v")} FROM review v JOIN entry_time t ON t.idx = v.idx LEFT JOIN op_part p ON p.op = v.id AND p.name = 'text'
       WHERE (v.unit = ?1 OR v.subject IN (SELECT id FROM revision WHERE unit = ?1)) AND p.digest IS NOT NULL AND v.idx < ?2
     ORDER BY 8 DESC, 9 DESC`,
    ...[unit, size],
  );
  return rows
    .filter(({ withdrawn }) => all || withdrawn !== 1)
    .map((row) => ({
      id: base32.encode(row.id),
      said: row.said,
      verdict: row.verdict,
      by: personRef(community, row.member, moment),
      time: row.time,
      text: row.digest === null ? null : (textOf(community.store.parts.get(row.digest) ?? new Uint8Array()) ?? null),
      quote: quoteOf(community, row),
      withdrawn: row.withdrawn === 1,
    }));
}

/** Where the passage stands that a row of the table `name` is about: the digest of the text around it, and the bytes. */
function aroundSql(name: string): string {
  return `(SELECT q.digest FROM part q JOIN revision r ON r.n = q.revision WHERE r.id = ${name}.at AND q.name = ${name}.part) AS around,
       ${name}.range_start, ${name}.range_end`;
}

function quoteOf({ store }: Community, { around, range_start, range_end }: RemarkRow): string | null {
  const bytes = around === null || range_start === null ? undefined : store.parts.get(around);
  return bytes === undefined ? null : (textOf(bytes.subarray(range_start ?? 0, range_end ?? 0)) ?? null);
}
