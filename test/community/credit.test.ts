/** Value from uses to people in a real community: periods, accounts, why, and what attackers get out of it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { base32 } from "../../src/bytes/index.ts";
import { authorship, type DraftOp } from "../../src/community/index.ts";
import * as credit from "../../src/community/credit/index.ts";
import { accountsOf } from "../../src/community/credit/index.ts";
import type { Line } from "../../src/projection/credit/ledger.ts";
import type { Use } from "../../src/projection/credit/usage.ts";
import { revisionId, type ReviseOp, type Rules, unitId } from "../../src/unit/index.ts";
import { createCommunity, pageParts, type Person, suite, type TestCommunity, textPart } from "./kit.ts";

const POINTS: Rules = {
  currency: "points",
  budget: 1_000_000,
  passes: { derivedFrom: 3_000, uses: 500 },
  keeps: { authors: 8_500, reviewers: 1_000, stewards: 500 },
};

let pages = 0;

/** Writes a page; answers its unit and revision. */
async function write(t: TestCommunity, by: Person, body: string, more: Partial<ReviseOp> = {}) {
  const nonce = suite.sha256(new TextEncoder().encode(`page ${pages++}`)).subarray(0, 16);
  const unit = unitId(suite, { log: t.community.log, author: by.member, nonce });
  return revise(t, by, {
    op: "revise",
    unit,
    kind: "page",
    nonce,
    parents: [],
    ...more,
    content: pageParts(`Page ${pages}`, body),
  });
}

async function revise(t: TestCommunity, by: Person, draft: Extract<DraftOp, { op: "revise" }>) {
  const { submission } = await by.write(draft);
  const id = revisionId(suite, { log: t.community.log, author: by.member, op: submission.entry.ops[0] as ReviseOp });
  return { unit: draft.unit, id, revision: base32.encode(id) };
}

async function vote(t: TestCommunity, rules: Rules) {
  const nonce = suite.sha256(new TextEncoder().encode(`policy ${pages++}`)).subarray(0, 16);
  const unit = unitId(suite, { log: t.community.log, author: t.ann.member, nonce });
  await t.ann.write({
    op: "revise",
    unit,
    kind: "policy",
    nonce,
    parents: [],
    rules,
    content: pageParts("Sharing", "By this rule."),
  });
}

/** A reader's signed use. A citation quotes the first ten bytes. */
function receipt(t: TestCommunity, reader: Person, id: Uint8Array, use: Use, quoted = "") {
  const bytes = new TextEncoder().encode(quoted);
  return credit.signUse(
    suite,
    {
      log: t.community.log,
      reader: reader.member,
      revision: id,
      use,
      time: t.environment.now(),
      ...(use === "cite" ? { quote: { range: [0, bytes.length] as const, digest: suite.sha256(bytes) } } : {}),
    },
    reader.signer,
  );
}

async function joinMany(t: TestCommunity, name: string, count: number): Promise<Person[]> {
  const people: Person[] = [];
  for (let i = 0; i < count; i++) people.push(await t.join(`${name} ${i}`));
  return people;
}

async function settle(t: TestCommunity) {
  await authorship.authorshipReady(t.community);
  const draft = credit.draftClosing(t.community);
  await credit.close(t.community, t.ann.author, draft);
  return draft;
}

const dueTo = (draft: credit.ClosingDraft, person: Person): bigint =>
  draft.dues.get(base32.encode(person.member)) ?? 0n;

test("nothing is shared until a rule says so, and then to the last unit, with a reason for each", async () => {
  await using t = await createCommunity();
  const { desk } = t.community;
  const ben = await t.join("Ben", "editor");
  const cleo = await t.join("Cleo", "editor");
  const text = "Turn the screw until the hum is gone and the lamp is steady.";
  const original = await write(t, ben, text);
  await assert.rejects(() => settle(t), { code: "REFUSED", message: /nothing is shared/ });
  await vote(t, POINTS);
  const derived = await write(t, cleo, "Wholly other words about a kettle that whistles at night.", {
    links: [{ rel: "derivedFrom", to: original.unit }],
  });
  const readers = await joinMany(t, "reader", 6);
  for (const reader of readers) assert.ok(desk.take(receipt(t, reader, derived.id, "carry")));
  const draft = await settle(t);
  const all = [...draft.dues.values()].reduce((sum, amount) => sum + amount, 0n);
  assert.equal(all, 1_000_000n);
  // 30 % passed on; of what is kept 95 % to the author, there being no reviewer, and 5 % to the steward.
  assert.equal(dueTo(draft, cleo), 665_000n);
  assert.equal(dueTo(draft, ben), 285_000n);
  assert.equal(dueTo(draft, t.ann), 50_000n);
  const explained = credit.explain(t.community, 0);
  for (const [person, amount] of explained.dues) {
    const paths = credit.pathsTo(explained, (due) => due.person === person);
    assert.equal(
      paths.reduce((sum, path) => sum + path.amount, 0n),
      amount,
      person,
    );
  }
  const [path] = credit.pathsTo(explained, (due) => due.person === base32.encode(ben.member));
  assert.deepEqual(path?.steps, [
    { revision: derived.revision, by: "derivedFrom" },
    { revision: original.revision, by: undefined },
  ]);
  assert.equal(credit.verifyCredit(t.community).periods, 1);
});

test("what is pending ripens, is paid once, and every posting is taken in once", async () => {
  await using t = await createCommunity();
  const { desk } = t.community;
  const ben = await t.join("Ben", "editor");
  const page = await write(t, ben, "How to tell a good bearing by its sound.");
  await vote(t, { currency: "EUR", passes: {}, payFrom: 100 });
  const { community } = t;
  const author = () => t.ann.author;
  const inflow = (reference: string) =>
    credit.post(community, author(), (all) => [
      credit.deposit(community, all, { amount: 10_001n, currency: "EUR", reference }),
    ]);
  await inflow("Transfer 17");
  await assert.rejects(() => inflow("  TRANSFER  17 "), { code: "REFUSED", message: /on record already/ });
  assert.throws(
    () => credit.deposit(community, accountsOf(community), { amount: 1n, currency: "USD", reference: "x" }),
    { code: "REFUSED" },
  );
  assert.throws(
    () => credit.deposit(community, accountsOf(community), { amount: -1n, currency: "EUR", reference: "x" }),
    { code: "REFUSED" },
  );
  for (const reader of await joinMany(t, "reader", 5)) desk.take(receipt(t, reader, page.id, "run"));
  await settle(t);
  const holder = base32.encode(ben.member);
  const balance = (account: "pending" | "payable" | "paid" | "escrow") =>
    accountsOf(community).ledger.balance(account, "EUR", holder);
  assert.equal(balance("pending"), 9_501n);
  await assert.rejects(() => credit.post(community, author(), (all) => [credit.preparePayout(community, all, "EUR")]), {
    code: "REFUSED",
  });
  await settle(t);
  assert.equal(balance("payable"), 9_501n);
  await credit.post(community, author(), (all) => [credit.preparePayout(community, all, "EUR")]);
  assert.equal(balance("escrow"), 9_501n);
  await credit.post(community, author(), (all) => [credit.confirmPayout(all, 1, "SEPA 4711")]);
  assert.equal(balance("paid"), 9_501n);
  await assert.rejects(() => credit.post(community, author(), (all) => [credit.confirmPayout(all, 1, "SEPA 4712")]), {
    code: "REFUSED",
    message: /confirmed already/,
  });
  const sum = accountsOf(community)
    .ledger.balances()
    .reduce((all, each) => all + each.amount, 0n);
  assert.equal(sum, 0n);
  assert.deepEqual(accountsOf(community).refused, []);
  assert.equal(credit.verifyCredit(community).periods, 2);
});

test("a period is closed once, and forged postings move nothing and are named", async () => {
  await using t = await createCommunity();
  await vote(t, POINTS);
  await write(t, t.ann, "Some words that nobody uses.");
  await settle(t);
  await assert.rejects(() => signTable(t, '{"rows":[]}'), {
    code: "STALE",
    message: /closed next is 1/,
  });
  const before = base32.encode(accountsOf(t.community).ledger.digest(suite));
  await forge(t, "gift:1", [
    { account: "inflow", currency: "points", amount: -5n },
    { account: "payable", holder: base32.encode(t.ann.member), currency: "points", amount: 6n },
  ]);
  const { refused, ledger } = accountsOf(t.community);
  assert.match(refused[0]?.why ?? "", /there is no posting of that sort/);
  assert.equal(base32.encode(ledger.digest(suite)), before);
  assert.throws(() => credit.verifyCredit(t.community), { code: "INTEGRITY" });
});

test("the desk takes one use per reader, version and period, from members, and of what stands there", async () => {
  await using t = await createCommunity();
  const { desk } = t.community;
  const ben = await t.join("Ben", "editor");
  const text = "Grease it with wool fat, never with oil.";
  const page = await write(t, ben, text);
  const [reader = ben] = await joinMany(t, "reader", 1);
  const use = receipt(t, reader, page.id, "cite", "Grease it");
  assert.equal(desk.take(use), true);
  assert.equal(desk.take(use), false);
  assert.throws(() => desk.take(receipt(t, reader, page.id, "cite", "Grease")), {
    code: "REFUSED",
    message: /less than 8 bytes/,
  });
  assert.throws(() => desk.take(receipt(t, reader, page.id, "cite", "Grease us")), {
    code: "REFUSED",
    message: /byte for byte/,
  });
  assert.throws(() => desk.take(receipt(t, t.person("nobody"), page.id, "run")), {
    code: "REFUSED",
    message: /Join first/,
  });
  assert.throws(() => desk.take(receipt(t, reader, new Uint8Array(32), "run")), { code: "REFUSED" });
  const broken = receipt(t, reader, page.id, "run");
  broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
  assert.throws(() => desk.take(broken), { code: "BAD_SIGNATURE" });
  const id = base32.encode(reader.member);
  assert.equal(desk.uses(id).length, 1);
  desk.dispute({ reader: id, revision: page.revision, use: "cite" }, true);
  assert.equal(desk.uses(id)[0]?.disputed, true);
  t.environment.advance(91 * 86_400_000);
  assert.deepEqual(desk.uses(), []);
});

test("shares that were agreed on need no uses, and a simulation shows who gains", async () => {
  await using t = await createCommunity();
  const ben = await t.join("Ben", "editor");
  await write(t, ben, "What the old bulbs were rated for.");
  await write(t, t.ann, "Where the old bulbs can still be had.");
  await authorship.authorshipReady(t.community);
  const [ann, other] = [base32.encode(t.ann.member), base32.encode(ben.member)];
  const rules = {
    currency: "points",
    budget: 1_000,
    fixed: [
      { member: ann, share: 333_333 },
      { member: other, share: 666_667 },
    ],
  };
  const found = credit.simulate(t.community, { rules, budget: 1_000n });
  assert.equal(found.supposed, "each page alike");
  assert.deepEqual(
    found.people.map(({ person, before, after }) => [person.name, before, after]),
    [
      ["Ann", 0n, 333n],
      ["Ben", 0n, 667n],
    ],
  );
  const byUse = credit.simulate(t.community, { rules: { currency: "points" }, budget: 1_000n });
  assert.equal(
    byUse.people.reduce((sum, { after }) => sum + after, 0n),
    1_000n,
  );
});

test("who blanks a page and brings it back, again and again, wrote none of it", async () => {
  await using t = await createCommunity();
  const { desk } = t.community;
  const honest = await t.join("Honest", "editor");
  const mallory = await t.join("Mallory", "editor");
  const words = "Soak the felt in warm water for an hour before it is glued to the hammer.";
  const page = await write(t, honest, words);
  await vote(t, POINTS);
  let head = page;
  for (let i = 0; i < 10; i++) {
    const body = i % 2 === 0 ? "gone" : words;
    head = await revise(t, mallory, {
      op: "revise",
      unit: page.unit,
      kind: "page",
      parents: [head.id],
      content: pageParts("Page", body),
    });
  }
  for (const reader of await joinMany(t, "reader", 5)) desk.take(receipt(t, reader, head.id, "run"));
  const draft = await settle(t);
  assert.equal(dueTo(draft, mallory), 0n);
  assert.equal(dueTo(draft, honest), 950_000n);
});

test("what is disputed is frozen alone, what waits too long goes back, and what was undone is undone once", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const { desk } = community;
  const ben = await t.join("Ben", "editor");
  const nonce = new Uint8Array(16).fill(9);
  const { submission } = await t.ann.write({
    op: "member",
    type: "person",
    nonce,
    content: [textPart("name", "Old Hand")],
  });
  const op = submission.entry.ops[0];
  assert.ok(op?.op === "member" && "nonce" in op);
  const old = community.rows.get<{ id: Uint8Array }>("SELECT id FROM member WHERE keyed = 0")?.id ?? new Uint8Array();
  const page = await write(t, t.ann, "What the old hand knew about shellac.", { by: [{ member: old }] });
  const own = await write(t, ben, "What Ben knows about beeswax, which is another matter.");
  await vote(t, { ...POINTS, hold: 1, keeps: { authors: 10_000, reviewers: 0, stewards: 0 } });
  for (const reader of await joinMany(t, "reader", 6))
    for (const used of [page, own]) desk.take(receipt(t, reader, used.id, "run"));
  await settle(t);
  const balance = (account: "pending" | "payable" | "escrow" | "unclaimed", who: Uint8Array) =>
    accountsOf(community).ledger.balance(account, "points", base32.encode(who));
  assert.equal(balance("unclaimed", old), 500_000n);
  assert.equal(balance("pending", ben.member), 500_000n);
  const holder = base32.encode(ben.member);
  const amount = { holder, amount: 100_000n, currency: "points" };
  await credit.post(community, t.ann.author, () => [credit.dispute(community, amount)]);
  await assert.rejects(
    () => credit.post(community, t.ann.author, () => [credit.dispute(community, { ...amount, amount: 400_001n })]),
    { code: "REFUSED", message: /takes 1 more points/ },
  );
  await settle(t);
  assert.equal(balance("payable", ben.member), 400_000n);
  assert.equal(balance("unclaimed", old), 0n);
  assert.equal(accountsOf(community).ledger.balance("pool", "points"), 500_000n);
  const [open] = credit.summaryOf(community).disputes;
  assert.equal(open?.amount, 100_000n);
  await credit.post(community, t.ann.author, (all) => [credit.resolve(all, open.id, "payable")]);
  await assert.rejects(() => credit.post(community, t.ann.author, (all) => [credit.resolve(all, open.id, "payable")]), {
    code: "REFUSED",
  });
  assert.equal(balance("payable", ben.member), 500_000n);
  assert.deepEqual(credit.summaryOf(community).disputes, []);
  await credit.post(community, t.ann.author, () => [credit.adjust(community, { ...amount, to: "pending" })]);
  assert.equal(balance("pending", ben.member), 100_000n);
  await assert.rejects(
    () => credit.post(community, t.ann.author, ({ ledger }) => [ledger.mirrorOf("epoch:0", "undo:epoch:0")]),
    { code: "REFUSED", message: /stands for good/ },
  );
  assert.equal(credit.verifyCredit(t.community).periods, 2);
});

test("nothing comes from nowhere: gifts, tables that give more than readers have, and payouts of payouts are refused", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const { desk } = community;
  const ben = await t.join("Ben", "editor");
  const page = await write(t, ben, "How the old lift is stopped between two floors.");
  await vote(t, { currency: "EUR", passes: {} });
  const holder = base32.encode(ben.member);
  const gift: readonly Line[] = [
    { account: "inflow", currency: "EUR", amount: -5n },
    { account: "payable", holder, currency: "EUR", amount: 5n },
  ];
  for (const key of ["gift:1", "deposit:x", "epoch:0", "payout:1:confirmed"]) await forge(t, key, gift);
  assert.equal(accountsOf(community).refused.length, 4);
  assert.deepEqual(accountsOf(community).ledger.balances(), []);
  const row = { revision: page.revision, use: "run", readers: 5, shares: "5000001" };
  await assert.rejects(
    () =>
      t.ann.write({
        op: "usage",
        epoch: 0,
        readers: 5,
        total: 5_000_001,
        content: [textPart("table", JSON.stringify({ rows: [row] }), "application/json")],
      }),
    { code: "REFUSED", message: /more than its readers have/ },
  );
  await assert.rejects(() => signTable(t, "{"), {
    code: "MALFORMED",
  });
  const post = (make: Parameters<typeof credit.post>[2]) => credit.post(community, t.ann.author, make);
  await post((all) => [credit.deposit(community, all, { amount: 1_000n, currency: "EUR", reference: "a" })]);
  for (const reader of await joinMany(t, "reader", 5)) desk.take(receipt(t, reader, page.id, "run"));
  await settle(t);
  await settle(t);
  await post((all) => [credit.preparePayout(community, all, "EUR")]);
  await post((all) => [credit.cancelPayout(all, 1)]);
  await post((all) => [credit.preparePayout(community, all, "EUR")]);
  await assert.rejects(() => post((all) => [credit.confirmPayout(all, 1, "x")]), {
    code: "REFUSED",
    message: /was cancelled already/,
  });
  await post((all) => [credit.confirmPayout(all, 2, "x")]);
  await assert.rejects(() => post((all) => [credit.cancelPayout(all, 2)]), { code: "REFUSED" });
  assert.deepEqual(
    credit.summaryOf(community).payouts.map(({ state }) => state),
    ["cancelled", "confirmed"],
  );
  assert.throws(() => credit.payablePayout(accountsOf(community), 1), { code: "REFUSED", message: /was cancelled/ });
  assert.equal(credit.payablePayout(accountsOf(community), 2).key, "payout:2:prepared");
});

test("a simulation is exact while it is known who used what, and says so when it is not", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const ben = await t.join("Ben", "editor");
  const mine = await write(t, t.ann, "Count the hammers before the action is taken out.");
  const his = await write(t, ben, "Mark each bushing that sticks in damp weather.");
  await vote(t, { ...POINTS, uses: { run: 1, carry: 1 }, keeps: { authors: 10_000, reviewers: 0, stewards: 0 } });
  const readers = await joinMany(t, "reader", 10);
  // Two used what nobody else did: what they could give waits, and the rule is told with it.
  const rare = await write(t, ben, "Where the third spare key hangs.");
  for (const reader of await joinMany(t, "rare reader", 2)) community.desk.take(receipt(t, reader, rare.id, "run"));
  const told = () => {
    const { people, kept, budget } = credit.simulate(community, { rules, budget: 1_000n });
    for (const when of ["before", "after"] as const)
      assert.equal(
        people.reduce((sum, each) => sum + each[when], kept[when]),
        budget,
        when,
      );
    return kept;
  };
  // Half of them ran one and carried the other, half only carried the other.
  for (const [i, reader] of readers.entries()) {
    if (i < 5) community.desk.take(receipt(t, reader, mine.id, "run"));
    community.desk.take(receipt(t, reader, his.id, "carry"));
  }
  const rules = { ...POINTS, uses: { run: 3, carry: 1 }, keeps: { authors: 10_000, reviewers: 0, stewards: 0 } };
  await authorship.authorshipReady(community);
  const said = () => {
    const { supposed, isApproximate, people } = credit.simulate(community, { rules, budget: 1_000n });
    return [supposed, isApproximate, ...people.map(({ before, after }) => [before, after])];
  };
  // Five gave half of theirs, and would give three quarters; the others give all of theirs to one as before.
  assert.deepEqual(said().slice(0, 4), ["open period", false, [208n, 312n], [625n, 521n]]);
  assert.deepEqual(told(), { before: 167n, after: 167n });
  await settle(t);
  assert.deepEqual(said().slice(0, 3), ["last period", true, [208n, 417n]]);
  const same = { ...rules, uses: { run: 2, carry: 2 } };
  assert.equal(credit.simulate(community, { rules: same, budget: 1_000n }).isApproximate, false);
});

test("uses of a closing that was declined are counted once after all, and a receipt serves one period", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const { desk } = community;
  const ben = await t.join("Ben", "steward");
  await vote(t, POINTS);
  const policy = community.rows.get<{ id: Uint8Array }>(
    "SELECT r.id FROM revision r JOIN unit u ON u.n = r.unit WHERE u.kind = 'policy'",
  );
  await ben.write({ op: "review", verdict: "approve", on: policy?.id ?? new Uint8Array(32) });
  const page = await write(t, t.ann, "Which of the two valves is the old one.");
  const readers = await joinMany(t, "reader", 5);
  const receipts = readers.map((reader) => receipt(t, reader, page.id, "run"));
  for (const each of receipts) desk.take(each);
  const waiting = () =>
    community.rows.all<{ id: Uint8Array }>("SELECT id FROM proposal WHERE state = 'proposed' ORDER BY n");
  await assert.rejects(
    async () => credit.close(community, readers[0]?.author ?? t.ann.author, credit.draftClosing(community)),
    { code: "FORBIDDEN" },
  );
  await settle(t);
  for (const { id } of waiting()) {
    await ben.write({ op: "review", verdict: "reject", on: id });
    await t.ann.write({ op: "review", verdict: "reject", on: id });
  }
  assert.equal(credit.closedPeriods(community).length, 0);
  await settle(t);
  for (const { id } of waiting()) await ben.write({ op: "review", verdict: "approve", on: id });
  assert.equal(credit.closedPeriods(community)[0]?.table?.readers, 5);
  assert.equal(credit.draftClosing(community).table.readers, 0);
  for (const each of receipts)
    assert.throws(() => desk.take(each), { code: "REFUSED", message: /before the last period was closed/ });
  assert.equal(credit.verifyCredit(community).periods, 1);
});

test("what is accepted while a closing waits does not change what it shares out", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const ben = await t.join("Ben", "editor");
  const page = await write(t, ben, "How the bell rope is spliced where it wears.");
  await vote(t, { currency: "EUR", passes: {} });
  const give = (reference: string) =>
    credit.post(community, t.ann.author, (all) => [
      credit.deposit(community, all, { amount: 1_000n, currency: "EUR", reference }),
    ]);
  await give("before");
  for (const reader of await joinMany(t, "reader", 5)) community.desk.take(receipt(t, reader, page.id, "run"));
  await t.ann.write({ op: "role", act: "grant", role: "steward", member: ben.member });
  await settle(t);
  const closing = community.rows.all<{ id: Uint8Array }>("SELECT id FROM proposal WHERE state = 'proposed' ORDER BY n");
  await give("meanwhile");
  const [, , deposit] = community.rows.all<{ id: Uint8Array }>(
    "SELECT id FROM proposal WHERE state = 'proposed' ORDER BY n",
  );
  await ben.write({ op: "review", verdict: "approve", on: deposit?.id ?? new Uint8Array(32) });
  for (const { id } of closing) await ben.write({ op: "review", verdict: "approve", on: id });
  assert.equal(accountsOf(community).ledger.balance("pool", "EUR"), 1_000n);
  assert.equal(credit.verifyCredit(community).periods, 1);
});

test("words hidden since do not undo what was posted, which can still be explained", async () => {
  await using t = await createCommunity();
  const { desk } = t.community;
  const ben = await t.join("Ben", "editor");
  const cleo = await t.join("Cleo", "editor");
  const page = await write(t, ben, "Where the spare keys hang, and whom to ring.");
  const head = await revise(t, cleo, {
    op: "revise",
    unit: page.unit,
    kind: "page",
    parents: [page.id],
    content: pageParts("Page", "Where the spare keys hang, and whom to ring. Mind the dog."),
  });
  await vote(t, POINTS);
  for (const reader of await joinMany(t, "reader", 5)) desk.take(receipt(t, reader, head.id, "run"));
  await settle(t);
  const before = base32.encode(accountsOf(t.community).ledger.digest(suite));
  await ben.write({ op: "redact", slots: [{ op: page.id, part: "body" }], content: [textPart("text", "private")] });
  await authorship.authorshipReady(t.community);
  assert.equal(base32.encode(accountsOf(t.community).ledger.digest(suite)), before);
  assert.deepEqual(credit.verifyCredit(t.community).unexplained, []);
  assert.equal(credit.explain(t.community, 0).isPosted, true);
});

test("agreed shares of a page stand in for its words", async () => {
  await using t = await createCommunity();
  const { desk } = t.community;
  const ben = await t.join("Ben", "editor");
  const page = await write(t, ben, "How the seal of the lid is cut from an inner tube.");
  const [ann, other] = [base32.encode(t.ann.member), base32.encode(ben.member)];
  const holders = [
    { member: ann, share: 250_000 },
    { member: other, share: 750_000 },
  ];
  const nonce = new Uint8Array(16).fill(7);
  const unit = unitId(suite, { log: t.community.log, author: t.ann.member, nonce });
  const rules = { form: "shares", of: base32.encode(page.unit), holders };
  const right = await revise(t, t.ann, {
    op: "revise",
    unit,
    kind: "right",
    nonce,
    parents: [],
    rules,
    content: pageParts("Shares", "As agreed."),
  });
  await ben.write({ op: "review", verdict: "approve", on: right.id });
  await vote(t, { ...POINTS, keeps: { authors: 10_000, reviewers: 0, stewards: 0 } });
  for (const reader of await joinMany(t, "reader", 5)) desk.take(receipt(t, reader, page.id, "run"));
  const draft = await settle(t);
  assert.deepEqual([dueTo(draft, t.ann), dueTo(draft, ben)], [250_000n, 750_000n]);
  assert.equal(credit.verifyCredit(t.community).periods, 1);
});

test("whoever cites, copies, reformats or reviews themselves, or reads under fifty names, gets no more than readers give", async () => {
  await using t = await createCommunity({ tickMs: 10 });
  const { desk } = t.community;
  const honest = await t.join("Honest", "editor");
  const mallory = await t.join("Mallory", "editor");
  const words = "The bellows leak at the third fold because the glue turns brittle after forty winters in a cold shed.";
  const page = await write(t, honest, words);
  await vote(t, POINTS);
  // His own units that all cite and build on one another: nobody uses them.
  const own = await write(t, mallory, "A page of mine.");
  for (let i = 0; i < 100; i++)
    await write(t, mallory, `Citing myself ${i}.`, { links: [{ rel: "derivedFrom", to: own.unit }] });
  // The other's words under his name, as they are and touched up, and the other's page with every line broken anew.
  const copy = await write(t, mallory, words);
  const touched = await write(
    t,
    mallory,
    `${words} And so it is.`.replace(" the third", " the old third").replaceAll("o", "\u043e"),
  );
  const head = await revise(t, mallory, {
    op: "revise",
    unit: page.unit,
    kind: "page",
    parents: [page.id],
    content: pageParts("Page", words.replaceAll(" ", "\n")),
  });
  await assert.rejects(() => mallory.write({ op: "review", verdict: "approve", on: copy.id }), { code: "REFUSED" });
  const readers = await joinMany(t, "reader", 10);
  for (const reader of readers) {
    desk.take(receipt(t, reader, copy.id, "run"));
    desk.take(receipt(t, reader, head.id, "run"));
  }
  // He uses his own, which counts nothing.
  desk.take(receipt(t, mallory, own.id, "run"));
  const draft = await settle(t);
  assert.equal(dueTo(draft, mallory), 0n);
  assert.equal(dueTo(draft, honest) + dueTo(draft, t.ann), 1_000_000n);
  // Fifty names of his read what is his; ten others read what is not: one name moves one share of sixty.
  const ring = await joinMany(t, "ring", 50);
  for (const fake of ring) desk.take(receipt(t, fake, own.id, "run"));
  for (const reader of readers) desk.take(receipt(t, reader, head.id, "run"));
  const second = await settle(t);
  assert.ok(dueTo(second, mallory) <= (1_000_000n * 50n) / 60n);
  // Of the text that he touched up five words of twenty-four are his.
  for (const reader of readers) desk.take(receipt(t, reader, touched.id, "run"));
  const third = await settle(t);
  assert.ok(dueTo(third, mallory) <= (1_000_000n * 5n) / 24n, String(dueTo(third, mallory)));
  assert.equal(dueTo(third, honest) + dueTo(third, mallory) + dueTo(third, t.ann), 1_000_000n);
  assert.equal(credit.verifyCredit(t.community).periods, 3);
});

test("what paying out cost comes out of the pool, and another community is given what it is due", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const ben = await t.join("Ben", "editor");
  const neighbour = "a".repeat(32);
  const page = await write(t, ben, "How to tell a good bearing by its sound.", {
    links: [{ rel: "uses", to: `lore:${neighbour}/${"b".repeat(32)}` }],
  });
  await vote(t, { currency: "EUR", passes: { uses: 5_000 } });
  const euros = (amount: bigint, reference: string) => ({ amount, currency: "EUR", reference });
  const post = (make: Parameters<typeof credit.post>[2]) => credit.post(community, t.ann.author, make);
  const balance = (account: "pool" | "fees" | "remote" | "paid", holder?: string) =>
    accountsOf(community).ledger.balance(account, "EUR", holder);
  await post((all) => [credit.deposit(community, all, euros(10_000n, "Transfer 17"))]);
  await post((all) => [credit.fee(community, all, euros(1_000n, "Bank, March"))]);
  assert.deepEqual([balance("pool"), balance("fees")], [9_000n, 1_000n]);
  const refused = { code: "REFUSED" };
  await assert.rejects(() => post((all) => [credit.fee(community, all, euros(1_000n, " Bank,  March"))]), refused);
  await assert.rejects(() => post((all) => [credit.fee(community, all, euros(9_001n, "Bank, April"))]), refused);
  await assert.rejects(() => post((all) => [credit.fee(community, all, euros(1n, " "))]), refused);
  for (const reader of await joinMany(t, "reader", 5)) community.desk.take(receipt(t, reader, page.id, "run"));
  await settle(t);
  // Half of 90 EUR goes on, and a twentieth of that to the steward.
  assert.equal(balance("remote", neighbour), 4_275n);
  const given = { holder: neighbour, ...euros(4_000n, "Transfer 18") };
  await post((all) => [credit.settle(community, all, given)]);
  assert.deepEqual([balance("remote", neighbour), balance("paid", neighbour)], [275n, 4_000n]);
  await assert.rejects(() => post((all) => [credit.settle(community, all, given)]), refused);
  await assert.rejects(
    () => post((all) => [credit.settle(community, all, { ...given, reference: "Transfer 19" })]),
    refused,
  );
  credit.verifyCredit(community);
  await forge(
    t,
    "settle:x",
    [
      { account: "remote", holder: neighbour, currency: "EUR", amount: -275n },
      { account: "paid", holder: base32.encode(ben.member), currency: "EUR", amount: 275n },
    ],
    { reference: "Transfer 20" },
  );
  assert.equal(accountsOf(community).refused.length, 1);
  assert.equal(balance("remote", neighbour), 275n);
});

/** Closes period 0 with a table that nobody counted. */
function signTable(t: TestCommunity, table: string) {
  const content = [textPart("table", table, "application/json")];
  return t.ann.write({ op: "usage", epoch: 0, readers: 0, total: 0, content });
}

/** Posts lines that nobody drew up, as a steward who lies may. Of several the last amounts decide. */
async function forge(t: TestCommunity, key: string, lines: readonly Line[], more: object = {}) {
  const { community } = t;
  const written = lines.map((line) => ({ ...line, amount: String(line.amount) }));
  const totals = new Map<string, bigint>();
  for (const { currency, amount } of lines)
    if (amount > 0n) totals.set(currency, (totals.get(currency) ?? 0n) + amount);
  const body = {
    postings: [{ key, lines: written, ...more }],
    size: community.size,
    balances: base32.encode(accountsOf(community).ledger.digest(suite)),
  };
  await t.ann.write({
    op: "post",
    totals: [...totals].map(([currency, amount]) => ({ currency, amount: Number(amount) })),
    content: [textPart("postings", JSON.stringify(body), "application/json")],
  });
}

test("a posting moves what its key is about, for whom it is, and nothing else", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const { desk } = community;
  const ben = await t.join("Ben", "editor");
  const mallory = base32.encode((await t.join("Mallory", "editor")).member);
  const page = await write(t, ben, "How the boat is hauled out before the ice comes.");
  await vote(t, { currency: "EUR", passes: {} });
  const post = (make: Parameters<typeof credit.post>[2]) => credit.post(community, t.ann.author, make);
  await post((all) => [credit.deposit(community, all, { amount: 1_000n, currency: "EUR", reference: "a" })]);
  for (const reader of await joinMany(t, "reader", 5)) desk.take(receipt(t, reader, page.id, "run"));
  await settle(t);
  const holder = base32.encode(ben.member);
  const amount = { holder, amount: 100n, currency: "EUR" };
  await post(() => [credit.dispute(community, amount)]);
  const dispute = credit.summaryOf(community).disputes[0]?.id ?? assert.fail();
  await settle(t);
  await post((all) => [credit.preparePayout(community, all, "EUR")]);
  const before = base32.encode(accountsOf(community).ledger.digest(suite));
  const [from, to] = (["pending", "payable"] as const).map((account) => (who: string, sum: bigint) => ({
    ...{ account, holder: who, currency: "EUR", amount: sum },
  }));
  assert.ok(from !== undefined && to !== undefined);
  const escrow = (who: string, sum: bigint): Line => ({ account: "escrow", holder: who, currency: "EUR", amount: sum });
  const inflow: Line = { account: "inflow", currency: "EUR", amount: -5n };
  const cases: readonly (readonly [key: string, lines: readonly Line[], more?: object])[] = [
    ["epoch:00", [inflow, from(mallory, 5n)]],
    ["epoch:1", [inflow, { account: "pool", currency: "EUR", amount: 5n }]],
    ["ripe:0", [from(holder, -5n), to(mallory, 5n)]],
    ["ripe:01", [from(holder, -5n), to(holder, 5n)]],
    [`resolve:${dispute}`, [escrow(dispute, -100n), to(mallory, 100n)]],
    [`resolve:${dispute}`, [escrow(holder, -100n), to(holder, 100n)]],
    ["resolve:zzz", [escrow(holder, -5n), to(mallory, 5n)]],
    ["dispute:x", [from(holder, -1n), escrow(holder, 1n)]],
    ["payout:1:cancelled", [escrow(holder, -5n), to(mallory, 5n)]],
    ["epoch:9", [inflow, from(mallory, 5n)], { reverses: "deposit:dsh6otwzmojn7gg7njouowzi6zlazluw" }],
  ];
  for (const [key, lines, more] of cases) await forge(t, key, lines, more);
  const { refused, ledger } = accountsOf(community);
  assert.deepEqual(
    refused.map(({ why }) => why.replace(/^Posting "[^"]*": /, "")).length,
    cases.length,
    refused.map(({ why }) => why).join("\n"),
  );
  assert.equal(base32.encode(ledger.digest(suite)), before);
  await assert.rejects(
    () => t.ann.write({ op: "redact", slots: [{ op: opIdOf(t, "post"), part: "postings" }] }),
    /never changed/,
  );
});

/** Id of the first op of a kind that took effect. */
function opIdOf({ community }: TestCommunity, op: "usage" | "post"): Uint8Array {
  const row = community.rows.get<{ id: Uint8Array }>("SELECT id FROM credit WHERE op = ? ORDER BY n", op);
  return row?.id ?? assert.fail();
}

test("who makes a text unreadable, or puts into it what nobody sees, does not become its author", async () => {
  const words = "How the boat is hauled out before the ice comes, and by how many people on which rope.";
  const odd = new TextEncoder().encode(words);
  const versions: readonly (readonly [string, Uint8Array])[] = [
    ["a byte that is no text", Uint8Array.of(...odd, 0xff)],
    ["a zero before it", Uint8Array.of(0, ...odd)],
    ["soft hyphens", new TextEncoder().encode(words.replaceAll(/(\w)(\w)/g, "$1\u00AD$2"))],
    ["no text at all", Uint8Array.from({ length: 100 }, () => 0xff)],
  ];
  for (const [what, body] of versions) {
    await using t = await createCommunity();
    const ben = await t.join("Ben", "editor");
    const cleo = await t.join("Cleo", "editor");
    const page = await write(t, ben, words);
    const [meta] = pageParts("Page", "");
    assert.ok(meta !== undefined);
    const content = [meta, { name: "body", media: "text/markdown", bytes: body }];
    const head = await revise(t, cleo, { op: "revise", unit: page.unit, kind: "page", parents: [page.id], content });
    await vote(t, POINTS);
    for (const reader of await joinMany(t, "reader", 5)) t.community.desk.take(receipt(t, reader, head.id, "run"));
    const draft = await settle(t);
    assert.ok(
      dueTo(draft, cleo) * 10n <= dueTo(draft, ben),
      `${what}: ${dueTo(draft, cleo)} beside ${dueTo(draft, ben)}`,
    );
  }
});

test("nobody is made an author, or kept from reviewing, by being named; and who could not accept earns nothing", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const [ben, dora] = [await t.join("Ben", "editor"), await t.join("Dora", "editor")];
  const plain = await t.join("Plain");
  const nonce = new Uint8Array(16).fill(5);
  const page = await revise(t, ben, {
    op: "revise",
    unit: unitId(suite, { log: community.log, author: ben.member, nonce }),
    kind: "page",
    nonce,
    parents: [],
    propose: true,
    by: [{ member: ben.member }, { member: dora.member }],
    content: pageParts("Page", "Where the spare keys hang, and whom to ring."),
  });
  for (const each of [plain, t.ann]) await each.write({ op: "review", on: page.id, verdict: "approve" });
  await vote(t, POINTS);
  for (const reader of await joinMany(t, "reader", 5)) community.desk.take(receipt(t, reader, page.id, "run"));
  const draft = await settle(t);
  assert.equal(dueTo(draft, dora), 0n);
  assert.equal(dueTo(draft, plain), 0n);
  assert.ok(dueTo(draft, ben) > 0n && dueTo(draft, t.ann) > 0n);
  assert.doesNotThrow(() => credit.verifyCredit(community));
});

test("who signs a link gives of what is theirs, and of nobody else's", async () => {
  await using t = await createCommunity();
  const { community } = t;
  const [ben, mallory] = [await t.join("Ben", "editor"), await t.join("Mallory", "editor")];
  const own = await write(t, mallory, "Something about something else altogether.");
  const page = await write(t, ben, "Where the spare keys hang, and whom to ring when the last train has left already.");
  const tool = await write(t, ben, "A list of the keys.");
  const elsewhere = `lore:${"a".repeat(32)}/${"b".repeat(32)}`;
  const grabbed = await revise(t, mallory, {
    op: "revise",
    unit: page.unit,
    kind: "page",
    parents: [page.id],
    links: [
      { rel: "derivedFrom", to: own.unit },
      { rel: "derivedFrom", to: elsewhere },
      { rel: "uses", to: own.unit },
      { rel: "uses", to: tool.unit },
    ],
    content: pageParts("Page", "Where the spare keys hang, and whom to ring when the last train has left already.\n"),
  });
  await vote(t, POINTS);
  const readers = await joinMany(t, "reader", 5);
  for (const reader of readers) community.desk.take(receipt(t, reader, grabbed.id, "run"));
  const draft = await settle(t);
  assert.equal(dueTo(draft, mallory), 0n);
  assert.equal(
    [...draft.dues.keys()].find((who) => who.startsWith("remote:")),
    undefined,
  );
  // Ben wrote all of the next one: what he says it uses is given in full, by whatever address.
  const made = await write(t, ben, "Who rings whom, from the list.", {
    links: [{ rel: "uses", to: `lore:${community.id}/${base32.encode(own.unit)}` }],
  });
  for (const reader of readers) community.desk.take(receipt(t, reader, made.id, "run"));
  const next = await settle(t);
  // A twentieth goes on, and a twentieth of that to the steward.
  assert.equal(dueTo(next, mallory), 47_500n);
  credit.verifyCredit(community);
  for (const epoch of [0, 1]) {
    const explained = credit.explain(community, epoch);
    const sum = credit.pathsTo(explained, () => true).reduce((all, { amount }) => all + amount, 0n);
    assert.equal(
      sum,
      [...explained.dues.values()].reduce((all, amount) => all + amount, 0n),
    );
  }
});
