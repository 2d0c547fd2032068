/** The two pictures of a portrait, drawn here: how a community grew, and what is made from what. */
import type { Made } from "../../community/queries/made.ts";
import type { YearOfGrowth } from "../../community/queries/portrait.ts";
import type { UnitListing } from "../../community/queries/units.ts";
import { revisionHref, unitHref } from "../addresses.ts";
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import { titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { KIND_ORDER, kindWords, words } from "../words.ts";

const said = words.portrait;

const WIDTH = 960;
const BOOKS_MAX = 26;
const BOOK_STEPS = [1, 2, 5] as const;
const BOOK = { width: 48, height: 7, pitch: 10, ground: 246 } as const;
/** No shelf is straight. */
const SHIFTS = [2, 4, 6, 3, 5, 2, 4, 6, 1, 3] as const;
const LABEL_WIDTH = 46;
/** Years that are named on a phone. */
const PHONE_LABELS = 4;

/** How many things one book stands for. */
export function perBook(growth: readonly YearOfGrowth[]): number {
  const most = Math.max(1, ...growth.map(({ standing }) => standing));
  for (let ten = 1; ; ten *= 10)
    for (const step of BOOK_STEPS) if (Math.ceil(most / (step * ten)) <= BOOKS_MAX) return step * ten;
}

export function growthPicture(growth: readonly YearOfGrowth[], what: string): Html {
  const each = perBook(growth);
  const shelves = growth.map((year, i) => shelf(year, { i, of: growth.length, each }));
  const top = Math.min(...shelves.map(({ labelY }) => labelY)) - 28;
  const [first, last] = [growth[0]?.year ?? 0, growth.at(-1)?.year ?? 0];
  return html`<svg class="chart growth" fill="none" stroke="currentColor" viewBox="0 ${top} ${WIDTH} ${290 - top}" role="img" aria-labelledby="lore:g1 lore:g2">
      <title id="lore:g1">${said.grewTitle(what, first, last)}</title><desc id="lore:g2">${growth.map(({ year, standing }) => said.grewIn(count(standing), year)).join(", ")}</desc>
      <path class="axis" d="M0 250.5H${WIDTH}"/>
      ${shelves.map(({ markup }) => markup)}
    </svg>`;
}

interface Place {
  readonly i: number;
  readonly of: number;
  readonly each: number;
}

function shelf({ year, standing, fresh }: YearOfGrowth, { i, of, each }: Place): { labelY: number; markup: Html } {
  const column = WIDTH / of;
  const width = Math.min(BOOK.width, Math.round(column * 0.72));
  const left = i * column + (column - width) / 2 - 4 * (width / BOOK.width);
  const all = booksFor(standing, each);
  const old = all - Math.min(all, booksFor(fresh, each));
  const book = (_: unknown, place: number) => {
    const x = left + (SHIFTS[(place + i) % SHIFTS.length] ?? 0) * (width / BOOK.width);
    return `M${Math.round(x)} ${BOOK.ground - BOOK.pitch * place}h${width}v-${BOOK.height}h-${width}z`;
  };
  const books = Array.from({ length: all }, book);
  const labelY = BOOK.ground - BOOK.pitch * (all + 1);
  const fromEnd = of - 1 - i;
  const isNamed = fromEnd % Math.ceil(LABEL_WIDTH / column) === 0;
  const less = (isLess: boolean) => (isLess ? " less" : "");
  const x = Math.round((i + 0.5) * column);
  const text = (y: number, kind: string, value: string | number) =>
    html`<text fill="currentColor" stroke="none" class="${kind}" x="${x}" y="${y}" text-anchor="middle">${value}</text>`;
  return {
    labelY,
    markup: html`${old === 0 ? "" : html`<path class="book" d="${books.slice(0, old).join("")}"/>`}${all === old ? "" : html`<path class="book new" fill="currentColor" d="${books.slice(old).join("")}"/>`}${isNamed ? html`${text(278, `year${less(fromEnd % Math.ceil(of / PHONE_LABELS) > 0)}`, year)}${text(labelY, `say${less(i > 0 && fromEnd > 0)}`, count(standing))}` : ""}
`,
  };
}

function booksFor(things: number, each: number): number {
  return things === 0 ? 0 : Math.max(1, Math.round(things / each));
}

/** Things in the picture; more are in the list. */
const THINGS_MAX = 12;
const NEAR_MAX = 5;

/** What hangs together most: the thing with most neighbours and some of them, then the next. */
export function mostConnected(made: readonly Made[]): Made[] {
  const near = new Map<string, string[]>();
  const join = (unit: string, other: string) => near.set(unit, [...(near.get(unit) ?? []), other]);
  for (const { from, to } of made) {
    join(from.unit, to.unit);
    join(to.unit, from.unit);
  }
  const chosen = new Set<string>();
  for (const [unit, others] of [...near].toSorted((a, b) => b[1].length - a[1].length)) {
    const room = THINGS_MAX - chosen.size - (chosen.has(unit) ? 0 : 1);
    const taken = others.filter((other) => !chosen.has(other)).slice(0, Math.max(0, Math.min(NEAR_MAX, room)));
    if (taken.length > 0) for (const each of [unit, ...taken]) chosen.add(each);
  }
  return made.filter(({ from, to }) => chosen.has(from.unit) && chosen.has(to.unit));
}

interface Thing {
  readonly unit: UnitListing;
  readonly column: "from" | "between" | "into";
  readonly x: number;
  readonly y: number;
}

const COLUMNS = ["from", "between", "into"] as const;
/** Least distance of two things in a column; names in the middle stand below. */
const ROW_LEAST: Readonly<Record<Thing["column"], number>> = { from: 26, between: 48, into: 26 };
const ROW_MOST = 64;
const HEAD = 44;
const HEIGHT_LEAST = 320;

interface Layout {
  readonly things: ReadonlyMap<string, Thing>;
  readonly height: number;
}

/** Left what went into others, right what was made from others, between them what is both. */
function layoutOf(made: readonly Made[]): Layout {
  const units = new Map(made.flatMap(({ from, to }) => [from, to]).map((unit) => [unit.unit, unit]));
  const [sources, products] = [new Set(made.map(({ from }) => from.unit)), new Set(made.map(({ to }) => to.unit))];
  const columnOf = (id: string) => (products.has(id) ? (sources.has(id) ? "between" : "into") : "from");
  const byColumn = Map.groupBy(units.values(), ({ unit }) => columnOf(unit));
  const rows = (column: Thing["column"]) => (byColumn.get(column)?.length ?? 0) * ROW_LEAST[column];
  const height = Math.max(HEIGHT_LEAST, ...COLUMNS.map((column) => HEAD + 40 + rows(column)));
  const x = byColumn.has("between") ? { from: 230, between: 480, into: 730 } : { from: 320, between: 480, into: 620 };
  const things = new Map<string, Thing>();
  for (const column of COLUMNS) {
    const placed = ordered(byColumn.get(column) ?? [], made, things);
    const pitch = Math.min(ROW_MOST, (height - HEAD - 36) / placed.length);
    for (const [i, unit] of placed.entries()) {
      const y = Math.round((HEAD + height - 10) / 2 + (i - (placed.length - 1) / 2) * pitch);
      things.set(unit.unit, { unit, column, x: x[column], y });
    }
  }
  return { things, height };
}

/** By the height of what each was made from, so that threads cross little. */
function ordered(
  units: readonly UnitListing[],
  made: readonly Made[],
  things: ReadonlyMap<string, Thing>,
): UnitListing[] {
  const heights = new Map(
    units.map(({ unit }) => {
      const ys = made.flatMap(({ from, to }) => (to.unit === unit ? (things.get(from.unit)?.y ?? []) : []));
      return [unit, ys.reduce((sum, y) => sum + y, 0) / Math.max(1, ys.length)];
    }),
  );
  return units.toSorted((a, b) => (heights.get(a.unit) ?? 0) - (heights.get(b.unit) ?? 0));
}

/** `made` as `mostConnected` chose it. */
export function madePicture(here: Visit, made: readonly Made[]): Html {
  const { things, height } = layoutOf(made);
  const columns = Map.groupBy(things.values(), ({ column }) => column);
  const heads = { from: said.madeFrom, between: said.between, into: said.madeInto };
  return html`<div class="pan" tabindex="0" role="region" aria-label="${said.pan}"><svg class="chart" fill="none" stroke="currentColor" viewBox="0 0 ${WIDTH} ${height}" role="group" aria-labelledby="lore:m1">
      <title id="lore:m1">${said.madeTitle(things.size)}</title>
      ${[...columns].map(([column, [thing]]) => html`<text fill="currentColor" stroke="none" x="${thing?.x}" y="22" text-anchor="${ANCHORS[column]}">${heads[column]}</text>`)}
      ${made.map((each) => thread(each, things))}
      ${[...things.values()].map((thing) => dot(here, thing, { isWide: !columns.has("between") }))}
    </svg></div>`;
}

const ANCHORS: Readonly<Record<Thing["column"], string>> = { from: "end", between: "middle", into: "start" };

function thread({ from, to, how }: Made, things: ReadonlyMap<string, Thing>): Html | "" {
  const [a, b] = [things.get(from.unit), things.get(to.unit)];
  if (a === undefined || b === undefined) return "";
  const dashes =
    how === "copied" ? html` stroke-dasharray="6 4"` : how === "linked" ? html` stroke-dasharray="1.5 4"` : "";
  const [middle, other] = a.x === b.x ? [a.x - 70, b.x - 70] : [(a.x + b.x) / 2, (a.x + b.x) / 2];
  return html`<path class="thread" d="M${a.x} ${a.y}C${middle} ${a.y} ${other} ${b.y} ${b.x} ${b.y}"${dashes}/>
`;
}

const NAME_CHARS = 30;
const NAME_CHARS_WIDE = 42;

function dot(here: Visit, { unit, column, x, y }: Thing, { isWide }: { isWide: boolean }): Html {
  const title = titleOf(unit);
  const most = isWide ? NAME_CHARS_WIDE : NAME_CHARS;
  const name = title.length > most ? `${title.slice(0, most - 1).trimEnd()}…` : title;
  const [dx, dy] = { from: [-14, 4.5], between: [0, 22], into: [14, 4.5] }[column] as [number, number];
  return html`${shape(unit, { x, y })}<a href="${thingHref(here, unit)}"><title>${title}</title><text fill="currentColor" stroke="none" class="halo" x="${x + dx}" y="${y + dy}" text-anchor="${ANCHORS[column]}">${name}</text></a>
`;
}

/** Of what no longer stands, its last version. */
export function thingHref(here: Visit, unit: UnitListing): string {
  return unit.state === "current" ? unitHref(here, unit) : revisionHref(here, unit);
}

function shape({ kind, state }: Pick<UnitListing, "kind" | "state">, { x, y }: { x: number; y: number }): Html {
  const dashes = state === "current" ? "" : html` stroke-dasharray="2.5 2"`;
  switch (kind) {
    case "page":
      return html`<circle class="dot" cx="${x}" cy="${y}" r="6"${dashes}/>`;
    case "dataset":
      return html`<rect class="dot" x="${x - 6}" y="${y - 6}" width="12" height="12"${dashes}/>`;
    case "program":
      return html`<path class="dot solid" fill="currentColor" d="M${x} ${y - 7}l7 7-7 7-7-7z"${dashes}/>`;
    case "agent":
      return html`<path class="dot" d="M${x} ${y - 7}l7 13h-14z"${dashes}/>`;
    case "model":
      return html`<path class="dot solid" fill="currentColor" d="M${x} ${y - 7}l7 13h-14z"${dashes}/>`;
    case "file":
      return html`<rect class="dot solid" fill="currentColor" x="${x - 4}" y="${y - 4}" width="8" height="8"${dashes}/>`;
    default:
      return html`<circle class="dot solid" fill="currentColor" cx="${x}" cy="${y}" r="3.5"${dashes}/>`;
  }
}

/** The shapes that the picture has, and what each means. */
export function shapeKey(made: readonly Made[]): Html[] {
  const units = made.flatMap(({ from, to }) => [from, to]);
  const sample = (subject: Pick<UnitListing, "kind" | "state">, name: string) =>
    html`<span><svg class="chart" fill="none" stroke="currentColor" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">${shape(subject, { x: 8, y: 8 })}</svg>${name}</span> `;
  const kinds = KIND_ORDER.filter((known) => units.some(({ kind }) => kind === known));
  const gone = units.find(({ state }) => state !== "current");
  return [
    ...kinds.map((kind) => sample({ kind, state: "current" }, kindWords(kind).one)),
    ...(gone === undefined ? [] : [sample(gone, said.gone)]),
  ];
}
