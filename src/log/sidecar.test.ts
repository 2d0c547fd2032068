import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { encode, equal } from "../bytes/index.ts";
import { decodeSidecar, encodeSidecar } from "./sidecar.ts";

const [salt, digest] = [new Uint8Array(16).fill(1), new Uint8Array(32).fill(2)];

test("openings survive, erased ones too, in one spelling", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const opening = fc.option(fc.record({ salt: bytes(16), digest: bytes(32) }, { noNullPrototype: true }), {
    nil: undefined,
  });
  fc.assert(
    fc.property(fc.array(fc.array(opening, { maxLength: 4 }), { maxLength: 6 }), (sidecar) => {
      const encoded = encodeSidecar(sidecar);
      assert.deepEqual(decodeSidecar(encoded), sidecar);
      assert.ok(equal(encodeSidecar(decodeSidecar(encoded)), encoded));
    }),
  );
});

const wrong = [
  1,
  null,
  [1],
  [[1]],
  [[[]]],
  [[[salt]]],
  [[[salt, digest, digest]]],
  [[[salt, salt]]],
  [[[digest, digest]]],
  [[[digest, salt]]],
  [[{ salt, digest }]],
  { salt },
];

for (const [i, value] of wrong.entries()) {
  test(`what is no list of lists of openings is refused (${i + 1})`, () => {
    assert.throws(() => decodeSidecar(encode(value)), { code: "MALFORMED" });
  });
}

test("bytes after the sidecar are refused", () => {
  assert.throws(() => decodeSidecar(Uint8Array.of(0x80, 0x00)), { code: "MALFORMED" });
});
