/** How value is shared, over HTTP: receipts of use, the rule, a trial, a statement and its reasons. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { base32 } from "../../src/bytes/index.ts";
import { Author, authorship } from "../../src/community/index.ts";
import * as credit from "../../src/community/credit/index.ts";
import { revisionId, type ReviseOp } from "../../src/unit/index.ts";
import { openSite, type Pen, type Reader, type TestSite, type WrittenUnit } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
let page: WrittenUnit;
let readers: Reader[] = [];

before(async () => {
  site = openSite();
  pen = await site.community("Repair Guild");
  const { community } = pen;
  home = `/c/${community.id}`;
  page = await pen.write({ path: "a.md", title: "Bellows", body: "Glue the third fold anew before each winter." });
  readers = await pen.readers(5);
});

after(() => site.close());

const receipt = (reader: Reader): Uint8Array => pen.receipt(reader, page);

async function send(body: Uint8Array, type = "application/cbor") {
  const answer = await site.app.request(`/api${home}/uses`, {
    method: "POST",
    body: new Uint8Array(body),
    headers: { "content-type": type, host: "localhost" },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test("nothing is shared without a rule, and one can be tried out", async () => {
  const { text, status } = await site.get(`${home}/sharing`);
  assert.equal(status, 200);
  assert.match(text, /Nothing is shared out here/);
  const trial = await site.get(`${home}/sharing?try=patronage&budget=12.34`);
  assert.match(trial.text, /As if each page were used alike/);
  assert.match(trial.text, /12\.34 EUR/);
  assert.equal((await site.get(`${home}/sharing?try=patronage&budget=1.234`)).status, 400);
  const own = (rules: object) =>
    site.get(`${home}/sharing?budget=10&rules=${encodeURIComponent(JSON.stringify(rules))}`);
  assert.match((await own({ currency: "JPY", keeps: { authors: 0, reviewers: 0, stewards: 10_000 } })).text, /10 JPY/);
  assert.equal((await own({ passes: { uses: 10_001 } })).status, 400);
  assert.equal((await site.get(`${home}/sharing?rules=%7B`)).status, 400);
  assert.equal((await site.get(`${home}/sharing/0`)).status, 404);
  const { status: api, text: json } = await site.get(`/api${home}/credit`);
  assert.equal(api, 200);
  assert.deepEqual(JSON.parse(json), {
    closed: [],
    accounts: [],
    payouts: [],
    disputes: [],
    refused: [],
    differing: [],
  });
});

test("readers sign what they used; a period is closed, and its statement says why each has what they have", async () => {
  const { community, author } = pen;
  await pen.write({ kind: "policy", title: "How we share", rules: { currency: "points", budget: 1_000 } });
  for (const reader of readers) assert.deepEqual(await send(receipt(reader)), { status: 201, body: { counted: true } });
  const [reader] = readers;
  assert.ok(reader !== undefined);
  assert.deepEqual((await send(receipt(reader))).body, { counted: false });
  const forged = receipt(reader);
  forged[10] = (forged[10] ?? 0) ^ 1;
  assert.ok([400, 415, 422].includes((await send(forged)).status));
  assert.equal((await send(receipt(reader), "application/json")).status, 415);
  assert.equal((await send(new Uint8Array(2_000))).status, 413);
  await authorship.authorshipReady(community);
  await credit.close(community, author, credit.draftClosing(community));
  const shown = await site.get(`${home}/sharing`);
  assert.match(shown.text, /up to 1,000 points each period/);
  assert.match(shown.text, /for what 5 readers used/);
  const statement = await site.get(`${home}/sharing/0`);
  assert.match(statement.text, /1,000 points/);
  assert.match(statement.text, /<svg class="chart"/);
  const { people, paths } = JSON.parse((await site.get(`/api${home}/credit/0`)).text) as {
    people: { person: { id: string }; amount: string }[];
    paths: { amount: string; person: string }[];
  };
  assert.equal(
    people.reduce((sum, { amount }) => sum + BigInt(amount), 0n),
    1_000n,
  );
  assert.equal(
    paths.reduce((sum, { amount }) => sum + BigInt(amount), 0n),
    1_000n,
  );
  const why = await site.get(`${home}/sharing/0?why=${people[0]?.person.id ?? ""}`);
  assert.match(why.text, /carried on by 5, for words/);
  assert.equal((await site.get(`${home}/sharing/0?why=nobody`)).status, 404);
  assert.equal((await site.get(`${home}/sharing/1`)).status, 404);
  assert.equal((await site.get(`${home}/sharing/x`)).status, 400);
});

test("a person's page lists what they checked and confirmed, and what came back; reading is counted for nobody", async () => {
  const { community, author } = pen;
  const [reader] = readers;
  assert.ok(reader !== undefined);
  const ann = new Author(community, reader);
  const { submission } = await ann.write([
    {
      op: "revise",
      unit: page.id,
      kind: "page",
      parents: [page.revisionId],
      propose: true,
      content: [
        {
          name: "meta",
          media: "application/json",
          bytes: new TextEncoder().encode('{"title":"Bellows","path":"a.md"}'),
        },
        { name: "body", media: "text/markdown", bytes: new TextEncoder().encode("Glue the fourth fold, too.") },
      ],
    },
  ]);
  const { suite } = community.environment;
  const op = submission.entry.ops[0] as ReviseOp;
  await author.write([
    { op: "review", verdict: "approve", on: revisionId(suite, { log: community.log, author: reader.member, op }) },
    { op: "mark", mark: "confirm", verdict: "holds", on: { unit: page.id } },
  ]);
  await ann.write([{ op: "mark", mark: "thank", on: { unit: page.id } }]);
  await authorship.authorshipReady(community);
  const founder = await site.get(`${home}/person/${base32.encode(author.member)}`);
  assert.match(founder.text, /What they checked/);
  assert.match(founder.text, /What they said still holds/);
  const other = await site.get(`${home}/person/${base32.encode(reader.member)}`);
  assert.match(other.text, /Thanks for what their words stand in/);
  assert.match(other.text, /carried on by 5/);
  for (let i = 0; i < 3; i++) await site.get(`${home}/page/a`);
  community.desk.addReads(new Map([[page.text, 3]]));
  assert.match((await site.get(`${home}/sharing`)).text, /Read lately.*3 times/s);
});
