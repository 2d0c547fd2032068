import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import { BASIS_POINTS, flow, type FlowGraph } from "./flow.ts";
import { limits } from "../../unit/index.ts";
import { split } from "./split.ts";

const amounts = fc.bigInt({ min: 0n, max: BigInt(limits.AMOUNT_MAX) });

test("shares come to the amount, and each is within one unit of what is exact", () => {
  fc.assert(
    fc.property(
      amounts,
      fc.array(fc.bigInt({ min: 0n, max: 1_000_000n }), { minLength: 1, maxLength: 12 }),
      (amount, weights) => {
        const shares = split(amount, weights);
        const total = weights.reduce((sum, weight) => sum + weight, 0n);
        if (total === 0n) return assert.ok(shares.every((share) => share === 0n));
        assert.equal(
          shares.reduce((sum, share) => sum + share, 0n),
          amount,
        );
        for (const [i, share] of shares.entries()) {
          const exact = amount * (weights[i] ?? 0n);
          assert.ok(share * total > exact - total && share * total < exact + total);
        }
      },
    ),
  );
});

test("equal remainders go by the order given, larger ones first", () => {
  assert.deepEqual(split(1n, [1n, 1n, 1n]), [1n, 0n, 0n]);
  assert.deepEqual(
    split(1n, [1n, 1n, 1n], (a, b) => a > b),
    [0n, 0n, 1n],
  );
  assert.deepEqual(split(10n, [1n, 2n, 3n]), [2n, 3n, 5n]);
  assert.deepEqual(split(5n, []), []);
});

test("nothing negative is shared out", () => {
  assert.throws(() => split(-1n, [1n]), { code: "REFUSED" });
  assert.throws(() => split(1n, [-1n, 2n]), { code: "REFUSED" });
});

interface Link {
  readonly to: number;
  readonly kind: number;
  readonly weight: number;
}

function graphOf(nodes: readonly (readonly Link[])[]): FlowGraph {
  const links = nodes.flatMap((each) => each.toSorted((a, b) => a.kind - b.kind));
  let at = 0;
  return {
    first: Uint32Array.from([0, ...nodes.map((each) => (at += each.length))]),
    to: Uint32Array.from(links, ({ to }) => to),
    kind: Uint8Array.from(links, ({ kind }) => kind),
    weight: Uint32Array.from(links, ({ weight }) => weight),
  };
}

/** Revisions that each link to up to four older ones. */
const graphs = fc
  .array(
    fc.array(fc.record({ to: fc.nat(), kind: fc.nat(2), weight: fc.oneof(fc.nat(50), fc.nat(2 ** 32 - 1)) }), {
      maxLength: 4,
    }),
    {
      minLength: 1,
      maxLength: 14,
    },
  )
  .map((nodes) => nodes.map((links, i) => (i === 0 ? [] : links.map((link) => ({ ...link, to: link.to % i })))));

const RATES = [3_000, 500, 200];

/** What a revision is given, by recursion over whoever links to it: slow, and nothing like the pass. */
function naiveGiven(nodes: readonly (readonly Link[])[], inflow: readonly bigint[], node: number): bigint {
  let given = inflow[node] ?? 0n;
  for (const [younger, links] of nodes.entries()) {
    for (const kind of RATES.keys()) {
      const ofKind = links.toSorted((a, b) => a.kind - b.kind).filter((link) => link.kind === kind);
      if (!ofKind.some(({ to }) => to === node)) continue;
      const pot = (naiveGiven(nodes, inflow, younger) * BigInt(RATES[kind] ?? 0)) / BigInt(BASIS_POINTS);
      const total = ofKind.reduce((sum, { weight }) => sum + weight, 0);
      const exact = ofKind.map(({ weight }) => (total === 0 ? 0n : (pot * BigInt(weight)) / BigInt(total)));
      const left = total === 0 ? 0n : pot - exact.reduce((sum, share) => sum + share, 0n);
      const byRemainder = [...ofKind.keys()].toSorted((a, b) => {
        const [x, y] = [a, b].map((i) => (pot * BigInt(ofKind[i]?.weight ?? 0)) % BigInt(total || 1));
        return x === y ? a - b : (x ?? 0n) > (y ?? 0n) ? -1 : 1;
      });
      for (const [i, { to }] of ofKind.entries()) {
        if (to === node) given += (exact[i] ?? 0n) + (BigInt(byRemainder.indexOf(i)) < left ? 1n : 0n);
      }
    }
  }
  return given;
}

test("what goes in comes out, and a recursion that shares no code agrees to the unit", () => {
  fc.assert(
    fc.property(
      graphs,
      fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 14, maxLength: 14 }),
      (nodes, all) => {
        const inflow = all.slice(0, nodes.length);
        const { given, kept, passed } = flow(graphOf(nodes), Float64Array.from(inflow, Number), RATES);
        const total = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0);
        assert.equal(total(kept), total(inflow.map(Number)));
        assert.equal(total(given), total(inflow.map(Number)) + total(passed));
        for (const node of nodes.keys())
          assert.equal(given[node], Number(naiveGiven(nodes, inflow, node)), `revision ${node}`);
      },
    ),
    { numRuns: 300 },
  );
});

test("links alone bring nothing: a thousand units that cite their author's own have what readers gave, which is nothing", () => {
  const nodes: Link[][] = [[], []];
  for (let i = 0; i < 1_000; i++) nodes.push([{ to: 1, kind: 0, weight: 1 }]);
  const inflow = Float64Array.from(nodes, (_, i) => (i === 0 ? 1_000_000 : 0));
  const { kept } = flow(graphOf(nodes), inflow, RATES);
  assert.equal(kept[0], 1_000_000);
  assert.ok(kept.slice(1).every((amount) => amount === 0));
});

const REFUSED: readonly (readonly [what: string, inflow: number, rates: readonly number[]])[] = [
  ["a rule that gives away more than all", 1, [9_000, 2_000]],
  ["a rate that is negative", 1, [-1]],
  ["a rate between whole numbers", 1, [0.5]],
  ["an amount below nothing", -1, RATES],
  ["a part of a minor unit", 0.5, RATES],
  ["more than a number can say", 2 ** 53, RATES],
  ["no number", Number.NaN, RATES],
];

for (const [what, inflow, rates] of REFUSED) {
  test(`${what} is refused`, () => {
    assert.throws(() => flow(graphOf([[]]), Float64Array.of(inflow), rates), { code: "REFUSED" });
  });
}

test("the largest amount there is goes through exactly", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const nodes = [
    [],
    [{ to: 0, kind: 0, weight: 3 }],
    [
      { to: 0, kind: 0, weight: 1 },
      { to: 1, kind: 0, weight: 2 },
    ],
  ];
  const { kept } = flow(graphOf(nodes), Float64Array.of(0, 0, most), RATES);
  assert.equal(
    [...kept].reduce((sum, amount) => sum + BigInt(amount), 0n),
    BigInt(most),
  );
  assert.equal(kept[2], Number(BigInt(most) - (BigInt(most) * 3_000n) / 10_000n));
});
