import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import { createNodeSuite } from "../../bytes/node.ts";
import { type Due, KEEPS, type Period, settle } from "./settle.ts";

const suite = createNodeSuite();

const NOTHING = {
  first: Uint32Array.of(0, 0),
  to: new Uint32Array(),
  kind: new Uint8Array(),
  weight: new Uint32Array(),
};

function period(changes: Partial<Period>): Period {
  return {
    epoch: 1,
    revisions: [
      {
        id: "page",
        authors: new Map([
          ["ann", 3],
          ["bob", 1],
        ]),
        reviewers: ["cyd"],
      },
    ],
    graph: NOTHING,
    inflow: Float64Array.of(1_000),
    rates: [3_000, 500, 0],
    keeps: KEEPS,
    stewards: ["dan"],
    ...changes,
  };
}

const told = ({ dues }: { dues: readonly Due[] }) =>
  dues.map(({ person, role, amount }) => `${person} ${role} ${amount}`);

test("what a version keeps goes to those whose words it is, who checked it, and who keep the place", () => {
  assert.deepEqual(told(settle(suite, period({}))), [
    "ann authors 638",
    "bob authors 212",
    "cyd reviewers 100",
    "dan stewards 50",
  ]);
});

test("where nobody checked, their part is the authors'; without words authors share alike", () => {
  const people = {
    id: "page",
    authors: new Map([
      ["ann", 0],
      ["bob", 0],
    ]),
    reviewers: [],
  };
  assert.deepEqual(told(settle(suite, period({ revisions: [people], stewards: [] }))), [
    "ann authors 500",
    "bob authors 500",
  ]);
});

test("who wrote what a page was made from is due as much as its words are", () => {
  const revisions = [
    { id: "old", authors: new Map([["ann", 10]]), reviewers: [] },
    { id: "new", authors: new Map([["bob", 10]]), reviewers: [] },
  ];
  const graph = {
    first: Uint32Array.of(0, 0, 1),
    to: Uint32Array.of(0),
    kind: Uint8Array.of(0),
    weight: Uint32Array.of(5),
  };
  const settled = settle(suite, period({ revisions, graph, inflow: Float64Array.of(0, 1_000), stewards: [] }));
  assert.deepEqual(told(settled), ["ann authors 300", "bob authors 700"]);
});

test("one minor unit goes to somebody, and not to the same one in every period", () => {
  const authors = new Map([
    ["ann", 1],
    ["bob", 1],
    ["cyd", 1],
  ]);
  const winners = new Set<string>();
  for (let epoch = 0; epoch < 40; epoch++) {
    const { dues } = settle(
      suite,
      period({ epoch, revisions: [{ id: "page", authors, reviewers: [] }], inflow: Float64Array.of(1), stewards: [] }),
    );
    assert.equal(dues.length, 1);
    for (const { person } of dues) winners.add(person);
  }
  assert.deepEqual(winners, new Set(["ann", "bob", "cyd"]));
});

test("all that came is due to somebody, whoever is listed first", () => {
  const names = fc.constantFrom("ann", "bob", "cyd", "dan");
  const people = fc.record({
    authors: fc.array(fc.tuple(names, fc.nat(900)), { minLength: 1, maxLength: 4 }),
    reviewers: fc.uniqueArray(names, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(people, fc.nat(10 ** 9), fc.uniqueArray(names), ({ authors, reviewers }, amount, stewards) => {
      const of = (order: <T>(list: readonly T[]) => readonly T[]) =>
        settle(
          suite,
          period({
            revisions: [{ id: "page", authors: new Map(order([...new Map(authors)])), reviewers: order(reviewers) }],
            inflow: Float64Array.of(amount),
            stewards: order(stewards),
          }),
        );
      const settled = of((list) => list);
      assert.equal(
        settled.dues.reduce((sum, due) => sum + due.amount, 0n),
        BigInt(amount),
      );
      assert.deepEqual(told(of((list) => list.toReversed())).toSorted(), told(settled).toSorted());
    }),
  );
});
