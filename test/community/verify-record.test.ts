/** A record that several threads read: its root is the one that was published, and the first wrong entry is named. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { hex, isLoreError } from "../../src/bytes/index.ts";
import { type Community, verifyCommunity, verifyRecord } from "../../src/community/index.ts";
import { parseCheckpoint } from "../../src/log/index.ts";
import { Db } from "../../src/store/index.ts";
import { unitId } from "../../src/unit/index.ts";
import { createCommunity, pageParts, suite, type TestCommunity } from "./kit.ts";

async function writePages({ community, ann, environment }: TestCommunity, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const nonce = environment.random(16);
    const unit = unitId(suite, { log: community.log, author: ann.member, nonce });
    await ann.write({ op: "revise", unit, kind: "page", nonce, parents: [], content: pageParts(`Page ${i}`, "Text") });
  }
  await community.seal();
}

/** Changes a byte of what is stored of an entry. */
function damage({ directory }: Community, index: number): void {
  const db = new Db(join(directory, "log.db"), { durability: "normal" });
  const row = db.get<{ bytes: Uint8Array }>("SELECT bytes FROM entries WHERE idx = ?", index);
  assert.ok(row !== undefined);
  row.bytes[40] = (row.bytes[40] ?? 0) ^ 1;
  db.run("UPDATE entries SET bytes = ? WHERE idx = ?", row.bytes, index);
  db.close();
}

test("a record of many ranges verifies to the published root, and of several wrong entries the first is named", async () => {
  await using made = await createCommunity();
  const { community } = made;
  for (let n = 0; n < 11; n++) {
    await writePages(made, 29);
    const report = await verifyRecord(suite, community.directory);
    const { size, root } = parseCheckpoint(community.store.log.checkpoint() ?? assert.fail());
    assert.deepEqual([report.entries, report.root], [size, hex.encode(root)]);
    assert.equal(report.signatures, size);
  }
  const size = community.store.log.size();
  for (const index of [size - 1, 260, 131, 70]) {
    damage(community, index);
    for (let n = 0; n < 5; n++)
      await assert.rejects(verifyRecord(suite, community.directory), (error) => {
        assert.ok(isLoreError(error) && error.code === "INTEGRITY");
        assert.match(error.message, new RegExp(`^Verifying entry ${index}: its bytes are not those in the published`));
        return true;
      });
  }
});

/** Changes the record's database, and what verification says then. */
async function altered(made: TestCommunity, sql: string, ...values: (number | Uint8Array)[]): Promise<string> {
  const { community } = made;
  const path = join(community.directory, "log.db");
  const db = new Db(path, { durability: "normal" });
  db.run(sql, ...values);
  db.close();
  return verifyCommunity(community).then(
    () => "well",
    (error: unknown) => (isLoreError(error) ? `${error.code}: ${error.message}` : String(error)),
  );
}

const ALTERATIONS: readonly (readonly [what: string, sql: string, values: readonly (number | Uint8Array)[], RegExp])[] =
  [
    ["a part by another name", "UPDATE parts SET digest = ? WHERE id = 9", [new Uint8Array(32)], /is missing/],
    ["a sidecar of nothing", "UPDATE sidecars SET bytes = ? WHERE idx = 7", [Uint8Array.of(0x80)], /entry 7: .*0 ops/],
    [
      "an opening that nobody hid",
      "UPDATE sidecars SET bytes = ? WHERE idx = 7",
      [Uint8Array.of(0x81, 0x82, 0xf6, 0xf6)],
      /entry 7: .*nobody asked/,
    ],
    ["an entry that is gone", "DELETE FROM sidecars WHERE idx = 18", [], /entry 18: .*not there/],
    ["no checkpoint", "DELETE FROM checkpoint", [], /the checkpoint: it is not there/],
    ["an upper tile", "UPDATE tiles SET hashes = ? WHERE key = 1099511627776", [new Uint8Array(32)], /tile\/1\//],
  ];

test("whatever is altered in the record is named where it is", async () => {
  for (const [what, sql, values, found] of ALTERATIONS) {
    await using made = await createCommunity();
    await writePages(made, what === "an upper tile" ? 270 : 30);
    await verifyCommunity(made.community);
    assert.match(await altered(made, sql, ...values), found, what);
  }
});
