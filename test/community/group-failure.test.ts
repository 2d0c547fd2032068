/** What fails after an entry was admitted is nobody's mistake: it undoes the whole group, and the next one is written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { type Community, type DraftOp, verifyCommunity } from "../../src/community/index.ts";
import { Db } from "../../src/store/index.ts";
import { unitId } from "../../src/unit/index.ts";
import { createCommunity, pageParts, type Person, suite, textPart, type TestCommunity } from "./kit.ts";

function page({ community, environment }: TestCommunity, person: Person): DraftOp {
  const nonce = environment.random(16);
  const unit = unitId(suite, { log: community.log, author: person.member, nonce });
  return { op: "revise", unit, kind: "page", nonce, parents: [], content: pageParts("Tea", "Black.") };
}

function comment(community: Community): DraftOp {
  return { op: "review", verdict: "comment", on: community.charter.head, content: [textPart("text", "hm")] };
}

test("a projection that fails undoes the group, and no row is ahead of the log", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const size = t.community.size;
  assert.ok(!t.community.rows.inTransaction, "reading leaves no transaction open");
  const rows = new Db(join(t.node.directory(t.community.id), "rows.db"), { durability: "normal" });
  rows.exec("ALTER TABLE catalog_fact RENAME TO catalog_fact_away");
  const group = [bob.sign([comment(t.community)]), t.ann.sign([page(t, t.ann)])];
  const outcomes = await Promise.allSettled(group.map((submission) => t.community.append(submission)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.deepEqual([t.community.size, rows.get<{ size: number }>("SELECT size FROM state")?.size], [size, size]);
  rows.exec("ALTER TABLE catalog_fact_away RENAME TO catalog_fact");
  rows.close();
  for (const submission of group) await t.community.append(submission);
  assert.equal(t.community.size, size + 2);
  await verifyCommunity(t.community);
});

test("rows that could not be brought up are brought up by the next write", async () => {
  await using t = await createCommunity();
  const { store } = t.community;
  const behind = t.ann.sign([page(t, t.ann)]);
  for (const part of behind.content) if (part !== undefined) store.parts.put(suite.sha256(part.bytes), part.bytes);
  await store.log.append([{ bytes: behind.entry.bytes, sidecar: behind.sidecar }], t.community.size);
  assert.ok(!t.community.rows.inTransaction);
  const rows = new Db(join(t.node.directory(t.community.id), "rows.db"), { durability: "normal" });
  rows.exec("ALTER TABLE catalog_fact RENAME TO catalog_fact_away");
  const next = t.ann.sign([page(t, t.ann)], { prev: behind.entry.digest });
  await assert.rejects(t.community.append(next));
  rows.exec("ALTER TABLE catalog_fact_away RENAME TO catalog_fact");
  rows.close();
  await t.community.append(next);
  await verifyCommunity(t.community);
});

test("an author of whom an entry was refused goes on after the last one on record", async () => {
  await using t = await createCommunity();
  const { author } = await t.join("bob");
  const wrong: DraftOp = { op: "review", verdict: "approve", on: new Uint8Array(32) };
  const outcomes = await Promise.allSettled([author.write([wrong]), author.write([comment(t.community)])]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  await author.write([comment(t.community)]);
});

test("entries that are void for their bytes or signature do not fail the record", async () => {
  await using t = await createCommunity();
  const { bytes } = t.ann.sign([comment(t.community)]).entry;
  const forged = bytes.slice();
  forged[forged.length - 1] = (forged[forged.length - 1] ?? 0) ^ 1;
  for (const each of [bytes.subarray(1), forged]) await t.smuggle({ entry: { bytes: each } });
  const report = await verifyCommunity(t.community);
  assert.deepEqual([report.entries, report.signatures], [3, 1]);
});
