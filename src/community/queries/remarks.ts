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
    `SELECT m.id, m.mark AS said, m.verdict, m.member, m.until_idx < ?2 AS withdrawn, t.time, p.digest, m.idx, m.place FROM mark m
       JOIN entry_time t ON t.idx = m.idx LEFT JOIN op_part p ON p.op = m.id AND p.name = 'text' WHERE m.unit = ?1 AND m.idx < ?2
     UNION ALL
     SELECT v.id, v.verdict, NULL, v.member, 0, t.time, p.digest, v.idx, v.place FROM review v
       JOIN entry_time t ON t.idx = v.idx LEFT JOIN op_part p ON p.op = v.id AND p.name = 'text'
       WHERE (v.unit = ?1 OR v.subject IN (SELECT id FROM revision WHERE unit = ?1)) AND p.digest IS NOT NULL AND v.idx < ?2
     ORDER BY 8 DESC, 9 DESC`,
    ...[unit, size],
  );
  return rows
    .filter(({ withdrawn }) => all || withdrawn !== 1)
    .map(({ id, said, verdict, member, withdrawn, time, digest }) => ({
      id: base32.encode(id),
      said,
      verdict,
      by: personRef(community, member, moment),
      time,
      text: digest === null ? null : (textOf(community.store.parts.get(digest) ?? new Uint8Array()) ?? null),
      withdrawn: withdrawn === 1,
    }));
}
