import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { type Agreement, type Consent, replayRights, type Rights, type Standing } from "./rights.ts";

const SHARES = 1_000_000;
const [ANN, BEN, CLEO] = ["ann", "ben", "cleo"] as const;

type Rules = Agreement["rules"];

const shares = (holders: Readonly<Record<string, number>>): Rules => ({
  form: "shares",
  of: "page",
  holders: Object.entries(holders).map(([member, share]) => ({ member, share })),
});
const transfer = (from: string, to: string, share: number): Rules => ({
  form: "transfer",
  of: "page",
  from,
  to,
  share,
});
const licence = (spdx: string, of?: string): Rules => ({
  form: "licence",
  licence: spdx,
  ...(of === undefined ? {} : { of }),
});

/** `at`: entry of acceptance; `by`: who consents, by entry. */
function agreement(
  unit: string,
  rules: Rules,
  { at, by = {}, ...rest }: { at: number; by?: Readonly<Record<string, number>> } & Partial<Agreement>,
): Agreement {
  const consents = Object.entries(by).map(([member, index]): Consent => ({ member, index, place: 0, approves: true }));
  return { unit, revision: `${unit}@${at}`, accepted: { index: at, place: 0 }, rules, consents, authors: [], ...rest };
}

function standings({ agreements }: Rights): Standing[] {
  return agreements.map(({ standing }) => standing);
}

function held({ shares: all }: Rights, unit = "page"): Record<string, number> {
  return Object.fromEntries(all.get(unit) ?? []);
}

test("shares are in force when the last holder consents, not before", () => {
  const split = (by: Record<string, number>) =>
    replayRights([agreement("split", shares({ ann: 600_000, ben: 400_000 }), { at: 5, by })]);
  assert.deepEqual(standings(split({ ann: 2, ben: 9 })), [{ state: "in-force", since: 9 }]);
  assert.deepEqual(held(split({ ann: 2, ben: 9 })), { ann: 600_000, ben: 400_000 });
  assert.deepEqual(standings(split({ ann: 2, ben: 3 })), [{ state: "in-force", since: 5 }]);
  assert.deepEqual(standings(split({ ann: 2 })), [{ state: "waiting", for: [BEN] }]);
  assert.deepEqual(held(split({ ann: 2 })), {});
});

test("who holds shares already must consent to a new division", () => {
  const first = agreement("split", shares({ ann: SHARES }), { at: 1, by: { ann: 1 } });
  const second = agreement("other", shares({ ben: SHARES }), { at: 3, by: { ben: 2 } });
  assert.deepEqual(standings(replayRights([first, second])), [
    { state: "in-force", since: 1 },
    { state: "waiting", for: [ANN] },
  ]);
});

test("a transfer of more than is held is void for good, though more comes later", () => {
  const rights = replayRights([
    agreement("split", shares({ ann: 100_000, ben: 900_000 }), { at: 1, by: { ann: 1, ben: 1 } }),
    agreement("large", transfer(ANN, CLEO, 200_000), { at: 2, by: { ann: 2, cleo: 3 } }),
    agreement("gift", transfer(BEN, ANN, 500_000), { at: 4, by: { ann: 4, ben: 4 } }),
  ]);
  assert.deepEqual(standings(rights), [
    { state: "in-force", since: 1 },
    { state: "void", because: "balance" },
    { state: "in-force", since: 4 },
  ]);
  assert.deepEqual(held(rights), { ann: 600_000, ben: 400_000 });
});

test("of two transfers of the same shares the one that is complete first counts, whichever was accepted first", () => {
  const rights = replayRights([
    agreement("split", shares({ ann: SHARES }), { at: 1, by: { ann: 1 } }),
    agreement("slow", transfer(ANN, BEN, SHARES), { at: 2, by: { ann: 2, ben: 9 } }),
    agreement("quick", transfer(ANN, CLEO, SHARES), { at: 3, by: { ann: 3, cleo: 4 } }),
  ]);
  assert.deepEqual(held(rights), { cleo: SHARES });
  assert.deepEqual(standings(rights)[1], { state: "void", because: "balance" });
});

test("within an entry the place decides", () => {
  const at = (place: number) => ({ accepted: { index: 2, place }, consents: [] });
  const consents = (member: string): Consent[] => [
    { member: ANN, index: 1, place: 0, approves: true },
    { member, index: 1, place: 0, approves: true },
  ];
  const rights = replayRights([
    agreement("split", shares({ ann: SHARES }), { at: 1, by: { ann: 1 } }),
    agreement("b", transfer(ANN, BEN, SHARES), { at: 2, ...at(1), consents: consents(BEN) }),
    agreement("c", transfer(ANN, CLEO, SHARES), { at: 2, ...at(0), consents: consents(CLEO) }),
  ]);
  assert.deepEqual(held(rights), { cleo: SHARES });
});

test("a transfer happens once, whatever is said of it later", () => {
  const rights = replayRights([
    agreement("split", shares({ ann: SHARES }), { at: 1, by: { ann: 1 } }),
    agreement("gift", transfer(ANN, BEN, 100_000), { at: 2, by: { ann: 2, ben: 2 } }),
    agreement("gift", transfer(ANN, BEN, 100_000), { at: 3, by: { ann: 3, ben: 3 } }),
  ]);
  assert.deepEqual(held(rights), { ann: 900_000, ben: 100_000 });
  assert.deepEqual(standings(rights)[2], { state: "void", because: "happened" });
});

test("a consent taken back before it is in force does not count; afterwards it changes nothing", () => {
  const said = (index: number, approves: boolean): Consent => ({ member: BEN, index, place: 0, approves });
  const split = (...consents: Consent[]) =>
    standings(replayRights([agreement("split", shares({ ben: SHARES }), { at: 5, consents })]))[0];
  assert.deepEqual(split(said(2, true), said(3, false)), { state: "waiting", for: [BEN] });
  assert.deepEqual(split(said(2, true), said(3, false), said(7, true)), { state: "in-force", since: 7 });
  assert.deepEqual(split(said(2, true), said(8, false)), { state: "in-force", since: 5 });
});

test("a newer version of a licence takes the place of the older one once it is in force itself", () => {
  const versions = (by: Record<string, number>) => [
    agreement("terms", licence("CC-BY-4.0", "page"), { at: 1, by: { ann: 1 }, authors: [ANN] }),
    agreement("terms", licence("CC-BY-SA-4.0", "page"), { at: 3, by, authors: [ANN] }),
  ];
  const before = replayRights(versions({}));
  assert.equal(before.licences.get("page")?.rules.licence, "CC-BY-4.0");
  const after = replayRights(versions({ ann: 4 }));
  assert.equal(after.licences.get("page")?.rules.licence, "CC-BY-SA-4.0");
  assert.deepEqual(standings(after)[0], { state: "in-force", since: 1, until: 4 });
});

test("a version accepted before everybody consented to the last one leaves that void", () => {
  const rights = replayRights([
    agreement("terms", licence("CC-BY-4.0", "page"), { at: 1, authors: [ANN] }),
    agreement("terms", licence("CC0-1.0", "page"), { at: 3, authors: [ANN] }),
  ]);
  assert.deepEqual(standings(rights), [
    { state: "void", because: "replaced" },
    { state: "waiting", for: [ANN] },
  ]);
});

test("terms for everything take the stewards alone", () => {
  const rights = replayRights([agreement("terms", licence("CC-BY-4.0"), { at: 1 })]);
  assert.equal(rights.licences.get("")?.rules.licence, "CC-BY-4.0");
});

test("who holds shares consents in place of who wrote it", () => {
  const terms = agreement("terms", licence("CC0-1.0", "page"), { at: 2, by: { ben: 3 }, authors: [ANN] });
  assert.deepEqual(standings(replayRights([terms])), [{ state: "waiting", for: [ANN] }]);
  const split = agreement("split", shares({ ben: SHARES }), { at: 1, by: { ben: 1 } });
  assert.deepEqual(standings(replayRights([split, terms]))[1], { state: "in-force", since: 3 });
});

test("a grant waits for whoever holds shares when it is looked at", () => {
  const grant: Rules = { form: "grant", of: "page", to: CLEO, action: "train" };
  const rights = replayRights([
    agreement("split", shares({ ann: SHARES }), { at: 1, by: { ann: 1 } }),
    agreement("grant", grant, { at: 2, by: { ben: 2, cleo: 3 } }),
    agreement("gift", transfer(ANN, BEN, SHARES), { at: 4, by: { ann: 4, ben: 5 } }),
  ]);
  assert.deepEqual(standings(rights)[1], { state: "in-force", since: 5 });
  assert.equal(rights.grants.length, 1);
});

test("what is retired holds no longer, but shares that moved stay where they are", () => {
  const rights = replayRights([
    agreement("terms", licence("CC-BY-4.0"), { at: 1, retired: 7 }),
    agreement("split", shares({ ann: SHARES }), { at: 2, by: { ann: 2 }, retired: 7 }),
    agreement("gift", transfer(ANN, BEN, 1), { at: 3, by: { ann: 3, ben: 8 }, retired: 7 }),
  ]);
  assert.equal(rights.licences.size, 0);
  assert.deepEqual(held(rights), { ann: SHARES });
  assert.deepEqual(standings(rights)[0], { state: "in-force", since: 1, until: 7 });
  assert.deepEqual(standings(rights)[2], { state: "void", because: "retired" });
});

test("a holder named twice holds both shares, once", () => {
  const rules: Rules = {
    form: "shares",
    of: "page",
    holders: [
      { member: ANN, share: 400_000 },
      { member: ANN, share: 600_000 },
    ],
  };
  assert.deepEqual(held(replayRights([agreement("split", rules, { at: 1, by: { ann: 1 } })])), { ann: SHARES });
});

const member = fc.constantFrom("ann", "ben", "cleo", "dora");
const moment = fc.record({ index: fc.nat(30), place: fc.nat(2) });
const division = fc
  .array(fc.tuple(member, fc.integer({ min: 1, max: 200_000 })), { minLength: 1, maxLength: 4 })
  .map((parts): Rules => {
    const holders = parts.map(([each, share]) => ({ member: each, share }));
    const sum = holders.reduce((all, { share }) => all + share, 0);
    return { form: "shares", of: "page", holders: [...holders, { member: "ann", share: SHARES - sum }] };
  });
const anyRules: fc.Arbitrary<Rules> = fc.oneof(
  division,
  fc.tuple(member, member, fc.integer({ min: 1, max: SHARES })).map(([from, to, share]) => transfer(from, to, share)),
  fc.constantFrom(licence("CC-BY-4.0", "page"), licence("MIT"), { form: undefined } satisfies Rules),
);
const anyAgreement: fc.Arbitrary<Agreement> = fc.record({
  unit: fc.constantFrom("a", "b", "c", "d", "e"),
  revision: fc.uuid(),
  accepted: moment,
  rules: anyRules,
  consents: fc.array(
    fc.tuple(moment, member, fc.boolean()).map(([at, each, approves]) => ({ ...at, member: each, approves })),
    { maxLength: 8 },
  ),
  authors: fc.uniqueArray(member, { maxLength: 2 }),
});

test("shares of a unit always come to a million, and nobody holds less than one", () => {
  fc.assert(
    fc.property(fc.array(anyAgreement, { maxLength: 12 }), (agreements) => {
      for (const holders of replayRights(agreements).shares.values()) {
        assert.equal(
          [...holders.values()].reduce((sum, share) => sum + share, 0),
          SHARES,
        );
        for (const share of holders.values()) assert.ok(share > 0);
      }
    }),
  );
});

test("the order in which agreements are given changes nothing where their places in the record differ", () => {
  const distinct = fc.uniqueArray(anyAgreement, {
    maxLength: 10,
    selector: ({ accepted }) => `${accepted.index} ${accepted.place}`,
  });
  fc.assert(
    fc.property(distinct, (agreements) => {
      const [there, back] = [replayRights(agreements), replayRights(agreements.toReversed())];
      assert.deepEqual(held(there), held(back));
      assert.deepEqual(standings(there), standings(back));
    }),
  );
});

test("what is in force or void stays so, whatever is said afterwards", () => {
  fc.assert(
    fc.property(fc.array(anyAgreement, { maxLength: 10 }), fc.nat(30), (agreements, size) => {
      const known = agreements
        .filter(({ accepted }) => accepted.index < size)
        .map((each) => ({ ...each, consents: each.consents.filter(({ index }) => index < size) }));
      const later = new Map(
        replayRights(agreements).agreements.map(({ agreement: { revision }, standing }) => [revision, standing]),
      );
      for (const {
        agreement: { revision },
        standing,
      } of replayRights(known).agreements) {
        const now = later.get(revision);
        if (standing.state === "void") assert.deepEqual(now, standing);
        if (standing.state === "in-force") {
          assert.equal(now?.state, "in-force");
          assert.equal(now?.state === "in-force" && now.since, standing.since);
        }
      }
    }),
  );
});
