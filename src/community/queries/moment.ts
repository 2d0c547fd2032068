/**
 * Moments: what a reader may ask to see. A size replays exactly a prefix of the record; a date asks for the
 * last version of each unit whose shown time is not later, "as the source says" (DESIGN.md 6, Time).
 */
import { LoreError } from "../../bytes/index.ts";
import type { Db } from "../../store/index.ts";

export type Moment =
  | { readonly at: "now" }
  | { readonly at: "size"; readonly size: number }
  | { readonly at: "date"; readonly ms: number };

export const NOW: Moment = { at: "now" };

const DAY_MS = 86_400_000;

/**
 * Reads an as-of: a number of entries, a date (its whole day, UTC) or an ISO 8601 time.
 * @throws LoreError USAGE; also for more entries than the record has.
 */
export function parseMoment({ size: end }: { readonly size: number }, text: string): Moment {
  if (!/^-?\d+$/.test(text)) return { at: "date", ms: parseDate(text) };
  const size = Number(text);
  if (size >= 0 && size <= end) return { at: "size", size };
  throw new LoreError(
    "USAGE",
    `The record holds ${end} ${end === 1 ? "entry" : "entries"}; ${text.slice(0, 40)} lies ${size < 0 ? "before its beginning" : "beyond its end"}. Give a number from 0 to ${end}, or a date such as 2025-06-01.`,
  );
}

const TIME = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?$/;

/** End of a date's day, or the very time; a month means its last day. @throws LoreError USAGE. */
export function parseDate(text: string): number {
  const [, year, month, day] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text) ?? [];
  if (year !== undefined) {
    const [y, m] = [Number(year), Number(month)];
    const d = day === undefined ? new Date(Date.UTC(y, m, 0)).getUTCDate() : Number(day);
    const start = new Date(Date.UTC(y, m - 1, d));
    if (start.getUTCMonth() === m - 1 && start.getUTCDate() === d) return start.getTime() + DAY_MS - 1;
  }
  // Without a zone it is UTC, as dates are: the same on every machine. The day must be one.
  const [, date, time, zone = "Z"] = TIME.exec(text) ?? [];
  if (date !== undefined) {
    parseDate(date);
    const ms = Date.parse(`${date}T${time}${zone}`);
    if (!Number.isNaN(ms)) return ms;
  }
  throw new LoreError(
    "USAGE",
    `Reading "${text.slice(0, 40)}" as a moment: give a number of entries, a date such as 2025-06-01, or a time such as 2025-06-01T12:00Z.`,
  );
}

/** The largest size whose log time is not after `ms`: what was known then. */
export function knownSize({ rows }: { readonly rows: Db }, ms: number): number {
  let [low, high] = [0, rows.get<{ size: number }>("SELECT size FROM state")?.size ?? 0];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const time = rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", middle)?.time ?? 0;
    if (time <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Entries that had been made by the moment: what was said of a version counts from the entry that says it, whatever
 * time the source of that version names.
 */
export function sizeAt(community: { readonly rows: Db }, moment: Moment): number {
  if (moment.at === "now") return Number.MAX_SAFE_INTEGER;
  return moment.at === "size" ? moment.size : knownSize(community, moment.ms);
}

/** SQL, with its AND, that leaves only heads of the table `name` that had been reached by the moment. */
export function headBoundSql(moment: Moment, name: string): string {
  switch (moment.at) {
    case "now":
      return "";
    case "size":
      return `AND ${name}.idx < ${moment.size}`;
    case "date":
      return `AND ${name}.shown <= ${moment.ms}`;
    default:
      return moment satisfies never;
  }
}

/** SQL that gives the revision number which is the head of `unit` at the moment; one parameter, or none. */
export function headSql(moment: Moment, unit: string): string {
  if (moment.at === "now") return `(SELECT x.head FROM unit x WHERE x.n = ${unit})`;
  return `(SELECT h.revision FROM head h WHERE h.unit = ${unit} ${headBoundSql(moment, "h")} ORDER BY h.seq DESC LIMIT 1)`;
}

/** SQL, with its AND, that leaves only rows of the table `name` that had been said by the moment, by `time` where it is a date. */
export function saidBySql(moment: Moment, name: string, time = "time"): string {
  switch (moment.at) {
    case "now":
      return "";
    case "size":
      return `AND ${name}.idx < ${moment.size}`;
    case "date":
      return `AND ${name}.${time} <= ${moment.ms}`;
    default:
      return moment satisfies never;
  }
}

/** SQL that is 1 when `flag` is up for `unit` at the moment. */
export function flagSql(
  moment: Moment,
  unit: string,
  flag: "retired" | "superseded" | "disputed" | "redacted",
): string {
  const bound =
    moment.at === "now" ? "" : moment.at === "size" ? `AND f.idx < ${moment.size}` : `AND f.time <= ${moment.ms}`;
  return `coalesce((SELECT f.raised FROM flag f WHERE f.unit = ${unit} AND f.flag = '${flag}' ${bound} ORDER BY f.seq DESC LIMIT 1), 0)`;
}
