/** Entries that break a rule, or need a newer version: what happens to them, and to those after them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { type CborMap, concat, decode, equal } from "../../src/bytes/index.ts";
import { createNodeSuite } from "../../src/bytes/node.ts";
import { type Community, openSubmission, type Submission, units, verifyCommunity } from "../../src/community/index.ts";
import { decodeEntry, decodeSidecar, encodeSidecar, tiles, tree } from "../../src/log/index.ts";
import { limits, type Op, type ReviseOp, unitId } from "../../src/unit/index.ts";
import { createCommunity, pageParts, signRaw, suite, type TestCommunity, textPart } from "./kit.ts";
import { refusalOf } from "./script.ts";

/** A first version of a page by Ann, signed and not written. */
function pageBy(t: TestCommunity, overrides = {}): Submission {
  const nonce = t.environment.random(16);
  const unit = unitId(suite, { log: t.community.log, author: t.ann.member, nonce });
  return t.ann.sign(
    [{ op: "revise", unit, kind: "page", nonce, parents: [], content: pageParts("Tea", "Black.") }],
    overrides,
  );
}

function reviseOf({ entry }: Submission): ReviseOp {
  const [op] = entry.ops;
  return op?.op === "revise" ? op : assert.fail("no revision");
}

/** The map an entry was signed over. */
function mapOf(bytes: Uint8Array): CborMap {
  // An entry begins with a map.
  return decode(bytes.subarray(0, -64)) as CborMap;
}

function voids(t: TestCommunity): unknown[] {
  return t.community.rows.all("SELECT idx, rule FROM void ORDER BY idx").map((row) => Object.values(row));
}

/** Admission refuses it under `rule`, and in the log it is void under it. */
async function requireVoid(t: TestCommunity, submission: Submission, rule: string): Promise<void> {
  const error = await refusalOf(t.community.append(submission));
  assert.equal(error.data["rule"], rule, error.message);
  const index = await t.smuggle(submission);
  assert.deepEqual(voids(t).at(-1), [index, rule]);
}

test("an entry signed for another community is void", async () => {
  await using t = await createCommunity();
  await requireVoid(t, pageBy(t, { log: new Uint8Array(32) }), "log");
  await verifyCommunity(t.community);
});

test("a second genesis is void, and stops nobody", async () => {
  await using t = await createCommunity();
  const [genesis] = t.community.store.log.read(0, 1);
  const { bytes, sidecar } = genesis ?? assert.fail();
  const { ops } = decodeEntry(suite, bytes);
  await requireVoid(t, { ...t.ann.sign([], { log: null, ops }), sidecar }, "genesis");
  await t.community.append(pageBy(t));
  await verifyCommunity(t.community);
});

test("a unit is made once, of its author's own nonce", async () => {
  await using t = await createCommunity();
  const first = pageBy(t);
  await t.community.append(first);
  const op = reviseOf(first);
  const again = (unit: Uint8Array, nonce: Uint8Array) =>
    t.ann.sign([{ op: "revise", unit, kind: "page", nonce, parents: [], content: pageParts("Tea", "Green.") }]);
  await requireVoid(t, again(op.unit, op.nonce ?? assert.fail()), "unit");
  await requireVoid(t, again(op.unit, new Uint8Array(16)), "unit");
  const parents = [t.community.charter.head];
  await requireVoid(
    t,
    t.ann.sign([{ op: "revise", unit: new Uint8Array(20), kind: "page", parents, content: pageParts("Tea", "") }]),
    "unit",
  );
});

test("a commitment fills one slot, of whatever op", async () => {
  await using t = await createCommunity();
  const first = pageBy(t);
  await t.community.append(first);
  const parts = reviseOf(first).parts.slice(1);
  const { sidecar, content } = first;
  const reused = { sidecar: encodeSidecar(decodeSidecar(sidecar).map((op) => op.slice(1))), content: content.slice(1) };
  const on = t.community.charter.head;
  for (const ops of [
    [{ op: "review", verdict: "comment", on, parts }],
    [{ op: "mark", mark: "thank", on, parts }],
    [{ op: "attest", about: "import", parts }],
  ] as const) {
    await requireVoid(t, { ...t.ann.sign([], { ops }), ...reused }, "commitment");
  }
  const bob = await t.join("bob");
  const said = bob.sign([{ op: "mark", mark: "dispute", on, content: [textPart("text", "no")] }]);
  await t.community.append(said);
  const [dispute] = said.entry.ops;
  const words = dispute?.op === "mark" ? (dispute.parts ?? []) : [];
  const held = t.community.rows.get<{ id: Uint8Array }>("SELECT id FROM mark") ?? assert.fail();
  await requireVoid(
    t,
    {
      ...bob.sign([], { ops: [{ op: "mark", mark: "withdraw", on: held.id, parts: words }] }),
      sidecar: said.sidecar,
      content: said.content,
    },
    "commitment",
  );
});

test("a commitment fills one slot of one op", async () => {
  await using t = await createCommunity();
  const once = t.ann.sign([{ op: "attest", about: "import", content: [textPart("state", "so far")] }]);
  const [op] = once.entry.ops;
  const [part] = op?.op === "attest" ? (op.parts ?? []) : [];
  const [opening] = decodeSidecar(once.sidecar)[0] ?? [];
  const ops: Op[] = [
    { op: "attest", about: "import", parts: part === undefined ? [] : [part, { ...part, name: "again" }] },
  ];
  const twice = { sidecar: encodeSidecar([[opening, opening]]), content: [...once.content, ...once.content] };
  await requireVoid(t, { ...t.ann.sign([], { ops }), ...twice }, "commitment");
});

test("the same revision in a second entry has no effect, nor has its content", async () => {
  await using t = await createCommunity();
  const first = pageBy(t);
  await t.community.append(first);
  const before = t.community.rows.all("SELECT * FROM revision").length;
  const { index } = await t.community.append({
    ...t.ann.sign([], { ops: first.entry.ops }),
    sidecar: first.sidecar,
    content: first.content,
  });
  assert.equal(index, 2);
  assert.deepEqual([t.community.rows.all("SELECT * FROM revision").length, voids(t)], [before, []]);
});

test("an entry whose signature does not hold is void, whoever let it in", async () => {
  await using t = await createCommunity();
  const good = pageBy(t);
  const bytes = good.entry.bytes.slice();
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
  const opened = openSubmission(t.environment, { entry: bytes, openings: [] });
  await assert.rejects(opened, { code: "BAD_SIGNATURE" });
  const index = await t.smuggle({ ...good, entry: { bytes } });
  assert.deepEqual(voids(t), [[index, "signature"]]);
  await t.community.append(good);
  assert.equal(units.listUnits(t.community).length, 1);
});

test("bytes that are no entry are void, move no clock and leave the next one its place", async () => {
  await using t = await createCommunity();
  const good = pageBy(t);
  const { bytes } = good.entry;
  const map = mapOf(bytes);
  const wrong = [
    new Uint8Array(),
    bytes.subarray(1),
    bytes.subarray(0, -1),
    concat(bytes, Uint8Array.of(0)),
    new Uint8Array(limits.ENTRY_BYTES_MAX + 1),
    signRaw(t.ann.signer, { ...map, ops: [] }).bytes,
    signRaw(t.ann.signer, { ...map, time: 8_640_000_000_000_001 }).bytes,
    signRaw(t.ann.signer, { ...map, author: new Uint8Array(19) }).bytes,
    signRaw(t.ann.signer, { ...map, ops: [{ op: "attest", about: "import", rules: { word: "naïve" } }] }).bytes,
  ];
  const { time } = t.community.projections.fold;
  for (const entry of wrong) {
    await assert.rejects(openSubmission(t.environment, { entry, openings: [] }));
    await t.smuggle({ entry: { bytes: entry } });
  }
  assert.deepEqual(
    voids(t),
    wrong.map((_, i) => [i + 1, "malformed"]),
  );
  assert.equal(t.community.projections.fold.time, time);
  await t.community.append(good);
});

test("a void entry stands in the tree like any other", async () => {
  await using t = await createCommunity();
  const wrong = pageBy(t, { log: new Uint8Array(32) });
  const index = await t.smuggle(wrong);
  await t.community.append(pageBy(t));
  await t.community.seal();
  const { size, root } = t.community.checkpoint ?? assert.fail();
  const nodes = tiles.tileNodes(suite, size, (name) => t.community.store.log.tile(name) ?? assert.fail());
  const proof = tree.inclusionProof({ suite, nodes }, index, size);
  assert.ok(
    tree.verifyInclusion(createNodeSuite(), {
      index,
      size,
      root,
      proof,
      leaf: tree.leafHash(suite, wrong.entry.bytes),
    }),
  );
});

test("rows after a rebuild are the same rows, void entries included", async () => {
  await using t = await createCommunity();
  await requireVoid(t, pageBy(t, { log: new Uint8Array(32) }), "log");
  await t.community.append(pageBy(t));
  const facts = ({ rows }: Community) =>
    ["state", "void", "revision", "key_tip", "entry_time"].map((table) => rows.all(`SELECT * FROM ${table}`));
  const before = facts(t.community);
  assert.deepEqual(facts(await t.node.rebuild(t.community.id)), before);
});

/** What a newer program could write that this one must not guess at. */
const newer: Readonly<Record<string, (map: CborMap, t: TestCommunity) => CborMap>> = {
  "another v": (map) => ({ ...map, v: 2 }),
  "an entry with another field": (map) => ({ ...map, mood: 1 }),
  "another op": (map) => ({ ...map, ops: [{ op: "vote" }] }),
  "an op with another field": (map, t) => ({
    ...map,
    ops: [{ op: "role", act: "grant", member: t.ann.member, role: "editor", why: 1 }],
  }),
  "another mark": (map, t) => ({ ...map, ops: [{ op: "mark", mark: "like", on: t.community.charter.head }] }),
  "another rule of the charter": (map, t) => {
    const { id, head, rules } = t.community.charter;
    // Rules were read from CBOR.
    const charter = {
      op: "revise",
      unit: id,
      kind: "charter",
      parents: [head],
      parts: [{ name: "meta", commit: new Uint8Array(32), size: 2, media: "application/json" }],
      rules: { ...(rules as CborMap), quorum: 3 },
    };
    return { ...map, ops: [charter] };
  },
};

for (const [what, change] of Object.entries(newer)) {
  test(`${what} stops the fold there and nothing after it is folded`, async () => {
    await using t = await createCommunity();
    await t.community.append(pageBy(t));
    const index = await t.smuggle({ entry: signRaw(t.ann.signer, change(mapOf(pageBy(t).entry.bytes), t)) });
    const late = pageBy(t);
    await t.smuggle(late);
    const { fold } = t.community.projections;
    assert.deepEqual([fold.newerFrom, fold.size, voids(t), units.listUnits(t.community).length], [index, index, [], 1]);
    const error = await refusalOf(t.community.append(pageBy(t)));
    assert.equal(error.code, "UNSUPPORTED");
    assert.match(error.message, new RegExp(`Entry ${index} needs a newer version`));
    await verifyCommunity(t.community);
    const known = t.community.store.log.size();
    assert.ok(equal(late.entry.bytes, [...t.community.store.log.read(known - 1, known)][0]?.bytes ?? new Uint8Array()));
  });
}
