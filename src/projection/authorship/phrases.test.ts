import assert from "node:assert/strict";
import { test } from "node:test";

import { CHAIN_WORDS_MIN, chainsOf, GAP, mayChain, phrasesOf } from "./phrases.ts";
import { plainWord } from "./plain.ts";

/** Words that are told apart by their number. */
function words(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, i) => `w${from + i}`);
}

const TEXT = words(0, 60);

const touched: readonly (readonly [what: string, mine: readonly string[], chained: number])[] = [
  ["as it was", TEXT, 60],
  ["with every fifth word another", TEXT.map((word, i) => (i % 5 === 4 ? "other" : word)), 48],
  ["with every fifth word left out", TEXT.filter((_, i) => i % 5 !== 4), 48],
  [
    "with three words put in after every eighth",
    TEXT.flatMap((word, i) => (i % 8 === 7 ? [word, "a", "b", "c"] : [word])),
    60,
  ],
  ["with its halves changed about", [...TEXT.slice(30), ...TEXT.slice(0, 30)], 60],
  ["twice, of which one is a copy", [...TEXT, ...TEXT], 60],
  ["too short to be no chance", TEXT.slice(0, CHAIN_WORDS_MIN - 1), 0],
  [
    "with a gap that no chain goes over",
    [...TEXT.slice(0, 15), ...Array.from({ length: 4 }, () => GAP), ...TEXT.slice(15, 30)],
    0,
  ],
  ["two words of each five", TEXT.map((word, i) => (i % 5 < 2 ? word : "other")), 0],
];

for (const [what, mine, chained] of touched)
  test(`a text is found ${what}`, () => {
    const pairs = chainsOf(mine, TEXT);
    assert.equal(pairs.length, chained);
    assert.ok(pairs.every(([young, old]) => mine[young] === TEXT[old]));
    assert.equal(new Set(pairs.map(([young]) => young)).size, chained, "a word is in one chain");
    assert.equal(new Set(pairs.map(([, old]) => old)).size, chained, "and comes from one");
  });

test("texts that share phrases share them in their samples, wherever they stand", () => {
  const long = words(0, 4_000);
  const sample = new Map(phrasesOf(long).map(({ key, place }) => [key, place]));
  assert.ok(sample.size > 800 && sample.size < 1_200, `${sample.size} of 3,998 phrases`);
  const moved = phrasesOf(["other", ...long.slice(1_000, 1_400)]);
  assert.ok(moved.length > 60);
  for (const { key, place } of moved.filter(({ place }) => place > 0)) assert.equal(sample.get(key), 999 + place);
});

test("a few phrases far apart are no reason to compare texts", () => {
  assert.equal(mayChain([0, 100, 200, 300]), false);
  assert.equal(mayChain([0, 100, 130, 160]), true);
});

const LONG = 100_000;
const PATTERNS: readonly (readonly [what: string, wordAt: (place: number, mine: boolean) => string])[] = [
  ["one word", () => "a"],
  ["a few words again and again", (place, mine) => `w${(mine ? place : place * 3) % 20}`],
  ["two words of five", (place, mine) => (place % 5 < 2 ? `w${place % 7}` : `${mine ? "x" : "y"}${place}`)],
  [
    "chains that are a word too short",
    (place, mine) =>
      place % 20 < CHAIN_WORDS_MIN - 1
        ? `b${Math.floor(place / 20) % 500} ${place % 20}`
        : `${mine ? "x" : "y"}${place}`,
  ],
];

for (const [what, wordAt] of PATTERNS)
  test(`texts made to be slow, of ${what}, are chained in time`, () => {
    const of = (mine: boolean) => Array.from({ length: LONG }, (_, place) => wordAt(place, mine));
    const [mine, theirs] = [of(true), of(false)];
    const started = performance.now();
    chainsOf(mine, theirs);
    assert.ok(performance.now() - started < 3_000);
  });

const alike: readonly (readonly [written: string, read: string])[] = [
  ["bellows", "bеllоws"],
  ["glue", "glué"],
  ["brittle", "br1tt1e"],
  ["modern", "modem"],
  ["file", "fiie"],
  ["cold", "ｃｏｌｄ"],
  ["winter", "wіntеr"],
  ["shed", "𝐬𝐡𝐞𝐝"],
];

test("words that look alike are one word, and numbers stay what they are", () => {
  for (const [written, read] of alike) assert.equal(plainWord(read.toLowerCase()), plainWord(written), read);
  for (const [one, other] of [
    ["101", "lol"],
    ["100", "1000"],
    ["hot", "hat"],
    ["1978", "1979"],
  ])
    assert.notEqual(plainWord(one ?? ""), plainWord(other ?? ""), one);
});
