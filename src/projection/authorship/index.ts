/**
 * Authorship by token persistence, usable alone: for every token of every revision of a text, the revision that brought
 * it in. Pure; the same in Node and in a browser.
 */
import type { Piece } from "./remainder.ts";
import { authored, EARLIER_MAX, type KnownPiece, type Pieces } from "./track.ts";
import { type AuthoredText, authoredText } from "./text.ts";
import { decodeOrigins, encodeOrigins } from "./runs.ts";
import { tokensOf } from "./tokens.ts";

export { authored, type KnownPiece, type NewText, type Pieces, PIECE_WORDS_MIN } from "./track.ts";
export { decodeOrigins, encodeOrigins } from "./runs.ts";
export { type AuthoredText, authoredText, type Line } from "./text.ts";
export { type Token, tokensOf } from "./tokens.ts";
export type { Piece } from "./remainder.ts";

export interface TrackedToken {
  /** As it is written in that revision. */
  readonly token: string;
  /** Index of the revision that brought it in. */
  readonly origin: number;
}

/**
 * The tokens of each revision of a text, words and punctuation, in order, with the index of the revision that each came
 * from. `texts` are its revisions, oldest first, each made from the one before.
 */
export function trackTokens(texts: readonly string[]): readonly (readonly TrackedToken[])[] {
  const history = new TextHistory();
  const tracked: (readonly TrackedToken[])[] = [];
  const known = new Map<string, number>();
  for (const [i, text] of texts.entries()) {
    const sameAs = known.get(text);
    known.set(text, sameAs ?? i);
    const { origins } = history.add(text, sameAs);
    const copied = sameAs === undefined ? undefined : tracked[sameAs];
    tracked.push(
      copied ?? tokensOf(text).map(({ start, end }, k) => ({ token: text.slice(start, end), origin: origins[k] ?? i })),
    );
  }
  return tracked;
}

/** One text through its revisions, each made from the one before. Remembers all of them, and holds the last few. */
export class TextHistory {
  readonly #pieces = new PiecesInMemory();
  /** Of each revision the origins, as bytes, and how many tokens are in each line. */
  readonly #past: { readonly origins: Uint8Array; readonly counts: Uint32Array }[] = [];
  /** The last texts, latest first. */
  #recent: readonly AuthoredText[] = [];

  /** Takes in the next revision; its number is how many came before. `sameAs` is an earlier one with this very text. */
  add(text: string, sameAs?: number): AuthoredText {
    const next = this.#again(text, sameAs) ?? this.#changed(text);
    this.#past.push({
      origins: encodeOrigins(next.origins),
      counts: Uint32Array.from(next.lines, ({ count }) => count),
    });
    this.#recent = [next, ...this.#recent.slice(0, EARLIER_MAX)];
    return next;
  }

  #again(text: string, sameAs: number | undefined): AuthoredText | undefined {
    const past = sameAs === undefined ? undefined : this.#past[sameAs];
    if (past === undefined) return undefined;
    return authoredText(text, { origins: decodeOrigins(past.origins), counts: past.counts });
  }

  #changed(text: string): AuthoredText {
    const [base, ...earlier] = this.#recent;
    const bases = base === undefined ? [] : [base];
    return authored({ revision: this.#past.length, text, bases, earlier, pieces: this.#pieces });
  }
}

/** Remembers pieces by their words. */
export class PiecesInMemory implements Pieces {
  readonly #origins = new Map<string, Uint32Array>();

  find({ key }: Piece): KnownPiece | undefined {
    const origins = this.#origins.get(key);
    return origins === undefined ? undefined : { origins, isOwn: true };
  }

  keep({ key }: Piece, origins: Uint32Array): void {
    if (!this.#origins.has(key)) this.#origins.set(key, origins);
  }
}
