/** The portrait of a community: right figures, lists behind them, the names of those whose words stand and of nobody else. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { utf8 } from "../../src/bytes/index.ts";
import { handsCount, portrait, portraitThen } from "../../src/community/queries/portrait.ts";
import { memberId } from "../../src/unit/index.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

const HTML_GZ_BYTES_MAX = 30_000;
const SHARED =
  "Keep the dough at twenty four degrees until it has doubled, then fold it four times and let it rest. ".repeat(3);

let site: TestSite;
let pen: Pen;
let home: string;
let text: string;
let dough: WrittenUnit;

const year = (n: number): number => Date.UTC(n, 5, 1);

async function bot(name: string): Promise<Uint8Array> {
  const { environment, log } = pen.community;
  const nonce = environment.random(16);
  await pen.author.write([
    { op: "member", type: "bot", nonce, content: [{ name: "name", media: "text/plain", bytes: utf8(name) }] },
  ]);
  return memberId(environment.suite, { log, nonce });
}

async function writeHistory(): Promise<void> {
  const [older, gone, lamp] = [
    await pen.nameInHistory("Older <i>Author</i>"),
    await pen.nameInHistory("Gone Author"),
    await pen.nameInHistory("Lamp Author"),
  ];
  dough = await pen.write({
    path: "dough.md",
    title: "Dough <script>",
    body: `# Dough\n\n${SHARED}\n\nSee [nothing](gone.md).\n`,
    time: year(2014),
    by: [{ member: older }],
  });
  const first = await pen.write({
    path: "kettle.md",
    title: "Kettle",
    body: "Every word here went away again later on.\n",
    time: year(2015),
    by: [{ member: gone }],
  });
  await pen.write({
    of: first,
    path: "kettle.md",
    title: "Kettle",
    body: "Unplug it, open it, look.\n",
    time: year(2016),
    by: [{ member: older }],
  });
  const retired = await pen.write({
    path: "lamp.md",
    title: "Lamp",
    body: "A page that no longer stands.\n",
    time: year(2015),
    by: [{ member: lamp }],
  });
  await pen.mark("retire", retired);
  await pen.write({
    path: "list.md",
    title: "List",
    body: "Made by a machine, every night.\n",
    time: year(2017),
    by: [{ member: await bot("Nightly") }],
  });
}

async function writeToday(): Promise<WrittenUnit> {
  const tools = await pen.write({ path: "tools.csv", title: "Tools", kind: "dataset", body: "name\nHammer\n" });
  await pen.write({
    path: "which.html",
    title: "Which tool",
    kind: "program",
    body: "<!doctype html><title>Which</title>",
    links: [{ rel: "uses", to: tools.id }],
  });
  await pen.write({ path: "rest.md", title: "Resting", body: `# Resting\n\n${SHARED}\n` });
  await pen.write({ path: "who.md", title: "Who has the key?", kind: "question", body: "Who?\n" });
  await pen.write({
    of: tools,
    path: "tools.csv",
    title: "Tools",
    kind: "dataset",
    body: "name\nSaw\n",
    propose: true,
  });
  return tools;
}

before(async () => {
  site = openSite();
  pen = await site.community("Bread <b>Guild</b>");
  home = `/c/${pen.community.id}`;
  await writeHistory();
  await pen.mark("dispute", await writeToday());
  await pen.community.seal();
  ({ text } = await site.get(`${home}/portrait`));
});

after(() => site.close());

test("its figures are those of the record", () => {
  const found = portrait(pen.community);
  assert.deepEqual(
    new Map(found.kinds),
    new Map([
      ["page", 4],
      ["dataset", 1],
      ["program", 1],
      ["question", 1],
    ]),
  );
  assert.equal(found.since, year(2014));
  assert.equal(found.versions, 9);
  assert.deepEqual(
    found.growth.filter(({ fresh }) => fresh > 0).map((each) => [each.year, each.standing, each.fresh]),
    [
      [2014, 1, 1],
      [2015, 3, 2],
      [2017, 4, 1],
      [2026, 7, 4],
    ],
  );
  assert.equal(found.growth.length, 2026 - 2014 + 1);
  assert.equal(
    found.growth.reduce((sum, { versions }) => sum + versions, 0),
    found.versions,
  );
});

test("what needs hands is counted, the oldest page first", () => {
  const { hands } = portrait(pen.community);
  assert.deepEqual(
    hands.untouched.map(({ unit }) => unit.path),
    ["dough.md", "kettle.md", "list.md"],
  );
  assert.deepEqual(
    hands.broken.map(({ href }) => href),
    ["gone.md"],
  );
  assert.equal(hands.disputed.count, 1);
  assert.deepEqual(
    hands.questions.units.map(({ title }) => title),
    ["Who has the key?"],
  );
  assert.equal(hands.suggestions, 1);
  assert.equal(handsCount(hands), 7);
});

test("what is made from what is signed, or found by comparing", () => {
  const made = portrait(pen.community).made.map(({ from, to, how }) => `${to.path} ${how} ${from.path}`);
  assert.deepEqual(made, ["which.html uses tools.csv", "rest.md copied dough.md"]);
});

test("those whose words stand are named in order of their first, and nobody else", () => {
  const names = text.slice(text.indexOf('id="lore:names"'), text.indexOf('id="lore:mine"'));
  assert.match(names, /Older &lt;i&gt;Author&lt;\/i&gt;<\/a>[^]*The founder<\/a>/);
  assert.doesNotMatch(text, /Gone Author|Lamp Author|Nightly/);
  assert.match(names, /That\u2019s me[^]*Hide my name/);
});

test("the page says it in one sentence, and escapes every name", () => {
  const sentence = /<p class="portrait[^>]*>([^]*?)<\/p>/.exec(text)?.[1]?.replaceAll(/<[^>]+>/g, "");
  assert.equal(
    sentence,
    "Bread &lt;b&gt;Guild&lt;/b&gt; knows 4 pages, 1 table, 1 tool and 1 question, in the standing words of 2 people, since 1 June 2014. It took 9 versions to get here, and 7 things need hands.",
  );
  assert.match(text, /Dough &lt;script&gt;/);
  assert.doesNotMatch(text, /Dough <script>|<b>Guild|<i>Author| style=| onclick=/);
  assert.ok(text.includes(`${home}/portrait</a>`));
});

test("every link of it leads to something that is there", async () => {
  const hrefs = new Set([...text.matchAll(/href="([^"]+)"/g)].map(([, href = ""]) => href.replaceAll("&amp;", "&")));
  assert.ok(hrefs.size > 20, [...hrefs].join(" "));
  for (const href of hrefs) {
    if (href.startsWith("#")) assert.ok(text.includes(`id="${href.slice(1)}"`), href);
    else if (href.startsWith(home)) assert.equal((await site.get(href.replace(/#.*/, ""))).status, 200, href);
  }
});

test("a figure opens the list of what it counts", async () => {
  const tables = await site.get(`${home}/browse?kind=dataset`);
  assert.match(tables.text, /Tools<\/a>/);
  assert.doesNotMatch(tables.text, /Kettle/);
  const first = await site.get(`${home}/browse?as-of=2014-06-01`);
  assert.match(first.text, /Dough/);
  assert.doesNotMatch(first.text, /Kettle/);
});

test("it has pictures with a name, and is small", () => {
  assert.match(text, /<svg class="chart growth"[^>]*role="img" aria-labelledby="lore:g1 lore:g2">/);
  assert.match(text, /<title id="lore:g1">Things kept here, 2014 to 2026<\/title>/);
  assert.match(text, /stroke-dasharray="6 4"/);
  assert.ok(gzipSync(text).length < HTML_GZ_BYTES_MAX);
});

test("a community with nothing in it says so", async () => {
  const empty = await site.community("Empty");
  const page = await site.get(`/c/${empty.community.id}/portrait`);
  assert.equal(page.status, 200);
  assert.match(page.text, /Nothing is here yet/);
  assert.doesNotMatch(page.text, /NaN|Infinity|undefined/);
});

test("what was confirmed lately is not old", async () => {
  await pen.author.write([{ op: "mark", mark: "confirm", on: { unit: dough.id }, verdict: "holds" }]);
  assert.deepEqual(
    portrait(pen.community).hands.untouched.map(({ unit }) => unit.path),
    ["kettle.md", "list.md"],
  );
});

test("the first page counts who wrote: no bots, and not who only brought in what others wrote", async () => {
  const bringing = await site.community("Brought");
  const member = await bringing.nameInHistory("Only Author");
  const nonce = bringing.community.environment.random(16);
  const name = { name: "name", media: "text/plain", bytes: utf8("Nightly") };
  await bringing.author.write([{ op: "member", type: "bot", nonce, content: [name] }]);
  const { environment, log } = bringing.community;
  const [first, second] = [member, memberId(environment.suite, { log, nonce })];
  await bringing.write({ path: "a.md", title: "A", body: "By hand.\n", by: [{ member: first }], time: year(2014) });
  await bringing.write({ path: "b.md", title: "B", body: "By night.\n", by: [{ member: second }], time: year(2013) });
  await bringing.community.seal();
  const there = `/c/${bringing.community.id}`;
  for (const path of [there, `${there}?as-of=2026-12-31`])
    assert.match((await site.get(path)).text, /1 person wrote here, since <time datetime="2014">/);
  assert.deepEqual(
    portraitThen(bringing.community, { at: "size", size: bringing.community.size }).people.map((person) => person.name),
    portrait(bringing.community).people.map((person) => person.name),
  );
  // Who changes a page afterwards wrote.
  await bringing.write({ path: "c.md", title: "C", body: "By the founder.\n" });
  assert.match((await site.get(there)).text, /2 people wrote here/);
});
