/**
 * `tok/1`: who brought in each token of a text that many people changed (DESIGN.md 5, docs/formats/authorship.md).
 * A token keeps the origin it had where it stood before. What stood before is found, in this order, as
 * 1. a line that reads the same in a text this one was made from, wherever it stood there;
 * 2. a line or a sentence, but for white space and capitals, that the texts it was made from have no more, or that
 *    any earlier text had, if it has enough words to be no chance;
 * 3. a token, in order, among what is left of the texts it was made from;
 * 4. a chain of words that another text has with little between, where others are known.
 * What is found nowhere is new. So who reverts, moves, wraps or indents what others wrote becomes the author of nothing.
 */
import { Offer, type Piece, type PlacedPhrase, Remainder } from "./remainder.ts";
import { type AuthoredText, type Line, linesOf } from "./text.ts";

/** Words that make a line or sentence too long to be written twice by chance. */
export const PIECE_WORDS_MIN = 3;

/** How many texts before its bases are looked at for what was put back. */
export const EARLIER_MAX = 3;

/** Lines before and after a phrase in which a chain around it is looked for. */
const NEAR_LINES = 32;

/** A piece that stood in an earlier text: of this history, or of another one. */
export interface KnownPiece {
  readonly origins: Uint32Array;
  readonly isOwn: boolean;
}

/** Where the lines and sentences of all earlier texts are remembered. */
export interface Pieces {
  find(piece: Piece): KnownPiece | undefined;
  /** Remembers a piece, unless it is known. */
  keep(piece: Piece, origins: Uint32Array): void;
}

/** A text that may have words of another, and the lines of it in which phrases of both begin. */
export interface Likely {
  readonly text: AuthoredText;
  readonly lines: readonly number[];
}

/** Where phrases of other texts are remembered by their numbers (phrases.ts). */
export interface Phrases {
  /** Texts that share some which stand close together, those that share most first. */
  find(phrases: readonly PlacedPhrase[]): Iterable<Likely>;
  /** Remembers that a revision was the first to have them, unless others were. */
  keep(phrases: readonly PlacedPhrase[], revision: number): void;
}

export interface NewText {
  /** Number of the revision; later ones have greater numbers. */
  readonly revision: number;
  readonly text: string;
  /** What it was made from: its parents. */
  readonly bases: readonly AuthoredText[];
  /** Texts before those, latest first: looked at where something was put back that the bases do not have, or seems to be. */
  readonly earlier: Iterable<AuthoredText>;
  readonly pieces: Pieces;
  /** Where words may have come from that were touched up meanwhile. */
  readonly phrases?: Phrases | undefined;
}

/** The text with the origin of every token; new pieces of it are kept in `pieces`. */
export function authored({ revision, text, bases, earlier, pieces, phrases }: NewText): AuthoredText {
  const lines = linesOf(text);
  const same: FoundLine[] = [];
  const left = bases.map((base) => takeLines(base, lines, same));
  const fresh = new Remainder(
    lines.map((line) => ({ text: line })),
    (line) => same[line] === undefined,
  );
  if (fresh.isOpen) {
    const wasRestored = takePieces(fresh, left, pieces);
    for (const remainder of left) fresh.align(remainder);
    if (wasRestored || isMostlyNew(fresh, same)) for (const base of earlier) recall(fresh, lines, base);
    if (phrases !== undefined) takeCopied(fresh, revision, phrases);
    fresh.settleRest(revision);
    for (const piece of fresh.pieces) if (piece.words >= PIECE_WORDS_MIN) pieces.keep(piece, fresh.origins(piece));
  }
  return joined(lines, same, fresh);
}

/** Takes from other texts what was copied and touched up; remembers the phrases that are new. */
function takeCopied(fresh: Remainder, revision: number, phrases: Phrases): void {
  const asked = fresh.openPhrases;
  const before = fresh.openTokens;
  for (const likely of phrases.find(asked)) if (fresh.isOpen) fresh.takeChains(nearOf(likely));
  phrases.keep(fresh.openTokens === before ? asked : fresh.openPhrases, revision);
}

/** Of a text what stands around the lines. */
function nearOf({ text, lines }: Likely): Remainder {
  const near = new Set(
    lines.flatMap((line) => Array.from({ length: 2 * NEAR_LINES + 1 }, (_, i) => line - NEAR_LINES + i)),
  );
  return restOf(text, (line) => near.has(line));
}

/** Keeps the pieces of a text whose origins are known, and the phrases that are the revision's own. */
export function remember(
  text: AuthoredText,
  { revision, pieces, phrases }: Pick<NewText, "revision" | "pieces" | "phrases">,
): void {
  const whole = restOf(text, () => true);
  for (const piece of whole.pieces) if (piece.words >= PIECE_WORDS_MIN) pieces.keep(piece, whole.origins(piece));
  whole.closeAllBut(revision);
  phrases?.keep(whole.openPhrases, revision);
}

/** Of a text whose origins are known, the lines that remain. */
function restOf(text: AuthoredText, remains: (line: number) => boolean): Remainder {
  return new Remainder(text.lines, remains, (line) => originsOf(text, text.lines[line]));
}

/** A line of a base that reads as the new one. */
interface FoundLine {
  readonly base: AuthoredText;
  readonly line: Line;
}

/** Finds the lines of `base` among `lines`, each once, for `same`, by place; answers what is left of the base. */
function takeLines(base: AuthoredText, lines: readonly string[], same: FoundLine[]): Remainder {
  const used = new Uint8Array(base.lines.length);
  const take = (here: number, there: number): void => {
    const line = base.lines[there];
    if (line === undefined) return;
    same[here] ??= { base, line };
    used[there] = 1;
  };
  let start = 0;
  let [end, baseEnd] = [lines.length, base.lines.length];
  while (start < Math.min(end, baseEnd) && lines[start] === base.lines[start]?.text) take(start, start++);
  while (Math.min(end, baseEnd) > start && lines[end - 1] === base.lines[baseEnd - 1]?.text) take(--end, --baseEnd);
  const places = new Map<string, number[]>();
  for (let i = baseEnd - 1; i >= start; i--) {
    const text = base.lines[i]?.text ?? "";
    const known = places.get(text);
    if (known === undefined) places.set(text, [i]);
    else known.push(i);
  }
  for (let i = start; i < end; i++) {
    const place = places.get(lines[i] ?? "")?.pop();
    if (place !== undefined) take(i, place);
  }
  return restOf(base, (line) => used[line] === 0);
}

/** Finds lines and sentences; answers whether one came from a text of this history before the bases. */
function takePieces(fresh: Remainder, left: readonly Remainder[], pieces: Pieces): boolean {
  const offers = left.map((remainder) => new Offer(remainder));
  let wasRestored = false;
  for (const piece of fresh.pieces) {
    if (!fresh.isOpenAt(piece)) continue;
    const origins = taken(offers, piece);
    const known = origins === undefined && piece.words >= PIECE_WORDS_MIN ? pieces.find(piece) : undefined;
    wasRestored ||= known?.isOwn === true;
    const found = origins ?? known?.origins;
    if (found !== undefined) fresh.settle(piece, found);
  }
  return wasRestored;
}

function taken(offers: readonly Offer[], { key }: Piece): Uint32Array | undefined {
  for (const offer of offers) {
    const origins = offer.take(key);
    if (origins !== undefined) return origins;
  }
  return undefined;
}

/** Whether more of a text is open than was found: perhaps what it was made from was no more than vandalism. */
function isMostlyNew(fresh: Remainder, same: readonly (FoundLine | undefined)[]): boolean {
  const found = same.reduce((sum, each) => sum + (each?.line.count ?? 0), 0);
  return fresh.openTokens > found + fresh.size - fresh.openTokens;
}

/** Takes from an earlier text what it has of the tokens that are open; in order only if most of it is put back. */
function recall(fresh: Remainder, lines: readonly string[], base: AuthoredText): void {
  if (!fresh.isOpen) return;
  const same: FoundLine[] = [];
  const left = takeLines(base, lines, same);
  for (const [i, found] of same.entries()) if (found !== undefined) fresh.settleLine(i, originsOf(base, found.line));
  const offers = [new Offer(left)];
  for (const piece of fresh.pieces) {
    // What is settled already goes from the offer, too.
    const origins = taken(offers, piece);
    if (origins !== undefined && fresh.isOpenAt(piece)) fresh.settle(piece, origins);
  }
  const put = base.origins.length - left.openTokens;
  fresh.align(left, base.origins.length / 2 - put);
}

function joined(lines: readonly string[], same: readonly (FoundLine | undefined)[], fresh: Remainder): AuthoredText {
  let first = 0;
  const counted = lines.map((text, i) => {
    const line = { text, first, count: same[i]?.line.count ?? fresh.countOf(i) };
    first += line.count;
    return line;
  });
  const origins = new Uint32Array(first);
  for (const [i, line] of counted.entries()) {
    const found = same[i];
    origins.set(found === undefined ? fresh.originsOf(i) : originsOf(found.base, found.line), line.first);
  }
  return { lines: counted, origins };
}

function originsOf({ origins }: AuthoredText, line: Line | undefined): Uint32Array {
  return line === undefined ? new Uint32Array() : origins.subarray(line.first, line.first + line.count);
}
