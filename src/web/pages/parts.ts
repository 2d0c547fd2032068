/**
 * What is long is shown by part, so that no page weighs more than a phone on a slow line takes: each part has an address,
 * and links lead on without a script.
 */
import { LoreError } from "../../bytes/index.ts";
import { askedNumber } from "../asked.ts";
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import { words } from "../words.ts";

/** Of text, in UTF-8, in one part: 30 kB at most when compressed, whatever the text. */
export const PART_BYTES = 30_000;

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

/** Where parts begin. */
export function startsOf<Item>(items: readonly Item[], sizeOf: (item: Item) => number): number[] {
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
  return starts;
}

/** The part that was asked for, of items in their order. @throws LoreError USAGE. */
export function partOf<Item>(items: readonly Item[], { asked, sizeOf }: PartOptions<Item>): Part<Item> {
  const starts = startsOf(items, sizeOf);
  const number = askedNumber(asked, { name: "part", least: 1, most: starts.length }) ?? 1;
  return { items: items.slice(starts[number - 1], starts[number]), number, of: starts.length };
}

const PIECE_CHARS = 4_000;
const PIECE = new RegExp(
  ["[^]{0,N}\\n", "[^]{0,N} ", "[^]{1,N}"].map((form) => form.replace("N", String(PIECE_CHARS - 1))).join("|"),
  "gu",
);

/** `text` in pieces of which several fit into a part, cut at the ends of lines, else of words, where there are some. */
export function piecesOf(text: string): string[] {
  if (text.length <= PIECE_CHARS) return text === "" ? [] : [text];
  return text.match(PIECE) ?? [];
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

/** Of a list: so many links in one part, each with an address that does not compress. */
const LINKS_MAX = 300;
/** Of a page with several lists. */
const FEW = 100;

/** The size of a link for `partOf`. */
export function linkSize(text: string): number {
  return PART_BYTES / LINKS_MAX + bytesOf(text);
}

/** Which list of a page was asked for alone, and which part of it. */
export interface AskedList {
  readonly list?: string | undefined;
  readonly part?: string | undefined;
}

export interface List<Item> {
  /** As it stands in the address. */
  readonly name: string;
  readonly title: string;
  readonly items: readonly Item[];
  readonly item: (item: Item) => Html;
}

/** A list of a page that has several: the first few, or all by part where it was asked for alone. */
export function listSection<Item>(
  { name, title, items, item }: List<Item>,
  { asked, href }: { asked: AskedList; href: (query: AskedList) => string },
): Html | undefined {
  if (items.length === 0 || (asked.list !== undefined && asked.list !== name)) return undefined;
  const part =
    asked.list === undefined
      ? { items: items.slice(0, FEW), number: 1, of: 1 }
      : partOf(items, { asked: asked.part, sizeOf: () => linkSize("") });
  const more =
    asked.list === undefined && items.length > FEW
      ? html`<p class="up-4"><a href="${href({ list: name })}">${words.page.allOf(count(items.length))}</a></p>`
      : "";
  return html`<section class="section"><h2>${title}</h2>
    <ul class="things">${part.items.map(item)}</ul>${more}${turnParts(part, (next) => href({ list: name, part: next }))}</section>`;
}

/** @throws LoreError NOT_FOUND when a list was asked for that has nothing. */
export function requireList({ list }: AskedList, sections: readonly (Html | undefined)[]): Html[] {
  const shown = sections.filter((section) => section !== undefined);
  if (list !== undefined && shown.length === 0) throw new LoreError("NOT_FOUND", words.page.noList, { field: "list" });
  return shown;
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
