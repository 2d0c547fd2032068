/**
 * Classes of characters for the tokeniser: separator, part of a word, or a character of a script written
 * without spaces (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese), which is indexed in pairs.
 * The blocks people write most are told apart by comparisons, the rest by Unicode properties.
 */
import type { Script } from "./languages.ts";

export const SEPARATOR = 0;
export const WORD = 1;
export const GRAM = 2;
export type CharacterClass = typeof SEPARATOR | typeof WORD | typeof GRAM;

const WORD_CHARACTER = /^[\p{L}\p{N}\p{M}]$/u;
const SOFT_HYPHEN = 0xad;
const ZERO_WIDTH_JOINER = 0x200d;
const ZERO_WIDTH_NON_JOINER = 0x200c;

/** Classes of the first 128 characters: letters, digits and `_` are parts of words. */
export const ASCII_CLASSES: Readonly<Uint8Array> = Uint8Array.from({ length: 128 }, (_, code) =>
  /\w/.test(String.fromCharCode(code)) ? WORD : SEPARATOR,
);

/** Class of the character that starts at `at`. A supplementary character is two units of its class. */
export function classAt(text: string, at: number): CharacterClass {
  const unit = text.charCodeAt(at);
  if (unit < 0x80) return ASCII_CLASSES[unit] === WORD ? WORD : SEPARATOR;
  if (unit >= 0xd800 && unit <= 0xdbff) return classOfPair(text.codePointAt(at) ?? unit);
  if (isSpaceless(unit)) return GRAM;
  if (unit >= 0xc0 && unit <= 0x24f) return unit === 0xd7 || unit === 0xf7 ? SEPARATOR : WORD;
  if (unit >= 0x400 && unit <= 0x52f && unit !== 0x482) return WORD;
  if (unit === SOFT_HYPHEN || unit === ZERO_WIDTH_JOINER || unit === ZERO_WIDTH_NON_JOINER) return WORD;
  return WORD_CHARACTER.test(String.fromCharCode(unit)) ? WORD : SEPARATOR;
}

function classOfPair(code: number): CharacterClass {
  // Planes 2 and 3 hold nothing but Han.
  if (code >= 0x20000 && code <= 0x3ffff) return GRAM;
  return WORD_CHARACTER.test(String.fromCodePoint(code)) ? WORD : SEPARATOR;
}

function isSpaceless(unit: number): boolean {
  if (unit < 0x0e01) return false;
  return (
    (unit <= 0x0eff && unit !== 0x0e3f) || // Thai (less the baht sign), Lao
    (unit >= 0x1000 && unit <= 0x109f) || // Burmese
    (unit >= 0x1100 && unit <= 0x11ff) || // Hangul, as separate letters
    (unit >= 0x1780 && unit <= 0x17d3) || // Khmer
    (unit >= 0x3041 && unit <= 0x31ff && unit !== 0x30a0 && unit !== 0x30fb) || // Kana, Bopomofo, Hangul letters
    (unit >= 0x3400 && unit <= 0x4dbf) ||
    (unit >= 0x4e00 && unit <= 0x9fff) || // Han
    (unit >= 0xac00 && unit <= 0xd7a3) || // Hangul
    (unit >= 0xf900 && unit <= 0xfaff) ||
    (unit >= 0xff66 && unit <= 0xff9f) || // half-width Kana
    unit === 0x3005 || // the Han repetition mark
    unit === 0x3006
  );
}

/** Script of a word, by its first character: a word of mixed scripts is rare and only loses its stemming. */
export function scriptOf(word: string): Script {
  const code = word.codePointAt(0) ?? 0;
  if (code < 0x250 || (code >= 0x1e00 && code <= 0x1eff)) return "latin";
  if (code >= 0x400 && code <= 0x52f) return "cyrillic";
  return code >= 0x600 && code <= 0x6ff ? "arabic" : "other";
}

/** Letters that no decomposition brings to their plain form. */
const PLAIN_LETTERS = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ø", "o"],
  ["ł", "l"],
  ["đ", "d"],
  ["ð", "d"],
  ["þ", "th"],
  ["ı", "i"],
  ["ς", "σ"],
]);
/** Combining accents, Hebrew points, Arabic vowel signs and tatweel. Indic and Thai vowels are letters: kept. */
const ACCENTS = /[\u{300}-\u{36f}\u{591}-\u{5c7}\u{610}-\u{61a}\u{64b}-\u{65f}\u{670}]|\u{640}/gu;

/** Lower-case text without its accents: `Übergröße` and `ubergrosse` are the same word to a searcher. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(ACCENTS, "")
    .replace(/[ßæœøłđðþıς]/g, (letter) => PLAIN_LETTERS.get(letter) ?? letter)
    .normalize("NFC");
}
