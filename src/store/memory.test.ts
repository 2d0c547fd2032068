import assert, { AssertionError } from "node:assert/strict";
import { test } from "node:test";

import { utf8 } from "../bytes/index.ts";
import { createMemoryStore } from "./memory.ts";
import { bytesOf, entriesOf, publicationOf } from "./suite-fixture.ts";
import { storeSuite } from "./suite.ts";

storeSuite("memory", async () => {
  const store = createMemoryStore();
  return { store, dispose: () => store.close() };
});

test("two overlapping writes are noticed, and the first stands", async () => {
  const { log, parts } = createMemoryStore();
  const [first, ...others] = await Promise.allSettled([
    log.append(entriesOf(0, 1), 0),
    log.append(entriesOf(1, 2), 1),
    parts.erase([]),
  ]);
  assert.equal(first.status, "fulfilled");
  for (const other of others) assert.ok(other.status === "rejected" && other.reason instanceof AssertionError);
  assert.equal(log.size(), 1);
});

test("a tile of another width than its tree has is noticed", async () => {
  const { log } = createMemoryStore();
  await log.append(entriesOf(0, 5), 0);
  const narrow = { name: { level: 0, number: 0, width: 4 }, hashes: bytesOf("tile", 4 * 32) };
  await assert.rejects(log.publish({ ...publicationOf(0, 5), tiles: [narrow] }), AssertionError);
  assert.equal(log.sealedSize(), 0);
});

test("what is handed out is a copy", async () => {
  const { log } = createMemoryStore();
  await log.append([{ bytes: utf8("entry"), sidecar: utf8("sidecar") }], 0);
  [...log.read(0, 1)][0]?.bytes.fill(0);
  assert.deepEqual([...log.read(0, 1)][0]?.bytes, utf8("entry"));
});
