/** The words of "May I use this?": what may be done, who holds shares, what waits for whom. On pages and in `lore rights`. */
import type { AgreementListing, Action, MixFlag, Standing, Use } from "../community/queries/rights.ts";

const ACTIONS: Readonly<Record<Action, string>> = {
  read: "reading it",
  copy: "copying it and passing it on",
  change: "changing it",
  sell: "selling it",
  search: "finding it with a search engine",
  answer: "answering questions from it",
  train: "training a model with it",
};

const ANSWERS: Readonly<Record<Exclude<Use["may"], "pay">, string>> = {
  yes: "Yes",
  credit: "Yes, with credit",
  alike: "Yes, with credit and under the same licence",
  ask: "Ask first",
  no: "No",
};

const VOID: Readonly<Record<Extract<Standing, { readonly state: "void" }>["because"], string>> = {
  balance: "less was held than was to be given",
  replaced: "a newer version was accepted before everybody had agreed",
  happened: "it had happened already, and happens once",
  retired: "it was retired before everybody had agreed",
};

const FORMS: Readonly<Record<NonNullable<AgreementListing["rules"]["form"]>, string>> = {
  shares: "who holds shares",
  licence: "the licence",
  grant: "a permission",
  transfer: "shares that change hands",
};

/** Minor units as people write them: "5.00 EUR", "30 points". */
export function amountText(minor: number, currency: string): string {
  const digits = /^[A-Z]{3}$/.test(currency) ? decimalsOf(currency) : 0;
  const text = String(minor).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function decimalsOf(currency: string): number {
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 0;
}

/** Of 1,000,000: "33.3333 %". */
export function shareText(share: number): string {
  return `${share / 10_000} %`;
}

function answerWords({ may, price, currency }: Use): string {
  if (may !== "pay") return ANSWERS[may];
  return price === undefined || currency === undefined
    ? "For a price"
    : `For ${amountText(price, currency)} ${currency}`;
}

/** What may be done, each answer once: ["Yes", "reading it, finding it with a search engine"]. */
export function useLines(uses: readonly Use[]): [answer: string, actions: string][] {
  const groups = Map.groupBy(uses, answerWords);
  return [...groups].map(([answer, group]) => [answer, group.map(({ action }) => ACTIONS[action]).join(", ")]);
}

export const rightsWords = {
  rights: {
    shares: "Who holds shares",
    waiting: "Not agreed yet",
    agreed: "Agreements",
    granted: "Permissions",
    mayUntil: (action: Action, day: string | undefined) =>
      `${ACTIONS[action]}${day === undefined ? "" : `, until ${day}`}`,
    form: (form: AgreementListing["rules"]["form"]) => (form === undefined ? "a text" : FORMS[form]),
    waitsFor: (names: string) => `waits for ${names}`,
    /** Where an agreement stands, for its own page. */
    standing: (standing: Standing, names: string): string => {
      switch (standing.state) {
        case "in-force":
          return standing.until === undefined
            ? "Everybody it takes has agreed: it holds."
            : "It held, and holds no longer.";
        case "waiting":
          return `It does not hold yet: it waits for ${names}.`;
        case "void":
          return `It does not hold: ${VOID[standing.because]}.`;
        default:
          return standing satisfies never;
      }
    },
    /** "Made from X, under CC-BY-4.0: ask first, because … ." */
    flag: ({ mix, licence }: Pick<MixFlag, "mix" | "licence">): string => {
      const under = licence === undefined ? "without a licence" : `under ${licence}`;
      const say = mix.verdict === "no" ? "that licence does not allow it" : "ask first";
      const instead = mix.instead === undefined ? "" : ` ${mix.instead}`;
      return `${under}: ${say}, because ${mix.because}.${instead}`;
    },
    madeFrom: "Made from",
  },
} as const;
