/**
 * "May I use this?" answered for each thing that can be done: by what the licence is known to say, then by the terms that the
 * community agreed on beside it. Says no more than the licence; what it leaves open is to be asked for.
 */
import type { kindRules } from "../../unit/index.ts";
import { readExpression, type Terms } from "./licences.ts";

export const ACTIONS = ["read", "copy", "change", "sell", "search", "answer", "train"] as const;
/** `search`: find it by a search engine. `answer`: a program answers questions from it. `train`: a model is made of it. */
export type Action = (typeof ACTIONS)[number];

/**
 * From most to least. `credit`: if credit is given. `alike`: if credit is given and what is made carries the same licence.
 * `pay`: for a price. `ask`: nobody has said so.
 */
export const ANSWERS = ["yes", "credit", "alike", "pay", "ask", "no"] as const;
export type Answer = (typeof ANSWERS)[number];

export interface Use {
  readonly action: Action;
  readonly may: Answer;
  /** Whether the licence says so, or terms that were agreed on beside it. */
  readonly by: "licence" | "terms";
  /** In minor units of `currency`, where terms ask for one. */
  readonly price?: number | undefined;
  readonly currency?: string | undefined;
}

type Term = NonNullable<Extract<kindRules.RightRules, { readonly form: "licence" }>["terms"]>[number];

/** What a family of licences lets anyone do. */
type Family = Readonly<Record<Action, Answer>>;

const FREE: Family = {
  read: "yes",
  copy: "yes",
  change: "yes",
  sell: "yes",
  search: "yes",
  answer: "yes",
  train: "yes",
};
const CREDIT: Family = { ...FREE, copy: "credit", change: "credit", sell: "credit", answer: "credit", train: "credit" };
/** Whether a trained model is something made from the words, these licences do not say. */
const ALIKE: Family = { ...CREDIT, change: "alike", train: "ask" };
const UNSOLD: Family = { ...CREDIT, sell: "no", train: "ask" };
const UNSOLD_ALIKE: Family = { ...UNSOLD, change: "alike" };
const UNCHANGED: Family = { ...CREDIT, change: "no", train: "ask" };
const UNCHANGED_UNSOLD: Family = { ...UNCHANGED, sell: "no" };
/** Without a licence, or with one that is not known here: what is published may be read, and that is all. */
const UNKNOWN: Family = {
  ...{ read: "yes", copy: "ask", change: "ask", sell: "ask" },
  ...{ search: "ask", answer: "ask", train: "ask" },
};

const FAMILIES: readonly (readonly [pattern: RegExp, family: Family])[] = [
  [/^(CC0-|Unlicense$|PDDL-|WTFPL$|0BSD$|MIT-0$)/, FREE],
  [/^(CC-BY-\d|MIT$|Apache-|BSD-|ISC$|ODC-By-)/, CREDIT],
  [/^(CC-BY-SA-|ODbL-|GFDL-|LAL-|A?GPL-|LGPL-|MPL-)/, ALIKE],
  [/^CC-BY-NC-SA-/, UNSOLD_ALIKE],
  [/^CC-BY-NC-ND-/, UNCHANGED_UNSOLD],
  [/^CC-BY-NC-\d/, UNSOLD],
  [/^CC-BY-ND-/, UNCHANGED],
];

/** What may be done with something under `licence`, an SPDX expression or nothing, and the terms beside it. */
export function usesOf(licence: string | undefined, terms: readonly Term[] = []): Use[] {
  const read = licence === undefined ? undefined : readExpression(licence);
  return ACTIONS.map((action) => {
    const may = read === undefined ? UNKNOWN[action] : answerOf(read, action);
    const term = terms.findLast((each) => each.action === action);
    return term === undefined ? { action, may, by: "licence" } : withTerm(term, may);
  });
}

/** A yes beside the licence leaves its conditions as they are. */
function withTerm({ action, may, price, currency }: Term, licensed: Answer): Use {
  if (may !== "yes") return { action, may, by: "terms", price, currency };
  const stays = licensed === "credit" || licensed === "alike" || licensed === "yes";
  return { action, may: stays ? licensed : may, by: "terms" };
}

function answerOf(terms: Terms, action: Action): Answer {
  if ("any" in terms) return ranked(terms.any.map((each) => answerOf(each, action)))[0] ?? "ask";
  if ("all" in terms) return ranked(terms.all.map((each) => answerOf(each, action))).at(-1) ?? "ask";
  return (FAMILIES.find(([pattern]) => pattern.test(terms.id))?.[1] ?? UNKNOWN)[action];
}

function ranked(answers: readonly Answer[]): Answer[] {
  return answers.toSorted((a, b) => ANSWERS.indexOf(a) - ANSWERS.indexOf(b));
}
