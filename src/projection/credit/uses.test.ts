import assert from "node:assert/strict";
import { test } from "node:test";

import { ACTIONS, usesOf } from "./uses.ts";

const short = (licence: string | undefined, terms?: Parameters<typeof usesOf>[1]) =>
  usesOf(licence, terms)
    .map(({ may }) => may)
    .join(" ");

const FAMILIES: readonly (readonly [licence: string | undefined, answers: string])[] = [
  // read copy change sell search answer train
  ["CC0-1.0", "yes yes yes yes yes yes yes"],
  ["Unlicense", "yes yes yes yes yes yes yes"],
  ["CC-BY-4.0", "yes credit credit credit yes credit credit"],
  ["MIT", "yes credit credit credit yes credit credit"],
  ["CC-BY-SA-4.0", "yes credit alike credit yes credit ask"],
  ["GPL-3.0-or-later", "yes credit alike credit yes credit ask"],
  ["CC-BY-NC-4.0", "yes credit credit no yes credit ask"],
  ["CC-BY-NC-SA-4.0", "yes credit alike no yes credit ask"],
  ["CC-BY-ND-4.0", "yes credit no credit yes credit ask"],
  ["CC-BY-NC-ND-4.0", "yes credit no no yes credit ask"],
  ["EUPL-1.2", "yes ask ask ask ask ask ask"],
  ["All rights reserved", "yes ask ask ask ask ask ask"],
  [undefined, "yes ask ask ask ask ask ask"],
  ["CC-BY-SA-4.0 OR MIT", "yes credit credit credit yes credit credit"],
  ["CC-BY-SA-4.0 AND CC-BY-NC-4.0", "yes credit alike no yes credit ask"],
];

for (const [licence, answers] of FAMILIES)
  test(`what may be done under ${licence ?? "no licence"}`, () => {
    assert.equal(short(licence), answers);
  });

test("terms say no, ask or a price for one thing; a yes adds to the licence and takes none of its conditions", () => {
  assert.equal(short("CC-BY-4.0", [{ action: "train", may: "no" }]), "yes credit credit credit yes credit no");
  assert.equal(short("CC-BY-4.0", [{ action: "copy", may: "yes" }]), "yes credit credit credit yes credit credit");
  const uses = usesOf("CC-BY-NC-4.0", [{ action: "sell", may: "pay", currency: "EUR", price: 500 }]);
  assert.deepEqual(uses[ACTIONS.indexOf("sell")], {
    ...{ action: "sell", may: "pay", by: "terms" },
    ...{ price: 500, currency: "EUR" },
  });
  assert.equal(usesOf(undefined, [{ action: "search", may: "yes" }])[ACTIONS.indexOf("search")]?.may, "yes");
});

test("of two terms for one thing the later counts", () => {
  const terms = [{ action: "train", may: "yes" } as const, { action: "train", may: "no" } as const];
  assert.equal(usesOf("CC-BY-SA-4.0", terms).at(-1)?.may, "no");
});
