/** What pages say of an earlier day: what was known then, or plainly that they are of today only. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, type Pen, type TestSite } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
let history: string;

before(async () => {
  site = openSite();
  pen = await site.community("Repair Guild");
  home = `/c/${pen.community.id}`;
  const kettle = await pen.write({
    path: "kettle.md",
    title: "Kettle",
    body: "# Kettle\n\nOld.\n\n## Element\n\nIt heats.\n",
    time: Date.UTC(2014, 5, 1),
    by: [{ member: await pen.nameInHistory("Earlier Author") }],
  });
  history = `${home}/history/${kettle.text}`;
  await pen.write({ path: "tools.csv", title: "Tools", kind: "dataset", body: "name\nHammer\nSaw\n" });
  await pen.write({ path: "note.md", title: "Note", body: "# Note\n\nNew, and see [nothing](gone.md).\n" });
  await pen.community.seal();
});

after(() => site.close());

test("the portrait of an earlier day knows what was known then, and says what it does not", async () => {
  const { text } = await site.get(`${home}/portrait?as-of=2014-12-31`);
  assert.equal(
    /<p class="portrait[^>]*>([^]*?)<\/p>/.exec(text)?.[1]?.replaceAll(/<[^>]+>/g, ""),
    "Repair Guild knew 1 page, written by 1 person, since 1 June 2014. It had taken 1 version.",
  );
  assert.ok(text.includes("As it was on 31 December 2014.") && text.includes("is known of today only"), text);
  assert.match(text, /Earlier Author/);
  assert.doesNotMatch(text, /What needs hands<\/h2>|2026<\/a>|The founder/);
  assert.match((await site.get(`${home}/portrait?as-of=2010-01-01`)).text, /Nothing was here yet on that day/);
  const whole = await site.get(`${home}/portrait?as-of=${pen.community.size}`);
  assert.match(whole.text.replaceAll(/<[^>]+>/g, ""), /knew 2 pages and 1 table/);
});

test("a page that is of today only says so, and the first page of an earlier day shows nothing newer", async () => {
  const person = /\/person\/[a-z2-7]+/.exec((await site.get(`${home}/people`)).text)?.[0] ?? "";
  for (const path of ["/hands", "/sharing", "/copy", person, history.slice(home.length)]) {
    const { text } = await site.get(`${home}${path}?as-of=2015-01-01`);
    assert.ok(text.includes("This is of today.") && !text.includes("As it was on 1 January 2015."), path);
  }
  const first = await site.get(`${home}?as-of=2015-01-01`);
  assert.match(first.text, /Kettle/);
  assert.doesNotMatch(first.text, /Note|Tools|What needs hands<\/h2>/);
});

for (const path of ["/atom.xml", "/llms.txt", "/copy.zip"])
  test(`${path} is of today, and is not handed out for another day`, async () => {
    const { status, text } = await site.get(`${home}${path}?as-of=2015-01-01`);
    assert.equal(status, 400);
    assert.match(text, /This is of today only/);
  });

test("a link on the page of an earlier day leads to what stood there then", async () => {
  const links = await site.community("Links");
  const at = `/c/${links.community.id}`;
  const first = await links.write({ path: "element.md", title: "Element", body: "# Element\n\nIt heats.\n" });
  await links.write({
    path: "kettle.md",
    title: "Kettle",
    body: "# Kettle\n\nSee [it](element.md) and [none](gone.md).\n",
  });
  const then = links.community.size;
  await links.write({ of: first, path: "heat/element.md", title: "Element", body: "# Element\n\nIt heats.\n" });
  const taker = await links.write({ path: "element.md", title: "Chemistry", body: "# Chemistry\n\nGold.\n" });
  const hrefs = async (moment: string): Promise<string[]> => {
    const { text } = await site.get(`${at}/page/kettle${moment}`);
    return Array.from(text.matchAll(/See <a href="([^"]*)"/g), ([, href = ""]) => href);
  };
  const [now = ""] = await hrefs("");
  assert.match((await site.get(now)).text, /Gold\./);
  const [earlier = ""] = await hrefs(`?as-of=${then}`);
  const led = await site.get(earlier);
  assert.match(led.text, /It heats\./, earlier);
  assert.doesNotMatch(led.text, /Gold\./);
  assert.notEqual(first.id, taker.id);
  for (const address of ["/page/element", "/page/element.md", "/raw/element.md"]) {
    assert.match((await site.get(`${at}${address}`)).text, /Gold\./, address);
    assert.match((await site.get(`${at}${address}?as-of=${then}`)).text, /It heats\./, address);
  }
  assert.match((await site.get(`${at}/page/heat/element?as-of=${then}`)).text, /It heats\./, "its address of today");
  assert.match((await site.get(`${at}/page/kettle?as-of=${then}`)).text, /class="missing"/);
});
