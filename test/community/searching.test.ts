/** Search follows what is written, on this thread or another, and ends with the rows of a replay either way. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { type DraftOp, searchCommunity, verifyCommunity } from "../../src/community/index.ts";
import { unitId } from "../../src/unit/index.ts";
import { createCommunity, pageParts, suite, type TestCommunity } from "./kit.ts";

/** So many that another thread follows them. */
const MANY = 80;

function page({ ann, community, environment }: TestCommunity, title: string, body: string): DraftOp & { op: "revise" } {
  const nonce = environment.random(16);
  const unit = unitId(suite, { log: community.log, author: ann.member, nonce });
  return { op: "revise", unit, kind: "page", nonce, parents: [], content: pageParts(title, body) };
}

async function found({ community }: TestCommunity, text: string): Promise<string[]> {
  const rows = await searchCommunity(community, { text, limit: 100 });
  return rows.map(({ title }) => title).toSorted();
}

test("what was written is found once it is sealed, by whichever thread search followed", async () => {
  await using t = await createCommunity();
  const { author } = t.ann;
  for (const [round, count] of [MANY, 3, MANY, 1].entries()) {
    const drafts = Array.from({ length: count }, (_, i) =>
      page(t, `Page ${round}.${i}`, `Solder the lower joint, solder${round}.`),
    );
    await t.community.appendAll(drafts.map((draft) => author.sign([author.seal(draft)])));
    await t.community.seal();
    assert.equal(t.community.search.size, t.community.size);
    assert.equal((await found(t, `solder${round}`)).length, count);
  }
  await verifyCommunity(t.community);
});

test("what others write much of is sealed first, and found once they pause, without anybody asking", async () => {
  await using t = await createCommunity();
  const { author } = t.ann;
  const pages = Array.from({ length: MANY }, (_, i) => page(t, `Page ${i}`, "Solder the lower joint."));
  await Promise.all(pages.map((draft) => t.community.append(author.sign([author.seal(draft)]))));
  const until = async (isSo: () => boolean) => {
    for (let i = 0; !isSo() && i < 500; i++) await setTimeout(10);
    assert.ok(isSo());
  };
  await until(() => t.community.checkpoint?.size === t.community.size);
  assert.ok(t.community.search.size < t.community.size);
  await until(() => t.community.search.size === t.community.size);
  assert.equal((await found(t, "solder")).length, MANY);
});

test("a page can be read in the moment it is acknowledged", async () => {
  await using t = await createCommunity();
  const draft = page(t, "Tea", "Black.");
  await t.ann.write(draft);
  assert.notEqual(t.community.facts.unitById(draft.unit)?.head, null);
});

test("words of a page that was replaced by both threads in turn are found only in its history", async () => {
  await using t = await createCommunity();
  const { author } = t.ann;
  const pages = Array.from({ length: MANY }, (_, i) => page(t, `Page ${i}`, "An old word stands here."));
  await t.community.appendAll(pages.map((draft) => author.sign([author.seal(draft)])));
  await t.community.seal();
  const [first = pages[0]] = pages;
  assert.ok(first !== undefined);
  for (const body of ["An other word stands here.", "An old word stands here."]) {
    const head = t.community.facts.unitById(first.unit)?.head ?? 0;
    const parents = [t.community.facts.revision(head)?.id ?? new Uint8Array()];
    await t.ann.write({ op: "revise", kind: "page", unit: first.unit, parents, content: pageParts("Page 0", body) });
    await t.community.seal();
    assert.equal((await found(t, "other")).length, body.includes("other") ? 1 : 0);
    assert.equal((await found(t, "old")).length, body.includes("other") ? MANY - 1 : MANY);
  }
  await verifyCommunity(t.community);
});

test("what was redacted is not found from that moment on, though search has not followed yet", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const draft = page(t, "Leak", "The word zorkmelon is private.");
  await t.ann.write(draft);
  await community.seal();
  assert.deepEqual(await found(t, "zorkmelon"), ["Leak"]);
  const size = community.size;
  const head = community.facts.revision(community.facts.unitById(draft.unit)?.head ?? 0)?.id ?? assert.fail();
  const clean = { op: "revise", kind: "page", unit: draft.unit, parents: [head], content: pageParts("Leak", "Gone.") };
  await t.ann.write(clean as DraftOp, { op: "redact", slots: [{ op: head, part: "body" }] });
  assert.equal(community.search.size, size);
  assert.deepEqual(await found(t, "zorkmelon"), []);
  await community.seal();
  assert.deepEqual(await found(t, "zorkmelon"), []);
  await verifyCommunity(community);
});

test("the first search waits for what is not searchable yet", async () => {
  await using t = await createCommunity();
  const { author } = t.ann;
  const pages = Array.from({ length: MANY }, (_, i) => page(t, `Page ${i}`, "Solder the lower joint."));
  await t.community.appendAll(pages.map((draft) => author.sign([author.seal(draft)])));
  const { id, directory } = t.community;
  await t.node.release(id);
  for (const suffix of ["", "-wal", "-shm"]) rmSync(join(directory, `search.db${suffix}`), { force: true });
  const rows = await searchCommunity(t.node.community(id), { text: "solder", limit: 100 });
  assert.equal(rows.length, MANY);
});
