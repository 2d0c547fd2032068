/**
 * The tokens of `tok/1` (DESIGN.md 5, docs/formats/authorship.md): words, and every other character that is no white
 * space. Scripts written without spaces give a token per character. Which code point is what is fixed here for good
 * and not taken from Unicode's tables, which change: the same text must give the same tokens in twenty years.
 */

const SPACE = 0;
const WORD = 1;
/** A word of its own. */
const SINGLE = 2;
const MARK = 3;
/** Goes on with a word it stands in; anywhere else it is as white space. */
const JOINER = 4;
/** The same, and cannot be seen: no part of the word's spelling. */
const UNSEEN = 5;
type Class = 0 | 1 | 2 | 3 | 4 | 5;

/** Beyond ASCII what is not listed here is part of a word. First and last code point of each range, in order. */
const RANGES: readonly (readonly [first: number, last: number, is: Class])[] = [
  [0x80, 0x9f, SPACE],
  [0xa0, 0xa0, SPACE],
  [0xa1, 0xa9, MARK],
  [0xab, 0xac, MARK],
  [0xad, 0xad, UNSEEN],
  [0xae, 0xb4, MARK],
  [0xb6, 0xb9, MARK],
  [0xbb, 0xbf, MARK],
  [0xd7, 0xd7, MARK],
  [0xf7, 0xf7, MARK],
  [0x2c2, 0x2c5, MARK],
  [0x34f, 0x34f, UNSEEN],
  [0x37e, 0x37e, MARK],
  [0x387, 0x387, MARK],
  [0x55a, 0x55f, MARK],
  [0x589, 0x58a, MARK],
  [0x5be, 0x5be, MARK],
  [0x5c0, 0x5c0, MARK],
  [0x5c3, 0x5c3, MARK],
  [0x5f3, 0x5f4, MARK],
  [0x60c, 0x60d, MARK],
  [0x61b, 0x61b, MARK],
  [0x61c, 0x61c, UNSEEN],
  [0x61d, 0x61f, MARK],
  [0x66a, 0x66d, MARK],
  [0x6d4, 0x6d4, MARK],
  [0x964, 0x965, MARK],
  [0xe00, 0xfff, SINGLE],
  [0x1000, 0x109f, SINGLE],
  [0x1680, 0x1680, SPACE],
  [0x1780, 0x17ff, SINGLE],
  [0x180b, 0x180f, UNSEEN],
  [0x1950, 0x19df, SINGLE],
  [0x1a20, 0x1aaf, SINGLE],
  [0x1b00, 0x1b7f, SINGLE],
  [0x2000, 0x200a, SPACE],
  [0x200b, 0x200f, UNSEEN],
  [0x2010, 0x2027, MARK],
  [0x2028, 0x2029, SPACE],
  [0x202a, 0x202e, UNSEEN],
  [0x202f, 0x202f, SPACE],
  [0x2030, 0x205e, MARK],
  [0x205f, 0x205f, SPACE],
  [0x2060, 0x206f, UNSEEN],
  [0x207a, 0x207e, MARK],
  [0x208a, 0x208e, MARK],
  [0x20a0, 0x20cf, MARK],
  [0x20d0, 0x20ff, JOINER],
  [0x2100, 0x2bff, MARK],
  [0x2e00, 0x2e7f, MARK],
  [0x2e80, 0x2fff, SINGLE],
  [0x3000, 0x3000, SPACE],
  [0x3001, 0x3004, MARK],
  [0x3005, 0x3007, SINGLE],
  [0x3008, 0x3020, MARK],
  [0x3021, 0x302f, SINGLE],
  [0x3030, 0x3030, MARK],
  [0x3031, 0x303c, SINGLE],
  [0x303d, 0x3040, MARK],
  [0x3041, 0x312f, SINGLE],
  [0x31a0, 0x31ff, SINGLE],
  [0x3200, 0x33ff, MARK],
  [0x3400, 0x4dbf, SINGLE],
  [0x4dc0, 0x4dff, MARK],
  [0x4e00, 0xa4cf, SINGLE],
  [0xa980, 0xa9ff, SINGLE],
  [0xaa60, 0xaadf, SINGLE],
  [0xd800, 0xdfff, MARK],
  [0xf900, 0xfaff, SINGLE],
  [0xfe00, 0xfe0f, UNSEEN],
  [0xfe10, 0xfe1f, MARK],
  [0xfe30, 0xfe6f, MARK],
  [0xfeff, 0xfeff, UNSEEN],
  [0xff01, 0xff0f, MARK],
  [0xff1a, 0xff20, MARK],
  [0xff3b, 0xff40, MARK],
  [0xff5b, 0xff65, MARK],
  [0xff66, 0xff9f, SINGLE],
  [0xffe0, 0xffff, MARK],
  [0x1b000, 0x1b2ff, SINGLE],
  [0x1f000, 0x1faff, MARK],
  [0x20000, 0x3ffff, SINGLE],
  [0xe0000, 0xe0fff, UNSEEN],
  [0xe1000, 0x10ffff, SPACE],
];

const LOW_CLASSES = Uint8Array.from({ length: 0x3000 }, (_, codePoint) => classIn(codePoint));

function classIn(codePoint: number): Class {
  if (codePoint < 0x80) return asciiClass(codePoint);
  let [low, high] = [0, RANGES.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last, is] = RANGES[middle] ?? [0, 0, WORD];
    if (codePoint < first) high = middle - 1;
    else if (codePoint > last) low = middle + 1;
    else return is;
  }
  return WORD;
}

function asciiClass(unit: number): Class {
  if (unit <= 0x20 || unit === 0x7f) return SPACE;
  const isDigit = unit >= 0x30 && unit <= 0x39;
  const isLetter = (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
  return isDigit || isLetter ? WORD : MARK;
}

function classOf(codePoint: number): number {
  return LOW_CLASSES[codePoint] ?? classIn(codePoint);
}

/** A token's range in its text, in UTF-16 units. Only words weigh anything. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly isWord: boolean;
}

/** Hears the range of each token, and whether it is a word. */
type HearToken = (start: number, end: number, isWord: boolean) => void;

/** Tells the tokens of `text` from `start` to `end`, in order. */
export function eachToken(text: string, hear: HearToken, start = 0, end = text.length): void {
  for (let at = start; at < end;) {
    const codePoint = text.codePointAt(at) ?? 0;
    const found = classOf(codePoint);
    const from = at;
    at += codePoint > 0xffff ? 2 : 1;
    if (found === SPACE || found >= JOINER) continue;
    if (found === WORD) at = wordEnd(text, at, end);
    hear(from, at, found !== MARK);
  }
}

/** The tokens of `text` from `start` to `end`, in order. */
export function tokensOf(text: string, start = 0, end = text.length): Token[] {
  const tokens: Token[] = [];
  eachToken(text, (from, to, isWord) => void tokens.push({ start: from, end: to, isWord }), start, end);
  return tokens;
}

/** How many tokens a text has. */
export function countTokens(text: string): number {
  let count = 0;
  eachToken(text, () => (count += 1));
  return count;
}

function wordEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const codePoint = text.codePointAt(at) ?? 0;
    const found = classOf(codePoint);
    if (found !== WORD && found < JOINER) break;
    at += codePoint > 0xffff ? 2 : 1;
  }
  return at;
}

function withoutUnseen(word: string): string {
  let seen = "";
  for (const character of word) if (classOf(character.codePointAt(0) ?? 0) !== UNSEEN) seen += character;
  return seen;
}

/** How a token is compared: to write it in capitals, or its accents as characters of their own, makes nobody its author. */
export function spelling(text: string, { start, end }: Token): string {
  const word = text.slice(start, end);
  return (/^[\0-\x7f]*$/.test(word) ? word : withoutUnseen(word).normalize("NFC")).toLowerCase();
}

/** Whether a token ends a sentence where white space or nothing follows it. */
export function endsSentence(text: string, { start, end }: Token): boolean {
  if (end - start !== 1) return false;
  const unit = text.charCodeAt(start);
  if (unit === 0x3002 || unit === 0xff01 || unit === 0xff1f || unit === 0x964) return true;
  const isStop = unit === 0x2e || unit === 0x21 || unit === 0x3f || unit === 0x2026;
  return isStop && (end >= text.length || classOf(text.codePointAt(end) ?? 0) === SPACE);
}
