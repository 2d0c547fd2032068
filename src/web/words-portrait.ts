/** The words of a community's portrait, on its page and in the terminal. */
import { KIND_ORDER, kindWords } from "./words-kinds.ts";

const HOW: Readonly<Record<string, string>> = {
  derivedFrom: "made from",
  generatedBy: "made with",
  translates: "a translation of",
  answers: "an answer to",
  uses: "uses",
  linked: "points to",
};

export const portraitWords = {
  portrait: {
    title: "Portrait",
    of: (name: string) => `Portrait of ${name}`,
    nothing: "Nothing is here yet, so there is nothing to see of it.",
    knows: "knows",
    knew: "knew",
    writtenBy: "written by",
    tookThen: "It had taken",
    wrote: "Who had written here",
    todayOnly: "Whose words stand, what is made from what and what needs hands is known of today only.",
    inWords: "in the standing words of",
    people: (n: number) => (n === 1 ? "person" : "people"),
    since: "since",
    took: "It took",
    versions: (n: number) => (n === 1 ? "version" : "versions"),
    toGetHere: "to get here",
    things: (n: number) => (n === 1 ? "thing" : "things"),
    thingsTitle: "Things kept here",
    needHands: (n: number) => (n === 1 ? "needs hands." : "need hands."),
    noHands: "nothing needs hands.",
    asOf: "as of",
    share: "One link to share:",
    print: "It prints well, too: use Print in your browser.",
    reportText: "What came along in one look, with a link to share: whose words stand, how it grew, what needs hands.",
    more: (n: string) => `and ${n} more`,
    seeAll: "See all of them",

    grew: "How it grew",
    grewTitle: (what: string, from: number, to: number) =>
      from === to ? `${what}, ${from}` : `${what}, ${from} to ${to}`,
    grewIn: (n: string, year: number) => `${n} in ${year}`,
    book: (n: number, one: string, many: string) =>
      n === 1 ? `Each book is one ${one}` : `Each book stands for ${n} ${many}`,
    bookNew: "the dark ones are new that year.",
    sameTable: "The same as a table",
    year: "Year",
    standing: "Here at its end",
    fresh: "New that year",
    yearVersions: "Versions",

    made: "What is made from what",
    madeNone:
      "Nothing here says so far that it was made from something else, and no words came along from one to another.",
    madeTitle: (n: number) => `What is made from what, for ${n} things that are connected most`,
    madeFrom: "Made from",
    between: "Made, and used",
    madeInto: "Went into",
    pan: "Picture of what is made from what",
    signed: "A full line was signed by whoever made it.",
    copied: "A dashed line: words came along from the one on the left. Found by comparing.",
    linked: "A dotted line: the one on the right points to the one on the left.",
    gone: "no longer stands",
    sameList: "The same as a list",
    how: (how: string, words: number) => (how === "copied" ? `has ${NUMBER.format(words)} words from` : HOW[how]) ?? "",

    hands: "What needs hands",
    handsNone: "Nothing: no page is old, no link is broken, nobody disagrees, and every question has an answer.",
    untouched: (n: string, one: boolean) =>
      `${n} ${one ? "page" : "pages"} that nobody changed or confirmed for two years`,
    untouchedAll: (n: string, one: boolean) => (one ? "The page" : `All ${n}, the oldest first`),
    broken: (n: string, one: boolean) => `${n} ${one ? "link leads" : "links lead"} nowhere`,
    on: "on",
    otherPage: "other page",
    otherPages: "other pages",
    disputed: (n: string, one: boolean) => `${n} ${one ? "disagreement" : "disagreements"} without an end`,
    questions: (n: string, one: boolean) => `${n} ${one ? "question" : "questions"} nobody has answered`,
    suggestions: (n: string, one: boolean) => `${n} ${one ? "suggestion waits" : "suggestions wait"}`,
    suggestionsText: "for somebody to say yes or no",
    check: "Read the oldest",
    mend: "Mend them",
    readBoth: "Read both",
    answer: "Read them",
    decide: "Look at them",

    names: "Whose words stand here",
    namesOrder: "In the order in which they first wrote. Never a ranking.",
    namesNone: "Nobody's words stand here so far.",
    signsHere: "signs here",
    unclaimed: "Names without a note came with what was brought in; nobody has said so far that they are theirs.",
    mine: "That\u2019s me",
    hide: "Hide my name",
    mineTitle: "That\u2019s me, and hide my name",
    stewards: "Stewards here",
    mineText:
      "Open the name that is yours, and say so there: what stands under it then stands under the name you write with, once a steward has agreed. It can be undone.",
    hideText:
      "Open the name that shall no longer stand here. The words stay, as Someone\u2019s; the name goes from every page and is erased after the delay on \u201cHow we work\u201d. One that stands in a text stays there until that text is changed.",
    orSteward: "Or tell a steward, who can do both for you",

    /** "handbook knows 251 pages and 2 files, in the standing words of 227 people, since 2016." */
    sentence: ({ name, known, people, since }: SentenceOf) =>
      `${name} knows ${listed(known)}, in the standing words of ${people} ${people === 1 ? "person" : "people"}, since ${since}.`,
    empty: (name: string) => `${name} knows nothing yet.`,
  },
} as const;

interface SentenceOf {
  readonly name: string;
  /** "251 pages", "2 files". */
  readonly known: readonly string[];
  readonly people: number;
  readonly since: string;
}

const NUMBER = new Intl.NumberFormat("en-GB");

interface Known {
  readonly kind: string;
  /** "251 pages". */
  readonly text: string;
}

/** What is known, in the order in which kinds stand everywhere. */
export function knownThings(kinds: readonly (readonly [kind: string, count: number])[]): Known[] {
  const place = (kind: string): number => (KIND_ORDER as readonly string[]).indexOf(kind);
  return kinds
    .toSorted(([a], [b]) => place(a) - place(b))
    .map(([kind, n]) => ({
      kind,
      text: `${NUMBER.format(n)} ${n === 1 ? kindWords(kind).one : kindWords(kind).many}`,
    }));
}

function listed(items: readonly string[]): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
