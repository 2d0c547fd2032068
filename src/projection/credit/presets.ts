/**
 * Rules to begin with. Each is the rules of a policy, to be changed and voted on; until then the first holds.
 * Why these rates: docs/formats/credit.md.
 */
import type { kindRules } from "../../unit/index.ts";

export interface Preset {
  readonly name: NonNullable<kindRules.PolicyRules["preset"]>;
  /** One sentence. */
  readonly says: string;
  readonly rules: kindRules.PolicyRules;
}

const PASSES = { derivedFrom: 3_000, uses: 500 } as const;
const KEEPS = { authors: 8_500, reviewers: 1_000, stewards: 500 } as const;

export const PRESETS: readonly Preset[] = [
  {
    name: "commons",
    says: "Nothing is shared out. Uses and thanks are counted and listed.",
    rules: { preset: "commons" },
  },
  {
    name: "points",
    says: "Points each period, shared by what was used. They buy nothing and cannot be handed on.",
    rules: {
      preset: "points",
      currency: "points",
      budget: 1_000_000,
      uses: { cite: 3, carry: 2, run: 1, pay: 5 },
      passes: PASSES,
      keeps: KEEPS,
    },
  },
  {
    name: "patronage",
    says: "What is given to the community is shared by what was used.",
    rules: {
      preset: "patronage",
      currency: "EUR",
      uses: { cite: 3, carry: 2, run: 1, pay: 5 },
      passes: PASSES,
      keeps: KEEPS,
      hold: 26,
      payFrom: 1_000,
    },
  },
  {
    name: "paid",
    says: "What was paid for use goes to what was paid for.",
    rules: {
      preset: "paid",
      currency: "EUR",
      uses: { pay: 1 },
      passes: PASSES,
      keeps: KEEPS,
      hold: 26,
      payFrom: 1_000,
    },
  },
  {
    name: "circle",
    says: "Everybody's uses count alike, reading too, and all goes to those whose words they are.",
    rules: {
      preset: "circle",
      currency: "points",
      budget: 1_000_000,
      uses: { cite: 1, carry: 1, run: 1, read: 1 },
      passes: {},
      keeps: { authors: 10_000, reviewers: 0, stewards: 0 },
    },
  },
];
