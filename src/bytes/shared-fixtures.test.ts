/** Cases that nobody here wrote: Wycheproof Ed25519, the DAG-CBOR codec fixtures, did:key documents. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import * as ipld from "@ipld/dag-cbor";

import { decode, encode, equal, hex, parseDidKey, didKey, type Suite } from "./index.ts";
import { createNodeSuite } from "./node.ts";
import { nobleSuite } from "./noble.ts";

const fixtures = new URL("../../../shared/fixtures/", import.meta.url);
const skip = existsSync(fixtures) ? false : "the folder ../shared/fixtures is not here";

interface Wycheproof {
  testGroups: {
    publicKey: { pk: string };
    tests: { tcId: number; msg: string; sig: string; result: "valid" | "invalid" }[];
  }[];
}

const node = createNodeSuite();
const suites: [string, Suite][] = [
  ["node", node],
  ["noble", nobleSuite],
];

for (const [name, suite] of suites) {
  test(`the ${name} suite gives Wycheproof's verdict on all 151 signatures`, { skip }, async () => {
    const file = new URL("wycheproof-ed25519/ed25519_test.json", fixtures);
    const { testGroups } = JSON.parse(readFileSync(file, "utf8")) as Wycheproof;
    let count = 0;
    for (const group of testGroups) {
      for (const { tcId, msg, sig, result } of group.tests) {
        const verdict = suite.verify(hex.decode(msg), hex.decode(sig), hex.decode(group.publicKey.pk));
        assert.equal(verdict, result === "valid", `tcId ${tcId}`);
        const awaited = node.verifyAsync(hex.decode(msg), hex.decode(sig), hex.decode(group.publicKey.pk));
        assert.equal(await awaited, verdict, `tcId ${tcId}`);
        count += 1;
      }
    }
    assert.equal(count, 151);
  });
}

test("DAG-CBOR fixtures in our subset round-trip byte for byte, the others are refused", { skip }, () => {
  const folder = new URL("dag-cbor/", fixtures);
  const verdicts = { accepted: 0, refused: 0 };
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".dag-cbor"))) {
    const bytes = new Uint8Array(readFileSync(new URL(encodeURIComponent(name), folder)));
    if (isOutside(ipld.decode(bytes))) {
      assert.throws(() => decode(bytes), { code: "MALFORMED" }, name);
      verdicts.refused += 1;
    } else {
      assert.ok(equal(encode(decode(bytes)), bytes), name);
      verdicts.accepted += 1;
    }
  }
  assert.deepEqual(verdicts, { accepted: 60, refused: 68 });
});

/** Whether a value that a lenient decoder read holds something our subset leaves out. */
function isOutside(value: unknown): boolean {
  if (typeof value === "bigint") return true;
  if (typeof value === "number") return !Number.isSafeInteger(value) || Object.is(value, -0);
  if (value === null || typeof value !== "object" || value instanceof Uint8Array) return false;
  return "asCID" in value || Object.values(value).some(isOutside);
}

test("did:key documents name the key that we read and write", { skip }, () => {
  const file = new URL("did-key/ed25519-x25519.json", fixtures);
  const ids = Object.keys(JSON.parse(readFileSync(file, "utf8")) as object).filter((id) =>
    id.startsWith("did:key:z6Mk"),
  );
  assert.ok(ids.length > 0);
  for (const id of ids) assert.equal(didKey(parseDidKey(id)), id);
});
