import assert from "node:assert/strict";
import { test } from "node:test";

import { base32, concat, encode, equal, utf8 } from "../bytes/index.ts";
import { createNodeSuite } from "../bytes/node.ts";
import { commitment, memberId, nextKeyDigest, opId, parseDigest, parseId, revisionId, unitId } from "./ids.ts";

const suite = createNodeSuite();
const [key, nonce, log, author] = [
  new Uint8Array(32).fill(1),
  new Uint8Array(16).fill(2),
  new Uint8Array(32).fill(3),
  new Uint8Array(20).fill(4),
];
const op = { op: "attest", about: "import" } as const;

function sha(domain: string, ...rest: Uint8Array[]): Uint8Array {
  return suite.sha256(concat(utf8(domain), ...rest));
}

test("every id is SHA-256 over its domain line and its fields", () => {
  const next = nextKeyDigest(suite, 1, key);
  const pairs: [Uint8Array, Uint8Array][] = [
    [memberId(suite, { key, nonce }), sha("lore-member/v1\n", encode({ key, nonce })).subarray(0, 20)],
    [memberId(suite, { key, nonce, next }), sha("lore-member/v1\n", encode({ key, nonce, next })).subarray(0, 20)],
    [memberId(suite, { log, nonce }), sha("lore-member/v1\n", encode({ log, nonce })).subarray(0, 20)],
    [next, sha("lore-next/v1\n", Uint8Array.of(1), key)],
    [unitId(suite, { log, author, nonce }), sha("lore-unit/v1\n", log, author, nonce).subarray(0, 20)],
    [revisionId(suite, { log, author, op }), sha("lore-rev/v1\n", log, author, encode({ ...op }))],
    [opId(suite, log, 258), sha("lore-op/v1\n", log, Uint8Array.of(0, 0, 1, 2))],
    [commitment(suite, nonce, log), sha("lore-part/v1\n", nonce, log)],
  ];
  for (const [found, wanted] of pairs) assert.ok(equal(found, wanted));
});

test("the text of an id has one spelling", () => {
  const id = base32.encode(author);
  assert.ok(equal(parseId(id, "a unit id"), author));
  assert.ok(equal(parseDigest(base32.encode(log), "a revision"), log));
  const digest = base32.encode(log);
  const wrong = ["", id.toUpperCase(), id.slice(1), `${id}a`, `${id}=`, ` ${id}`, id.replace(/.$/, "1"), digest];
  for (const text of wrong) assert.throws(() => parseId(text, "a unit id"), { code: "MALFORMED" }, text);
  // The last letter of 52 carries one bit: only "a" and "q" can stand there.
  for (const text of [id, digest.slice(0, -1), `${digest.slice(0, -1)}b`, digest.toUpperCase()]) {
    assert.throws(() => parseDigest(text, "a revision"), { code: "MALFORMED" }, text);
  }
});
