import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { parseDecimal } from "./octets.ts";
import { base32, base64, hex } from "./rfc4648.ts";

for (const [name, codec] of Object.entries({ hex, base32, base64 })) {
  test(`${name}: bytes survive, and no other text decodes to them`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        assert.deepEqual(codec.decode(codec.encode(bytes)), bytes);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."abAB0278+/=z "), maxLength: 12 }), (text) => {
        try {
          assert.equal(codec.encode(codec.decode(text)), text);
        } catch (error) {
          assert.equal((error as { code?: string }).code, "MALFORMED");
        }
      }),
      { numRuns: 2_000 },
    );
  });
}

test("RFC 4648 section 10 examples", () => {
  const foobar = new TextEncoder().encode("foobar");
  assert.equal(base64.encode(foobar.subarray(0, 4)), "Zm9vYg==");
  assert.equal(base32.encode(foobar.subarray(0, 4)), "mzxw6yq");
  assert.equal(hex.encode(foobar), "666f6f626172");
});

test("a decimal has one spelling", () => {
  assert.equal(parseDecimal("9007199254740991", "a size"), Number.MAX_SAFE_INTEGER);
  for (const text of ["", "00", "01", "+1", "-1", "1e3", "0x10", " 1", "1.0", "9007199254740992", "٣"]) {
    assert.throws(() => parseDecimal(text, "a size"), { code: "MALFORMED" }, text);
  }
});
