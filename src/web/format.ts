/** How times, counts and names are written on a page. Dates are in UTC, as the record has them. */
import { html, type Html } from "./html.ts";

const LONG = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const SHORT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const NUMBER = new Intl.NumberFormat("en-GB");

/** A date no calendar has (a hostile source's) is not shown as one. */
const DATE_MS_MAX = 8.64e15;

export function dayOf(ms: number): string {
  return Math.abs(ms) > DATE_MS_MAX ? "" : new Date(ms).toISOString().slice(0, 10);
}

export function longDate(ms: number): string {
  return Math.abs(ms) > DATE_MS_MAX ? "an unknown day" : LONG.format(ms);
}

/** "on 4 March 2026", "from 4 to 12 March 2026", "from 30 March to 2 April 2026". */
export function span(from: number, to: number): string {
  const [a, b] = [longDate(from).split(" "), longDate(to).split(" ")];
  if (a.join(" ") === b.join(" ")) return `on ${b.join(" ")}`;
  const isSameYear = a[2] === b[2];
  const short = isSameYear && a[1] === b[1] ? a.slice(0, 1) : isSameYear ? a.slice(0, 2) : a;
  return `from ${short.join("\u00a0")} to ${b.join("\u00a0")}`;
}

export function date(ms: number): Html {
  return html`<time datetime="${dayOf(ms)}">${longDate(ms)}</time>`;
}

export function shortDate(ms: number): Html {
  return html`<time datetime="${dayOf(ms)}">${Math.abs(ms) > DATE_MS_MAX ? "an unknown day" : SHORT.format(ms)}</time>`;
}

export function year(ms: number): Html {
  const text = dayOf(ms).slice(0, 4);
  return html`<time datetime="${text}">${text}</time>`;
}

export function count(n: number): string {
  return NUMBER.format(n);
}

/** "1 page", "23 pages". */
export function counted(n: number, one: string, many: string): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

const UNITS = ["bytes", "kB", "MB", "GB"] as const;

export function fileSize(bytes: number): string {
  let [amount, unit] = [bytes, 0];
  while (amount >= 1_000 && unit < UNITS.length - 1) [amount, unit] = [amount / 1_000, unit + 1];
  return `${unit === 0 ? amount : amount.toPrecision(Math.max(2, Math.floor(Math.log10(amount)) + 1))} ${UNITS[unit] ?? "bytes"}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly Html[]): Html[] {
  return items.flatMap((item, i) => {
    if (i === 0) return [item];
    return [html`${i === items.length - 1 ? " and " : ", "}`, item];
  });
}
