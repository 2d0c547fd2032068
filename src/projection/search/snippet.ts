/**
 * The piece of a passage that answers a query best, as plain text with the found words marked.
 * Marks are ranges [start, end) in UTF-16 units of the snippet's own text, ascending and apart.
 */
import type { Words } from "./tokenise.ts";

export const SNIPPET_CHARS = 240;
/** Text shown before the first found word, where the passage is longer than a snippet. */
const LEAD_CHARS = 60;
const ELLIPSIS = "…";

export type Mark = readonly [start: number, end: number];

export interface Snippet {
  readonly text: string;
  readonly marks: readonly Mark[];
}

interface Found {
  readonly start: number;
  readonly end: number;
  /** Which words of the query it stands for. */
  readonly hash: number;
  readonly weight: number;
}

/** `weights`: what finding each term, by hash, is worth. */
export function snippetOf(passage: string, words: Words, weights: ReadonlyMap<number, number>): Snippet {
  const text = passage.replace(/\s+/g, " ").trim();
  const found: Found[] = [];
  words.each(text, (word, start, end) => {
    for (const hash of word.role === "single" ? [] : word.hashes) {
      const weight = weights.get(hash);
      if (weight === undefined) continue;
      found.push({ start, end, hash, weight });
      return;
    }
  });
  const [start, end] = bestWindow(text, found);
  const before = start > 0 ? ELLIPSIS : "";
  const shown = before + text.slice(start, end) + (end < text.length ? ELLIPSIS : "");
  const shift = before.length - start;
  const inside = found.filter((word) => word.start >= start && word.end <= end);
  return { text: shown, marks: merged(inside.map((word): Mark => [word.start + shift, word.end + shift])) };
}

/** The window of SNIPPET_CHARS whose distinct found words weigh most; the first of equals. */
function bestWindow(text: string, found: readonly Found[]): Mark {
  if (text.length <= SNIPPET_CHARS) return [0, text.length];
  let best = 0;
  let bestWeight = -1;
  for (const [i, first] of found.entries()) {
    const weight = windowWeight(found, i);
    if (weight <= bestWeight) continue;
    bestWeight = weight;
    best = first.start;
  }
  const start = wordStart(text, Math.max(0, Math.min(best - LEAD_CHARS, text.length - SNIPPET_CHARS)));
  return [start, wordEndBefore(text, start + SNIPPET_CHARS)];
}

function windowWeight(found: readonly Found[], first: number): number {
  const limit = (found[first]?.start ?? 0) + SNIPPET_CHARS - LEAD_CHARS;
  const seen = new Set<number>();
  let weight = 0;
  for (let i = first; i < found.length; i++) {
    const word = found[i];
    if (word === undefined || word.end > limit) break;
    if (!seen.has(word.hash)) weight += word.weight;
    seen.add(word.hash);
  }
  return weight;
}

/** The first start of a word at or after `at`, where one is near; else `at`, between characters. */
function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.indexOf(" ", at - 1);
  if (space >= 0 && space - at < LEAD_CHARS / 2) return space + 1;
  return isInsidePair(text, at) ? at + 1 : at;
}

function wordEndBefore(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const space = text.lastIndexOf(" ", at);
  if (at - space < LEAD_CHARS / 2) return space;
  return isInsidePair(text, at) ? at - 1 : at;
}

function isInsidePair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** Pairs of neighbouring characters overlap; what touches is one mark. */
function merged(marks: readonly Mark[]): Mark[] {
  const apart: Mark[] = [];
  for (const mark of marks) {
    const last = apart.at(-1);
    if (last !== undefined && mark[0] < last[1]) apart[apart.length - 1] = [last[0], Math.max(last[1], mark[1])];
    else apart.push(mark);
  }
  return apart;
}
