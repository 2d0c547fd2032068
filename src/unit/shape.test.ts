import assert from "node:assert/strict";
import { test } from "node:test";

import { boolean, bytes, either, flag, integer, list, oneOf, record, type Shape, text } from "./shape.ts";

const shape = record({ name: text(3) }, { age: integer(0, 9) });

/** Which shape reads which values, and what it says of the others. */
const cases: readonly (readonly [
  name: string,
  shape: Shape<unknown>,
  value: unknown,
  outcome: "read" | "MALFORMED" | "UNSUPPORTED",
])[] = [
  ["bytes of a length", bytes(2), new Uint8Array(2), "read"],
  ["fewer bytes", bytes(2), new Uint8Array(1), "MALFORMED"],
  ["text for bytes", bytes(2), "ab", "MALFORMED"],
  ["an integer at its least", integer(-1, 1), -1, "read"],
  ["an integer at its most", integer(-1, 1), 1, "read"],
  ["an integer above", integer(-1, 1), 2, "MALFORMED"],
  ["an integer below", integer(-1, 1), -2, "MALFORMED"],
  ["a fraction", integer(0), 0.5, "MALFORMED"],
  ["a number beyond 2^53-1", integer(0), 2 ** 53, "MALFORMED"],
  ["digits for an integer", integer(0), "1", "MALFORMED"],
  ["text at its most", text(3), "abc", "read"],
  ["text above", text(3), "abcd", "MALFORMED"],
  ["empty text", text(3), "", "MALFORMED"],
  ["text out of its pattern", text(3, /^a+$/), "ab", "MALFORMED"],
  ["a known word", oneOf("a", "b"), "b", "read"],
  ["an unknown word", oneOf("a", "b"), "c", "UNSUPPORTED"],
  ["a number for a word", oneOf("a", "b"), 1, "MALFORMED"],
  ["a flag that is there", flag, true, "read"],
  ["a flag that is false", flag, false, "MALFORMED"],
  ["false", boolean, false, "read"],
  ["null for a truth", boolean, null, "MALFORMED"],
  ["a list at its most", list(integer(0), 2), [1, 2], "read"],
  ["a list above", list(integer(0), 2), [1, 2, 3], "MALFORMED"],
  ["a list below", list(integer(0), 2, 1), [], "MALFORMED"],
  ["a list of others", list(integer(0), 2), ["a"], "MALFORMED"],
  ["a map for a list", list(integer(0), 2), {}, "MALFORMED"],
  ["a map with all it needs", shape, { name: "ann" }, "read"],
  ["a map with what it may have", shape, { name: "ann", age: 1 }, "read"],
  ["a map without what it needs", shape, { age: 1 }, "MALFORMED"],
  ["a map with an unknown field", shape, { name: "ann", size: 1 }, "UNSUPPORTED"],
  ["a map with a field named like the prototype", shape, JSON.parse('{"name":"ann","__proto__":1}'), "UNSUPPORTED"],
  ["a map whose field is inherited", shape, Object.create({ name: "ann" }), "MALFORMED"],
  ["a list for a map", shape, [], "MALFORMED"],
  ["bytes for a map", shape, new Uint8Array(), "MALFORMED"],
  ["null for a map", shape, null, "MALFORMED"],
  ["the first of two", either((value) => typeof value === "string", text(3), integer(0)), "abc", "read"],
  ["the second of two", either((value) => typeof value === "string", text(3), integer(0)), 3, "read"],
  ["neither of two", either((value) => typeof value === "string", text(3), integer(0)), "abcd", "MALFORMED"],
];

for (const [name, read, value, outcome] of cases) {
  test(`${name}: ${outcome}`, () => {
    if (outcome === "read") assert.deepEqual(read(value, "it"), value);
    else assert.throws(() => read(value, "it"), { code: outcome, message: /^Reading it/ });
  });
}
