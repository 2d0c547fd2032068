import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import { createNodeSuite } from "../../bytes/node.ts";
import { inflowOf, type NamedUse, READER_SHARES, READERS_MIN, type Use, usageTable, type UseWeights } from "./usage.ts";

const suite = createNodeSuite();
const WEIGHTS: UseWeights = { cite: 3n, carry: 2n, run: 1n };

function use(reader: number | string, revision: string, how: Use = "cite", isOwn = false): NamedUse {
  return { reader: `r${reader}`, revision, use: how, isOwn };
}

/** Uses of one revision by `count` readers. */
function readers(count: number, revision: string, from = 0): NamedUse[] {
  return Array.from({ length: count }, (_, i) => use(from + i, revision));
}

test("a reader gives one million shares, by what their uses weigh, however many there are", () => {
  const uses = [...readers(5, "a"), ...readers(5, "b").map((each) => ({ ...each, use: "run" as const }))];
  const { rows, readers: all } = usageTable(suite, 1, uses, WEIGHTS);
  assert.equal(all, 5);
  assert.deepEqual(rows, [
    { revision: "a", use: "cite", readers: 5, shares: 3_750_000n },
    { revision: "b", use: "run", readers: 5, shares: 1_250_000n },
  ]);
});

test("the same use again, in whatever order, is one use", () => {
  const uses = [...readers(6, "a"), ...readers(6, "b", 3)];
  const once = usageTable(suite, 1, uses, WEIGHTS);
  assert.deepEqual(usageTable(suite, 1, [...uses, ...uses].toReversed(), WEIGHTS), once);
});

test("fewer than five readers show nowhere; their uses wait for the next period", () => {
  const few = readers(READERS_MIN - 1, "a");
  const { rows, carried, readers: all } = usageTable(suite, 1, [...few, ...readers(9, "b", 20)], WEIGHTS);
  assert.deepEqual(
    rows.map(({ revision }) => revision),
    ["b"],
  );
  assert.equal(carried.length, 4);
  assert.equal(all, 13);
  const next = usageTable(suite, 2, [...carried, use(50, "a")], WEIGHTS);
  assert.equal(next.rows[0]?.readers, 5);
});

test("own and paid uses, and uses the rule does not count, move nothing", () => {
  const uses = readers(9, "a").map((each) => ({ ...each, isOwn: true }));
  assert.deepEqual(usageTable(suite, 1, uses, WEIGHTS), { rows: [], readers: 0, carried: [] });
  assert.deepEqual(usageTable(suite, 1, readers(9, "a"), { run: 1n }).rows, []);
  assert.deepEqual(inflowOf(usageTable(suite, 1, [], WEIGHTS), 100n), []);
});

test("a ring of fifty fake readers moves what fifty readers move, and a thousand uses by one no more than one", () => {
  const honest = readers(150, "good");
  const ring = Array.from({ length: 50 }, (_, i) =>
    Array.from({ length: 20 }, (__, j) => use(`fake${i}`, `bad${j}`)),
  ).flat();
  const table = usageTable(suite, 1, [...honest, ...ring], WEIGHTS);
  const amounts = inflowOf(table, 1_000_000n);
  const bad = table.rows.reduce(
    (sum, { revision }, i) => sum + (revision.startsWith("bad") ? (amounts[i] ?? 0n) : 0n),
    0n,
  );
  assert.equal(bad, 250_000n);
  const greedy = Array.from({ length: 1_000 }, (_, i) => use("one", `x${i}`));
  const alone = usageTable(suite, 1, [...honest, ...greedy], WEIGHTS);
  assert.deepEqual(
    alone.rows.map(({ revision }) => revision),
    ["good"],
  );
});

const uses = fc.array(
  fc.record({
    reader: fc.nat(12).map((n) => `r${n}`),
    revision: fc.constantFrom("a", "b", "c"),
    use: fc.constantFrom<Use[]>("cite", "carry", "run", "pay"),
    isOwn: fc.boolean(),
  }),
  { maxLength: 60 },
);

test("no more is given than readers have, and no more than the budget", () => {
  fc.assert(
    fc.property(uses, fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.nat(9), (all, budget, epoch) => {
      // Of one use two records may disagree on whether it is own; whoever keeps them decides.
      const table = usageTable(suite, epoch, all, WEIGHTS);
      const given = table.rows.reduce((sum, { shares }) => sum + shares, 0n);
      assert.ok(given <= BigInt(table.readers) * READER_SHARES);
      assert.ok(table.rows.every(({ readers: behind }) => behind >= READERS_MIN));
      assert.ok(inflowOf(table, budget).reduce((sum, amount) => sum + amount, 0n) <= budget);
    }),
  );
});
