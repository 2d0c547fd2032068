import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { type Cbor, CBOR_DEPTH_MAX, decode, encode } from "./cbor.ts";
import { equal } from "./octets.ts";
import { hex } from "./rfc4648.ts";

const value: fc.Arbitrary<Cbor> = fc.letrec<{ value: Cbor }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 6 }),
    fc.dictionary(fc.string({ unit: "binary", maxLength: 12 }), tie("value"), { maxKeys: 6, noNullPrototype: true }),
  ),
})).value;

test("decoding what was encoded gives the value, and the same bytes again", () => {
  fc.assert(
    fc.property(value, (original) => {
      const bytes = encode(original);
      const read = decode(bytes);
      assert.deepEqual(read, original);
      assert.ok(equal(encode(read), bytes));
    }),
  );
});

test("any bytes are refused as malformed or are the one encoding of what they say", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      let read: Cbor;
      try {
        read = decode(bytes);
      } catch (error) {
        assert.equal((error as { code?: string }).code, "MALFORMED");
        return;
      }
      assert.ok(equal(encode(read), bytes));
    }),
    { numRuns: 5_000 },
  );
});

const refused: [string, string][] = [
  ["1817", "23 in two bytes"],
  ["190018", "24 in three bytes"],
  ["1a0000ffff", "65535 in five bytes"],
  ["1b00000000ffffffff", "2^32-1 in nine bytes"],
  ["1b0020000000000000", "2^53"],
  ["3b001fffffffffffff", "-2^53"],
  ["5f4101ff", "an indefinite byte string"],
  ["9fff", "an indefinite array"],
  ["bfff", "an indefinite map"],
  ["c101", "a tag"],
  ["d82a450001711200", "a CID"],
  ["f7", "undefined"],
  ["f90000", "a half float"],
  ["fb3ff0000000000000", "1.0"],
  ["f820", "another simple value"],
  ["a2616201616101", "keys out of order"],
  ["a2616101616102", "a key twice"],
  ["a262616101616202", "a longer key before a shorter one"],
  ["a10101", "a key that is a number"],
  ["61ff", "text that is not UTF-8"],
  ["63eda080", "half of a surrogate pair"],
  ["0000", "a second value"],
  ["", "nothing"],
  ["44010203", "fewer bytes than said"],
  ["9b001fffffffffffff", "an array of 2^53-1 items"],
  ["bb001fffffffffffff", "a map of 2^53-1 items"],
];

for (const [bytes, what] of refused) {
  test(`the decoder refuses ${what}`, () => {
    assert.throws(() => decode(hex.decode(bytes)), { code: "MALFORMED" });
  });
}

test("nesting is accepted to 32 levels and refused at 33, also in 60 kB of it", () => {
  const nested = (depth: number) => Uint8Array.of(...new Uint8Array(depth).fill(0x81), 0);
  assert.ok(decode(nested(CBOR_DEPTH_MAX)));
  assert.throws(() => decode(nested(CBOR_DEPTH_MAX + 1)), { code: "MALFORMED" });
  assert.throws(() => decode(new Uint8Array(60_000).fill(0x81)), { code: "MALFORMED" });
});

test("a key named __proto__ is a key", () => {
  const bytes = hex.decode("a1695f5f70726f746f5f5f01");
  const read = decode(bytes) as object;
  assert.equal(Object.getPrototypeOf(read), Object.prototype);
  assert.ok(equal(encode(read as Cbor), bytes));
});

for (const wrong of [1.5, -0, Number.NaN, 2 ** 53, "\ud800"]) {
  test(`the encoder refuses ${JSON.stringify(wrong)} (${String(wrong)})`, () => {
    assert.throws(() => encode(wrong), { code: "MALFORMED" });
  });
}
