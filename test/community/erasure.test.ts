/** What is asked to be erased is hidden at once everywhere, and gone from the raw files after the delay. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { utf8 } from "../../src/bytes/index.ts";
import { ErasedBytes } from "../../src/community/erasure.ts";
import { Db } from "../../src/store/index.ts";
import {
  Author,
  type DraftOp,
  isShown,
  LoreNode,
  proofFile,
  searchCommunity,
  shownSidecar,
  units,
  verifyCommunity,
} from "../../src/community/index.ts";
import { revisionId, type ReviseOp, unitId } from "../../src/unit/index.ts";
import { fixedEnvironment, temporaryFolder } from "../import/node.ts";

const SECRET = "quetzalcoatlus-4711";
const DAY_MS = 86_400_000;

function holds(folder: string, text: string): boolean {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).some(
    (file) => file.isFile() && readFileSync(join(file.parentPath, file.name)).includes(text),
  );
}

test("a redacted text is nowhere to be had at once, and in no file after the delay; the record still verifies", async (t) => {
  const folder = temporaryFolder(t);
  let now = 1_800_000_000_000;
  const node = new LoreNode({ ...fixedEnvironment(folder), now: () => (now += 1_000) });
  t.after(() => node.close());
  const community = await node.begin({ name: "Guild", founder: "Keeper", now });
  const keys = node.keystore.read(community.id) ?? assert.fail();
  const author = new Author(community, keys);
  const { environment, log } = community;
  const nonce = environment.random(16);
  const unit = unitId(environment.suite, { log, author: keys.member, nonce });
  const content = (text: string) => [
    { name: "meta", media: "application/json", bytes: utf8('{"title":"Page","path":"page.md"}') },
    { name: "body", media: "text/markdown", bytes: utf8(text) },
  ];
  const leak = await author.write([
    { op: "revise", unit, kind: "page", nonce, parents: [], content: content(`# Page\n\n${SECRET} and more words\n`) },
  ]);
  const leakOp = leak.submission.entry.ops[0] as ReviseOp;
  const leakId = revisionId(environment.suite, { log, author: keys.member, op: leakOp });
  await community.seal();
  const digest =
    community.facts.parts(community.facts.revisionById(leakId)?.n ?? 0).find(({ name }) => name === "body")?.digest ??
    assert.fail();
  assert.ok(isShown(community, digest));
  assert.equal((await searchCommunity(community, { text: SECRET, limit: 5 })).length, 1);

  await author.write([
    { op: "redact", slots: [{ op: leakId, part: "body" }] },
    { op: "revise", unit, kind: "page", parents: [leakId], content: content("# Page\n\nclean words\n") },
  ]);
  await community.seal();
  assert.ok(!isShown(community, digest));
  const [stored] = community.store.log.read(leak.index, leak.index + 1);
  assert.ok(stored !== undefined);
  assert.notDeepEqual(shownSidecar(community, leak.index, stored), stored.sidecar);
  const { n } = community.facts.revisionById(leakId) ?? assert.fail();
  assert.equal(units.partBytes(community, n), undefined);
  assert.throws(() => proofFile(community, n), { code: "NOT_FOUND" });
  assert.deepEqual(await searchCommunity(community, { text: SECRET, limit: 5 }), []);
  assert.ok(community.store.parts.has(digest), "during the delay the bytes are kept, in case of a veto");
  await verifyCommunity(community);

  now += 15 * DAY_MS;
  await author.write([{ op: "mark", mark: "confirm", on: { unit }, verdict: "holds" }]);
  await community.seal();
  assert.ok(!community.store.parts.has(digest));
  const report = await verifyCommunity(community);
  assert.equal(report.partsErased, 1);
  await node.release(community.id);
  assert.ok(!holds(node.directory(community.id), SECRET), "the words are in some file");
  assert.ok(!holds(node.directory(community.id), Buffer.from(digest).toString("latin1")), "the digest is in some file");
  await verifyCommunity(node.community(community.id));

  const reopened = node.community(community.id);
  const again = new Author(reopened, keys);
  const write = (text: string, media = "text/markdown") => {
    const once = environment.random(16);
    const id = unitId(environment.suite, { log, author: keys.member, nonce: once });
    const [meta, body] = content(text);
    const parts = [meta, { ...body, media }].filter((part) => part !== undefined);
    return again.write([{ op: "revise", unit: id, kind: "page", nonce: once, parents: [], content: parts } as DraftOp]);
  };
  const before = reopened.size;
  const erasedText = `# Page\n\n${SECRET} and more words\n`;
  await assert.rejects(write(erasedText), { code: "REFUSED", message: /"body".*were hidden or erased here before/ });
  assert.equal(reopened.size, before);
  await write(`${erasedText}Other words.\n`);
  await reopened.seal();
});

test("erased bytes are known again by a keyed hash, and may be written where they still stand elsewhere", async (t) => {
  const folder = temporaryFolder(t);
  const erased = new ErasedBytes(folder, fixedEnvironment(folder));
  const rows = new Db(":memory:", { durability: "normal" });
  t.after(() => rows.close());
  rows.exec("CREATE TABLE part (digest BLOB); CREATE TABLE op_part (digest BLOB)");
  const [one, other] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  assert.ok(erased.isEmpty && !erased.has(one, rows));
  erased.add([one]);
  assert.ok(erased.has(one, rows) && !erased.has(other, rows));
  assert.ok(new ErasedBytes(folder, fixedEnvironment(folder)).has(one, rows));
  assert.ok(!holds(folder, Buffer.from(one).toString("hex")), "the hash is keyed");
  rows.run("INSERT INTO part VALUES (?)", one);
  assert.ok(!erased.has(one, rows));
});
