/** Rights in real communities: who must consent, what holds then, and what may not be made from what. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { base32 } from "../../src/bytes/index.ts";
import { authorship, type Community, type DraftOp, rights, units } from "../../src/community/index.ts";
import { revisionId, type ReviseOp, type Rules, unitId } from "../../src/unit/index.ts";
import { createCommunity, pageParts, type Person, suite } from "./kit.ts";

interface Made {
  readonly id: Uint8Array;
  readonly text: string;
  readonly revision: Uint8Array;
}

interface Writing extends Partial<Pick<ReviseOp, "kind" | "licence" | "links" | "by" | "propose" | "parents">> {
  readonly of?: Made;
  readonly title?: string;
  readonly body?: string;
  readonly rules?: Rules;
}

/** Writes a unit or a new version of one. */
async function write(community: Community, person: Person, writing: Writing = {}): Promise<Made> {
  const { of, title = "Kettle", body = "Fill it with cold water.", kind = "page", ...rest } = writing;
  const { log } = community;
  const nonce = of === undefined ? community.environment.random(16) : undefined;
  const id = of?.id ?? unitId(suite, { log, author: person.member, nonce: nonce ?? new Uint8Array(16) });
  const draft: DraftOp = {
    ...{ op: "revise", unit: id, kind, parents: of === undefined ? [] : [of.revision] },
    ...(nonce === undefined ? {} : { nonce }),
    ...rest,
    content: pageParts(title, body),
  };
  const { submission } = await person.write(draft);
  const op = submission.entry.ops[0];
  assert.ok(op?.op === "revise");
  return { id, text: base32.encode(id), revision: revisionId(suite, { log, author: person.member, op }) };
}

function right(community: Community, person: Person, rules: Rules, rest: Writing = {}): Promise<Made> {
  return write(community, person, { kind: "right", title: "Terms", body: "As the rules say.", rules, ...rest });
}

const idOf = ({ member }: Person) => base32.encode(member);
const consent = (person: Person, on: Made, verdict: "approve" | "reject" = "approve") =>
  person.write({ op: "review", verdict, on: on.revision, content: [] });

function of(community: Community, unit: Made): rights.UnitRights {
  return rights.rightsOf(community, units.resolve(community, units.findUnit(community, unit.text)));
}

const heldBy = (found: rights.UnitRights) => found.shares.map(({ person, share }) => `${person.name} ${share}`);

test("shares hold once the last holder consents, though the stewards accepted long before", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const [ben, cleo] = [await kit.join("Ben"), await kit.join("Cleo")];
  const page = await write(community, ann);
  const holders = [
    { member: idOf(ben), share: 700_000 },
    { member: idOf(cleo), share: 300_000 },
  ];
  const split = await right(community, ann, { form: "shares", of: page.text, holders });
  assert.deepEqual(
    of(community, page).waiting.map(({ for: people }) => people.map(({ name }) => name)),
    [["Ben", "Cleo"]],
  );
  await consent(ben, split);
  assert.deepEqual(heldBy(of(community, page)), []);
  await consent(cleo, split);
  assert.deepEqual(heldBy(of(community, page)), ["Ben 700000", "Cleo 300000"]);

  const move = (share: number) =>
    right(community, ben, { form: "transfer", of: page.text, from: idOf(ben), to: idOf(ann), share });
  const gift = await move(200_000);
  await consent(ann, gift);
  assert.deepEqual(heldBy(of(community, page)), ["Ben 500000", "Cleo 300000", "Ann 200000"]);
  const much = await move(600_000);
  await consent(ann, much);
  assert.deepEqual(heldBy(of(community, page)), ["Ben 500000", "Cleo 300000", "Ann 200000"]);
  assert.equal(rights.agreementAt(community, base32.encode(much.revision))?.standing.state, "void");
  const then = rights.rightsOf(community, units.resolve(community, units.findUnit(community, page.text)), {
    moment: { at: "size", size: 8 },
  });
  assert.ok(then.shares.length < 3);
});

test("the worked example of the format", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const [ben, cleo, dora] = [await kit.join("Ben"), await kit.join("Cleo"), await kit.join("Dora")];
  const page = await write(community, ann);
  const holders = [
    { member: idOf(ann), share: 600_000 },
    { member: idOf(ben), share: 400_000 },
  ];
  const a = await right(community, ann, { form: "shares", of: page.text, holders });
  const { index } = await consent(ben, a);
  const to = (person: Person): Rules => ({
    ...{ form: "transfer", of: page.text, from: idOf(ben) },
    ...{ to: idOf(person), share: 300_000 },
  });
  const b = await right(community, ben, to(cleo));
  const c = await right(community, ben, to(dora));
  // The approval of a stranger completes nothing: of one steward, only theirs does.
  await consent(cleo, b);
  await consent(dora, c);
  const approve = ({ revision }: Made): DraftOp => ({ op: "review", verdict: "approve", on: revision, content: [] });
  const last = await ann.write(approve(c), approve(b));
  const standing = ({ revision }: Made) => rights.agreementAt(community, base32.encode(revision))?.standing;
  assert.deepEqual(standing(a), { state: "in-force", since: index });
  assert.deepEqual(standing(c), { state: "in-force", since: last.index });
  assert.deepEqual(standing(b), { state: "void", because: "balance" });
  assert.deepEqual(heldBy(of(community, page)), ["Ann 600000", "Dora 300000", "Ben 100000"]);
});

test("shares that do not come to a million are refused where they are written", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const page = await write(community, ann);
  const holders = [{ member: idOf(ann), share: 999_999 }];
  await assert.rejects(right(community, ann, { form: "shares", of: page.text, holders }), {
    code: "MALFORMED",
    message: /shares that come to 1000000/,
  });
});

test("terms that name what is not here are refused", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const page = await write(community, ann);
  const nobody = "a".repeat(32);
  const size = community.size;
  const refusals: readonly (readonly [Rules, RegExp])[] = [
    [{ form: "licence", licence: "Do what you like" }, /"Do what you like" is no SPDX expression/],
    [{ form: "licence", licence: "MIT", of: nobody }, /no unit here has that id/],
    [{ form: "grant", of: page.text, to: nobody, action: "copy" }, /nobody here has that id/],
    [{ form: "transfer", of: page.text, from: idOf(ann), to: nobody, share: 1 }, /nobody here has that id/],
    [{ form: "shares", of: page.text, holders: [{ member: nobody, share: 1_000_000 }] }, /nobody here has that id/],
  ];
  for (const [rules, message] of refusals)
    await assert.rejects(right(community, ann, rules), { code: "REFUSED", message });
  assert.equal(community.size, size);
});

test("a consent may be taken back until the last party gives theirs", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const [ben, cleo] = [await kit.join("Ben"), await kit.join("Cleo")];
  const page = await write(community, ann);
  const holders = [ben, cleo].map((person) => ({ member: idOf(person), share: 500_000 }));
  const split = await right(community, ann, { form: "shares", of: page.text, holders });
  await consent(ben, split);
  await consent(ben, split, "reject");
  await consent(cleo, split);
  assert.deepEqual(heldBy(of(community, page)), []);
  await consent(ben, split);
  assert.equal(of(community, page).shares.length, 2);
  await consent(cleo, split, "reject");
  assert.equal(of(community, page).shares.length, 2);
});

test("the licence is that of the version, else of terms about it, else of terms about everything, else the community's", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const page = await write(community, ann);
  const own = await write(community, ann, { title: "Own", licence: "MIT" });
  const said = (unit: Made) => {
    const { licence, by } = of(community, unit);
    return `${licence ?? "none"} by ${by ?? "nobody"}`;
  };
  assert.equal(said(page), "none by nobody");
  await right(community, ann, {
    ...{ form: "licence", licence: "CC-BY-4.0" },
    terms: [{ action: "train", may: "no" }],
  });
  assert.equal(said(page), "CC-BY-4.0 by everything");
  assert.equal(said(own), "MIT by version");
  const uses = rights.mayUse(of(community, page));
  assert.deepEqual(uses.at(-1), { action: "train", may: "no", by: "terms", price: undefined, currency: undefined });
  const terms = await right(community, ann, { form: "licence", licence: "CC-BY-SA-4.0", of: page.text });
  assert.equal(said(page), "CC-BY-SA-4.0 by unit");
  await ann.write({ op: "mark", mark: "retire", on: { unit: terms.id }, content: [] });
  assert.equal(said(page), "CC-BY-4.0 by everything");
});

test("a licence for somebody's page waits for them", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const ben = await kit.join("Ben", "editor");
  const page = await write(community, ben);
  const terms = await right(community, ann, { form: "licence", licence: "CC0-1.0", of: page.text });
  assert.equal(of(community, page).licence, undefined);
  await consent(ben, terms);
  assert.equal(of(community, page).licence, "CC0-1.0");
});

test("who writes in it later is not asked about terms that were accepted before", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const [ben, cleo] = [await kit.join("Ben", "editor"), await kit.join("Cleo", "editor")];
  const page = await write(community, ben);
  const terms = await right(community, ann, { form: "licence", licence: "CC0-1.0", of: page.text });
  await write(community, cleo, { of: page, body: "Fill it with warm water." });
  const waitsFor = () => of(community, page).waiting.flatMap(({ for: people }) => people.map(({ name }) => name));
  assert.deepEqual(waitsFor(), ["Ben"]);
  await consent(ben, terms);
  assert.deepEqual(waitsFor(), []);
});

test("who is granted something may do it, until it ends", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const ben = await kit.join("Ben");
  const page = await write(community, ann);
  const until = kit.environment.now() + 3_600_000;
  const grant = await right(community, ann, {
    form: "grant",
    of: page.text,
    to: idOf(ben),
    action: "train",
    until,
  });
  assert.equal(of(community, page).grants.length, 0);
  await consent(ben, grant);
  assert.deepEqual(
    of(community, page).grants.map(({ to, action }) => `${to.name} ${action}`),
    ["Ben train"],
  );
  const mayTrain = (person?: Person) =>
    rights.mayUse(of(community, page), person && { member: idOf(person), at: until - 1 }).at(-1)?.may;
  assert.equal(mayTrain(ben), "yes");
  assert.equal(mayTrain(), "ask");
  assert.equal(rights.mayUse(of(community, page), { member: idOf(ben), at: until }).at(-1)?.may, "ask");
});

const FORBIDDEN: readonly (readonly [from: string, into: string | undefined, said: RegExp])[] = [
  [
    "CC-BY-ND-4.0",
    "CC-BY-4.0",
    /"Poem", which is under CC-BY-ND-4\.0.*changed versions.*may not be shared\. Share the whole/,
  ],
  [
    "CC-BY-SA-4.0",
    "CC-BY-4.0",
    /under CC-BY-SA-4\.0.*under CC-BY-4\.0: changed words must stay.*Publish the page under/,
  ],
  ["CC-BY-NC-ND-4.0", undefined, /itself be under no licence/],
];

for (const [from, into, message] of FORBIDDEN)
  test(`something under ${into ?? "no licence"} made from ${from} is refused`, async () => {
    await using kit = await createCommunity();
    const { community, ann } = kit;
    const poem = await write(community, ann, { title: "Poem", licence: from });
    const size = community.size;
    for (const rel of ["derivedFrom", "translates"] as const)
      await assert.rejects(
        write(community, ann, { ...(into === undefined ? {} : { licence: into }), links: [{ rel, to: poem.id }] }),
        { code: "REFUSED", message },
      );
    assert.equal(community.size, size);
    // To cite it takes no licence, and what is made under the licence it asks for is taken.
    await write(community, ann, { links: [{ rel: "cites", to: poem.id }] });
    if (from === "CC-BY-SA-4.0")
      await write(community, ann, { licence: from, links: [{ rel: "derivedFrom", to: poem.id }] });
  });

test("within one entry, too, and by the version that is named", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const { log } = community;
  const revise = (nonce: Uint8Array, rest: Partial<ReviseOp>): DraftOp => ({
    ...{ op: "revise", kind: "page", parents: [], nonce },
    ...{ unit: unitId(suite, { log, author: ann.member, nonce }), ...rest },
    content: pageParts("Both", "Words."),
  });
  const [one, two] = [community.environment.random(16), community.environment.random(16)];
  const to = unitId(suite, { log, author: ann.member, nonce: one });
  await assert.rejects(
    ann.write(
      revise(one, { licence: "CC-BY-ND-4.0" }),
      revise(two, { licence: "MIT", links: [{ rel: "derivedFrom", to }] }),
    ),
    { code: "REFUSED" },
  );
  const free = await write(community, ann, { licence: "CC0-1.0" });
  const bound = await write(community, ann, { of: free, licence: "CC-BY-ND-4.0" });
  const made = (at: Uint8Array) =>
    write(community, ann, { licence: "MIT", links: [{ rel: "derivedFrom", to: free.id, at }] });
  await made(free.revision);
  await assert.rejects(made(bound.revision), { code: "REFUSED" });
});

test("a version may go on from what it is a version of", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const poem = await write(community, ann, { licence: "CC-BY-ND-4.0" });
  const links = [{ rel: "derivedFrom" as const, to: poem.id }];
  await write(community, ann, { of: poem, licence: "CC-BY-ND-4.0", links });
});

test("what is not known to mix is taken, and flagged", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const table = await write(community, ann, { title: "Table", licence: "CC-BY-4.0" });
  const odd = await write(community, ann, { title: "Odd", licence: "EUPL-1.2" });
  const links = [table, odd].map(({ id }) => ({ rel: "derivedFrom" as const, to: id }));
  const made = await write(community, ann, { title: "Made", licence: "ODbL-1.0", links });
  const flags = rights.flagsOf(community, units.resolve(community, units.findUnit(community, made.text)));
  assert.deepEqual(
    flags.map(({ unit, mix }) => `${unit.title}: ${mix.verdict}`),
    ["Table: ask", "Odd: unknown"],
  );
});

test("what was put on record by a node that does not check stays as it is", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const poem = await write(community, ann, { title: "Poem", licence: "CC-BY-ND-4.0" });
  const nonce = community.environment.random(16);
  const draft: DraftOp = {
    ...{ op: "revise", kind: "page", parents: [], nonce, licence: "MIT" },
    unit: unitId(suite, { log: community.log, author: ann.member, nonce }),
    links: [{ rel: "derivedFrom", to: poem.id }],
    content: pageParts("Song", "Words."),
  };
  await kit.smuggle(ann.sign([draft]));
  const made = units.listUnits(community).find(({ title }) => title === "Song");
  assert.ok(made !== undefined);
  const flags = rights.flagsOf(community, units.resolve(community, units.findUnit(community, made.unit)));
  assert.equal(flags[0]?.mix.verdict, "no");
});

test("a plan names everyone whose words stand, and counts those nobody may give away", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const ben = await kit.join("Ben", "editor");
  const first = await write(community, ann, { body: "one two three four five\n", licence: "CC-BY-SA-4.0" });
  const page = await write(community, ben, { of: first, body: "one two three four five\n\nsix seven eight\n" });
  await authorship.authorshipReady(community);
  const plan = () => rights.relicencePlan(community, units.findUnit(community, page.text).unit, "CC-BY-4.0");
  const people = () => plan().people.map(({ person, words, consented }) => `${person.name} ${words} ${consented}`);
  assert.deepEqual(people(), ["Ann 5 false", "Ben 3 false"]);
  const terms = await right(community, ann, { form: "licence", licence: "CC-BY-4.0", of: page.text });
  assert.deepEqual(people(), ["Ann 5 true", "Ben 3 false"]);
  assert.equal(plan().withoutConsent, 3);
  await consent(ben, terms);
  const done = plan();
  assert.deepEqual([done.words, done.withoutConsent, done.isReady], [8, 0, true]);
});

test("words of people named in history are counted apart", async () => {
  await using kit = await createCommunity();
  const { community, ann } = kit;
  const nonce = community.environment.random(16);
  await ann.write({
    ...{ op: "member", type: "person", nonce },
    content: [{ name: "name", media: "text/plain", bytes: new TextEncoder().encode("Old hand") }],
  });
  const old = community.rows.get<{ id: Uint8Array }>("SELECT id FROM member WHERE keyed = 0")?.id;
  assert.ok(old !== undefined);
  const page = await write(community, ann, { body: "one two three\n", by: [{ member: old }] });
  await authorship.authorshipReady(community);
  const plan = rights.relicencePlan(community, units.findUnit(community, page.text).unit, "MIT");
  assert.deepEqual([plan.words, plan.withoutConsent, plan.inHistory, plan.isReady], [3, 3, 3, false]);
});
