/** What a payout is handed over as: a name may be anything, and is never a formula or another row. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { parse } from "csv-parse/sync";

import { createCommunity } from "../../../test/community/kit.ts";
import { payoutFile, quoted } from "./payout-files.ts";

test("no name begins a formula or a row, and what is read back is one cell", () => {
  const names = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    " \n=1",
    "\u200b=1",
    "\uff1d1",
    "\u22121",
    '"=1',
    'a",b,9',
    "a\r\nb,c,9",
    "a\u2028b",
    ";=1",
  ];
  for (const name of names) {
    const cell = quoted(name);
    assert.doesNotMatch(cell, /[\r\n\u2028\u2029]/, name);
    const rows = parse(`${cell},1\r\n`) as string[][];
    assert.equal(rows.length, 1, name);
    assert.equal(rows[0]?.length, 2, name);
    assert.doesNotMatch(rows[0]?.[0] ?? "", /^\s*[=+\-@\uff1d\u2212]/u, name);
  }
  assert.equal(quoted("Ann Lee"), "Ann Lee");
});

test("a holder nobody knows stands by the ledger's name, and currencies are never added up", async () => {
  await using t = await createCommunity();
  const forged = "a".repeat(64);
  const payees = [
    { holder: forged, amount: 100n, currency: "EUR" },
    { holder: forged, amount: 5n, currency: "JPY" },
    { holder: forged, amount: 1n, currency: "EUR" },
  ];
  const rows = parse(payoutFile(t.community, { payout: 1, payees, form: "csv" })) as string[][];
  assert.deepEqual(
    rows.slice(1).map((row) => row.slice(0, 4)),
    [
      [forged, forged, "1.01", "EUR"],
      [forged, forged, "5", "JPY"],
    ],
  );
  const much = [{ holder: forged, amount: 2n ** 53n - 1n, currency: "JPY" }];
  assert.throws(() => payoutFile(t.community, { payout: 1, payees: much, form: "expenses" }), { code: "TOO_LARGE" });
});
