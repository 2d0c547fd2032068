/** A page through thousands of revisions, as people and vandals edit it; the same for the same seed. */

const WORDS = 4_000;
const SENTENCES_IN_PARAGRAPH = 6;
const WORDS_IN_SENTENCE = 16;
/** Of a thousand edits. */
const OF_1000 = { blanking: 30, vandalism: 60, move: 60, rewrite: 250, add: 100, remove: 96 } as const;
/** Of a thousand edits after one that did harm, how many put back what was before it. */
const REVERTS_OF_1000 = 950;

/** `revisions` of a page that has `paragraphs` at first. */
export function* editedPage({ revisions, paragraphs, seed = 1 }: EditedPageOptions): IterableIterator<string> {
  const dice = new Dice(seed);
  let page = Array.from({ length: paragraphs }, () => paragraph(dice));
  /** What the page was before it was harmed. */
  let good: readonly string[] | undefined;
  for (let revision = 0; revision < revisions; revision++) {
    if (good !== undefined && dice.below(1000) < REVERTS_OF_1000) {
      page = [...good];
      good = undefined;
    } else {
      const before = [...page];
      // Who edits a page that was harmed does not mend it.
      if (edit(page, dice) === "harm") good ??= before;
    }
    yield page.join("\n\n");
  }
}

export interface EditedPageOptions {
  readonly revisions: number;
  readonly paragraphs: number;
  readonly seed?: number;
}

function edit(page: string[], dice: Dice): "harm" | "good" {
  let roll = dice.below(1000);
  const is = (share: number): boolean => (roll -= share) < 0;
  const at = dice.below(Math.max(1, page.length));
  if (is(OF_1000.blanking)) {
    page.splice(0, page.length, "This page is rubbish!");
    return "harm";
  }
  if (is(OF_1000.vandalism)) {
    page[at] = Array.from({ length: 40 }, () => dice.word()).join("!! ");
    return "harm";
  }
  if (is(OF_1000.move)) page.splice(dice.below(page.length + 1), 0, ...page.splice(at, 1));
  else if (is(OF_1000.rewrite)) page[at] = page[at]?.replace(/[^.]+\.$/, ` ${sentence(dice)}`) ?? paragraph(dice);
  else if (is(OF_1000.add)) page.splice(at, 0, paragraph(dice));
  else if (is(OF_1000.remove)) page.splice(at, 1);
  else page[at] = changeWord(page[at] ?? "", dice);
  return "good";
}

function changeWord(text: string, dice: Dice): string {
  const words = text.split(" ");
  words[dice.below(words.length)] = dice.word();
  return words.join(" ");
}

function paragraph(dice: Dice): string {
  return Array.from({ length: SENTENCES_IN_PARAGRAPH }, () => sentence(dice)).join(" ");
}

function sentence(dice: Dice): string {
  return `${Array.from({ length: WORDS_IN_SENTENCE }, () => dice.word()).join(" ")}.`;
}

/** xorshift32. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(bound: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % bound;
  }

  /** Common words come more often. */
  word(): string {
    return `w${Math.min(this.below(WORDS), this.below(WORDS)).toString(36)}`;
  }
}
