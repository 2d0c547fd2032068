/**
 * Packs blocks of a body (paragraphs, rows, lines) into passages of about `PASSAGE_BYTES`.
 * A block no longer than that is never split. A longer one is split at line ends where the bytes of a line
 * say so, so that a line added to a long list moves only the cuts beside it, else after a sentence, else at a
 * space, else between characters.
 * All offsets are in bytes; a passage holds neither white space at its ends nor half a character.
 */

/** About 180 tokens of English; scripts that take more bytes per character say more per character. */
export const PASSAGE_BYTES = 1_080;
/** Passages of one revision; text beyond the last is not indexed. */
export const PASSAGES_MAX = 4_095;

export interface Heading {
  readonly text: string;
  /** Number of its anchor on the page (see anchor.ts); undefined when no anchor leads to it. */
  readonly repeat: number | undefined;
}

/** A range [start, end) of the body with the heading it stands under. */
export interface Passage {
  readonly start: number;
  readonly end: number;
  readonly heading: Heading | undefined;
}

const NEWLINE = 0x0a;
/** A line whose hash is 0 modulo this ends a piece that is long enough. */
const CUT_EVERY = 4;

export class Packer {
  readonly passages: Passage[] = [];
  readonly #bytes: Uint8Array;
  #heading: Heading | undefined;
  #start = -1;
  #end = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Ends the section before `heading`. */
  head(heading: Heading | undefined): void {
    this.close();
    this.#heading = heading;
  }

  /** Adds [start, end), which follows everything added so far. */
  block(start: number, end: number): void {
    if (this.#start >= 0 && end - this.#start > PASSAGE_BYTES) this.close();
    if (end - start > PASSAGE_BYTES) this.#split(start, end);
    else this.#extend(start, end);
  }

  /** Adds one line of a long run of lines (rows, list items), cutting where the lines themselves say. */
  line(start: number, end: number): void {
    if (this.#start >= 0 && end - this.#start > 2 * PASSAGE_BYTES) this.close();
    if (end - start > PASSAGE_BYTES) {
      this.close();
      this.#splitLine(start, end);
      return;
    }
    this.#extend(start, end);
    if (end - this.#start >= PASSAGE_BYTES / 2 && lineHash(this.#bytes, start, end) % CUT_EVERY === 0) this.close();
  }

  /** Ends the passage under way. */
  close(): void {
    if (this.#start < 0) return;
    const start = this.#trimmedStart(this.#start, this.#end);
    const end = this.#trimmedEnd(start, this.#end);
    if (end > start && this.passages.length < PASSAGES_MAX) {
      this.passages.push({ start, end, heading: this.#heading });
    }
    this.#start = -1;
  }

  #extend(start: number, end: number): void {
    if (this.#start < 0) this.#start = start;
    this.#end = end;
  }

  #split(start: number, end: number): void {
    for (let at = start; at < end;) {
      const newline = this.#bytes.indexOf(NEWLINE, at);
      const lineEnd = newline < 0 || newline >= end ? end : newline + 1;
      this.line(at, lineEnd);
      at = lineEnd;
    }
  }

  #splitLine(start: number, end: number): void {
    let at = start;
    while (end - at > PASSAGE_BYTES) {
      const cut = cutBefore(this.#bytes, at, at + PASSAGE_BYTES);
      this.#extend(at, cut);
      this.close();
      at = cut;
    }
    this.#extend(at, end);
  }

  #trimmedStart(start: number, end: number): number {
    while (start < end && (this.#bytes[start] ?? 0) <= 0x20) start += 1;
    return start;
  }

  #trimmedEnd(start: number, end: number): number {
    while (end > start && (this.#bytes[end - 1] ?? 0) <= 0x20) end -= 1;
    return end;
  }
}

function lineHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** The best place to cut in the latter half of [start, end): after a sentence, a space, a character. */
function cutBefore(bytes: Uint8Array, start: number, end: number): number {
  const half = start + ((end - start) >> 1);
  let space = -1;
  for (let i = end - 1; i > half; i--) {
    if (endsSentence(bytes, i)) return i + 1;
    if (space < 0 && bytes[i] === 0x20) space = i + 1;
  }
  if (space >= 0) return space;
  let cut = end;
  while (cut > start + 1 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut -= 1;
  return cut;
}

/** Whether byte `i` ends a sentence: a space after . ! ? or the last byte of an ideographic full stop. */
function endsSentence(bytes: Uint8Array, i: number): boolean {
  const byte = bytes[i];
  if (byte === 0x20) {
    const before = bytes[i - 1];
    return before === 0x2e || before === 0x21 || before === 0x3f;
  }
  return byte === 0x82 && bytes[i - 1] === 0x80 && bytes[i - 2] === 0xe3;
}
