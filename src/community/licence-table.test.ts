import assert from "node:assert/strict";
import { test } from "node:test";

import { mayBecome, readExpression, VERDICTS } from "../projection/credit/licences.ts";
import { LicenceTable } from "./licence-table.ts";

const { rows } = new LicenceTable();
const verdict = (from: string | undefined, into: string | undefined) => mayBecome(rows, { from, into }).verdict;

test("every row of the table is the answer to its own question, with its source", () => {
  assert.ok(rows.length > 30);
  for (const row of rows) {
    const found = mayBecome(rows, { from: row.from, into: row.into === "any" ? "MIT" : row.into });
    assert.equal(found.verdict, row.may, `${row.from} into ${row.into}`);
    assert.equal(found.because, row.because);
    assert.match(found.source ?? "", /^https:\/\//);
    assert.equal(found.instead === undefined, row.instead === "");
    if (row.may === "no" || row.may === "ask") assert.notEqual(row.instead, "", `${row.from} into ${row.into}`);
  }
});

test("every licence of the table is one that SPDX knows", () => {
  for (const { from, into } of rows)
    for (const name of [from, into].filter((each) => each !== "any"))
      assert.notEqual(readExpression(name), undefined, name);
});

test("the same licence may always be kept, unless the table says otherwise", () => {
  for (const name of new Set(rows.map(({ from }) => from))) {
    const row = rows.find(({ from, into }) => from === name && (into === name || into === "any"));
    assert.equal(verdict(name, name), row?.may ?? "yes", name);
  }
  assert.equal(verdict("CC-BY-ND-4.0", "CC-BY-ND-4.0"), "no");
  assert.equal(verdict("EUPL-1.2", "EUPL-1.2"), "yes");
  assert.equal(verdict("LicenseRef-ours", "LicenseRef-ours"), "yes");
});

const MIXES: readonly (readonly [from: string | undefined, into: string | undefined, verdict: string])[] = [
  // Whoever takes the words may choose.
  ["CC-BY-SA-4.0 OR CC-BY-4.0", "CC-BY-4.0", "yes"],
  ["GFDL-1.3-or-later OR CC-BY-SA-4.0", "CC-BY-SA-4.0", "yes"],
  // All of the terms must be met.
  ["CC-BY-4.0 AND CC-BY-SA-4.0", "CC-BY-4.0", "no"],
  ["CC0-1.0 AND CC-BY-4.0", "CC-BY-SA-4.0", "yes"],
  ["(CC-BY-SA-4.0 OR CC-BY-4.0) AND MIT", "CC-BY-SA-4.0", "yes"],
  // Readers of what is made may choose, too.
  ["CC-BY-SA-4.0", "CC-BY-SA-4.0 OR CC-BY-4.0", "no"],
  ["CC-BY-SA-4.0 OR MIT", "MIT OR CC-BY-SA-4.0", "yes"],
  // Versions.
  ["GPL-3.0-or-later", "GPL-3.0-only", "yes"],
  ["GPL-3.0-only", "GPL-3.0-or-later", "unknown"],
  ["GPL-3.0+", "CC-BY-SA-4.0", "no"],
  ["CC-BY-SA-4.0", "GPL-3.0+", "no"],
  ["CC-BY-SA-3.0", "CC-BY-SA-4.0", "one-way"],
  // Exceptions.
  ["GPL-3.0-only WITH Classpath-exception-2.0", "Apache-2.0", "unknown"],
  ["MIT", "GPL-2.0-only WITH Classpath-exception-2.0", "unknown"],
  ["CC0-1.0", "GPL-2.0-only WITH Classpath-exception-2.0", "yes"],
  // Nothing named.
  [undefined, "CC-BY-4.0", "ask"],
  [undefined, undefined, "ask"],
  ["CC-BY-ND-4.0", undefined, "no"],
  ["CC-BY-4.0", undefined, "unknown"],
  // What nobody knows.
  ["LicenseRef-ours", "CC-BY-4.0", "unknown"],
  ["Do what you like", "CC-BY-4.0", "unknown"],
  ["Do what you like", "Do what you like", "yes"],
  ["CC-BY-4.0", "cc by", "unknown"],
];

for (const [from, into, expected] of MIXES)
  test(`${from ?? "no licence"} into ${into ?? "no licence"}: ${expected}`, () => {
    assert.equal(verdict(from, into), expected);
  });

test("a choice is never worse than what it is a choice of, and several at once never better", () => {
  const names = [...new Set(rows.flatMap(({ from, into }) => [from, into]))].filter(
    (name) => !/^(any|NONE)$/.test(name),
  );
  const rank = (from: string, into: string) => VERDICTS.findIndex((each) => each === verdict(from, into));
  for (const a of names)
    for (const b of names)
      for (const into of ["CC-BY-4.0", "CC-BY-SA-4.0", "GPL-3.0-only"]) {
        const [x, y] = [rank(a, into), rank(b, into)];
        assert.equal(rank(`${a} OR ${b}`, into), Math.min(x, y), `${a} OR ${b} into ${into}`);
        assert.equal(rank(`${a} AND ${b}`, into), Math.max(x, y), `${a} AND ${b} into ${into}`);
      }
});
