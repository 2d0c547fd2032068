import assert from "node:assert/strict";
import { test } from "node:test";

import type { LoreErrorCode } from "../../bytes/index.ts";
import { policyRules } from "./policy.ts";
import { rightRules } from "./right.ts";

const [ada, ben, page] = ["a".repeat(32), "b".repeat(32), "c".repeat(32)];

const CASES: readonly (readonly [
  what: string,
  kind: "policy" | "right",
  rules: object,
  outcome: "read" | LoreErrorCode,
])[] = [
  ["nothing is shared", "policy", {}, "read"],
  ["points", "policy", { preset: "points", currency: "points", budget: 1_000_000, uses: { cite: 3, run: 1 } }, "read"],
  ["money that nobody brought", "policy", { currency: "EUR", budget: 100 }, "MALFORMED"],
  ["passing on more than all", "policy", { passes: { derivedFrom: 9_000, uses: 1_001 } }, "MALFORMED"],
  ["keeping less than all", "policy", { keeps: { authors: 8_000, reviewers: 1_000, stewards: 500 } }, "MALFORMED"],
  ["a negative rate", "policy", { passes: { cites: -1 } }, "MALFORMED"],
  ["an amount beyond 2^53-1", "policy", { currency: "points", budget: 2 ** 53 }, "MALFORMED"],
  ["a field of another version", "policy", { decay: 1 }, "UNSUPPORTED"],
  [
    "fixed shares",
    "policy",
    {
      fixed: [
        { member: ada, share: 600_000 },
        { member: ben, share: 400_000 },
      ],
    },
    "read",
  ],
  ["fixed shares of half", "policy", { fixed: [{ member: ada, share: 500_000 }] }, "MALFORMED"],
  ["words alone", "right", {}, "read"],
  ["shares", "right", { form: "shares", of: page, holders: [{ member: ada, share: 1_000_000 }] }, "read"],
  [
    "shares over the whole",
    "right",
    { form: "shares", of: page, holders: [{ member: ada, share: 1_000_001 }] },
    "MALFORMED",
  ],
  [
    "shares that do not sum",
    "right",
    { form: "shares", of: page, holders: [{ member: ada, share: 999_999 }] },
    "MALFORMED",
  ],
  ["a licence of all", "right", { form: "licence", licence: "CC-BY-4.0" }, "read"],
  [
    "a licence with a price",
    "right",
    {
      form: "licence",
      of: page,
      licence: "CC-BY-NC-4.0 OR MIT",
      terms: [{ action: "sell", may: "pay", currency: "EUR", price: 500 }],
    },
    "read",
  ],
  [
    "an action nobody knows",
    "right",
    { form: "licence", licence: "MIT", terms: [{ action: "burn", may: "yes" }] },
    "UNSUPPORTED",
  ],
  ["a transfer", "right", { form: "transfer", of: page, from: ada, to: ben, share: 1 }, "read"],
  ["a transfer of nothing", "right", { form: "transfer", of: page, from: ada, to: ben, share: 0 }, "MALFORMED"],
  ["a form of another version", "right", { form: "lien", of: page }, "UNSUPPORTED"],
  ["a transfer to nobody", "right", { form: "transfer", of: page, from: ada, share: 1 }, "MALFORMED"],
];

test("rules of policies and rights are read, or refused by their code", () => {
  for (const [what, kind, rules, outcome] of CASES) {
    const read = () => (kind === "policy" ? policyRules : rightRules)(rules, "rules");
    if (outcome === "read") assert.deepEqual(read(), rules, what);
    else assert.throws(read, { code: outcome }, what);
  }
});
