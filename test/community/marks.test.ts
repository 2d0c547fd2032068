import assert from "node:assert/strict";
import { test } from "node:test";

import { base32 } from "../../src/bytes/index.ts";
import { type Target } from "../../src/unit/index.ts";
import { createCommunity, pageParts, textPart } from "./kit.ts";
import { refusalOf, scenario, Script } from "./script.ts";

test("anybody may confirm, thank and dispute; a dispute stands until its author withdraws it", () =>
  scenario(`
    ann   writes tea/1 + writes pie/1
    cleo  confirms tea
    dora  thanks tea/1
    cleo  disputes tea/1 as P       => tea disputed, P marked
    dora  disputes tea as Q         => tea disputed
    cleo  withdraws P               => tea disputed
    cleo  withdraws P               => tea disputed
    ann   withdraws Q               => !author
    dora  withdraws Q               => tea shown
    dora  withdraws tea             => !subject
    edda  restores tea              => tea shown
  `));

test("retired and replaced units come back by being restored", () =>
  scenario(`
    ann   writes tea/1 + writes pie/1
    edda  supersedes tea by pie       => tea superseded
    edda  retires tea as P            => tea retired superseded
    edda  withdraws P                 => !subject
    edda  restores tea                => tea shown
    edda  supersedes tea              => tea superseded
    edda  supersedes tea by tea       => !target
    cleo  writes jam/1                => jam/1 proposed
    edda  retires jam                 => jam retired
  `));

test("units cannot replace each other in a ring, of any length", () =>
  scenario(`
    ann   writes tea/1 + writes pie/1 + writes jam/1
    edda  supersedes tea by pie        => tea superseded
    edda  supersedes pie by tea        => !target
    cleo  supersedes jam by jam        => !REFUSED
    cleo  supersedes pie by tea        => !REFUSED
    cleo  supersedes jam by tea as P   => P proposed
    edda  supersedes pie by jam        => pie superseded
    edda  approves P                   => !target
    edda  supersedes jam by tea        => !target
    edda  restores pie                 => pie shown
    edda  approves P                   => P accepted, jam superseded
    edda  supersedes pie by jam        => !target
    edda  supersedes pie               => pie superseded
    edda  supersedes tea by jam        => !target
  `));

test("what the same person suggested already is refused while it waits, naming it", async () => {
  await using t = await createCommunity();
  await t.join("edda", "editor");
  for (const name of ["cleo", "dora"]) await t.join(name);
  const script = new Script(t);
  await script.play(`
    ann   writes tea/1 + writes pie/1 + writes jam/1
    cleo  retires tea as P             => P proposed
    cleo  supersedes tea by pie as Q   => Q proposed
    cleo  supersedes tea by pie        => !REFUSED
    cleo  supersedes tea by jam as R   => R proposed
    dora  retires tea as S             => S proposed
    cleo  retires pie as T             => T proposed
  `);
  const again = () => t.person("cleo").write({ op: "mark", mark: "retire", on: { unit: script.id("tea") } });
  const { message } = await refusalOf(again());
  assert.ok(message.includes(base32.encode(script.id("P"))), message);
  await script.play("cleo  withdraws P  => P withdrawn");
  await again();
});

test("a governed unit is retired by the majority that governs it", () =>
  scenario(`
    ann   writes law/1 kind=policy  => law/1 current
    edda  retires law as P          => P proposed
    evan  approves P                => P proposed
    ann   approves P                => P accepted, law retired
  `));

test("a mark or comment may name a passage, and the passage must be there", async () => {
  await using t = await createCommunity();
  const bob = await t.join("bob");
  const script = new Script(t);
  await script.play("ann  writes tea/1 + writes pie/1");
  const [unit, at] = [script.id("tea"), script.id("tea/1")];
  const bodyBytes = "Text tea/1 by ann.".length;
  const good: Target[] = [
    { unit },
    { unit, at },
    { unit, part: "body" },
    { unit, at, part: "body" },
    { unit, at, part: "body", range: [0, bodyBytes] },
    { unit, at, part: "body", range: [3, 3] },
  ];
  for (const on of good) {
    await bob.write(
      { op: "mark", mark: "dispute", on },
      { op: "review", verdict: "comment", on, content: [textPart("text", "hm")] },
    );
  }
  const rows = t.community.rows.all<{ at: Uint8Array | null; part: string | null; range_end: number | null }>(
    "SELECT at, part, range_end FROM mark ORDER BY n",
  );
  assert.deepEqual(rows.at(-2), Object.assign(Object.create(null), { at, part: "body", range_end: bodyBytes }));
  const wrong: Target[] = [
    { unit: new Uint8Array(20) },
    { unit, at: script.id("pie/1") },
    { unit, at, part: "annex" },
    { unit, at, part: "body", range: [0, bodyBytes + 1] },
  ];
  for (const on of wrong) {
    assert.equal(
      (await refusalOf(bob.write({ op: "mark", mark: "confirm", verdict: "holds", on }))).data["rule"],
      "target",
    );
    assert.equal((await refusalOf(bob.write({ op: "review", verdict: "comment", on }))).data["rule"], "target");
  }
  assert.equal(
    (await refusalOf(bob.write({ op: "review", verdict: "approve", on: { unit } }))).data["rule"],
    "subject",
  );
  assert.equal(
    (await refusalOf(bob.write({ op: "mark", mark: "thank", on: new Uint8Array(32) }))).data["rule"],
    "target",
  );
});

test("a link names a version only once it is there", async () => {
  await using t = await createCommunity();
  const script = new Script(t);
  await script.play("ann  writes tea/1 + writes pie/1");
  const { entry } = script.sign("ann  writes jam/1");
  const [op] = entry.ops;
  assert.ok(op?.op === "revise");
  const { parts: _, ...rest } = op;
  const draft = { ...rest, content: pageParts("Jam", "Three cups.") };
  const to = script.id("tea");
  const early = await refusalOf(t.ann.write({ ...draft, links: [{ rel: "cites", to, at: script.id("pie/1") }] }));
  assert.equal(early.data["rule"], "target", early.message);
  const elsewhere = `lore:${base32.encode(new Uint8Array(20))}/${base32.encode(new Uint8Array(20))}`;
  await t.ann.write({
    ...draft,
    links: [
      { rel: "cites", to, at: script.id("tea/1") },
      { rel: "uses", to: new Uint8Array(20) },
      { rel: "derivedFrom", to: elsewhere },
    ],
  });
  assert.equal(t.community.rows.all("SELECT 1 FROM link").length, 3);
});
