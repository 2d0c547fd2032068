/** What of a text weighs: its words, but for those of markup. */
import type { AuthoredText } from "./text.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** Link targets, addresses and tags: nobody is their author. */
const MARKUP = /\]\([^()\s]*(?:\s"[^"]*")?\)|<\/?[a-z!][^<>]*>|\bhttps?:\/\/[^\s<>()]+|^\s*\[[^\]]+\]:\s*\S+/giu;

/** A token of a line, and whether it weighs anything. */
export interface WeighedToken extends Token {
  readonly weighs: boolean;
}

export function weighedTokens(line: string): WeighedToken[] {
  const mayHold = line.includes("](") || line.includes("<") || line.includes("://") || line.includes("]:");
  const markup = mayHold
    ? [...line.matchAll(MARKUP)].map(({ index, 0: { length } }) => [index, index + length] as const)
    : [];
  return tokensOf(line).map((token) => ({
    ...token,
    weighs: token.isWord && !markup.some(([start, end]) => token.start >= start && token.end <= end),
  }));
}

/** How many words came from each revision, by its number, in order. */
export function wordsByOrigin({ lines, origins }: AuthoredText): Map<number, number> {
  const words = new Map<number, number>();
  for (const { text, first } of lines) {
    for (const [i, { weighs }] of weighedTokens(text).entries()) {
      const origin = origins[first + i];
      if (weighs && origin !== undefined) words.set(origin, (words.get(origin) ?? 0) + 1);
    }
  }
  return new Map([...words].toSorted(([a], [b]) => a - b));
}
