/** How people name things: a community in one line, a unit by path, title or id, a version by number or id. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { type DraftOp, persons, units, verifyCommunity } from "../../src/community/index.ts";
import { unitId } from "../../src/unit/index.ts";
import { createCommunity, joining, pageParts, suite, type TestCommunity, textPart } from "./kit.ts";

function page({ ann, community, environment }: TestCommunity, title: string, path: string): DraftOp & { op: "revise" } {
  const nonce = environment.random(16);
  const unit = unitId(suite, { log: community.log, author: ann.member, nonce });
  const meta = textPart("meta", JSON.stringify({ title, path }), "application/json");
  return { op: "revise", unit, kind: "page", nonce, parents: [], content: [meta, textPart("body", title)] };
}

test("a version is meant by its number or by what its id begins with", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const draft = page(t, "Tea", "tea.md");
  await t.ann.write(draft);
  const first = units.findUnit(community, "tea.md");
  const parents = [community.facts.revision(units.resolve(community, first))?.id ?? assert.fail()];
  await t.ann.write({ op: "revise", kind: "page", unit: draft.unit, parents, content: pageParts("Green tea", "2") });
  const [second, older] = units.history(community, first.unit);
  assert.deepEqual([second?.version, older?.version], [2, 1]);
  for (const [name, meant] of [
    ["tea.md@1", older],
    ["Green tea@2", second],
    [`tea.md@${older?.revision.slice(0, 8) ?? ""}`, older],
    [`${second?.unit ?? ""}@${second?.revision ?? ""}`, second],
  ] as const)
    assert.equal(
      units.revisionDetail(community, units.resolve(community, units.findUnit(community, name))).revision,
      meant?.revision,
      name,
    );
  for (const name of ["tea.md@3", "tea.md@0", "tea.md@zzzzzz", "coffee.md@1"])
    assert.throws(() => units.findUnit(community, name), { code: "NOT_FOUND" }, name);
});

test("a path that looks like a version is a path", async () => {
  await using t = await createCommunity();
  for (const path of ["room", "room@1"]) await t.ann.write(page(t, `In ${path}`, path));
  assert.equal(units.unitAt(t.community, units.findUnit(t.community, "room@1").unit)?.title, "In room@1");
  assert.equal(units.findUnit(t.community, "room@1").revision, undefined);
});

test("a community and its founder have names of one line", async () => {
  await using t = await createCommunity();
  for (const name of ["", " ", "two\nlines", "a\u0000b", "a\u2028b"]) {
    const now = t.environment.now();
    await assert.rejects(t.node.begin({ name, founder: "Ann", now }), { code: "MALFORMED" });
    await assert.rejects(t.node.begin({ name: "Guild", founder: name, now }), { code: "MALFORMED" });
  }
  assert.equal(t.node.ids().length, 1);
});

test("a hidden name goes from every list, and somebody else may have it", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const name = "A name of more than sixteen bytes";
  const [first, second] = [await t.join(name, "editor"), await t.join("Ben", "editor")];
  await first.write(page({ ...t, ann: first }, "Tea", "tea.md"));
  const n = (id: Uint8Array) => community.facts.memberById(id)?.n ?? assert.fail();
  const slots = persons.opsNaming(community, n(first.member), name).map((op) => ({ op, part: "name" }));
  assert.equal(slots.length, 1);
  assert.deepEqual(persons.opsNaming(community, n(second.member), name), []);
  await first.write({ op: "redact", slots });
  assert.deepEqual(
    persons
      .people(community)
      .map((person) => person.name)
      .toSorted(),
    ["Ann", "Ben", "Someone"],
  );
  assert.equal(persons.nameOfMember(community, n(first.member)), null);
  const [version] = units.history(community, units.findUnit(community, "tea.md").unit);
  assert.deepEqual(
    version?.authors.map((author) => author.name),
    ["Someone"],
  );
  assert.throws(() => persons.findPerson(community, name), { code: "NOT_FOUND" });
  await t.person("Cy").write(joining("Cy", name));
  assert.equal(persons.findPerson(community, name).keyed, true);
  await verifyCommunity(community);
});
