import assert from "node:assert/strict";
import { test } from "node:test";

import {
  type Cbor,
  type CborMap,
  concat,
  decode,
  encode,
  equal,
  hex,
  LoreError,
  type Suite,
  utf8,
} from "../bytes/index.ts";
import { nobleSuite } from "../bytes/noble.ts";
import { createNodeSuite, createSigner } from "../bytes/node.ts";
import { type AttestOp, limits, type Op } from "../unit/index.ts";
import { decodeEntry, type EntryDraft, signEntry, verifyEntry } from "./entry.ts";

const suite = createNodeSuite();
const signer = createSigner(new Uint8Array(32).fill(1));
const sign = (message: Uint8Array) => signer.sign(message);
const attest: AttestOp = { op: "attest", about: "import" };
const draft: EntryDraft = {
  log: new Uint8Array(32).fill(2),
  author: new Uint8Array(20).fill(3),
  key: signer.publicKey,
  prev: null,
  time: 1_000,
  ops: [attest],
};

/** The bytes of an entry over any map at all. */
function raw(map: Cbor): Uint8Array {
  const bytes = encode(map);
  return concat(bytes, sign(concat(utf8("lore-entry/v1\n"), suite.sha256(bytes))));
}

const map: CborMap = { v: 1, ...draft, ops: [{ op: "attest", about: "import" }] };

test("what was signed is read back as it is, under every suite", () => {
  const entry = signEntry(suite, draft, sign);
  for (const each of [suite, nobleSuite]) {
    const read = verifyEntry(each, decodeEntry(each, entry.bytes));
    assert.deepEqual({ ...read, digest: undefined }, { ...entry, digest: undefined });
    assert.ok(equal(read.digest, each.sha256(entry.bytes)));
  }
  assert.ok(equal(raw(map), entry.bytes));
});

test("the signature is over a domain line and the digest of the map", () => {
  const { bytes } = signEntry(suite, draft, (message) => {
    assert.equal(new TextDecoder().decode(message.subarray(0, 14)), "lore-entry/v1\n");
    return sign(message);
  });
  assert.ok(
    suite.verify(
      concat(utf8("lore-entry/v1\n"), suite.sha256(bytes.subarray(0, -64))),
      bytes.subarray(-64),
      signer.publicKey,
    ),
  );
});

test("an entry with any bit changed is another one or none", () => {
  const { bytes, digest } = signEntry(suite, draft, sign);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    assert.throws(() => verifyEntry(suite, decodeEntry(suite, changed)), LoreError, `byte ${at}`);
    assert.ok(!equal(suite.sha256(changed), digest));
  }
});

/** The group order L, little-endian. */
const ORDER = hex.decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

test("a signature has one form: adding the group order to S is refused", () => {
  const { bytes } = signEntry(suite, draft, sign);
  const malleated = bytes.slice();
  let carry = 0;
  for (let i = 0; i < 32; i++) {
    carry += (malleated[bytes.length - 32 + i] ?? 0) + (ORDER[i] ?? 0);
    malleated[bytes.length - 32 + i] = carry & 0xff;
    carry >>= 8;
  }
  for (const each of [suite, nobleSuite] satisfies Suite[]) {
    assert.throws(() => verifyEntry(each, decodeEntry(each, malleated)), { code: "BAD_SIGNATURE" });
  }
});

test("a signature by another key, or over another domain, does not hold", () => {
  const other = createSigner(new Uint8Array(32).fill(9));
  const stolen = signEntry(suite, draft, (message) => other.sign(message));
  assert.throws(() => verifyEntry(suite, stolen), { code: "BAD_SIGNATURE" });
  const bytes = encode(map);
  for (const domain of ["", "lore-entry/v2\n", "lore-entry/v1"]) {
    const entry = decodeEntry(suite, concat(bytes, sign(concat(utf8(domain), suite.sha256(bytes)))));
    assert.throws(() => verifyEntry(suite, entry), { code: "BAD_SIGNATURE" }, JSON.stringify(domain));
  }
});

const wrong: Readonly<Record<string, Cbor>> = {
  "a list": [1],
  "a number": 1,
  "no ops": { ...map, ops: [] },
  "ops that are no list": { ...map, ops: { op: "attest" } },
  "an op that is no map": { ...map, ops: [1] },
  "a missing author": { ...map, author: undefined },
  "an author of 32 bytes": { ...map, author: new Uint8Array(32) },
  "a key of 33 bytes": { ...map, key: new Uint8Array(33) },
  "a log that is text": { ...map, log: "none" },
  "a missing prev": { ...map, prev: undefined },
  "a prev of 20 bytes": { ...map, prev: new Uint8Array(20) },
  "a time before 1970": { ...map, time: -1 },
  "a time that no date can say": { ...map, time: limits.TIME_MS_MAX + 1 },
  "a time that is text": { ...map, time: "now" },
  umlauts: { ...map, ops: [{ op: "attest", about: "import", rules: { a: "ü" } }] },
  "a line feed": { ...map, ops: [{ op: "attest", about: "import", rules: { a: "a\n" } }] },
  "a delete character": { ...map, ops: [{ op: "attest", about: "import", rules: { a: "\x7f" } }] },
  "umlauts in a name": { ...map, ops: [{ op: "attest", about: "import", rules: { ü: 1 } }] },
  "umlauts deep down": { ...map, ops: [{ op: "attest", about: "import", rules: { a: [[{ b: ["ü"] }]] } }] },
};

for (const [what, value] of Object.entries(wrong)) {
  test(`an entry with ${what} is malformed`, () => {
    assert.throws(() => decodeEntry(suite, raw(value)), { code: "MALFORMED" });
  });
}

const newer: Readonly<Record<string, Cbor>> = {
  "another v": { ...map, v: 2 },
  "no v": { ...map, v: undefined },
  "a field more": { ...map, note: 1 },
  "another op": { ...map, ops: [{ op: "vote" }] },
  "a field more in an op": { ...map, ops: [{ op: "attest", about: "import", x: 1 }] },
};

for (const [what, value] of Object.entries(newer)) {
  test(`an entry with ${what} needs a newer version`, () => {
    assert.throws(() => decodeEntry(suite, raw(value)), { code: "UNSUPPORTED" });
  });
}

test("an entry ends with its signature: no byte more, no byte less", () => {
  const { bytes } = signEntry(suite, draft, sign);
  for (const other of [
    bytes.subarray(0, -1),
    bytes.subarray(0, -64),
    concat(bytes, Uint8Array.of(0)),
    new Uint8Array(),
  ]) {
    assert.throws(() => decodeEntry(suite, other), { code: "MALFORMED" });
  }
});

test("what could not be read back is not signed", () => {
  const ops: Op[] = [{ ...attest, rules: { words: "süß" } }];
  assert.throws(() => signEntry(suite, { ...draft, ops }, sign), { code: "MALFORMED" });
  assert.throws(() => signEntry(suite, { ...draft, ops: [] }, sign), { code: "MALFORMED" });
  assert.throws(() => signEntry(suite, { ...draft, time: 1.5 }, sign), { code: "MALFORMED" });
});

/** An entry of exactly `size` bytes. */
function ofSize(size: number): Uint8Array {
  const full = { ...attest, rules: { x: new Uint8Array(4_000) } };
  const ops = (last: number): Op[] => [
    ...Array.from({ length: 15 }, () => full),
    { ...attest, rules: { x: new Uint8Array(4_000), y: new Uint8Array(60) } },
    { ...attest, rules: { x: new Uint8Array(last) } },
  ];
  const least = signEntry(suite, { ...draft, ops: ops(256) }, sign).bytes.length;
  return raw({ ...map, ops: ops(256 + size - least).map((op) => ({ ...op })) });
}

test("an entry takes 65,535 bytes at most", () => {
  for (const size of [limits.ENTRY_BYTES_MAX - 1, limits.ENTRY_BYTES_MAX]) {
    const bytes = ofSize(size);
    assert.equal(bytes.length, size);
    assert.equal(decodeEntry(suite, bytes).ops.length, 17);
  }
  assert.throws(() => decodeEntry(suite, ofSize(limits.ENTRY_BYTES_MAX + 1)), {
    code: "TOO_LARGE",
    limit: limits.ENTRY_BYTES_MAX,
  });
  const many = Array.from({ length: 20 }, () => ({ ...attest, rules: { x: new Uint8Array(4_000) } }));
  assert.throws(() => signEntry(suite, { ...draft, ops: many }, sign), { code: "TOO_LARGE" });
});

test("an entry has 256 ops at most", () => {
  const ops = (count: number): Op[] => Array.from({ length: count }, () => attest);
  for (const count of [1, limits.OPS_MAX - 1, limits.OPS_MAX]) {
    assert.equal(decodeEntry(suite, signEntry(suite, { ...draft, ops: ops(count) }, sign).bytes).ops.length, count);
  }
  assert.throws(() => signEntry(suite, { ...draft, ops: ops(limits.OPS_MAX + 1) }, sign), { code: "MALFORMED" });
});

test("an entry nests 32 deep at most", () => {
  const nested = (depth: number): Cbor => (depth === 0 ? 0 : [nested(depth - 1)]);
  // The map, its ops, the op and its rules are four levels.
  const rules = (depth: number): CborMap => ({
    ...map,
    ops: [{ op: "attest", about: "import", rules: { x: nested(depth - 4) } }],
  });
  for (const depth of [31, 32]) assert.equal(decodeEntry(suite, raw(rules(depth))).ops.length, 1);
  assert.throws(() => raw(rules(33)), { code: "MALFORMED" });
  const deep = encode(rules(32));
  assert.ok(decode(deep));
});
