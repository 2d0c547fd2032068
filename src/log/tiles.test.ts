import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { concat, equal } from "../bytes/index.ts";
import { decodeBundle, encodeBundle, newTiles, parseTilePath, tilePath, tileWidth } from "./tiles.ts";

test("entries survive in a bundle, each after its length in two bytes", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (entries) => {
      const read = decodeBundle(encodeBundle(entries));
      assert.deepEqual(
        read.map((entry) => [...entry]),
        entries.map((entry) => [...entry]),
      );
    }),
  );
  assert.ok(
    equal(
      encodeBundle([Uint8Array.of(7), new Uint8Array(256)]),
      concat(Uint8Array.of(0, 1, 7, 1, 0), new Uint8Array(256)),
    ),
  );
  const largest = new Uint8Array(65_535).fill(9);
  assert.ok(equal(decodeBundle(encodeBundle([largest]))[0] ?? assert.fail(), largest));
});

test("a bundle that ends inside an entry is refused", () => {
  const bundle = encodeBundle([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]);
  for (let length = 1; length < bundle.length; length++) {
    if (length === 5) continue;
    assert.throws(() => decodeBundle(bundle.subarray(0, length)), { code: "MALFORMED" }, `${length} bytes`);
  }
});

test("an entry that does not fit its length is a programmer's mistake", () => {
  assert.throws(() => encodeBundle([new Uint8Array(65_536)]), /fits no bundle/);
});

test("every tile has one path, and every path that is read is that one", () => {
  const name = fc.record(
    {
      level: fc.integer({ min: -1, max: 5 }),
      number: fc.oneof(fc.nat(2_000), fc.integer({ min: 0, max: 10 ** 15 - 1 })),
      width: fc.integer({ min: 1, max: 256 }),
    },
    { noNullPrototype: true },
  );
  fc.assert(fc.property(name, (tile) => assert.deepEqual(parseTilePath(tilePath(tile)), tile)));
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."tile/0123x.pentries"), maxLength: 24 }), (rest) => {
      const tile = parseTilePath(`tile/${rest}`);
      if (tile !== undefined) assert.equal(tilePath(tile), `tile/${rest}`);
    }),
  );
  assert.equal(parseTilePath(`tile/0/${"x999/".repeat(6)}999`), undefined);
});

test("tiles of a grown tree are those whose width changed", () => {
  for (const [older, size] of [
    [0, 1],
    [1, 2],
    [255, 256],
    [256, 256],
    [1, 70_000],
    [65_535, 65_537],
  ] as const) {
    const named = new Set(newTiles(older, size).map(({ level, number }) => `${level}/${number}`));
    for (let level = 0; level < 3; level++) {
      for (let number = 0; tileWidth(size, level, number) > 0; number++) {
        assert.equal(
          named.delete(`${level}/${number}`),
          tileWidth(size, level, number) !== tileWidth(older, level, number),
          `${older} to ${size}: ${level}/${number}`,
        );
      }
    }
    assert.equal(named.size, 0);
  }
});
