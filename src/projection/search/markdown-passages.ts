/**
 * The passages of Markdown and plain text: sections at ATX and setext headings, blocks at blank lines; a fenced
 * block is one block; YAML front matter belongs to none. It reads the bytes, so ranges are exact, and just
 * enough of CommonMark to find where blocks end.
 */
import { plainHeading } from "../markdown.ts";
import { AnchorNumbers } from "./anchor.ts";
import { Packer, type Passage } from "./packer.ts";

const NEWLINE = 0x0a;
const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const DOT = 0x2e;
const EQUALS = 0x3d;
const BACKTICK = 0x60;
const TILDE = 0x7e;
/** What begins a quote, list item, table or indented line. */
const NO_HEADING: ReadonlySet<number> = new Set([..." \t>#*+|-"].map((mark) => mark.charCodeAt(0)));

/** The passages of a UTF-8 body. */
export function markdownPassages(bytes: Uint8Array): readonly Passage[] {
  return new Sectioner(bytes).passages();
}

class Sectioner {
  readonly #bytes: Uint8Array;
  readonly #packer: Packer;
  readonly #anchors = new AnchorNumbers();
  /** Start of the block under way, -1 between blocks. */
  #block = -1;
  #blockLines = 0;
  /** The byte that opened the fence we are in, 0 outside. */
  #fence = 0;
  /** The heading line whose section has no text yet. */
  #bare: { start: number; end: number } | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#packer = new Packer(bytes);
  }

  passages(): readonly Passage[] {
    const bytes = this.#bytes;
    let at = frontMatterEnd(bytes);
    while (at < bytes.length) {
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline < 0 ? bytes.length : newline;
      this.#line(at, end);
      at = end + 1;
    }
    this.#endBlock(bytes.length);
    this.#endSection();
    return this.#packer.passages;
  }

  #line(start: number, end: number): void {
    let first = start;
    while (first < end && (this.#bytes[first] ?? 0) <= SPACE) first += 1;
    const lead = first < end ? (this.#bytes[first] ?? 0) : 0;
    if (this.#fence !== 0) {
      if (lead === this.#fence && this.#runLength(first, end) >= 3) this.#fence = 0;
      return;
    }
    if (lead === 0) this.#endBlock(start);
    else if (lead === HASH && first - start < 4 && this.#isAtx(first, end)) {
      this.#endBlock(start);
      this.#heading(start, end);
    } else if ((lead === EQUALS || lead === DASH) && this.#mayBeHeading() && this.#isUnderline(first, end)) {
      const heading = this.#block;
      this.#block = -1;
      this.#blockLines = 0;
      this.#heading(heading, start);
    } else {
      if ((lead === BACKTICK || lead === TILDE) && this.#runLength(first, end) >= 3) this.#fence = lead;
      if (this.#block < 0) this.#block = start;
      this.#blockLines += 1;
    }
  }

  #endBlock(end: number): void {
    if (this.#block >= 0) {
      this.#packer.block(this.#block, end);
      this.#bare = undefined;
    }
    this.#block = -1;
    this.#blockLines = 0;
  }

  #heading(start: number, end: number): void {
    this.#endSection();
    const text = headingText(this.#bytes.subarray(start, end));
    this.#packer.head({ text, repeat: text === "" ? undefined : this.#anchors.take(text) });
    this.#bare = { start, end };
  }

  /** A section without text still stands in the index, by its heading line. */
  #endSection(): void {
    if (this.#bare !== undefined) this.#packer.block(this.#bare.start, this.#bare.end);
    this.#bare = undefined;
    this.#packer.close();
  }

  #isAtx(first: number, end: number): boolean {
    const level = this.#runLength(first, end);
    const after = this.#bytes[first + level];
    return level <= 6 && (first + level >= end || after === SPACE || after === 0x09 || after === 0x0d);
  }

  /** Whether the block so far is one line that an underline makes a heading; a list item is not. */
  #mayBeHeading(): boolean {
    return this.#blockLines === 1 && !NO_HEADING.has(this.#bytes[this.#block] ?? 0);
  }

  #isUnderline(first: number, end: number): boolean {
    const run = this.#runLength(first, end);
    let at = first + run;
    while (at < end && (this.#bytes[at] ?? 0) <= SPACE) at += 1;
    return run >= 2 && at === end;
  }

  #runLength(first: number, end: number): number {
    const byte = this.#bytes[first];
    let at = first;
    while (at < end && this.#bytes[at] === byte) at += 1;
    return at - first;
  }
}

/** Where the text begins: after front matter between `---` lines, else at 0. */
function frontMatterEnd(bytes: Uint8Array): number {
  if (!isFrontMatterLine(bytes, 0, DASH)) return 0;
  let at = bytes.indexOf(NEWLINE) + 1;
  while (at > 0 && at < bytes.length) {
    const next = bytes.indexOf(NEWLINE, at) + 1;
    if (isFrontMatterLine(bytes, at, DASH) || isFrontMatterLine(bytes, at, DOT)) return next || bytes.length;
    at = next;
  }
  return 0;
}

function isFrontMatterLine(bytes: Uint8Array, at: number, mark: number): boolean {
  if (bytes[at] !== mark || bytes[at + 1] !== mark || bytes[at + 2] !== mark) return false;
  const after = bytes[at + 3];
  return after === undefined || after === NEWLINE || after === 0x0d;
}

/** Of a longer heading line the rest is no part of the heading's text. */
const HEADING_BYTES_MAX = 1_000;

function headingText(line: Uint8Array): string {
  const source = new TextDecoder().decode(line.subarray(0, HEADING_BYTES_MAX)).trim();
  const words = source.replace(/^#{1,6}(?:[ \t]+|$)/, "").replace(/(?:^|[ \t]+)#+$/, "");
  return /[[<`*_]/.test(words) ? plainHeading(words) : words;
}
