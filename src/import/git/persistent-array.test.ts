import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { PERSISTENT_ARRAY_SIZE, PersistentArray } from "./persistent-array.ts";

test("forks behave like copies of a map, whoever writes first", () => {
  const index = fc.oneof(fc.nat(200), fc.nat(PERSISTENT_ARRAY_SIZE - 1));
  const step = fc.record({
    from: fc.nat(20),
    writes: fc.array(fc.tuple(index, fc.integer({ min: -9, max: 9 })), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const states = [{ array: new PersistentArray(), model: new Map<number, number>() }];
      for (const { from, writes } of steps) {
        const parent = states[from % states.length];
        assert(parent !== undefined);
        const child = { array: parent.array.fork(), model: new Map(parent.model) };
        for (const [at, value] of writes) {
          child.array.set(at, value);
          child.model.set(at, value);
        }
        states.push(child);
      }
      const written = new Set(steps.flatMap(({ writes }) => writes.map(([at]) => at)));
      for (const { array, model } of states) for (const at of written) assert.equal(array.get(at), model.get(at) ?? 0);
    }),
    { numRuns: 60 },
  );
});

test("an index beyond the array is a programmer's error", () => {
  const array = new PersistentArray();
  array.set(PERSISTENT_ARRAY_SIZE - 1, 7);
  assert.equal(array.get(PERSISTENT_ARRAY_SIZE - 1), 7);
  assert.throws(() => array.set(PERSISTENT_ARRAY_SIZE, 1), assert.AssertionError);
});
