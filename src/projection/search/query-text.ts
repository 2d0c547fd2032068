/**
 * What a person typed, taken apart: words to look up, phrases that must stand, words and phrases that must not.
 * `"quoted words"` must stand side by side, `-word` and `-"quoted words"` must not occur. Nothing is a syntax
 * error: a quote without its partner is punctuation, a hyphen inside a word is one too.
 * The text is read once per language of the community, because a stem depends on it; what one word of the text
 * becomes in each is one group, and matches as one word.
 */
import { LoreError } from "../../bytes/index.ts";
import { fold } from "./characters.ts";
import type { Word, Words } from "./tokenise.ts";

/** UTF-16 units of a query; a longer text is not a question. */
export const QUERY_CHARS_MAX = 2_000;
/** Distinct words, or pairs of characters, that are looked up; the rest of a longer text is not read. */
export const QUERY_WORDS_MAX = 48;
/** Phrases, and exclusions, that are obeyed. */
const FILTERS_MAX = 16;
/** A shorter last word is not completed. */
const PREFIX_CHARS_MIN = 3;

const PHRASE = /["“”]([^"“”]+)["“”]/gu;
/** `--flag` is an option of some program, no exclusion. */
const EXCLUSION = /(^|\s)-(?:["“”]([^"“”]+)["“”]|(?=[\p{L}\p{N}_])([^\s"“”]+))/gu;

/** One thing to look up: the terms it may appear as. */
export interface TermGroup {
  readonly terms: ReadonlySet<string>;
  /** Set on the last word while it may still be being typed: what a completion begins with. */
  readonly prefix: string | undefined;
}

/** A run of terms that stand side by side, one spelling per language. */
export type PhraseForms = ReadonlySet<string>;

export interface ParsedQuery {
  readonly groups: readonly TermGroup[];
  readonly phrases: readonly PhraseForms[];
  readonly excluded: readonly PhraseForms[];
}

/** @throws LoreError TOO_LARGE past QUERY_CHARS_MAX. */
export function parseQuery(text: string, languages: readonly Words[]): ParsedQuery {
  if (text.length > QUERY_CHARS_MAX) {
    const message = `Searching for ${text.length} characters; at most ${QUERY_CHARS_MAX} are taken. Search for a shorter text.`;
    throw new LoreError("TOO_LARGE", message, { field: "text", limit: QUERY_CHARS_MAX });
  }
  const phrases: PhraseForms[] = [];
  const excluded: PhraseForms[] = [];
  const wanted = text.replace(EXCLUSION, (_, space: string, phrase?: string, word?: string) => {
    pushPhrase(excluded, phrase ?? word ?? "", languages);
    return space;
  });
  for (const [, phrase = ""] of wanted.matchAll(PHRASE)) pushPhrase(phrases, phrase, languages);
  return { groups: groupsOf(wanted, languages), phrases, excluded };
}

function pushPhrase(phrases: PhraseForms[], text: string, languages: readonly Words[]): void {
  const forms = new Set(languages.map((words) => words.tokenise(text).join(" ")));
  forms.delete("");
  if (forms.size > 0 && phrases.length < FILTERS_MAX) phrases.push(forms);
}

interface Spelling {
  readonly start: number;
  readonly end: number;
  readonly words: Word[];
}

function groupsOf(text: string, languages: readonly Words[]): TermGroup[] {
  const spellings = spellingsOf(text, languages);
  const content = spellings.filter(({ words }) => words.every((word) => word.role !== "stop"));
  const groups = new Map<string, TermGroup>();
  const last = spellings.at(-1);
  for (const spelling of content.length > 0 ? content : spellings) {
    const isLast = spelling === last && spelling.end === text.length;
    const typed = fold(text.slice(spelling.start, spelling.end).toLowerCase());
    addGroup(
      groups,
      spelling.words.map((word) => word.terms[0] ?? ""),
      isLast ? typed : undefined,
    );
    const pieces = Math.max(...spelling.words.map((word) => word.terms.length));
    for (let i = 1; i < pieces; i++)
      addGroup(
        groups,
        spelling.words.map((word) => word.terms[i] ?? ""),
        undefined,
      );
  }
  return [...groups.values()];
}

function addGroup(groups: Map<string, TermGroup>, terms: readonly string[], typed: string | undefined): void {
  const distinct = new Set(terms);
  distinct.delete("");
  const key = [...distinct].sort().join(" ");
  if (key === "" || groups.has(key) || groups.size >= QUERY_WORDS_MAX) return;
  const prefix = typed !== undefined && typed.length >= PREFIX_CHARS_MIN && /^\w+$/.test(typed) ? typed : undefined;
  groups.set(key, { terms: distinct, prefix });
}

/** Each word of the text with what it is in every language; a character inside a run is left to its pairs. */
function spellingsOf(text: string, languages: readonly Words[]): Spelling[] {
  const spellings = new Map<string, Spelling>();
  for (const language of languages) {
    language.each(text, (word, start, end) => {
      if (word.role === "single") return;
      const key = `${start} ${end}`;
      const spelling = spellings.get(key);
      if (spelling === undefined) spellings.set(key, { start, end, words: [word] });
      else spelling.words.push(word);
    });
  }
  return [...spellings.values()];
}
