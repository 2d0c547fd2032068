/**
 * Text to index terms. A word is looked up by its raw spelling in a bounded cache, so lower-casing, NFKC,
 * stemming and folding run once per distinct word; the loop over running text only finds where words end.
 * - A word becomes its stem without accents; an identifier (`readPart`, `read_part`) itself and its pieces.
 * - Scripts without spaces become each character and each pair of neighbours, interleaved, so that one
 *   character finds, and so that a phrase of them is a run of adjacent terms.
 * - Stop words are marked, not removed: the caller drops them unless nothing else is left. A stop word in
 *   capitals ("IT", "US") is an acronym and no stop word.
 * Terms hold no white space and, in ASCII, only lower-case letters, digits and `_`.
 */
import stemmers from "snowball-stemmers";

import { fnv1a } from "../fnv.ts";
import { ASCII_CLASSES, classAt, fold, GRAM, scriptOf, WORD } from "./characters.ts";
import { algorithmOf, type Script, stopWordsOf } from "./languages.ts";

/** Longer words (keys, encoded blobs) are cut: nobody types them in full. */
export const WORD_CHARS_MAX = 64;
/** Distinct spellings remembered per language; the memory starts afresh when it is full. */
const CACHE_WORDS_MAX = 60_000;
/** Languages with a cache of their own at one time. */
const CACHE_LANGUAGES_MAX = 32;

/** A word as the index knows it. */
export interface Word {
  /** `whole` first, then the pieces of an identifier. Empty for a lone `_`. */
  readonly terms: readonly string[];
  /** `terms`, each with a space before it: the text handed to FTS5. */
  readonly text: string;
  /** `termHash` of each term. */
  readonly hashes: readonly number[];
  /** `single`: one character of a longer run, already covered by its pairs. */
  readonly role: "word" | "stop" | "single";
}

export type Visit = (word: Word, start: number, end: number) => void;

/** Bits of a term's hash: with the count beside it, it fills 32 bits of a forward row. */
export const TERM_HASH_BITS = 26;

/** FNV-1a, finished so that its upper bits are well mixed. */
export function termHash(term: string): number {
  let hash = fnv1a(term);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> (32 - TERM_HASH_BITS);
}

/** Tokenisers by language, with their caches. Keep one for as long as there is text to read. */
export class Analyser {
  readonly #words = new Map<string, Words>();

  words(language: string): Words {
    let words = this.#words.get(language);
    if (words === undefined) {
      if (this.#words.size >= CACHE_LANGUAGES_MAX) this.#words.clear();
      words = new Words(language);
      this.#words.set(language, words);
    }
    return words;
  }
}

/** The tokeniser of one language. */
export class Words {
  readonly language: string;
  readonly #stopWords: ReadonlySet<string>;
  readonly #stemmers = new Map<Script, ((word: string) => string) | undefined>();
  readonly #words = new Map<string, Word>();
  readonly #grams = new Map<string, Word>();

  constructor(language: string) {
    this.language = language;
    this.#stopWords = stopWordsOf(language);
  }

  /** Calls `visit` for every word of `text` in order, with its range in UTF-16 units. */
  each(text: string, visit: Visit): void {
    for (let at = 0; at < text.length;) {
      const start = at;
      const found = classAt(text, at);
      at = found === WORD ? wordEnd(text, at) : at + unitsAt(text, at);
      if (found === GRAM) {
        while (at < text.length && classAt(text, at) === GRAM) at += unitsAt(text, at);
        this.#visitGrams(text.slice(start, at), start, visit);
      } else if (found === WORD) {
        const word = this.#word(text.slice(start, at));
        if (word.terms.length > 0) visit(word, start, at);
        at = contractionEnd(text, at);
      }
    }
  }

  /** The terms of `text`; stop words only where there is nothing else. */
  tokenise(text: string): string[] {
    const words: Word[] = [];
    this.each(text, (word) => words.push(word));
    return withoutStopWords(words).flatMap((word) => word.terms);
  }

  #word(raw: string): Word {
    let word = this.#words.get(raw);
    if (word === undefined) {
      word = this.#analyse(raw);
      if (this.#words.size >= CACHE_WORDS_MAX) this.#words.clear();
      this.#words.set(raw, word);
    }
    return word;
  }

  #analyse(raw: string): Word {
    const plain = cleaned(raw.slice(0, WORD_CHARS_MAX));
    if (plain === "") return wordOf([], "word");
    const lower = plain.toLowerCase();
    const isAcronym = plain.length > 1 && plain !== lower && plain === plain.toUpperCase();
    if (this.#stopWords.has(lower) && !isAcronym) return wordOf([fold(lower)], "stop");
    const terms = [this.#term(lower)];
    for (const piece of identifierPieces(plain)) terms.push(this.#term(piece.toLowerCase()));
    return wordOf(terms, "word");
  }

  #term(lower: string): string {
    const script = scriptOf(lower);
    const stem = this.#stemmer(script);
    const stemmed = stem === undefined || /[\p{N}_]/u.test(lower) ? lower : stem(this.#stemmable(lower, script));
    // A stemmer may eat a short word whole; then the word stands for itself.
    return fold(stemmed) || fold(lower) || lower;
  }

  /** Spelled as the stemmer expects: English knows no accents, Russian writes ё as е; others need their marks. */
  #stemmable(lower: string, script: Script): string {
    if (script === "cyrillic") return lower.replaceAll("ё", "е");
    return script === "latin" && algorithmOf(this.language, script) === "english" ? fold(lower) : lower;
  }

  #stemmer(script: Script): ((word: string) => string) | undefined {
    if (!this.#stemmers.has(script)) {
      const algorithm = algorithmOf(this.language, script);
      const stemmer = algorithm === undefined ? undefined : stemmers.newStemmer(algorithm);
      this.#stemmers.set(script, stemmer === undefined ? undefined : (word) => stemmer.stem(word));
    }
    return this.#stemmers.get(script);
  }

  #visitGrams(run: string, start: number, visit: Visit): void {
    const normal = run.normalize("NFKC").toLowerCase();
    const characters = [...normal];
    // Ranges are exact unless NFKC changed the length (half-width Kana); then they are the whole run.
    const exact = normal.length === run.length;
    const rangeEnd = start + run.length;
    let from = start;
    for (const [i, character] of characters.entries()) {
      const to = from + character.length;
      const next = characters[i + 1];
      const isAlone = characters.length === 1;
      visit(this.#gram(character, isAlone), exact ? from : start, exact ? to : rangeEnd);
      if (next !== undefined) {
        visit(this.#gram(character + next, true), exact ? from : start, exact ? to + next.length : rangeEnd);
      }
      from = to;
    }
  }

  #gram(term: string, isWord: boolean): Word {
    const key = isWord ? term : ` ${term}`;
    let word = this.#grams.get(key);
    if (word === undefined) {
      // NFKC can bring a space out of a character (a free-standing voicing mark); a term must stay one term.
      word = wordOf(/[^\p{L}\p{M}\p{N}]/u.test(term) ? [] : [term], isWord ? "word" : "single");
      if (this.#grams.size >= CACHE_WORDS_MAX) this.#grams.clear();
      this.#grams.set(key, word);
    }
    return word;
  }
}

/** The words to index or to look up: without stop words, unless there is nothing else. */
export function withoutStopWords(words: readonly Word[]): readonly Word[] {
  const kept = words.filter((word) => word.role !== "stop");
  return kept.length > 0 ? kept : words;
}

function wordOf(terms: readonly string[], role: Word["role"]): Word {
  const text = terms.map((term) => ` ${term}`).join("");
  return { terms, text, hashes: terms.map(termHash), role };
}

/** The hot loop of indexing: ASCII is classed by one look into a table. */
function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) {
      if (ASCII_CLASSES[unit] !== WORD) break;
      at += 1;
    } else {
      if (classAt(text, at) !== WORD) break;
      at += unitsAt(text, at);
    }
  }
  return at;
}

function unitsAt(text: string, at: number): number {
  return text.charCodeAt(at) >= 0xd800 && (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** NFKC, without joiners, marks of emphasis and whatever NFKC brought in that is no part of a word. */
function cleaned(raw: string): string {
  if (/^[A-Za-z0-9]+$/.test(raw)) return raw;
  const plain = raw.normalize("NFKC").replace(/[^\p{L}\p{N}\p{M}_]/gu, "");
  return plain.replace(/^_+/, "").replace(/_+$/, "");
}

/** `readPartBytes` to read, Part, Bytes; none for a word that is one piece. `APIs` is a plural, not AP + Is. */
function identifierPieces(word: string): readonly string[] {
  if (/^\p{Lu}+s$/u.test(word)) return [];
  const pieces = word.split(/_+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/u);
  return pieces.length > 1 ? pieces : [];
}

/** Skips `'s`, `n't`'s `'t` and the like after a word; `l'homme` and `O'Brien` are two words. */
function contractionEnd(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  if (unit !== 0x27 && unit !== 0x2019) return at;
  let end = at + 1;
  while (end < text.length && end <= at + 3 && classAt(text, end) === WORD) end += 1;
  return /^(?:s|t|d|m|re|ll|ve)$/.test(text.slice(at + 1, end)) ? end : at;
}
