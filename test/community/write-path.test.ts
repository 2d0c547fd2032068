import assert from "node:assert/strict";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { equal } from "../../src/bytes/index.ts";
import { type Community, LoreNode, type Submission, units, verifyCommunity } from "../../src/community/index.ts";
import { logOrigin, openCheckpoint } from "../../src/log/index.ts";
import { opId, unitId } from "../../src/unit/index.ts";
import {
  createCommunity,
  type Overrides,
  pageParts,
  Person,
  START_MS,
  suite,
  type TestCommunity,
  textPart,
  TICK_MS,
} from "./kit.ts";
import { refusalOf } from "./script.ts";

const LATE_MS = 10 * 60_000;
const EARLY_MS = 2 * 60_000;

function comment(community: Community, person: Person, overrides: Overrides = {}): Submission {
  return person.sign(
    [
      {
        op: "review",
        verdict: "comment",
        on: community.charter.head,
        content: [textPart("text", `by ${person.name}`)],
      },
    ],
    overrides,
  );
}

/** What the clock will show when the next entry is signed and then admitted. */
function admission({ environment }: TestCommunity): number {
  return environment.now() + 2 * TICK_MS;
}

/** Entries of one person, each after the one before. */
function chain(community: Community, person: Person, count: number): Submission[] {
  let prev = person.tip;
  return Array.from({ length: count }, () => {
    const submission = comment(community, person, { prev });
    prev = submission.entry.digest;
    return submission;
  });
}

test("writers at the same time are all written, each key's entries in their order", async () => {
  await using t = await createCommunity();
  const people = await Promise.all(["bob", "cleo", "dora"].map((name) => t.join(name)));
  const chains = [t.ann, ...people].map((person) => chain(t.community, person, 5));
  const turns = Array.from({ length: 5 }, (_, turn) => chains.flatMap((each) => each[turn] ?? []));
  const start = t.community.size;
  const written = await Promise.all(turns.flat().map((submission) => t.community.append(submission)));
  assert.deepEqual(
    written.map(({ index }) => index),
    turns.flat().map((_, i) => start + i),
  );
  assert.ok(written.every(({ level }) => level === "stored"));
  assert.deepEqual(t.community.rows.all("SELECT 1 FROM void"), []);
  await verifyCommunity(t.community);
});

test("a submission that is refused leaves the others of its group alone", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const wrong = comment(t.community, bob, { prev: null });
  const [first, second] = chain(t.community, t.ann, 2);
  const group = [first ?? assert.fail(), wrong, second ?? assert.fail(), comment(t.community, bob)];
  const outcomes = await Promise.allSettled(group.map((submission) => t.community.append(submission)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled", "fulfilled"],
  );
  await verifyCommunity(t.community);
});

test("what depends on a refused entry is refused with it", async () => {
  await using t = await createCommunity();
  const [first, second] = chain(t.community, t.ann, 2);
  const late = comment(t.community, t.ann, { time: START_MS - LATE_MS });
  const outcomes = await Promise.allSettled(
    [late, second ?? assert.fail(), first ?? assert.fail()].map((submission) => t.community.append(submission)),
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected", "fulfilled"],
  );
});

test("a proposal and its acceptance may come in one group", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const proposal = bob.sign([{ op: "role", act: "grant", member: bob.member, role: "editor" }]);
  const approval = t.ann.sign([{ op: "review", verdict: "approve", on: opId(suite, proposal.entry.digest, 0) }]);
  await t.community.appendAll([proposal, approval]);
  assert.equal(t.community.facts.rank(bob.n), 2);
  await verifyCommunity(t.community);
});

test("many at once are written all or none", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const start = t.community.size;
  const good = chain(t.community, t.ann, 3);
  const wrong = comment(t.community, bob, { log: new Uint8Array(32) });
  assert.equal((await refusalOf(t.community.appendAll([...good, wrong]))).data["rule"], "log");
  assert.deepEqual(
    [t.community.size, t.community.rows.get<{ size: number }>("SELECT size FROM state")?.size],
    [start, start],
  );
  await t.community.appendAll(good);
  assert.equal(t.community.size, start + 3);
  await verifyCommunity(t.community);
});

test("a part that is missing, of another size or not what was signed is refused, and its entry with it", async () => {
  await using t = await createCommunity();
  const good = comment(t.community, t.ann);
  const [part] = good.content;
  const bytes = new TextEncoder().encode("by bob");
  const wrong: Submission[] = [
    { ...good, content: [] },
    { ...good, content: [{ ...(part ?? assert.fail()), bytes: new Uint8Array() }] },
    { ...good, sidecar: Uint8Array.of(0x81, 0x81, 0xf6) },
    { ...good, sidecar: comment(t.community, t.ann).sidecar },
  ];
  for (const submission of wrong) assert.equal((await refusalOf(t.community.append(submission))).code, "REFUSED");
  assert.equal(t.community.store.parts.has(suite.sha256(bytes)), false);
  await t.community.append(good);
});

test("a claimed time may be ten minutes before log time and two ahead of the clock, no more", async () => {
  await using t = await createCommunity();
  const logTime = () => t.community.projections.fold.time;
  await t.community.append(comment(t.community, t.ann));
  const reached = logTime();
  await t.community.append(comment(t.community, t.ann, { time: reached - LATE_MS }));
  assert.equal(logTime(), reached);
  const late = await refusalOf(t.community.append(comment(t.community, t.ann, { time: reached - LATE_MS - 1 })));
  assert.deepEqual([late.code, late.field], ["REFUSED", "time"]);
  const early = await refusalOf(t.community.append(comment(t.community, t.ann, { time: admission(t) + EARLY_MS + 1 })));
  assert.deepEqual([early.code, early.field], ["REFUSED", "time"]);
  const at = admission(t) + EARLY_MS;
  await t.community.append(comment(t.community, t.ann, { time: at }));
  assert.equal(logTime(), at);
  await t.community.append(comment(t.community, t.ann, { time: at - 1 }));
  const times = t.community.rows
    .all<{ time: number }>("SELECT time FROM entry_time ORDER BY idx")
    .map(({ time }) => time);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
});

test("a seal covers everything that is durable, signed by the log's key", async () => {
  await using t = await createCommunity();
  const { community } = t;
  await Promise.all(chain(community, t.ann, 3).map((submission) => community.append(submission)));
  await community.seal();
  const note = community.store.log.checkpoint() ?? assert.fail();
  const publicKey = community.projections.fold.rules.logKey;
  const checkpoint = openCheckpoint(suite, note, { name: logOrigin(community.id, 0), publicKey });
  assert.equal(checkpoint.size, community.size);
  assert.ok(equal(t.node.highWater.read(community.id) ?? assert.fail(), note));
  await community.seal();
  assert.ok(equal(community.store.log.checkpoint() ?? assert.fail(), note));
});

test("an older copy of the data folder is read, and never written", async () => {
  await using t = await createCommunity();
  const { id } = t.community;
  await t.ann.write({ op: "attest", about: "checkpoint" });
  await t.node.close();
  const [home, older] = [t.environment.home, join(t.directory, "older")];
  cpSync(home, older, { recursive: true });
  const node = new LoreNode(t.environment);
  const [entry] = chain(node.community(id), new Person(node.community(id), "ann", t.ann), 1);
  assert.ok(entry);
  await node.community(id).append(entry);
  await node.close();
  rmSync(home, { recursive: true });
  cpSync(older, home, { recursive: true });

  const restored = new LoreNode(t.environment);
  const community = restored.community(id);
  assert.equal(community.refusal?.code, "BEHIND");
  assert.equal((await refusalOf(community.append(entry))).code, "BEHIND");
  assert.equal(community.name, "Repair guild");
  assert.deepEqual(units.listUnits(community), []);
  const before = community.store.log.checkpoint() ?? assert.fail();
  await community.seal();
  assert.ok(equal(community.store.log.checkpoint() ?? assert.fail(), before));
  await restored.close();
});

test("a copy that went another way is read, and never written", async () => {
  await using t = await createCommunity();
  const { id } = t.community;
  await t.node.close();
  const [home, older] = [t.environment.home, join(t.directory, "older")];
  cpSync(home, older, { recursive: true });
  for (const name of [home, older]) {
    const node = new LoreNode({
      ...t.environment,
      home: name,
      state: join(t.directory, `state of ${name === home ? "home" : "older"}`),
    });
    const ann = new Person(node.community(id), "ann", t.ann);
    await node.community(id).append(comment(node.community(id), ann));
    await node.close();
  }
  const mixed = new LoreNode({ ...t.environment, home: older, state: join(t.directory, "state of home") });
  assert.equal(mixed.community(id).refusal?.code, "BEHIND");
  await mixed.close();
});

test("one process owns a data folder", async () => {
  await using t = await createCommunity();
  assert.throws(() => new LoreNode(t.environment), { code: "BUSY" });
  await t.node.close();
  await new LoreNode(t.environment).close();
});

test("a community that is opened again goes on where it was", async () => {
  await using t = await createCommunity();
  const { id, size } = t.community;
  const [first, second] = chain(t.community, t.ann, 2);
  await t.community.append(first ?? assert.fail());
  await t.node.close();
  const node = new LoreNode(t.environment);
  assert.equal(node.community(id).size, size + 1);
  await node.community(id).append(second ?? assert.fail());
  await verifyCommunity(node.community(id));
  await node.close();
});

test("a page is written once its parts are held, and read back byte for byte", async () => {
  await using t = await createCommunity();
  const nonce = t.environment.random(16);
  const unit = unitId(suite, { log: t.community.log, author: t.ann.member, nonce });
  const body = "Tea\r\n\u0000ü\ufeff\n".repeat(1_000);
  await t.ann.write({ op: "revise", unit, kind: "page", nonce, parents: [], content: pageParts("Tea", body) });
  const [listing] = units.listUnits(t.community);
  const ref = units.findUnit(t.community, listing?.unit ?? assert.fail());
  assert.equal(
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(units.partBytes(t.community, units.resolve(t.community, ref))),
    body,
  );
});
