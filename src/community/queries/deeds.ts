/** What a person did here besides writing, and what came back: reviews, confirmations, thanks, uses. No totals, no ranks. */
import { base32 } from "../../bytes/index.ts";
import type { Use } from "../../projection/credit/usage.ts";
import type { Community } from "../community.ts";
import { closedPeriods } from "../credit/statements.ts";
import { personRef, type PersonRef } from "./people.ts";
import { unitAt, type UnitListing } from "./units.ts";

/** Something about a unit. Times in ms. */
export interface Deed {
  readonly unit: UnitListing;
  readonly time: number;
}

export interface Thanks extends Deed {
  readonly by: PersonRef;
}

/** What stood behind a unit in a closed period: named uses, at least five readers each. */
export interface Used {
  readonly unit: UnitListing;
  readonly epoch: number;
  readonly use: Use;
  readonly readers: number;
}

/** All identities of a person whose row number is the first parameter. */
const OWN = "WITH RECURSIVE own(n) AS (SELECT ?1 UNION SELECT m.n FROM member m JOIN own ON m.into_n = own.n)";

/** Units of others that they approved a version of, newest first. `person` is a row number. */
export function reviewsBy(community: Community, person: number): Deed[] {
  return deeds(
    community,
    `${OWN} SELECT r.unit, max(t.time) AS time FROM review v JOIN revision r ON r.id = v.subject JOIN entry_time t ON t.idx = v.idx
     WHERE v.verdict = 'approve' AND v.member IN own AND r.author NOT IN own GROUP BY r.unit ORDER BY time DESC`,
    person,
  );
}

/** Units that they said still hold, newest first. */
export function confirmationsBy(community: Community, person: number): Deed[] {
  return deeds(
    community,
    `${OWN} SELECT k.unit, max(t.time) AS time FROM mark k JOIN entry_time t ON t.idx = k.idx
     WHERE k.mark = 'confirm' AND k.verdict IS NOT 'fails' AND k.until_idx IS NULL AND k.member IN own GROUP BY k.unit ORDER BY time DESC`,
    person,
  );
}

function deeds(community: Community, sql: string, person: number): Deed[] {
  return community.rows.all<{ unit: number; time: number }>(sql, person).flatMap(({ unit, time }) => {
    const listing = unitAt(community, unit);
    return listing === undefined ? [] : [{ unit: listing, time }];
  });
}

/** Thanks for units in which their words stand, newest first. `units`: row numbers of these. */
export function thanksFor(community: Community, units: ReadonlySet<number>): Thanks[] {
  const rows = community.rows.all<{ unit: number; member: number; time: number }>(
    `SELECT k.unit, k.member, t.time FROM mark k JOIN entry_time t ON t.idx = k.idx
     WHERE k.mark = 'thank' AND k.until_idx IS NULL ORDER BY k.n DESC`,
  );
  return rows.flatMap(({ unit, member, time }) => {
    const listing = units.has(unit) ? unitAt(community, unit) : undefined;
    return listing === undefined ? [] : [{ unit: listing, time, by: personRef(community, member) }];
  });
}

/** How such units were used, by period, newest first. */
export function usesOf(community: Community, units: ReadonlySet<number>): Used[] {
  return closedPeriods(community)
    .toReversed()
    .flatMap(({ epoch, table }) =>
      (table?.rows ?? []).flatMap(({ revision, use, readers }) => {
        const unit = community.facts.revisionById(base32.decode(revision))?.unit;
        const listing = unit === undefined || !units.has(unit) ? undefined : unitAt(community, unit);
        return listing === undefined ? [] : [{ unit: listing, epoch, use, readers }];
      }),
    );
}
