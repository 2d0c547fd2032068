import assert from "node:assert/strict";
import test from "node:test";

import fc from "fast-check";

import { hex } from "../../bytes/index.ts";
import { createNodeSuite } from "../../bytes/node.ts";
import { ACCOUNTS, type AccountName, Ledger, type Line, type Posting } from "./ledger.ts";

const suite = createNodeSuite();
const LONG = process.env["LORE_TEST_LONG"] === "1";
const ANN = "a".repeat(32);
const BOB = "b".repeat(32);
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

function line(account: AccountName, amount: bigint, holder?: string, currency = "EUR"): Line {
  return { account, holder, currency, amount };
}

function deposit(key: string, amount: bigint, currency = "EUR"): Posting {
  return { key, lines: [line("inflow", -amount, undefined, currency), line("pool", amount, undefined, currency)] };
}

function ledger(...postings: readonly Posting[]): Ledger {
  const made = new Ledger(["EUR", "points"]);
  for (const posting of postings) made.post(posting);
  return made;
}

const digest = (of: Ledger) => hex.encode(of.digest(suite));

test("value goes from outside to whom it is due and out again, and every account knows what it holds", () => {
  const books = ledger(
    deposit("gift-1", 1_000n),
    { key: "period-1", lines: [line("pool", -1_000n), line("pending", 600n, ANN), line("pending", 400n, BOB)] },
    { key: "due-1", lines: [line("pending", -600n, ANN), line("payable", 600n, ANN)] },
    { key: "paid-1", lines: [line("payable", -600n, ANN), line("paid", 595n, ANN), line("fees", 5n)] },
  );
  assert.equal(books.balance("pool", "EUR"), 0n);
  assert.equal(books.balance("paid", "EUR", ANN), 595n);
  assert.equal(books.balance("pending", "EUR", BOB), 400n);
  assert.equal(
    books.balances().reduce((sum, { amount }) => sum + amount, 0n),
    0n,
  );
});

test("the same posting again is no posting, another with its key is refused", () => {
  const books = ledger(deposit("gift-1", 10n));
  const before = digest(books);
  const again = deposit("gift-1", 10n);
  assert.equal(books.post({ ...again, lines: again.lines.toReversed() }), false);
  assert.throws(() => books.post(deposit("gift-1", 11n)), { code: "REFUSED", message: /key is that of another/ });
  assert.equal(digest(books), before);
});

test("a posting is undone once, by its mirror and nothing like it", () => {
  const books = ledger(deposit("gift-1", 10n), deposit("gift-2", 7n));
  const mirror = books.mirrorOf("gift-1", "undo-1");
  assert.throws(() => books.post({ ...deposit("undo-1", -9n), reverses: "gift-1" }), { message: /does not mirror/ });
  assert.equal(books.post(mirror), true);
  assert.equal(digest(books), digest(ledger(deposit("gift-2", 7n))));
  assert.throws(() => books.mirrorOf("gift-1", "undo-2"), { message: /undone already/ });
  assert.throws(() => books.post({ ...mirror, key: "undo-2" }), { message: /undone already/ });
  assert.throws(() => books.mirrorOf("gift-9", "undo-9"), { message: /no posting "gift-9"/ });
});

const BAD: readonly (readonly [what: string, posting: Posting, message: RegExp])[] = [
  ["that does not come to zero", { key: "x", lines: [line("inflow", -5n), line("pool", 4n)] }, /comes to -1/],
  [
    "that is zero only across currencies",
    { key: "x", lines: [line("inflow", -5n), line("pool", 5n, undefined, "points")] },
    /comes to/,
  ],
  ["with one side", { key: "x", lines: [line("pool", 0n)] }, /two sides/],
  ["with a side that moves nothing", { key: "x", lines: [line("pool", 0n), line("fees", 0n)] }, /moves nothing/],
  ["in a currency nobody agreed on", deposit("x", 5n, "ZZZ"), /currency "ZZZ"/],
  [
    "that takes what is not there",
    { key: "x", lines: [line("pool", -101n), line("fees", 101n)] },
    /takes 1 more EUR from "pool"/,
  ],
  ["of more than can be counted", deposit("x", MOST), /more EUR than can be counted/],
  ["without a holder", { key: "x", lines: [line("pool", -1n), line("pending", 1n)] }, /needs a holder/],
  ["with a holder too many", { key: "x", lines: [line("inflow", -1n), line("pool", 1n, ANN)] }, /has no holders/],
  [
    "for somebody who cannot be",
    { key: "x", lines: [line("pool", -1n), line("paid", 1n, "Ann; DROP")] },
    /no id of a holder/,
  ],
  [
    "to an account there is not",
    { key: "x", lines: [line("pool", -1n), line("toString" as AccountName, 1n)] },
    /no account/,
  ],
  ["with a key that is none", deposit("", 1n), /its key/],
  ["with a key of other letters", deposit("Gift 1\n", 1n), /its key/],
];

for (const [what, posting, message] of BAD) {
  test(`a posting ${what} is refused and changes nothing`, () => {
    const books = ledger(deposit("gift", 100n));
    const before = digest(books);
    assert.throws(() => books.post(posting), { code: "REFUSED", message });
    assert.equal(digest(books), before);
    assert.equal(books.post(deposit("after", 1n)), true);
  });
}

const holders = fc.constantFrom(ANN, BOB);
const names = fc.constantFrom(...(Object.keys(ACCOUNTS) as AccountName[]));
const moves = fc.record({
  from: names,
  to: names,
  holder: holders,
  amount: fc.bigInt({ min: -50n, max: 200n }),
  currency: fc.constantFrom("EUR", "points", "ZZZ"),
  key: fc.nat(30),
});

function postingOf({
  from,
  to,
  holder,
  amount,
  currency,
  key,
}: typeof moves extends fc.Arbitrary<infer T> ? T : never): Posting {
  const of = (name: AccountName) => (ACCOUNTS[name].holder ? holder : undefined);
  return { key: `k${key}`, lines: [line(from, -amount, of(from), currency), line(to, amount, of(to), currency)] };
}

test("whatever is tried, nothing is made or lost, no account is short, and a replay gives the same", () => {
  fc.assert(
    fc.property(fc.array(moves, { maxLength: 25 }), (tried) => {
      const books = ledger();
      const taken: Posting[] = [];
      for (const move of tried) {
        const posting = postingOf(move);
        try {
          if (books.post(posting)) taken.push(posting);
        } catch (error) {
          assert.match(String(error), /Nothing was posted/);
        }
      }
      for (const currency of ["EUR", "points"])
        assert.equal(
          books
            .balances()
            .filter((each) => each.currency === currency)
            .reduce((sum, { amount }) => sum + amount, 0n),
          0n,
        );
      for (const { account, amount } of books.balances()) assert.ok(account === "inflow" || amount > 0n);
      assert.equal(digest(ledger(...taken)), digest(books));
    }),
    { numRuns: LONG ? 100_000 : 1_000 },
  );
});

test("gifts and what becomes of them give the same balances in any order that can be", () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: 1n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (gifts, dice) => {
        const postings = gifts.map((amount, i) => deposit(`g${i}`, amount));
        const shuffled = postings
          .map((posting) => ({ posting, at: dice.next().value }))
          .toSorted((a, b) => a.at - b.at);
        assert.equal(digest(ledger(...shuffled.map(({ posting }) => posting))), digest(ledger(...postings)));
      },
    ),
  );
});
