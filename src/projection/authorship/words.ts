/** What of a text weighs: its words, but for those of markup. */
import type { AuthoredText } from "./text.ts";
import { eachToken, type Token } from "./tokens.ts";

/** Link targets, addresses and tags: nobody is their author. */
const MARKUP = /\]\([^()\s]*(?:\s"[^"]*")?\)|<\/?[a-z!][^<>]*>|\bhttps?:\/\/[^\s<>()]+|^\s*\[[^\]]+\]:\s*\S+/giu;

/** A token of a line, and whether it weighs anything. */
export interface WeighedToken extends Token {
  readonly weighs: boolean;
}

export function weighedTokens(line: string): WeighedToken[] {
  const tokens: WeighedToken[] = [];
  eachWeighed(line, (token) => void tokens.push(token));
  return tokens;
}

function eachWeighed(line: string, hear: (token: WeighedToken) => void): void {
  const markup = markupIn(line);
  eachToken(line, (start, end, isWord) => {
    hear({ start, end, isWord, weighs: isWord && !markup.some(([from, to]) => start >= from && end <= to) });
  });
}

const NO_MARKUP: readonly (readonly [start: number, end: number])[] = [];

function markupIn(line: string): typeof NO_MARKUP {
  const mayHold = line.includes("](") || line.includes("<") || line.includes("://") || line.includes("]:");
  return mayHold ? [...line.matchAll(MARKUP)].map(({ index, 0: { length } }) => [index, index + length]) : NO_MARKUP;
}

/** How many words came from each revision, by its number, in order. */
export function wordsByOrigin({ lines, origins }: AuthoredText): Map<number, number> {
  const words = new Map<number, number>();
  for (const { text, first } of lines) {
    let at = first;
    eachWeighed(text, ({ weighs }) => {
      const origin = origins[at++];
      if (weighs && origin !== undefined) words.set(origin, (words.get(origin) ?? 0) + 1);
    });
  }
  return new Map([...words].toSorted(([a], [b]) => a - b));
}
