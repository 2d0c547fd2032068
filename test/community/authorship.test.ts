/** Whose words stand where, in a community that is written to: by hand, in side branches, copied, and erased. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { base32 } from "../../src/bytes/index.ts";
import { authorship, type DraftOp, links, verifyCommunity } from "../../src/community/index.ts";
import { decodeResidue, encodeResidue, type Remains } from "../../src/projection/authorship/residue.ts";
import { revisionId, type ReviseOp, unitId } from "../../src/unit/index.ts";
import { createCommunity, pageParts, type Person, suite, type TestCommunity } from "./kit.ts";

interface Written {
  readonly unit: Uint8Array;
  readonly revision: Uint8Array;
}

/** Writes a version as somebody; a first one without `of`. */
async function write(
  t: TestCommunity,
  by: Person,
  body: string,
  { of, propose }: { of?: readonly Written[]; propose?: true } = {},
): Promise<Written> {
  const { log } = t.community;
  const [base] = of ?? [];
  const nonce = base === undefined ? t.environment.random(16) : undefined;
  const unit = base?.unit ?? unitId(suite, { log, author: by.member, nonce: nonce ?? new Uint8Array() });
  const draft: DraftOp = {
    op: "revise",
    kind: "page",
    unit,
    parents: (of ?? []).map(({ revision }) => revision),
    content: pageParts("Tea", body),
    ...(nonce === undefined ? {} : { nonce }),
    ...(propose === undefined ? {} : { propose }),
  };
  const { submission } = await by.write(draft);
  // The op just signed.
  const op = submission.entry.ops[0] as ReviseOp;
  return { unit, revision: revisionId(suite, { log, author: by.member, op }) };
}

/** Runs of the text of a version as "name: words"; the current version's, where only a unit is given. */
async function said(t: TestCommunity, { revision }: Pick<Written, "revision">): Promise<string[]> {
  await authorship.authorshipReady(t.community);
  const n = t.community.facts.revisionById(revision)?.n ?? assert.fail();
  const { text, runs } = authorship.attributed(t.community, n) ?? assert.fail("no authors");
  return runs.map(
    ({ start, end, origin }) => `${origin.authors.map(({ name }) => name).join("+")}: ${text.slice(start, end)}`,
  );
}

function standing(t: TestCommunity, { unit }: Written): string[] {
  const head = t.community.facts.unitById(unit)?.head ?? 0;
  return authorship.standingIn(t.community, head).map(({ name }) => name);
}

async function withBob() {
  const t = await createCommunity();
  return { t, bob: await t.join("Bob", "editor") };
}

test("words are those of whoever brought them in, and reverting makes nobody their author", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, t.ann, "Boil the water. Pour it.");
  const second = await write(t, bob, "Boil the fresh water. Pour it.", { of: [first] });
  const blank = await write(t, bob, "", { of: [second] });
  const third = await write(t, bob, "Boil the fresh water. Pour it.", { of: [blank] });
  assert.deepEqual(await said(t, third), ["Ann: Boil the", "Bob: fresh", "Ann: water. Pour it."]);
  assert.deepEqual(standing(t, third), ["Ann", "Bob"]);
  assert.deepEqual(await said(t, first), ["Ann: Boil the water. Pour it."]);
  await verifyCommunity(t.community);
});

test("who wrote in a suggestion keeps their words when it is taken up by a later version", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, t.ann, "Boil the water.\n\nPour it.");
  const side = await write(t, bob, "Boil the water.\n\nPour it slowly.", { of: [first], propose: true });
  const main = await write(t, t.ann, "Boil fresh water.\n\nPour it.", { of: [first] });
  const merged = await write(t, t.ann, "Boil fresh water.\n\nPour it slowly.", { of: [main, side] });
  assert.deepEqual(await said(t, merged), [
    "Ann: Boil",
    "Ann: fresh",
    "Ann: water.\n\nPour it",
    "Bob: slowly",
    "Ann: .",
  ]);
  await verifyCommunity(t.community);
});

test("a suggestion that nobody accepted has no authors to show", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, t.ann, "Boil the water.");
  const side = await write(t, bob, "Boil no water.", { of: [first], propose: true });
  await authorship.authorshipReady(t.community);
  const n = t.community.facts.revisionById(side.revision)?.n ?? assert.fail();
  assert.equal(authorship.attributed(t.community, n), undefined);
});

const SENTENCE = "Never leave a kettle on the stove without water in it.";

test("a sentence copied from another page stays its author's, and says where it comes from", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const source = await write(t, t.ann, `# Safety\n\n${SENTENCE}`);
  const copy = await write(t, bob, `# My rules\n\n${SENTENCE} Wipe the table.`);
  assert.deepEqual(await said(t, copy), ["Bob: # My rules", `Ann: ${SENTENCE}`, "Bob: Wipe the table."]);
  const n = t.community.facts.revisionById(copy.revision)?.n ?? 0;
  const [, copied] = authorship.attributed(t.community, n)?.runs ?? [];
  assert.equal(copied?.origin.unit, base32.encode(source.unit));
  await verifyCommunity(t.community);
});

test("what a page is made from and used in is told by its words too, as of any moment", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const n = (unit: Uint8Array) => t.community.facts.unitById(unit)?.n ?? 0;
  const sentences = [
    SENTENCE,
    "Let it stand where no child can reach the handle.",
    "Empty it before the night is over and frost comes.",
  ];
  const source = await write(t, t.ann, sentences.join(" "));
  const copy = await write(t, bob, `My own words first. ${sentences.join(" ")}`);
  const before = t.community.size;
  await authorship.authorshipReady(t.community);
  const used = () => links.usedIn(t.community, n(source.unit)).map(({ rel, words }) => `${rel} ${words ?? ""}`);
  assert.deepEqual(used(), ["copied 31"]);
  await write(t, bob, "My own words first.", { of: [copy] });
  await authorship.authorshipReady(t.community);
  const made = (moment?: { at: "size"; size: number }) =>
    links.madeFrom(t.community, n(copy.unit), moment).map(({ rel, words }) => `${rel} ${words ?? ""}`);
  assert.deepEqual(made(), []);
  assert.deepEqual(made({ at: "size", size: before }), ["copied 31"]);
  assert.deepEqual(used(), []);
});

const ADVICE = [
  "The bellows leak at the third fold because the glue turns brittle after forty winters in a cold shed.",
  "Warm the old glue with a damp cloth for an hour before you pull the leather from the cardboard.",
  "Cut the new strip a finger wider than the fold and let it rest under a board until the next morning.",
  "Nobody should fill the bag with air before two days have passed, however well the seam seems to hold.",
];

const touchedUp: readonly (readonly [how: string, text: string, share: number])[] = [
  ["with a word put into each line", ADVICE.map((line) => line.replace(" the ", " the rather ")).join(" "), 0.9],
  [
    "with a word in seven another",
    ADVICE.join(" ")
      .split(" ")
      .map((word, i) => (i % 7 === 6 ? "thing" : word))
      .join(" "),
    0.75,
  ],
  [
    "in another order, in lines of five words",
    ADVICE.toReversed()
      .join(" ")
      .replaceAll(/((?:\S+ ){4}\S+) /g, "$1\n")
      .replaceAll("glue", "paste"),
    0.85,
  ],
  [
    "with letters that look alike",
    ADVICE.join(" ").replaceAll("e", "\u0435").replaceAll("o", "0").replaceAll("l", "I"),
    0.9,
  ],
  [
    "with marks and links all over",
    ADVICE.join(" ")
      .replaceAll(/(\S+) (\S+) (\S+)/g, "**$1** [$2](x.md) _$3_")
      .replaceAll("after", "since"),
    0.8,
  ],
];

for (const [how, text, share] of touchedUp)
  test(`what was copied from another page ${how} stays its author's`, async () => {
    const { t, bob } = await withBob();
    await using _ = t;
    await write(t, t.ann, `# The bag\n\n${ADVICE.join(" ")}`);
    const copy = await write(t, bob, `# Mine\n\nSome words of my own stand here first.\n\n${text}`);
    await authorship.authorshipReady(t.community);
    const n = t.community.facts.revisionById(copy.revision)?.n ?? assert.fail();
    const words = new Map<string, number>();
    for (const { words: count, origin } of authorship.attributed(t.community, n)?.runs ?? [])
      words.set(origin.authors[0]?.name ?? "", (words.get(origin.authors[0]?.name ?? "") ?? 0) + count);
    const all = (words.get("Ann") ?? 0) + (words.get("Bob") ?? 0) - 9;
    assert.ok((words.get("Ann") ?? 0) / all >= share, JSON.stringify([...words]));
    await verifyCommunity(t.community);
  });

test("who writes of the same in words of their own is their author", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  await write(t, t.ann, ADVICE.join(" "));
  const own = await write(
    t,
    bob,
    "After forty winters the third fold of the bag leaks. A damp cloth on the old glue for an hour loosens the leather. The new strip, a finger wider than before, stays under a board overnight, and two days pass before there is air in it.",
  );
  await authorship.authorshipReady(t.community);
  assert.deepEqual(standing(t, own), ["Bob"]);
});

test("a few common words in two pages are nobody's copy", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  await write(t, t.ann, "Pour it in a cup.");
  const other = await write(t, bob, "Pour it in a cup.");
  assert.deepEqual(await said(t, other), ["Bob: Pour it in a cup."]);
});

test("who wrote what was erased keeps what stands of it elsewhere", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, t.ann, `${SENTENCE} Call 555-0199.`);
  const second = await write(t, bob, SENTENCE, { of: [first] });
  assert.deepEqual(await said(t, second), [`Ann: ${SENTENCE}`]);
  const before = standing(t, first);
  await t.ann.write({ op: "redact", slots: [{ op: first.revision, part: "body" }] });
  assert.deepEqual(await said(t, second), [`Ann: ${SENTENCE}`]);
  assert.deepEqual(standing(t, first), before);
  const n = t.community.facts.revisionById(first.revision)?.n ?? 0;
  assert.equal(authorship.attributed(t.community, n), undefined);
  await verifyCommunity(t.community);
});

test("a steward who takes a number out of a page does not become its author", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, bob, `${SENTENCE} Call 555-0199. Then wait.`);
  const draft = (body: string): DraftOp => ({
    ...{ op: "revise", kind: "page", unit: first.unit, parents: [first.revision], content: pageParts("Tea", body) },
  });
  const { submission } = await t.ann.write(draft(`${SENTENCE} Then wait, says Ann.`), {
    op: "redact",
    slots: [{ op: first.revision, part: "body" }],
  });
  const op = submission.entry.ops[0] as ReviseOp;
  const { log } = t.community;
  const clean = { revision: revisionId(suite, { log, author: t.ann.member, op }) };
  const words = [`Bob: ${SENTENCE} Then wait`, "Ann: , says Ann", "Bob: ."];
  assert.deepEqual(await said(t, clean), words);
  t.environment.advance(30 * 86_400_000);
  await write(t, bob, "Log time goes on.");
  await verifyCommunity(t.community);
  assert.deepEqual(await said(t, clean), words);
});

test("nobody takes words, or gives them away, by what they say stays of a hidden text", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, t.ann, `${SENTENCE} Call 555-0199.`);
  const second = await write(t, bob, SENTENCE, { of: [first] });
  await authorship.authorshipReady(t.community);
  const slots = [{ op: first.revision, part: "body" }];
  const true_ = (await t.ann.author.sealAll([{ op: "redact", slots }]))[0]?.content[0]?.bytes ?? assert.fail();
  const [own, other] = decodeResidue(true_);
  assert.ok(own !== undefined && other !== undefined);
  const n = t.community.facts.revisionById(second.revision)?.n ?? 0;
  const lies: readonly (readonly Remains[])[] = [
    [],
    [own],
    [other],
    [own, { ...other, origins: other.origins.map(() => n) }],
    [{ ...own, words: new Map([[n, 100]]) }, other],
    [own, other, { revision: new Uint8Array(32), origins: own.origins }],
  ];
  for (const lie of lies) {
    const content = [{ name: "residue", media: "application/cbor", bytes: encodeResidue(lie) }];
    const submission = t.ann.sign([{ op: "redact", slots, content }]);
    await assert.rejects(t.community.append(submission), { code: "REFUSED" });
  }
  const broken = [{ name: "residue", media: "application/cbor", bytes: Uint8Array.of(0x81, 0x80) }];
  await assert.rejects(t.community.append(t.ann.sign([{ op: "redact", slots, content: broken }])), {
    code: "MALFORMED",
  });
  await t.ann.write({ op: "redact", slots });
  assert.deepEqual(await said(t, second), [`Ann: ${SENTENCE}`]);
});

test("what was made from an erased text is compared with what that was made from", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, t.ann, "Alpha beta gamma delta epsilon.");
  const secret = await write(t, bob, "Call 555-0199.", { of: [first] });
  const third = await write(t, bob, "Alpha beta tiger gamma lion epsilon.", { of: [secret] });
  await t.ann.write({ op: "redact", slots: [{ op: secret.revision, part: "body" }] });
  assert.deepEqual(await said(t, third), ["Ann: Alpha beta", "Bob: tiger", "Ann: gamma", "Bob: lion", "Ann: epsilon."]);
  await verifyCommunity(t.community);
});

test("a program that wrote words is said to have, and stands in no list of people", async () => {
  await using t = await createCommunity();
  const first = await write(t, t.ann, "Boil the water.");
  const nonce = t.environment.random(16);
  const name = { name: "name", media: "text/plain", bytes: new TextEncoder().encode("formatter") };
  await t.ann.write({ op: "member", type: "bot", nonce, content: [name] });
  const bot = t.community.rows.get<{ id: Uint8Array }>("SELECT id FROM member WHERE type = 'bot'")?.id ?? assert.fail();
  const content = pageParts("Tea", "Boil the filtered water.");
  await t.ann.write({
    op: "revise",
    kind: "page",
    unit: first.unit,
    parents: [first.revision],
    by: [{ member: bot }],
    content,
  });
  const head = t.community.facts.revision(t.community.facts.unitById(first.unit)?.head ?? 0)?.id ?? assert.fail();
  assert.deepEqual(await said(t, { revision: head }), ["Ann: Boil the", "formatter: filtered", "Ann: water."]);
  assert.deepEqual(standing(t, first), ["Ann"]);
  assert.deepEqual(
    authorship.peopleStanding(t.community).map((person) => person.name),
    ["Ann"],
  );
});

test("those whose words are gone stand in no list", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, bob, "Boil it.");
  await write(t, t.ann, "Something else entirely.", { of: [first] });
  await authorship.authorshipReady(t.community);
  assert.deepEqual(
    authorship.peopleStanding(t.community).map(({ name }) => name),
    ["Ann"],
  );
  assert.deepEqual(authorship.unitsWithWordsOf(t.community, bob.n), []);
});

test("ranges are bytes of the text, whatever its script", async () => {
  const { t, bob } = await withBob();
  await using _ = t;
  const first = await write(t, t.ann, "Ein schöner Tee: お茶.");
  const second = await write(t, bob, "Ein sehr schöner Tee: お茶 🍵.", { of: [first] });
  await authorship.authorshipReady(t.community);
  const n = t.community.facts.revisionById(second.revision)?.n ?? 0;
  const { text, runs } = authorship.attributed(t.community, n) ?? assert.fail();
  const bytes = Buffer.from(text);
  for (const {
    start,
    end,
    bytes: [from, to],
  } of runs)
    assert.equal(bytes.subarray(from, to).toString(), text.slice(start, end));
  assert.deepEqual(await said(t, second), ["Ann: Ein", "Bob: sehr", "Ann: schöner Tee: お茶", "Bob: 🍵", "Ann: ."]);
});
