/**
 * Which entries make one commit. An import recorded the size of the log after each commit of its main line;
 * what was written here by hand is one commit for each entry.
 */
import type { CommitSize } from "../../community/index.ts";
import type { EntryFacts } from "./record.ts";

/** Entries `[start, end)`; `source` is the commit they were imported from. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly source: string | undefined;
  /** Who made that commit and what it said, where no version tells it. */
  readonly told?: CommitSize["told"];
}

/** `writes`: for each write of an import, in order, the commits it ended with. */
export function* spansOf(entries: readonly EntryFacts[], writes: readonly (readonly CommitSize[])[]): Generator<Span> {
  let at = 0;
  for (const commits of writes) {
    // A write is one piece, so only its first commit may have something written by hand before it.
    const first = commits[0]?.size ?? at;
    const byHand = entries.slice(at, first).findLastIndex(({ isLocal }) => isLocal) + 1;
    yield* single(at, at + byHand);
    at += byHand;
    for (const { commit, size, told } of commits) {
      yield { start: at, end: Math.max(at, size), source: commit, ...(told === undefined ? {} : { told }) };
      at = Math.max(at, size);
    }
  }
  yield* single(at, entries.length);
}

function* single(start: number, end: number): Generator<Span> {
  for (let i = start; i < end; i++) yield { start: i, end: i + 1, source: undefined };
}
