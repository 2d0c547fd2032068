/**
 * A community in one look: what it knows, in whose standing words, since when, how it grew, what was made from what,
 * and what needs hands. A pure question of the rows: "now" is the time of the last entry.
 */
import { base32 } from "../../bytes/index.ts";
import type { Community } from "../community.ts";
import { disputedCount, disputedUnits, openQuestionCount, openQuestions, openSuggestionCount } from "./activity.ts";
import { peopleStanding } from "./authorship.ts";
import { type BrokenLink, brokenLinks } from "./links.ts";
import { type Made, madeIn } from "./made.ts";
import { type Moment, NOW, saidBySql } from "./moment.ts";
import { peopleWhoWrote, type PersonRef } from "./people.ts";
import { listUnits, type UnitListing } from "./units.ts";

/** Listed of things that wait on pages of their own. */
const WAITING_LISTED = 5;
const UNTOUCHED_MS = 2 * 365.25 * 86_400_000;

export interface Portrait {
  readonly name: string;
  /** Log time of the last entry, ms. */
  readonly asOf: number;
  /** When its first unit was first shown, ms; undefined while there is none. */
  readonly since: number | undefined;
  /** How many units of each kind are current, most first. */
  readonly kinds: readonly (readonly [kind: string, count: number])[];
  /** Accepted versions, of whatever stands or stood. */
  readonly versions: number;
  /** Those whose words stand, in order of their first. */
  readonly people: readonly PersonRef[];
  readonly growth: readonly YearOfGrowth[];
  readonly made: readonly Made[];
  readonly hands: NeedsHands;
}

export interface YearOfGrowth {
  readonly year: number;
  /** Units current at its end. */
  readonly standing: number;
  /** Those of them that were not there at its beginning. */
  readonly fresh: number;
  /** Versions accepted of that year. */
  readonly versions: number;
}

export interface NeedsHands {
  /** Pages that nobody changed or confirmed for two years, oldest first. */
  readonly untouched: readonly UntouchedPage[];
  readonly broken: readonly BrokenLink[];
  readonly disputed: Waiting;
  readonly questions: Waiting;
  readonly suggestions: number;
}

export interface UntouchedPage {
  readonly unit: UnitListing;
  /** ms */
  readonly touched: number;
}

export interface Waiting {
  readonly count: number;
  /** The first few. */
  readonly units: readonly UnitListing[];
}

/** What is known of any moment. Whose words stood then, and what waited, is not: `people` are those who had written. */
export type PortraitThen = Omit<Portrait, "made" | "hands">;

export function portraitThen(community: Community, moment: Moment): PortraitThen {
  return { ...figures(community, moment), people: peopleWhoWrote(community, moment) };
}

function figures(community: Community, moment: Moment): Omit<PortraitThen, "people"> {
  const asOf = timeOf(community, moment);
  const lives = livesOf(community, moment);
  const versions = versionsByYear(community, moment);
  const since = lives.reduce((first, { from }) => Math.min(first, from), Infinity);
  return {
    name: community.name,
    asOf,
    since: since === Infinity ? undefined : since,
    kinds: kindsOf(listUnits(community, { moment })),
    versions: [...versions.values()].reduce((sum, count) => sum + count, 0),
    growth: growthOf(lives, versions, yearOf(asOf)),
  };
}

/** ms; never after the last entry. */
function timeOf({ rows }: Community, moment: Moment): number {
  const last = rows.get<{ time: number }>("SELECT time FROM state")?.time ?? 0;
  if (moment.at === "now") return last;
  if (moment.at === "date") return Math.min(last, moment.ms);
  return rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", moment.size - 1)?.time ?? 0;
}

/** `authorshipReady` is to be awaited before. */
export function portrait(community: Community): Portrait {
  return {
    ...figures(community, NOW),
    people: peopleStanding(community),
    made: madeIn(community),
    hands: {
      untouched: untouchedPages(community),
      broken: brokenLinks(community),
      disputed: { count: disputedCount(community), units: disputedUnits(community, WAITING_LISTED) },
      questions: { count: openQuestionCount(community), units: openQuestions(community, WAITING_LISTED) },
      suggestions: openSuggestionCount(community),
    },
  };
}

/** How many things wait for somebody. */
export function handsCount({ untouched, broken, disputed, questions, suggestions }: NeedsHands): number {
  return untouched.length + broken.length + disputed.count + questions.count + suggestions;
}

function kindsOf(units: readonly UnitListing[]): [kind: string, count: number][] {
  const byKind = Map.groupBy(units, ({ kind }) => kind);
  return [...byKind].map(([kind, of]): [string, number] => [kind, of.length]).toSorted((a, b) => b[1] - a[1]);
}

/** The charter is no content, unless it was given a place among it. */
const IS_CONTENT =
  "(u.kind <> 'charter' OR EXISTS (SELECT 1 FROM catalog_current c WHERE c.unit = u.n AND c.path IS NOT NULL))";

/** When a unit came, and the flags that took it away or brought it back, in their order. Times in ms. */
interface Life {
  readonly from: number;
  readonly flags: readonly { readonly flag: string; readonly raised: number; readonly time: number }[];
}

function livesOf({ rows }: Community, moment: Moment): Life[] {
  const began = rows.all<{ unit: number; shown: number }>(
    `SELECT h.unit, min(h.shown) AS shown FROM head h JOIN unit u ON u.n = h.unit WHERE ${IS_CONTENT} ${saidBySql(moment, "h", "shown")} GROUP BY h.unit`,
  );
  const flags = rows.all<{ unit: number; flag: string; raised: number; time: number }>(
    `SELECT f.unit, f.flag, f.raised, f.time FROM flag f
     WHERE f.flag IN ('retired', 'superseded') ${saidBySql(moment, "f")} ORDER BY f.unit, f.seq`,
  );
  const byUnit = Map.groupBy(flags, ({ unit }) => unit);
  return began.map(({ unit, shown }) => ({ from: shown, flags: byUnit.get(unit) ?? [] }));
}

function isCurrentAt({ from, flags }: Life, ms: number): boolean {
  if (from > ms) return false;
  const last = new Map(flags.filter(({ time }) => time <= ms).map(({ flag, raised }) => [flag, raised]));
  return !last.values().some((raised) => raised === 1);
}

function versionsByYear({ rows }: Community, moment: Moment): Map<number, number> {
  const years = rows.all<{ year: number; count: number }>(
    `SELECT CAST(strftime('%Y', r.time / 1000, 'unixepoch') AS INTEGER) AS year, count(*) AS count
     FROM revision r JOIN unit u ON u.n = r.unit WHERE r.state = 'accepted' AND ${IS_CONTENT} ${saidBySql(moment, "r")} GROUP BY 1`,
  );
  return new Map(years.map(({ year, count }) => [year, count]));
}

function growthOf(lives: readonly Life[], versions: ReadonlyMap<number, number>, last: number): YearOfGrowth[] {
  const first = Math.min(...versions.keys(), last);
  const began = Map.groupBy(
    lives.filter(({ flags }) => flags.length === 0),
    ({ from }) => yearOf(from),
  );
  const flagged = lives.filter(({ flags }) => flags.length > 0);
  const growth: YearOfGrowth[] = [];
  let steady = 0;
  for (let year = first; year <= last && lives.length > 0; year++) {
    const fresh = began.get(year)?.length ?? 0;
    const current = flagged.filter((life) => isCurrentAt(life, endOf(year)));
    steady += fresh;
    growth.push({
      year,
      standing: steady + current.length,
      fresh: fresh + current.filter((life) => !isCurrentAt(life, endOf(year - 1))).length,
      versions: versions.get(year) ?? 0,
    });
  }
  return growth;
}

function yearOf(ms: number): number {
  return new Date(ms).getUTCFullYear();
}

function endOf(year: number): number {
  return Date.UTC(year + 1, 0, 1) - 1;
}

/** Current pages that nobody changed or confirmed for long before the last entry; longest first. */
export function untouchedPages(community: Community): UntouchedPage[] {
  const { rows } = community;
  const before = (rows.get<{ time: number }>("SELECT time FROM state")?.time ?? 0) - UNTOUCHED_MS;
  const confirmed = rows.all<{ id: Uint8Array; time: number }>(
    `SELECT u.id, max(t.time) AS time FROM mark m JOIN unit u ON u.n = m.unit JOIN entry_time t ON t.idx = m.idx
     WHERE m.mark = 'confirm' AND m.until_idx IS NULL AND m.verdict IS NOT 'fails' GROUP BY u.id`,
  );
  const lately = new Map(confirmed.map(({ id, time }) => [base32.encode(id), time]));
  return listUnits(community)
    .filter(({ kind }) => kind === "page")
    .map((unit) => ({ unit, touched: Math.max(unit.time, lately.get(unit.unit) ?? 0) }))
    .filter(({ touched }) => touched < before)
    .toSorted((a, b) => a.touched - b.touched);
}
