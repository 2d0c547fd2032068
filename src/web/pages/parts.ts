/**
 * What is long is shown by part, so that no page weighs more than a phone on a slow line takes: each part has an address,
 * and links lead on without a script.
 */
import { askedNumber } from "../asked.ts";
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import { words } from "../words.ts";

/** Of text, in UTF-8, in one part: 30 kB at most when compressed, whatever the text. */
export const PART_BYTES = 32_000;

export interface Part<Item> {
  readonly items: readonly Item[];
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

export interface PartOptions<Item> {
  /** The part as it was asked for. */
  readonly asked: string | undefined;
  readonly sizeOf: (item: Item) => number;
}

/** The part that was asked for, of items in their order. @throws LoreError USAGE. */
export function partOf<Item>(items: readonly Item[], { asked, sizeOf }: PartOptions<Item>): Part<Item> {
  const starts = [0];
  let size = 0;
  for (const [at, item] of items.entries()) {
    const own = sizeOf(item);
    if (size > 0 && size + own > PART_BYTES) {
      starts.push(at);
      size = 0;
    }
    size += own;
  }
  const number = askedNumber(asked, { name: "part", least: 1, most: starts.length }) ?? 1;
  return { items: items.slice(starts[number - 1], starts[number]), number, of: starts.length };
}

/** `text` in pieces of which several fit into a part, cut at the ends of lines where there are some. */
export function piecesOf(text: string): string[] {
  return text.match(/[^]{0,4000}\n|[^]{1,4000}/g) ?? [];
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** Links to the parts before and after; nothing where there is one part. */
export function turnParts({ number, of }: Part<unknown>, href: (part: string) => string): Html | "" {
  if (of === 1) return "";
  const shown = words.page.part(count(number), count(of));
  return html`<nav class="turn wide" aria-label="${shown}">
  <span>${number > 1 ? html`<a rel="prev" href="${href(String(number - 1))}">${words.browse.before}</a>` : ""}</span>
  <span class="quiet">${shown}</span>
  <span>${number < of ? html`<a rel="next" href="${href(String(number + 1))}">${words.browse.later}</a>` : ""}</span>
</nav>`;
}
