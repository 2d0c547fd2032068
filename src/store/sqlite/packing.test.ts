import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { concat } from "../../bytes/index.ts";
import { bytesOf, pageOf } from "../suite-fixture.ts";
import { CODEC, pack, unpack } from "./packing.ts";

test("unpacking undoes packing, with and without a dictionary", () => {
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 2_000 }), fc.nat(99).map(pageOf));
  const both = fc.property(
    bytes,
    fc.option(
      bytes.filter((dictionary) => dictionary.length > 0),
      { nil: undefined },
    ),
    (part, dictionary) => {
      const { codec, packed } = pack(part, dictionary);
      assert.ok(packed.length <= part.length);
      assert.deepEqual(codec === CODEC.RAW ? packed : unpack(packed, part.length, dictionary), part);
    },
  );
  fc.assert(both, { numRuns: 200 });
});

test("noise is kept as it is, and a page on the one before shrinks to what changed", () => {
  assert.equal(pack(bytesOf("noise", 1_000)).codec, CODEC.RAW);
  assert.ok(pack(pageOf(8), pageOf(7)).packed.length < 150);
});

test("what is cut short, longer than said, or on another dictionary does not unpack to the part", () => {
  const page = pageOf(8);
  const { packed } = pack(page, pageOf(7));
  assert.equal(unpack(packed.subarray(0, 20), page.length, pageOf(7)), undefined);
  assert.equal(unpack(pack(concat(page, page)).packed, page.length), undefined);
  assert.notDeepEqual(unpack(packed, page.length, pageOf(3)), page);
  assert.equal(unpack(bytesOf("noise", 50), page.length), undefined);
});
