/**
 * Which tokens of one sequence are those of another: an alignment in order, found by the tokens that occur once in
 * both (the patience method) and between those exactly, as far as that is little work. Text made to be hard to
 * compare costs a bounded time and aligns less.
 */

/** Cells of a table for an exact alignment; beyond it what has no unique token stays unaligned. */
const CELLS_MAX = 40_000;
const DEPTH_MAX = 64;

/** `old[i]` and `new[j]` are the same token. */
export type Align = (oldIndex: number, newIndex: number) => void;

/** Calls `align` for each pair of an alignment, in no particular order. Tokens are compared as numbers. */
export function alignTokens(before: Uint32Array, after: Uint32Array, align: Align): void {
  new Alignment(before, after, align).within({ from: 0, to: before.length, start: 0, end: after.length }, 0);
}

/** `before[from, to)` and `after[start, end)`. */
interface Window {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

class Alignment {
  readonly #before: Uint32Array;
  readonly #after: Uint32Array;
  readonly #align: Align;

  constructor(before: Uint32Array, after: Uint32Array, align: Align) {
    this.#before = before;
    this.#after = after;
    this.#align = align;
  }

  within(window: Window, depth: number): void {
    const inner = this.#trim(window);
    const { from, to, start, end } = inner;
    if (from === to || start === end) return;
    if ((to - from) * (end - start) <= CELLS_MAX) return this.#exactly(inner);
    const anchors = depth < DEPTH_MAX ? this.#anchors(inner) : [];
    if (anchors.length === 0) return;
    let [left, top] = [from, start];
    for (const [old, young] of [...anchors, [to, end] as const]) {
      this.within({ from: left, to: old, start: top, end: young }, depth + 1);
      if (old < to) this.#align(old, young);
      [left, top] = [old + 1, young + 1];
    }
  }

  /** Aligns what both begin and end with. */
  #trim({ from, to, start, end }: Window): Window {
    while (from < to && start < end && this.#before[from] === this.#after[start]) this.#align(from++, start++);
    while (from < to && start < end && this.#before[to - 1] === this.#after[end - 1]) this.#align(--to, --end);
    return { from, to, start, end };
  }

  /** The longest run, in order in both, of tokens that occur once in each. */
  #anchors({ from, to, start, end }: Window): (readonly [old: number, young: number])[] {
    const places = new Map<number, number>();
    for (let i = from; i < to; i++) {
      const token = this.#before[i] ?? 0;
      places.set(token, places.has(token) ? -1 : i);
    }
    const seen = new Map<number, number>();
    for (let j = start; j < end; j++) {
      const token = this.#after[j] ?? 0;
      if ((places.get(token) ?? -1) >= 0) seen.set(token, seen.has(token) ? -1 : j);
    }
    const pairs: (readonly [number, number])[] = [];
    for (const [token, young] of seen) if (young >= 0) pairs.push([places.get(token) ?? 0, young]);
    return longestRising(pairs.toSorted((a, b) => a[1] - b[1]));
  }

  /** The longest common subsequence, from a table of the lengths of those of all endings. */
  #exactly({ from, to, start, end }: Window): void {
    const rows = to - from;
    const columns = end - start;
    const width = columns + 1;
    const lengths = new Uint16Array((rows + 1) * width);
    for (let i = rows - 1; i >= 0; i--) {
      for (let j = columns - 1; j >= 0; j--) {
        const at = i * width + j;
        lengths[at] =
          this.#before[from + i] === this.#after[start + j]
            ? (lengths[at + width + 1] ?? 0) + 1
            : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
      }
    }
    for (let [i, j] = [0, 0]; i < rows && j < columns;) {
      const at = i * width + j;
      if (this.#before[from + i] === this.#after[start + j]) this.#align(from + i++, start + j++);
      else if ((lengths[at + width] ?? 0) >= (lengths[at + 1] ?? 0)) i += 1;
      else j += 1;
    }
  }
}

/** Of pairs in order of their second, the longest subsequence whose firsts rise, too. */
function longestRising(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  /** Index of the pair on which the best run of each length ends. */
  const ends: number[] = [];
  const before = new Int32Array(pairs.length);
  for (const [i, [old]] of pairs.entries()) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[0] ?? 0) < old) low = middle + 1;
      else high = middle;
    }
    before[i] = ends[low - 1] ?? -1;
    ends[low] = i;
  }
  const run: (readonly [number, number])[] = [];
  for (let i = ends.at(-1) ?? -1; i >= 0; i = before[i] ?? -1) {
    const pair = pairs[i];
    if (pair !== undefined) run.push(pair);
  }
  return run.toReversed();
}
