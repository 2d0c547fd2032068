import assert from "node:assert/strict";
import { test } from "node:test";

import { amountsAsText, amountText, parseAmount } from "./money.ts";

const READ: readonly (readonly [text: string, currency: string, amount: bigint | undefined, shown?: string])[] = [
  ["12.34", "EUR", 1_234n, "12.34 EUR"],
  ["12.3", "EUR", 1_230n, "12.30 EUR"],
  ["12", "EUR", 1_200n, "12.00 EUR"],
  ["0.01", "EUR", 1n, "0.01 EUR"],
  ["1234567.89", "EUR", 123_456_789n, "1,234,567.89 EUR"],
  ["1000", "points", 1_000n, "1,000 points"],
  ["500", "JPY", 500n, "500 JPY"],
  ["1.234", "BHD", 1_234n, "1.234 BHD"],
  ["12.345", "EUR", undefined],
  ["1.5", "points", undefined],
  ["0", "EUR", undefined],
  ["-5", "EUR", undefined],
  ["1e3", "EUR", undefined],
  ["1,000", "EUR", undefined],
  ["", "EUR", undefined],
  ["90071992547409.92", "EUR", undefined],
  ["90071992547409.91", "EUR", 9_007_199_254_740_991n, "90,071,992,547,409.91 EUR"],
  ["99999999999999999999", "points", undefined],
];

test("amounts are read and shown as people write them, and nothing else is read", () => {
  for (const [text, currency, amount, shown = ""] of READ) {
    if (amount === undefined)
      assert.throws(() => parseAmount(text, currency), { code: "USAGE" }, `${text} ${currency}`);
    else {
      assert.equal(parseAmount(text, currency), amount, text);
      assert.equal(amountText(amount, currency), shown);
    }
  }
  assert.equal(amountText(-1_234n, "EUR"), "-12.34 EUR");
  assert.deepEqual(amountsAsText({ a: [1n, 2] }), { a: ["1", 2] });
});
