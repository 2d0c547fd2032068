/** A period as a picture: what was used, what that was made of, whose it is. Bands as broad as what flows along them. */
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import { words } from "../words.ts";

const said = words.sharing;

const WIDTH = 960;
const HEIGHT_LEAST = 160;
/** For each thing in the fullest column. */
const ROW = 38;
const HEAD = 40;
const GAP = 14;
const BAR = 10;
/** Things in a column; the rest is one. */
const THINGS_MAX = 8;
const NAME_CHARS = 30;
const OTHERS = "";

/** What flowed from one thing over another to a person. Ids of units and people. */
export interface Stream {
  readonly from: string;
  readonly over: string;
  readonly to: string;
  readonly amount: bigint;
}

/** What a thing is called, and where its page is. */
export type NameOf = (id: string) => { readonly name: string; readonly href?: string | undefined };

interface Bar {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** Where the next band begins, on either side. */
  left: number;
  right: number;
}

type Pick = (stream: Stream) => string;

interface Column {
  readonly head: string;
  readonly pick: Pick;
  readonly x: number;
  /** On which side of its bars the names stand. */
  readonly side: "end" | "middle" | "start";
}

const USED: Column = { head: said.pictureUsed, pick: ({ from }) => from, x: 250, side: "end" };
const KEPT: Column = { head: said.pictureKept, pick: ({ over }) => over, x: 475, side: "middle" };
const PEOPLE: Column = { head: said.picturePeople, pick: ({ to }) => to, x: 700, side: "start" };

/** `streams` come to more than nothing. What was made of nothing else needs no column between. */
export function sharingPicture(streams: readonly Stream[], nameOf: NameOf): Html {
  const columns = streams.every(({ from, over }) => from === over) ? [USED, PEOPLE] : [USED, KEPT, PEOPLE];
  const most = Math.max(...columns.map(({ pick }) => Math.min(THINGS_MAX + 1, new Set(streams.map(pick)).size)));
  const height = Math.max(HEIGHT_LEAST, most * ROW);
  const bars = columns.map((column) => barsOf(streams, column, height));
  const bands = columns
    .slice(1)
    .map((column, i) =>
      bandsBetween(streams, [columns[i] ?? USED, column], [bars[i] ?? new Map(), bars[i + 1] ?? new Map()]),
    );
  return html`<div class="pan" tabindex="0" role="region" aria-label="${said.picture}"><svg class="chart" fill="none" stroke="currentColor" viewBox="0 0 ${WIDTH} ${height + HEAD + 10}" role="group" aria-labelledby="lore:s1">
    <title id="lore:s1">${said.picture}</title>
    ${columns.map(({ head, x, side }) => html`<text fill="currentColor" stroke="none" x="${x + BAR / 2}" y="18" text-anchor="${side}">${head}</text>`)}
    ${bands.flat()}
    ${columns.flatMap((column, i) => [...(bars[i] ?? new Map<string, Bar>()).values()].map((bar) => barMark(bar, column, { nameOf, hidden: hiddenIn(streams, column, bars[i] ?? new Map()) })))}
  </svg></div>`;
}

/** The largest in a column, in the order in which they first come. */
function barsOf(streams: readonly Stream[], { pick, x }: Column, all: number): Map<string, Bar> {
  const sums = new Map<string, number>();
  for (const stream of streams) sums.set(pick(stream), (sums.get(pick(stream)) ?? 0) + Number(stream.amount));
  const largest = new Set(
    [...sums]
      .toSorted((a, b) => b[1] - a[1])
      .slice(0, THINGS_MAX)
      .map(([id]) => id),
  );
  const shown = new Map<string, number>();
  for (const [id, sum] of sums) if (largest.has(id)) shown.set(id, sum);
  const rest = [...sums].reduce((sum, [id, amount]) => (largest.has(id) ? sum : sum + amount), 0);
  if (rest > 0) shown.set(OTHERS, rest);
  const total = [...shown.values()].reduce((sum, amount) => sum + amount, 0);
  const room = all - GAP * (shown.size - 1);
  let y = HEAD;
  return new Map(
    [...shown].map(([id, sum]) => {
      const height = Math.max(2, (sum / total) * room);
      const bar: Bar = { id, x, y, height, left: y, right: y };
      y += height + GAP;
      return [id, bar];
    }),
  );
}

function barIn(column: ReadonlyMap<string, Bar>, id: string): Bar | undefined {
  return column.get(id) ?? column.get(OTHERS);
}

function bandsBetween(
  streams: readonly Stream[],
  [left, right]: readonly [Column, Column],
  [from, to]: readonly [ReadonlyMap<string, Bar>, ReadonlyMap<string, Bar>],
): Html[] {
  const sums = new Map<string, { readonly a: Bar; readonly b: Bar; amount: number }>();
  let total = 0;
  for (const stream of streams) {
    const [a, b] = [barIn(from, left.pick(stream)), barIn(to, right.pick(stream))];
    if (a === undefined || b === undefined) continue;
    const band = sums.get(`${a.id} ${b.id}`) ?? { a, b, amount: 0 };
    band.amount += Number(stream.amount);
    total += Number(stream.amount);
    sums.set(`${a.id} ${b.id}`, band);
  }
  const bySide = [...sums.values()].toSorted((one, other) => one.a.y - other.a.y || one.b.y - other.b.y);
  const height = (column: ReadonlyMap<string, Bar>) => [...column.values()].reduce((sum, bar) => sum + bar.height, 0);
  return bySide.map(({ a, b, amount }) => {
    const [broadA, broadB] = [(amount / total) * height(from), (amount / total) * height(to)];
    const [y1, y2] = [a.right, b.left];
    a.right += broadA;
    b.left += broadB;
    const [x1, x2] = [a.x + BAR, b.x];
    const middle = (x1 + x2) / 2;
    const n = (value: number) => Math.round(value * 10) / 10;
    return html`<path class="band" stroke="none" d="M${x1} ${n(y1)}C${middle} ${n(y1)} ${middle} ${n(y2)} ${x2} ${n(y2)}V${n(y2 + broadB)}C${middle} ${n(y2 + broadB)} ${middle} ${n(y1 + broadA)} ${x1} ${n(y1 + broadA)}z"/>
`;
  });
}

function hiddenIn(streams: readonly Stream[], { pick }: Column, bars: ReadonlyMap<string, Bar>): number {
  return [...new Set(streams.map(pick))].filter((id) => !bars.has(id)).length;
}

function barMark(
  { id, x, y, height }: Bar,
  { side }: Column,
  { nameOf, hidden }: { readonly nameOf: NameOf; readonly hidden: number },
): Html {
  const { name, href } = id === OTHERS ? { name: said.others(count(hidden)), href: undefined } : nameOf(id);
  const short = name.length > NAME_CHARS ? `${name.slice(0, NAME_CHARS - 1).trimEnd()}…` : name;
  const at = { end: x - 10, middle: x + BAR / 2, start: x + BAR + 10 }[side];
  const text = html`<text fill="currentColor" stroke="none" class="halo" x="${at}" y="${Math.round(y + height / 2 + 4.5)}" text-anchor="${side}">${short}</text>`;
  return html`<rect class="bar" stroke="none" x="${x}" y="${Math.round(y)}" width="${BAR}" height="${Math.round(height)}"/>${href === undefined ? text : html`<a href="${href}"><title>${name}</title>${text}</a>`}
`;
}
