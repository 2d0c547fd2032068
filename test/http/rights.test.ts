/** "May I use this? How must I credit?" on pages, in headers, and in files for programs. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { base32 } from "../../src/bytes/index.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
let plain: WrittenUnit;
let song: WrittenUnit;
let odd: WrittenUnit;
let terms: WrittenUnit;

const me = () => base32.encode(pen.author.member);

before(async () => {
  site = openSite();
  pen = await site.community("Repair & Guild");
  home = `/c/${pen.community.id}`;
  plain = await pen.write({ path: "plain.md", title: "Plain", body: "Words." });
  const table = await pen.write({
    path: "t.csv",
    title: "T & <T>",
    kind: "dataset",
    body: "a\n1\n",
    licence: "CC-BY-4.0",
  });
  odd = await pen.write({
    ...{ path: "odd.md", title: "Odd", body: "Words.", licence: "ODbL-1.0" },
    links: [{ rel: "derivedFrom", to: table.id }],
  });
  song = await pen.write({ path: "a song*.md", title: "Song", body: "La.", licence: "CC-BY-NC-ND-4.0" });
  terms = await pen.write({
    ...{ path: "terms.md", title: "Terms", kind: "right", body: "As agreed.", media: "text/markdown" },
    rules: {
      ...{ form: "licence", licence: "CC-BY-SA-4.0" },
      terms: [
        { action: "train", may: "pay", currency: "EUR", price: 500 },
        { action: "search", may: "yes" },
      ],
    },
  });
  await pen.write({
    ...{ path: "song-terms.md", title: "Song terms", kind: "right", body: "As agreed.", media: "text/markdown" },
    rules: {
      ...{ form: "licence", licence: "CC-BY-NC-ND-4.0", of: song.text },
      terms: [
        { action: "search", may: "yes" },
        { action: "train", may: "no" },
        { action: "answer", may: "no" },
      ],
    },
  });
  const stranger = await pen.nameInHistory("Ben <i>");
  await pen.write({
    ...{ title: "Split", kind: "right", body: "Half each.", media: "text/markdown" },
    rules: {
      ...{ form: "shares", of: plain.text },
      holders: [
        { member: me(), share: 500_000 },
        { member: base32.encode(stranger), share: 500_000 },
      ],
    },
  });
  await pen.write({
    ...{ title: "Mine", kind: "right", body: "All mine.", media: "text/markdown" },
    rules: { form: "shares", of: odd.text, holders: [{ member: me(), share: 1_000_000 }] },
  });
  await pen.write({
    ...{ title: "Leave", kind: "right", body: "Train.", media: "text/markdown" },
    rules: { form: "grant", of: odd.text, to: me(), action: "train", until: Date.UTC(2030, 0, 2) },
  });
  await pen.community.seal();
});

after(() => site.close());

test("each page says what may be done, and how to give credit", async () => {
  const { text } = await site.get(`${home}/page/plain`);
  assert.match(text, /<b>Yes:<\/b> reading it, finding it with a search engine\./);
  assert.match(
    text,
    /<b>Yes, with credit:<\/b> copying it and passing it on, selling it, answering questions from it\./,
  );
  assert.match(text, /<b>Yes, with credit and under the same licence:<\/b> changing it\./);
  assert.match(text, /<b>For 5\.00 EUR:<\/b> training a model with it\./);
  assert.match(text, /rel="license noreferrer">CC-BY-SA-4\.0</);
  assert.match(text, /How must I give credit\?/);
});

test("a page says who holds shares, and what waits for whom", async () => {
  const page = await site.get(`${home}/page/plain`);
  assert.match(page.text, /Not agreed yet<\/h3>.*Split<\/a>.*who holds shares, waits for Ben &lt;i&gt;/s);
  assert.doesNotMatch(page.text, /Who holds shares<\/h3>/);
  const other = await site.get(`${home}/page/odd`);
  assert.match(other.text, /Permissions<\/h3>.*The founder<\/a>: training a model with it, until 2 January 2030/s);
  assert.match(other.text, /Who holds shares<\/h3>.*The founder<\/a> 100 %/s);
});

test("what was made from something that does not plainly allow it is flagged", async () => {
  const { text } = await site.get(`${home}/page/odd`);
  assert.match(
    text,
    /Made from <a href="[^"]*">T &amp; &lt;T&gt;<\/a>, under CC-BY-4\.0: ask first, because the two licences differ/,
  );
});

test("terms say on their own page whether they hold", async () => {
  assert.match((await site.get(`${home}/page/terms`)).text, /Everybody it takes has agreed: it holds\./);
  const split = await site.get(`${home}/search?q=half`);
  assert.equal(split.status, 200);
});

test("programs are told in a header what was agreed on, and nothing where nothing was", async () => {
  const usage = async (path: string) => (await site.get(home + path)).headers.get("content-usage");
  for (const path of ["/page/plain", "/page/plain.md", `/u/${plain.text}@${plain.revision}`])
    assert.equal(await usage(path), "train-ai=n, search=y", path);
  assert.equal(await usage(`/raw/~${song.text}`), "train-ai=n, search=y");
  assert.equal(await usage("/"), null);
  const api = await site.get(`/api${home}/units/plain.md`);
  assert.equal(api.headers.get("content-usage"), "train-ai=n, search=y");
  const other = await site.community("Nothing agreed");
  await other.write({ path: "page.md", title: "Page", body: "Words." });
  const silent = await site.get(`/c/${other.community.id}/page/page`);
  assert.equal(silent.headers.get("content-usage"), null);
});

test("every page names the terms for programs in its head", async () => {
  const { text } = await site.get(`${home}/page/plain`);
  assert.ok(text.includes(`<link rel="license" type="application/rsl+xml" href="${home}/rsl.xml">`));
  assert.ok(
    text.includes(`<link rel="license" type="application/ld+json" href="${home}/u/${plain.text}/odrl.jsonld">`),
  );
});

test("RSL has the terms of everything, and of what has its own", async () => {
  const { status, text, headers } = await site.get(`${home}/rsl.xml`);
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^application\/rsl\+xml/);
  assert.match(text, /^<\?xml version="1\.0" encoding="utf-8"\?>\n<rsl xmlns="https:\/\/rslstandard\.org\/rsl">/);
  const contents = new Map(
    [...text.matchAll(/<content url="([^"]*)">(.*?)<\/content>/gs)].map(([, url = "", inside = ""]) => [url, inside]),
  );
  const general = contents.get(home) ?? "";
  assert.match(general, /<license><permits type="usage">search<\/permits><payment type="free"\/><\/license>/);
  assert.match(
    general,
    /<permits type="usage">ai-input<\/permits><payment type="attribution"><standard>https:\/\/spdx\.org\/licenses\/CC-BY-SA-4\.0\.html<\/standard>/,
  );
  assert.match(
    general,
    /<permits type="usage">ai-train<\/permits><payment type="training"><amount currency="EUR">5\.00<\/amount><\/payment>/,
  );
  const own = contents.get(`${home}/page/a%20song%2A$`) ?? "";
  assert.match(own, /<permits type="usage">search<\/permits><prohibits type="usage">ai-input ai-train<\/prohibits>/);
  assert.equal(contents.get(`${home}/u/${song.text}`), own);
  assert.equal(text.match(/<content /g)?.length, text.match(/<\/content>/g)?.length);
});

test("a site where nobody has named a licence permits programs nothing", async () => {
  const bare = openSite();
  const community = await bare.node.begin({ name: "Bare", founder: "Ann", now: bare.node.environment.now() });
  const { text } = await bare.get(`/c/${community.id}/rsl.xml`);
  assert.match(text, /<license><prohibits type="usage">all<\/prohibits><\/license>/);
  assert.doesNotMatch(text, /<permits/);
  await bare.close();
});

test("ODRL offers each use with its duties", async () => {
  const { status, text, headers } = await site.get(`${home}/u/${plain.text}/odrl.jsonld`);
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^application\/ld\+json/);
  const offer = JSON.parse(text) as {
    permission: { action: string; target: string; duty?: Record<string, unknown>[] }[];
    prohibition: { action: string }[];
  } & Record<string, unknown>;
  assert.equal((offer["@context"] as unknown[])[0], "http://www.w3.org/ns/odrl.jsonld");
  assert.equal(offer["@type"], "Offer");
  assert.ok(typeof offer["uid"] === "string" && typeof offer["assigner"] === "string");
  const duties = (action: string) => offer.permission.find((each) => each.action === action)?.duty;
  assert.equal(duties("read"), undefined);
  assert.deepEqual(duties("distribute"), [{ action: "attribute" }]);
  assert.deepEqual(duties("derive"), [{ action: "attribute" }, { action: "cc:ShareAlike" }]);
  assert.match(
    JSON.stringify(duties("tdm:mine")),
    /odrl:compensate.*payAmount.*"@value":"5\.00".*"unit":"http:[^"]*\/EUR"/,
  );
  const closed = JSON.parse((await site.get(`${home}/u/${song.text}/odrl.jsonld`)).text) as typeof offer;
  assert.deepEqual(
    closed.prohibition.map(({ action }) => action),
    ["derive", "sell", "extract", "tdm:mine"],
  );
});

test("the API answers the same for one unit", async () => {
  const { text } = await site.get(`/api${home}/units/odd.md/rights`);
  const found = JSON.parse(text) as {
    licence: string;
    by: string;
    uses: unknown[];
    shares: unknown[];
    flags: unknown[];
  };
  assert.deepEqual([found.licence, found.by], ["ODbL-1.0", "version"]);
  assert.deepEqual([found.uses.length, found.shares.length, found.flags.length], [7, 1, 1]);
});

for (const path of [`/u/${"a".repeat(32)}/odrl.jsonld`, "/u/nothing/odrl.jsonld"])
  test(`terms of what is not here (${path.slice(0, 12)}) are not here`, async () => {
    assert.equal((await site.get(home + path)).status, 404);
  });

test("a moment before the terms knows nothing of them", async () => {
  const index = pen.community.facts.revisionById(terms.revisionId)?.idx ?? 0;
  const { text } = await site.get(`${home}/page/plain?as-of=${index}`);
  assert.match(text, /rel="license noreferrer">CC-BY-4\.0</);
  assert.doesNotMatch(text, /5\.00 EUR/);
});
