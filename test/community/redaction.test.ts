import assert from "node:assert/strict";
import { test } from "node:test";

import { persons, units } from "../../src/community/index.ts";
import { createCommunity, START_MS, textPart } from "./kit.ts";
import { refusalOf, scenario, Script } from "./script.ts";

const DELAY_MS = 14 * 86_400_000;

test("one's own words are hidden at once, once, and a head needs another in its place", () =>
  scenario(`
    ann   writes tea/1
    ann   redacts tea/1 body                            => !head-redacted
    ann   redacts tea/1 meta                            => !head-redacted
    ann   redacts tea/1 body + writes tea/2 on tea/1    => tea redacted, tea/2 current
    ann   redacts tea/1 body                            => !slot
    ann   redacts tea/1 annex                           => !slot
    ann   writes tea/3 on tea/2 + redacts tea/2 body    => tea/3 current
    cleo  suggests pie/1
    cleo  redacts pie/1 body                            => pie/1 proposed, pie redacted
  `));

test("somebody else's words take the majority of stewards, and hide when they have agreed", () =>
  scenario(
    `
    cleo  suggests tea/1
    ann   approves tea/1
    dora  redacts tea/1 body as P                      => P proposed, tea shown
    edda  approves P                                   => P proposed
    ann   approves P                                   => !head-redacted
    ann   approves P + writes tea/2 on tea/1           => P accepted, tea redacted
    ann   redacts tea/1 meta                           => tea redacted
    dora  redacts tea/1 meta                           => tea redacted
  `.replace(
      "    dora  redacts tea/1 meta                           => tea redacted\n",
      "    dora  redacts tea/1 meta as Q                      => Q proposed\n    ann   approves Q                                   => !slot\n",
    ),
  ));

test("every part of every op can be redacted: names, comments, reasons, evidence", async () => {
  await using t = await createCommunity();
  for (const name of ["cleo", "dora"]) await t.join(name);
  const script = new Script(t);
  await script.play(`
    ann   writes tea/1
    cleo  comments tea/1 as COMMENT
    cleo  thanks tea as THANKS
    cleo  disputes tea as DISPUTE
    cleo  withdraws DISPUTE
    cleo  retires tea as RETIRE
    cleo  suggests pie/1
    cleo  redacts pie/1 body as REDACT
    cleo  attests as EVIDENCE
    cleo  names old as NAME
    ann   redacts COMMENT text + redacts THANKS text + redacts RETIRE text + redacts REDACT text + redacts EVIDENCE state + redacts NAME name
    ann   redacts COMMENT text      => !slot
    dora  redacts DISPUTE text as P => P proposed
    ann   approves P + approves NAME  => P accepted, NAME accepted
  `);
  const { rows } = t.community;
  const gone = rows.all("SELECT 1 FROM op_part WHERE digest IS NULL").length;
  assert.equal(gone, 7);
  assert.deepEqual({ ...rows.get("SELECT digest FROM attestation") }, { digest: null });
  assert.equal(persons.findPerson(t.community, "cleo").name, "cleo");
  assert.throws(() => persons.findPerson(t.community, "old"), { code: "NOT_FOUND" });
});

test("a member erases their own name, also one that somebody else wrote for them", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const op = t.community.rows.get<{ op: Uint8Array }>("SELECT op FROM member WHERE n = ?", bob.n)?.op ?? assert.fail();
  await bob.write({ op: "redact", slots: [{ op, part: "name" }] });
  assert.throws(() => persons.findPerson(t.community, "bob"), { code: "NOT_FOUND" });
  assert.equal((await refusalOf(bob.write({ op: "redact", slots: [{ op, part: "face" }] }))).data["rule"], "slot");
});

test("erasing another part of a member's op leaves the name", async () => {
  await using t = await createCommunity();
  const nonce = t.environment.random(16);
  await t.ann.write({
    op: "member",
    type: "person",
    nonce,
    content: [textPart("name", "Old Bob"), textPart("about", "a secret")],
  });
  const op = t.community.rows.get<{ op: Uint8Array }>("SELECT op FROM member ORDER BY n DESC")?.op ?? assert.fail();
  await t.ann.write({ op: "redact", slots: [{ op, part: "about" }] });
  assert.equal(persons.findPerson(t.community, "Old Bob").name, "Old Bob");
});

test("what a second joining brings along can be erased too", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const { submission } = await bob.write({
    op: "member",
    type: "person",
    key: bob.signer.publicKey,
    nonce: t.environment.suite.sha256(new TextEncoder().encode("nonce")).subarray(0, 16),
    content: [textPart("name", "rude")],
  });
  assert.equal(submission.entry.ops.length, 1);
  const ops = t.community.rows.all<{ op: Uint8Array }>("SELECT op FROM op_part WHERE author = ?", bob.n);
  assert.equal(ops.length, 2);
  assert.equal(persons.findPerson(t.community, "bob").name, "bob");
});

test("bytes are due for erasure when the charter's delay of log time is over", async () => {
  await using t = await createCommunity();
  await new Script(t).play(`
    ann  writes tea/1
    ann  redacts tea/1 body + writes tea/2 on tea/1`);
  const slot = t.community.rows.get<{ due: number; idx: number }>("SELECT due, idx FROM slot") ?? assert.fail();
  const { time } =
    t.community.rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", slot.idx) ?? assert.fail();
  assert.equal(slot.due, time + DELAY_MS);
  assert.ok(time > START_MS);
  const [second, first] = units.history(t.community, 2);
  assert.deepEqual(
    first?.parts.map(({ name, sha256 }) => [name, sha256 === null]),
    [
      ["body", true],
      ["meta", false],
    ],
  );
  assert.deepEqual(
    second?.parts.map(({ sha256 }) => sha256 === null),
    [false, false],
  );
});
