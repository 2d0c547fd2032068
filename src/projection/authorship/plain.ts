/**
 * How words are compared where somebody may have hidden that they were copied: without accents, and with one letter
 * for all that look alike. Only ever compared with each other; nobody reads them.
 */

/** After capitals, accents and forms of one letter are gone. Of what looks alike the last is the one that stays. */
const ALIKE: readonly (readonly [letters: string, as: string])[] = [
  ["аαɑ4", "a"],
  ["вβ", "b"],
  ["сϲ", "c"],
  ["ԁđð", "d"],
  ["еεєё3", "e"],
  ["һнη", "h"],
  ["іιїı1íɩӏłil", "l"],
  ["ј", "j"],
  ["кκ", "k"],
  ["мμ", "m"],
  ["ո", "n"],
  ["оοσøօ0", "o"],
  ["рρ", "p"],
  ["ԛ", "q"],
  ["г", "r"],
  ["ѕ5", "s"],
  ["тτ7", "t"],
  ["υս", "u"],
  ["νѵ", "v"],
  ["ԝω", "w"],
  ["хχ", "x"],
  ["уγү", "y"],
];
const LETTERS = new Map(ALIKE.flatMap(([letters, as]) => [...letters].map((letter) => [letter, as] as const)));
/** Two letters that look like one. */
const PAIRS = /rn|vv|ß/g;
const AS_ONE: Readonly<Record<string, string>> = { rn: "m", vv: "w", ß: "ss" };
const ACCENTS = /[\u0300-\u036f]/g;
const KEPT_MAX = 50_000;
/** A longer one may be a slice, with which V8 keeps all of the text that it was cut from. */
const KEPT_LENGTH_MAX = 12;

const kept = new Map<string, string>();

/** `word` is spelled as tokens are compared. A number stays what it is. */
export function plainWord(word: string): string {
  if (word.length > KEPT_LENGTH_MAX) return plained(word);
  const known = kept.get(word);
  if (known !== undefined) return known;
  const plain = plained(word);
  if (kept.size >= KEPT_MAX) kept.clear();
  kept.set(word, plain);
  return plain;
}

function plained(word: string): string {
  const bare = word.normalize("NFKD").replaceAll(ACCENTS, "").toLowerCase();
  if (/^[0-9]+$/.test(bare)) return bare;
  return Array.from(bare, (letter) => LETTERS.get(letter) ?? letter)
    .join("")
    .replaceAll(PAIRS, (pair) => AS_ONE[pair] ?? pair);
}
