/**
 * Words that were copied from another text and touched up: some put in, left out or changed, sentences in another
 * order, letters that look alike. Texts that may have them share phrases of three words; whether they do is told by
 * chains of words that both have in one order with little between.
 */
import { fnv1a } from "../fnv.ts";

/** Words of a text as `plainWord` spells them, one after the other; none where the text has a gap. */
export type PlainWords = readonly string[];

/** Of words that stand somewhere else. */
export const GAP = "";

const PHRASE_WORDS = 3;
/** One phrase in so many is remembered. */
const SAMPLE = 4;
/** Words that may stand between two of a chain, on either side. */
export const BETWEEN_MAX = 3;
/** Words that make a chain too long to be written twice by chance. */
export const CHAIN_WORDS_MIN = 16;
/** Words that a chain may leave out, above as many as it has. */
const SLACK = 8;
/** So many phrases among so many words are of a chain, or common. */
export const NEAR_PHRASES = 3;
const NEAR_WORDS = 64;
/** Places of one phrase that are looked at. */
const PLACES_MAX = 8;

/** A phrase by its number, up to 2^53, and where it stands among the words. */
export interface Phrase {
  readonly key: number;
  readonly place: number;
}

/** A sample of the phrases in `words`, in order: the same phrases are in the sample of every text. */
export function phrasesOf(words: PlainWords): Phrase[] {
  const places = new Map<number, number>();
  for (let at = 0; at + PHRASE_WORDS <= words.length; at++) {
    const phrase = phraseAt(words, at);
    const high = phrase === undefined ? 1 : hash(phrase, 0x811c9dc5);
    if (phrase === undefined || high % SAMPLE !== 0) continue;
    const key = (high >>> 2) * 2 ** 23 + (hash(phrase, 0x2545f491) >>> 9);
    if (!places.has(key)) places.set(key, at);
  }
  return Array.from(places, ([key, place]) => ({ key, place }));
}

/** Whether phrases at `places`, in order, that two texts share stand so close together that a chain may be there. */
export function mayChain(places: readonly number[]): boolean {
  return places.some((place, i) => (places[i + NEAR_PHRASES - 1] ?? Infinity) - place <= NEAR_WORDS);
}

/** FNV-1a, with a last mix, since only some bits are used. */
function hash(text: string, seed: number): number {
  let state = fnv1a(text, seed);
  state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
  return (state ^ (state >>> 13)) >>> 0;
}

function phraseAt(words: PlainWords, at: number): string | undefined {
  const [one = GAP, two = GAP, three = GAP] = [words[at], words[at + 1], words[at + 2]];
  return one === GAP || two === GAP || three === GAP ? undefined : `${one} ${two} ${three}`;
}

/** A word of the one text that is a word of the other. */
export type Pair = readonly [mine: number, theirs: number];

/** The words of all chains that `mine` has in common with `theirs`, each word in one chain at most. */
export function chainsOf(mine: PlainWords, theirs: PlainWords): Pair[] {
  const places = placesOf(theirs);
  const chains = new Chains(mine, theirs);
  const found: Pair[] = [];
  for (let at = 0; at < mine.length;) {
    const phrase = phraseAt(mine, at);
    let best: readonly Pair[] = [];
    for (const place of phrase === undefined ? [] : (places.get(phrase) ?? [])) {
      const chain = chains.from(at, place);
      if (chain.length > best.length) best = chain;
    }
    if (best.length < CHAIN_WORDS_MIN) {
      at += 1;
      continue;
    }
    chains.take(best);
    // Not spread: a chain may be as long as a text.
    for (const pair of best) found.push(pair);
    at = (best.at(-1)?.[0] ?? at) + 1;
  }
  return found;
}

function placesOf(words: PlainWords): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (let at = 0; at < words.length; at++) {
    const phrase = phraseAt(words, at);
    if (phrase === undefined) continue;
    const known = places.get(phrase);
    if (known === undefined) places.set(phrase, [at]);
    else if (known.length < PLACES_MAX) known.push(at);
  }
  return places;
}

class Chains {
  readonly #mine: PlainWords;
  readonly #theirs: PlainWords;
  /** Of the words of `theirs`, those that are in a chain already. */
  readonly #taken: Uint8Array;

  constructor(mine: PlainWords, theirs: PlainWords) {
    this.#mine = mine;
    this.#theirs = theirs;
    this.#taken = new Uint8Array(theirs.length);
  }

  take(chain: readonly Pair[]): void {
    for (const [, place] of chain) this.#taken[place] = 1;
  }

  /** The chain that begins with one word of each. */
  from(start: number, place: number): readonly Pair[] {
    const pairs: Pair[] = [];
    for (let [mine, theirs] = [start, place]; ; mine++, theirs++) {
      const next = this.#next(mine, theirs, pairs.length === 0 ? 0 : BETWEEN_MAX);
      if (next === undefined) return pairs;
      [mine, theirs] = next;
      // A chain that is mostly gaps is chance.
      if (Math.max(mine - start, theirs - place) > 2 * pairs.length + SLACK) return pairs;
      pairs.push(next);
    }
  }

  /** The two words themselves, or the nearest two after which the next are the same, too. */
  #next(mine: number, theirs: number, between: number): Pair | undefined {
    if (this.#isSame(mine, theirs)) return [mine, theirs];
    for (let left = 1; left <= 2 * between; left++)
      for (let own = Math.max(0, left - between); own <= Math.min(left, between); own++) {
        const [at, place] = [mine + own, theirs + left - own];
        if (this.#isSame(at, place) && this.#isSame(at + 1, place + 1)) return [at, place];
      }
    return undefined;
  }

  #isSame(mine: number, theirs: number): boolean {
    const word = this.#mine[mine] ?? GAP;
    return word !== GAP && word === this.#theirs[theirs] && this.#taken[theirs] === 0;
  }
}
