/** What remains of a text once its lines were found in another: the tokens that are still open, and their pieces. */
import { alignTokens } from "./diff.ts";
import { BETWEEN_MAX, chainsOf, GAP, type Phrase, phrasesOf, type PlainWords } from "./phrases.ts";
import { plainWord } from "./plain.ts";
import { endsSentence, spelling, tokensOf } from "./tokens.ts";

/** A text that falls into more has none: no text that anybody wrote does. */
const PIECES_MAX = 100_000;
/** Instead of an origin that is not known yet; no revision has this number. */
const UNKNOWN = 0xffffffff;

/** A line or a sentence. */
export interface Piece {
  /** Its tokens as they are compared, with a space after each. */
  readonly key: string;
  readonly words: number;
}

/** Tokens `[start, end)`. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** A piece and where it is. */
export type PlacedPiece = Piece & Range;

/** A phrase, and the line that it begins in. */
export interface PlacedPhrase extends Phrase {
  readonly line: number;
}

/** Words, and of each the token that it is and the line it stands in; without those that are closed. */
interface OpenWords {
  readonly words: PlainWords;
  readonly tokens: readonly number[];
  readonly lines: readonly number[];
}

export class Remainder {
  readonly #spellings: string[] = [];
  readonly #isWord: boolean[] = [];
  /** Tokens after which a sentence ends; between two lines that are no neighbours one always does. */
  readonly #sentenceEnds = new Set<number>();
  /** By place of the line: where its tokens begin and end. */
  readonly #lines = new Map<number, readonly [start: number, end: number]>();
  readonly #isOpen: Uint8Array;
  #pieces: readonly PlacedPiece[] | undefined;
  readonly #origins: Uint32Array;

  /** Of `lines` those for which `remains`; `origins` of the tokens of a line, where they are known. */
  constructor(
    lines: readonly { readonly text: string }[],
    remains: (line: number) => boolean,
    origins?: (line: number) => Uint32Array,
  ) {
    let previous = -1;
    const known: Uint32Array[] = [];
    for (const [i, { text }] of lines.entries()) {
      if (!remains(i)) continue;
      if (previous !== i - 1) this.#sentenceEnds.add(this.#spellings.length);
      previous = i;
      const start = this.#spellings.length;
      this.#addTokens(text);
      this.#lines.set(i, [start, this.#spellings.length]);
      // Between paragraphs.
      if (start === this.#spellings.length) this.#sentenceEnds.add(start);
      if (origins !== undefined) known.push(origins(i));
    }
    this.#isOpen = new Uint8Array(this.#spellings.length).fill(1);
    this.#origins = new Uint32Array(this.#spellings.length).fill(UNKNOWN);
    let at = 0;
    for (const each of known) {
      this.#origins.set(each, at);
      at += each.length;
    }
  }

  #addTokens(text: string): void {
    for (const token of tokensOf(text)) {
      this.#spellings.push(spelling(text, token));
      this.#isWord.push(token.isWord);
      if (endsSentence(text, token)) this.#sentenceEnds.add(this.#spellings.length);
    }
  }

  get isOpen(): boolean {
    return this.#isOpen.includes(1);
  }

  get size(): number {
    return this.#isOpen.length;
  }

  get openTokens(): number {
    return this.#isOpen.reduce((sum, open) => sum + open, 0);
  }

  /** Number of tokens of a line that remains. */
  countOf(line: number): number {
    const [start, end] = this.#lines.get(line) ?? [0, 0];
    return end - start;
  }

  originsOf(line: number): Uint32Array {
    return this.#origins.subarray(...(this.#lines.get(line) ?? [0, 0]));
  }

  /** Its lines, then its sentences that are no line, as far as they have words: a sentence may go over several lines. */
  get pieces(): readonly PlacedPiece[] {
    this.#pieces ??= this.#findPieces();
    return this.#pieces;
  }

  #findPieces(): PlacedPiece[] {
    const ranges = [...this.#lineRanges(), ...this.#sentenceRanges()];
    if (ranges.length > PIECES_MAX) return [];
    return ranges.map((range) => this.#piece(range)).filter(({ words }) => words > 0);
  }

  *#lineRanges(): IterableIterator<Range> {
    for (const [start, end] of this.#lines.values()) if (start < end) yield { start, end };
  }

  *#sentenceRanges(): IterableIterator<Range> {
    const lineEnds = new Map(this.#lines.values());
    let start = 0;
    for (let end = 1; end <= this.#spellings.length; end++) {
      if (end < this.#spellings.length && !this.#sentenceEnds.has(end)) continue;
      if (lineEnds.get(start) !== end) yield { start, end };
      start = end;
    }
  }

  #piece({ start, end }: Range): PlacedPiece {
    let key = "";
    let words = 0;
    for (let i = start; i < end; i++) {
      key += `${this.#spellings[i]} `;
      if (this.#isWord[i] === true) words += 1;
    }
    return { start, end, words, key };
  }

  isOpenAt({ start, end }: Range): boolean {
    for (let i = start; i < end; i++) if (this.#isOpen[i] === 0) return false;
    return true;
  }

  origins({ start, end }: Range): Uint32Array {
    return this.#origins.slice(start, end);
  }

  /** Nothing of a piece is open any more. */
  close({ start, end }: Range): void {
    this.#isOpen.fill(0, start, end);
  }

  /** Nothing is open any more but what came from `revision`. */
  closeAllBut(revision: number): void {
    for (const [i, origin] of this.#origins.entries()) if (origin !== revision) this.#isOpen[i] = 0;
  }

  /** Says where the tokens of a piece come from. */
  settle(piece: Range, origins: Uint32Array): void {
    this.#origins.set(origins, piece.start);
    this.close(piece);
  }

  /** Says where the tokens of a line come from, if it remains and all of it is open. */
  settleLine(line: number, origins: Uint32Array): void {
    const [start, end] = this.#lines.get(line) ?? [0, 0];
    if (start < end && this.isOpenAt({ start, end })) this.settle({ start, end }, origins);
  }

  /** Says where each token that is open comes from. */
  settleRest(revision: number): void {
    for (let i = 0; i < this.#isOpen.length; i++) if (this.#isOpen[i] === 1) this.#origins[i] = revision;
    this.#isOpen.fill(0);
  }

  /**
   * Aligns what is open with what is open in `before`, whose origins are known, if at least `least` tokens can be
   * aligned.
   */
  align(before: Remainder, least = 0): void {
    const [mine, theirs] = [this.#openTokens(), before.#openTokens()];
    if (Math.min(mine.length, theirs.length) < Math.max(1, least)) return;
    const numbers = new Map<string, number>();
    const pairs: (readonly [old: number, young: number])[] = [];
    alignTokens(before.#numbered(theirs, numbers), this.#numbered(mine, numbers), (old, young) => {
      pairs.push([theirs[old] ?? 0, mine[young] ?? 0]);
    });
    if (pairs.length < least) return;
    for (const [old, young] of pairs) {
      this.#origins[young] = before.#origins[old] ?? UNKNOWN;
      this.#isOpen[young] = 0;
      before.#isOpen[old] = 0;
    }
  }

  /** A sample of the phrases that are open (phrases.ts). */
  get openPhrases(): PlacedPhrase[] {
    const { words, lines } = this.#openWords();
    return phrasesOf(words).map((phrase) => ({ ...phrase, line: lines[phrase.place] ?? 0 }));
  }

  /** Takes over the origins of words that stand in `source`, all of it open, in chains too long to be chance. */
  takeChains(source: Remainder): void {
    const [mine, theirs] = [this.#openWords(), source.#openWords()];
    for (const [young, old] of chainsOf(mine.words, theirs.words)) {
      const [here = 0, there = 0] = [mine.tokens[young], theirs.tokens[old]];
      this.#origins[here] = source.#origins[there] ?? UNKNOWN;
      this.#isOpen[here] = 0;
    }
  }

  #openWords(): OpenWords {
    const found = { words: [] as string[], tokens: [] as number[], lines: [] as number[] };
    const add = (word: string, token: number, line: number): void => {
      found.words.push(word);
      found.tokens.push(token);
      found.lines.push(line);
    };
    let previous = -1;
    for (const [line, [start, end]] of this.#lines) {
      // No chain goes over what is missing.
      for (let gap = previous === line - 1 ? 0 : BETWEEN_MAX + 1; gap > 0; gap--) add(GAP, start, line);
      previous = line;
      for (let i = start; i < end; i++)
        if (this.#isWord[i] === true) add(this.#isOpen[i] === 1 ? plainWord(this.#spellings[i] ?? "") : GAP, i, line);
    }
    return found;
  }

  #openTokens(): number[] {
    const open: number[] = [];
    for (let i = 0; i < this.#isOpen.length; i++) if (this.#isOpen[i] === 1) open.push(i);
    return open;
  }

  /** Equal spellings get equal numbers. */
  #numbered(tokens: readonly number[], numbers: Map<string, number>): Uint32Array {
    return Uint32Array.from(tokens, (token) => {
      const word = this.#spellings[token] ?? "";
      const number = numbers.get(word) ?? numbers.size;
      numbers.set(word, number);
      return number;
    });
  }
}

/** The pieces of a text that another may take over, each as often as it stands there. */
export class Offer {
  readonly #from: Remainder;
  /** By key; the first one last. */
  readonly #pieces = new Map<string, PlacedPiece[]>();

  constructor(from: Remainder) {
    this.#from = from;
    for (const piece of from.pieces.toReversed()) {
      const known = this.#pieces.get(piece.key);
      if (known === undefined) this.#pieces.set(piece.key, [piece]);
      else known.push(piece);
    }
  }

  /** Origins of a piece that is there still; then it is not any more. */
  take(key: string): Uint32Array | undefined {
    const pieces = this.#pieces.get(key) ?? [];
    for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
      // As a line or as part of a sentence it may have been taken already.
      if (!this.#from.isOpenAt(piece)) continue;
      this.#from.close(piece);
      return this.#from.origins(piece);
    }
    return undefined;
  }
}
