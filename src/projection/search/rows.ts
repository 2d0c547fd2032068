/**
 * The two packed columns of the search tables.
 * - `terms` of a passage: everything the ranking needs, so that no text is tokenised again at query time.
 *   Little-endian 32-bit words: body length in tokens, number of heading terms, then one word per distinct
 *   term, heading terms first and each list ascending: the term's hash above, its count (capped) below.
 * - `passages` of a revision: one record per passage in the order of the body, as LEB128 integers: passage id
 *   (zigzag difference to the one before), gap from the end of the one before, length, anchor number + 1.
 *   The first record is the title's and has no range.
 */
import assert from "node:assert/strict";

import { LoreError } from "../../bytes/index.ts";
import { TERM_HASH_BITS } from "./tokenise.ts";

const COUNT_BITS = 32 - TERM_HASH_BITS;
const COUNT_MAX = 2 ** COUNT_BITS - 1;

/** Term counts of one passage. */
export interface TermCounts {
  readonly bodyTokens: number;
  /** Count of a term in the heading (or title). */
  inHeading(hash: number): number;
  inBody(hash: number): number;
}

/** Packs the hashes of a passage's tokens, repeats included. */
export function packTerms(heading: readonly number[], body: readonly number[]): Uint8Array {
  const headingWords = countedTerms(heading);
  const bodyWords = countedTerms(body);
  const packed = new Uint8Array(4 * (2 + headingWords.length + bodyWords.length));
  const view = new DataView(packed.buffer);
  view.setUint32(0, body.length, true);
  view.setUint32(4, headingWords.length, true);
  let at = 8;
  for (const words of [headingWords, bodyWords]) {
    for (let i = 0; i < words.length; i++, at += 4) view.setUint32(at, words[i] ?? 0, true);
  }
  return packed;
}

/** Distinct hashes, ascending, each with its count beside it. */
function countedTerms(hashes: readonly number[]): Uint32Array {
  const sorted = Uint32Array.from(hashes).sort();
  let size = 0;
  for (let i = 0; i < sorted.length;) {
    const hash = sorted[i] ?? 0;
    let next = i + 1;
    while (next < sorted.length && sorted[next] === hash) next += 1;
    sorted[size++] = hash * 2 ** COUNT_BITS + Math.min(next - i, COUNT_MAX);
    i = next;
  }
  return sorted.subarray(0, size);
}

/** @throws LoreError INTEGRITY when the column is damaged. */
export function unpackTerms(packed: Uint8Array): TermCounts {
  if (packed.byteLength < 8) throw damaged();
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const headings = view.getUint32(4, true);
  const all = Math.floor(packed.byteLength / 4) - 2;
  if (headings > all) throw damaged();
  return {
    bodyTokens: view.getUint32(0, true),
    inHeading: (hash) => countOf(view, hash, { first: 0, last: headings }),
    inBody: (hash) => countOf(view, hash, { first: headings, last: all }),
  };
}

/** Binary search among the words [first, last). */
function countOf(view: DataView, hash: number, range: { first: number; last: number }): number {
  let { first, last } = range;
  const least = hash * 2 ** COUNT_BITS;
  while (first < last) {
    const middle = (first + last) >> 1;
    if (view.getUint32(8 + 4 * middle, true) < least) first = middle + 1;
    else last = middle;
  }
  const found = first < range.last ? view.getUint32(8 + 4 * first, true) - least : 0;
  return found <= COUNT_MAX ? found : 0;
}

/** One passage as a revision holds it. */
export interface Standing {
  readonly passage: number;
  readonly start: number;
  readonly end: number;
  /** Number of its heading's anchor on the page; undefined where no anchor leads to it. */
  readonly repeat: number | undefined;
}

export function packStandings(standings: readonly Standing[]): Uint8Array {
  const bytes: number[] = [];
  let passage = 0;
  let end = 0;
  for (const standing of standings) {
    const step = standing.passage - passage;
    pushInteger(bytes, step < 0 ? -2 * step - 1 : 2 * step);
    pushInteger(bytes, standing.start - end);
    pushInteger(bytes, standing.end - standing.start);
    pushInteger(bytes, standing.repeat === undefined ? 0 : standing.repeat + 1);
    ({ passage, end } = standing);
  }
  return Uint8Array.from(bytes);
}

/** @throws LoreError INTEGRITY when the column is damaged. */
export function unpackStandings(bytes: Uint8Array): Standing[] {
  const cursor = { bytes, at: 0 };
  const standings: Standing[] = [];
  let passage = 0;
  let end = 0;
  while (cursor.at < bytes.length) {
    const step = takeInteger(cursor);
    passage += step % 2 === 0 ? step / 2 : -(step + 1) / 2;
    const start = end + takeInteger(cursor);
    end = start + takeInteger(cursor);
    const repeat = takeInteger(cursor);
    standings.push({ passage, start, end, repeat: repeat === 0 ? undefined : repeat - 1 });
  }
  return standings;
}

/** LEB128 by arithmetic: passage ids pass 2^32, where shifts stop. */
function pushInteger(bytes: number[], value: number): void {
  assert.ok(Number.isSafeInteger(value) && value >= 0, `packing ${value}`);
  while (value >= 0x80) {
    bytes.push((value % 0x80) + 0x80);
    value = Math.floor(value / 0x80);
  }
  bytes.push(value);
}

function takeInteger(cursor: { readonly bytes: Uint8Array; at: number }): number {
  let value = 0;
  for (let scale = 1; ; scale *= 0x80) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw damaged();
    value += (byte % 0x80) * scale;
    if (byte < 0x80) return value;
  }
}

function damaged(): LoreError {
  return new LoreError("INTEGRITY", 'A row of the search tables is damaged. "lore rebuild" makes them anew.');
}
