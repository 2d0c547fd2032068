import assert from "node:assert/strict";
import { test } from "node:test";

import { memberId, nextKeyDigest } from "../../src/unit/index.ts";
import {
  createCommunity,
  joining,
  pageParts,
  Person,
  signerOf,
  stranger,
  suite,
  type TestCommunity,
  textPart,
} from "./kit.ts";
import { refusalOf, scenario, Script } from "./script.ts";

test("a key that was added signs, and one that was revoked signs no longer", () =>
  scenario(`
    cleo    adds laptop
    laptop  suggests tea/1            => tea/1 proposed
    dora    adds laptop               => !key
    dora    revokes laptop            => !key
    laptop  revokes laptop + suggests pie/1  => pie/1 proposed
    laptop  suggests jam/1            => !key
    edda    approves tea/1            => tea/1 current
    dora    adds laptop
    cleo    suggests jam/1            => jam/1 proposed
  `));

test("a newcomer signs with a key that is nobody's, under the name that the key makes", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const own = { op: "member", type: "person", nonce: new Uint8Array(16) } as const;
  const taken = { ...own, key: bob.signer.publicKey };
  const twin = new Person(t.community, "twin", {
    signer: bob.signer,
    member: memberId(suite, { key: taken.key, nonce: taken.nonce }),
  });
  assert.equal((await refusalOf(twin.write(taken))).data["rule"], "member");
  const zed = stranger(t.community, "zed");
  const other = new Person(t.community, "zed", { signer: zed.signer, member: bob.member });
  assert.equal((await refusalOf(other.write(joining("zed")))).data["rule"], "author");
});

test("joining again has no effect", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  await bob.write(joining("bob"));
  assert.equal(t.community.rows.all("SELECT 1 FROM member").length, 2);
});

test("a steward gives a plain contributor a new key, and nobody else does, to nobody else", () =>
  scenario(`
    ann    names old
    ann    rekeys cleo with cleo2
    cleo   suggests tea/1            => !key
    cleo2  suggests tea/1            => tea/1 proposed
    ann    rekeys edda with edda2    => !key
    ann    rekeys old with old2      => !key
    edda   rekeys dora with dora2 as P  => P proposed
    evan   approves P                => P proposed
    ann    approves P                => P accepted
    dora2  suggests pie/1            => pie/1 proposed
    dora   suggests jam/1            => !key
    ann    ends cleo contributor     => cleo nobody
    cleo2  suggests jam/1            => !banned
    ann    rekeys cleo with cleo3    => !key
    ann    grants cleo contributor   => cleo contributor
    cleo2  suggests jam/1            => jam/1 proposed
  `));

test("ending the role of contributor is a ban, and ends no other role by the way", () =>
  scenario(`
    ann   grants edda steward        => edda steward
    ann   grants edda contributor    => edda steward
    ann   ends edda contributor      => !member
    ann   ends evan contributor      => !member
    ann   ends evan editor           => evan contributor
    ann   ends evan contributor      => evan nobody
    evan  suggests tea/1             => !banned
    ann   grants evan editor         => evan editor
    ann   ends evan editor           => evan nobody
  `));

/** Someone who named a recovery key on joining. */
async function careful(t: TestCommunity): Promise<{ lost: Person; found: Person }> {
  const [signer, recovery] = [signerOf("careful"), signerOf("safe")];
  const seed = { key: signer.publicKey, nonce: new Uint8Array(16), next: nextKeyDigest(suite, 1, recovery.publicKey) };
  const lost = new Person(t.community, "careful", { signer, member: memberId(suite, seed) });
  await lost.write({ op: "member", type: "person", ...seed });
  return { lost, found: new Person(t.community, "found", { signer: recovery, member: lost.member }) };
}

test("a recovery key ends all other keys, and names the next one or none", async () => {
  await using t = await createCommunity();
  const { lost, found } = await careful(t);
  const third = signerOf("third").publicKey;
  await lost.write({ op: "key", act: "add", key: third });
  const later = signerOf("later");
  await found.write({ op: "key", act: "recover", next: nextKeyDigest(suite, 1, later.publicKey) });
  assert.equal(
    (await refusalOf(lost.write({ op: "key", act: "add", key: signerOf("x").publicKey }))).data["rule"],
    "key",
  );
  assert.deepEqual(
    t.community.rows
      .all("SELECT key FROM member_key WHERE member = ? AND until_idx IS NULL", lost.n)
      .map((row) => ({ ...row })),
    [{ key: found.signer.publicKey }],
  );
  const last = new Person(t.community, "last", { signer: later, member: lost.member });
  await last.write({ op: "key", act: "recover" });
  assert.equal((await refusalOf(found.write({ op: "key", act: "recover" }))).data["rule"], "key");
});

test("a recovery that names no promised key, or comes late in its entry, is void", async () => {
  await using t = await createCommunity();
  const { lost, found } = await careful(t);
  const recover = { op: "key", act: "recover" } as const;
  for (const submission of [
    lost.sign([recover]),
    found.sign([{ op: "key", act: "add", key: signerOf("x").publicKey }, recover]),
    t.ann.sign([recover]),
  ]) {
    assert.equal((await refusalOf(t.community.append(submission))).data["rule"], "key");
  }
});

test("an assistant suggests the kinds it was lent and comments, on behalf of its sponsor, and nothing else", () =>
  scenario(`
    edda   writes tea/1
    edda   lends robot page,note
    robot  writes tea/2 on tea/1         => tea/2 proposed
    robot  comments tea/1
    robot  writes law/1 kind=policy      => !agent-scope
    robot  writes tab/1 kind=dataset     => !agent-scope
    robot  approves tea/2                => !agent-scope
    robot  rejects tea/2                 => !agent-scope
    robot  confirms tea                  => !agent-scope
    robot  withdraws tea/2               => !agent-scope
    robot  retires tea                   => !agent-scope
    robot  adds spare                    => !agent-scope
    robot  redacts tea/2 body            => !agent-scope
    edda   withdraws tea/2               => tea/2 withdrawn
    robot  suggests tea/3 on tea/1       => tea/3 proposed
    edda   approves tea/3                => tea/3 current
    ann    ends edda editor
    robot  suggests tea/4 on tea/3       => tea/4 proposed
    edda   revokes robot
    robot  suggests tea/5 on tea/4       => !key
    edda   lends droid page direct       => !agent-scope
  `));

test("an assistant is not above its sponsor, and neither counts as another reviewer", () =>
  scenario(`
    ann    writes charter/1 on charter/0 approvals=2 direct=steward
    ann    grants cleo editor
    edda   lends robot page
    robot  writes tea/1            => tea/1 proposed
    edda   approves tea/1          => tea/1 proposed
    evan   approves tea/1          => tea/1 proposed
    cleo   approves tea/1          => tea/1 current
    ann    ends cleo editor
    ann    ends cleo contributor   => cleo nobody
    edda   revokes robot
  `));

test("in a notebook, and only there, an assistant writes directly if its owner says so", async () => {
  await using t = await createCommunity({ visibility: "members" });
  const script = new Script(t);
  await script.play(`
    ann    lends robot page direct
    ann    lends timid page
    robot  writes tea/1            => tea/1 current
    robot  suggests tea/2 on tea/1 => tea/2 proposed
    timid  writes pie/1            => pie/1 proposed
    robot  writes law/1 kind=policy  => !agent-scope
  `);
  await t.join("bob");
  await script.play("robot  writes jam/1   => jam/1 proposed");
});

test("an assistant's key is over once log time has passed its end", async () => {
  await using t = await createCommunity();
  const script = new Script(t);
  await script.play(`
    ann    lends robot page
    robot  writes tea/1  => tea/1 proposed`);
  t.environment.advance(3_600_000);
  await script.play("robot  writes pie/1  => !key");
});

test("each key has its own line of entries", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  await bob.write({ op: "key", act: "add", key: signerOf("phone").publicKey });
  const phone = new Person(t.community, "phone", { signer: signerOf("phone"), member: bob.member });
  assert.equal(phone.tip, null);
  const comment = {
    op: "review",
    verdict: "comment",
    on: t.community.charter.head,
    content: [textPart("text", "hm")],
  } as const;
  const first = phone.sign([comment]);
  await t.community.append(first);
  for (const prev of [null, first.entry.prev, bob.tip]) {
    const error = await refusalOf(t.community.append(phone.sign([comment], { prev })));
    assert.deepEqual([error.code, error.data["rule"]], ["STALE", "prev"]);
  }
  assert.deepEqual(phone.tip, first.entry.digest);
  await phone.write({ ...comment, content: pageParts("x", "y") });
});
