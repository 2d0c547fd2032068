/** A text as authorship sees it: lines, the tokens in each, and for each token the revision that brought it in. */
import { countTokens } from "./tokens.ts";

export interface Line {
  readonly text: string;
  /** How many tokens stand before it in the text, and in it. */
  readonly first: number;
  readonly count: number;
}

/** A text whose origins are known. */
export interface AuthoredText {
  readonly lines: readonly Line[];
  /** Number of the revision that each token came from, in order. */
  readonly origins: Uint32Array;
}

/** Longer lines are paragraphs that nobody wrapped, and are taken sentence by sentence. */
const LINE_LENGTH_MAX = 500;
const AFTER_SENTENCE = /(?<=[.!?] |[。！？।])/;

/** A text that falls into more is taken as one: no text that anybody wrote does. */
const LINES_MAX = 250_000;

/** Lines without what ends them. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n", LINES_MAX + 1);
  if (lines.length > LINES_MAX) return [text];
  if (!lines.some(({ length }) => length > LINE_LENGTH_MAX)) return lines;
  const cut = lines.flatMap((line) =>
    line.length > LINE_LENGTH_MAX ? line.split(AFTER_SENTENCE, LINES_MAX + 1) : [line],
  );
  return cut.length > LINES_MAX ? lines : cut;
}

/** What a text's origins are kept as, beside the text. */
export interface KeptOrigins {
  readonly origins: Uint32Array;
  /** Tokens in each line, where they were counted before. */
  readonly counts?: Uint32Array;
}

/** A text beside the origins that were found for it before. */
export function authoredText(text: string, { origins, counts }: KeptOrigins): AuthoredText {
  let first = 0;
  const lines = linesOf(text).map((line, i) => {
    const counted = { text: line, first, count: counts?.[i] ?? countTokens(line) };
    first += counted.count;
    return counted;
  });
  if (first !== origins.length) throw new RangeError(`${origins.length} origins were kept for ${first} tokens`);
  return { lines, origins };
}
