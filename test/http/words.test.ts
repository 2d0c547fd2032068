/** Who wrote which words, on the page of a text. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { openSite, type Pen, type TestSite } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
let old: Uint8Array;

before(async () => {
  site = openSite();
  pen = await site.community("Repair Guild");
  home = `/c/${pen.community.id}`;
  old = await pen.nameInHistory("Older <Author>");
  const first = await pen.write({
    path: "kettle.md",
    title: "Kettle",
    body: "# Kettle\n\nFill it with *cold* water, see [tools](tools.csv).\n\n```\nkettle --on\n```\n\n| part | age |\n|---|---|\n| lid | 3 |\n",
    time: Date.UTC(2014, 4, 2),
    by: [{ member: old }],
  });
  await pen.write({
    path: "kettle.md",
    title: "Kettle",
    of: first,
    body: "# Kettle\n\nFill it with *cold* clean water, see [tools](tools.csv).\n\n```\nkettle --on --quick\n```\n\n| part | age |\n|---|---|\n| lid | 4 |\n",
    time: Date.UTC(2016, 4, 2),
  });
  await pen.write({ path: "tools.csv", title: "Tools", kind: "dataset", body: "tool,size\nsaw,3\n" });
  await pen.community.seal();
});

after(() => site.close());

/** Words in elements of a page, each with the name its element gives. */
async function said(path: string): Promise<string[]> {
  const { status, text: body } = await site.get(home + path);
  assert.equal(status, 200);
  const found = body.matchAll(/<(?:a|span) class="word" data-by="\d" title="([^",]*)[^"]*"[^>]*>([^<]*)</g);
  return [...found].map(([, name, text]) => `${name ?? ""}: ${(text ?? "").trim()}`);
}

test("every word of a page is in an element that names who wrote it", async () => {
  const steward = pen.community.facts.memberById(pen.author.member)?.n ?? 0;
  const name = pen.community.rows.get<{ name: string }>(
    "SELECT name FROM catalog_member WHERE member = ?",
    steward,
  )?.name;
  const older = "Older &lt;Author&gt;";
  assert.deepEqual(await said("/page/kettle?who=wrote"), [
    ...[
      `${older}: Fill it with`,
      `${older}: cold`,
      `${name ?? ""}: clean`,
      `${older}: water, see`,
      `${older}: tools`,
      `${older}: .`,
    ],
    ...[`${older}: kettle --on`, `${name ?? ""}: --quick`],
    ...[`${older}: part`, `${older}: age`, `${older}: lid`, `${name ?? ""}: 4`],
  ]);
});

test("words lead to a card that says when and in which version, which leads to the change", async () => {
  const { text: body } = await site.get(`${home}/page/kettle?who=wrote`);
  const [, card = ""] = /class="word"[^>]* href="#(lore:words-\d+)">\s*clean /.exec(body) ?? [];
  const rest = body.slice(body.indexOf(`id="${card}"`));
  assert.match(rest, /2 May 2016/);
  const [, change = ""] = /href="([^"]*\/diff\/[^"]*)">version 2</.exec(rest) ?? [];
  assert.equal((await site.get(change.replaceAll("&amp;", "&"))).status, 200);
});

test("a table is shown as it is written", async () => {
  const all = await said("/page/tools.csv?who=wrote");
  assert.equal(all.length, 1);
  assert.match(all[0] ?? "", /tool,size/);
});

test("the page itself names those whose words stand, and leads here and back", async () => {
  const { text: body } = await site.get(`${home}/page/kettle`);
  assert.match(body, /by <a [^>]*>Older &lt;Author&gt;<\/a> and <a /);
  assert.match(body, /href="[^"]*\/page\/kettle\?who=wrote"/);
  assert.doesNotMatch(body, /class="word"/);
  assert.match((await site.get(`${home}/page/kettle?who=wrote`)).text, /href="[^"]*\/page\/kettle">Only the text/);
});

test("a long text with many authors stays small", async () => {
  const line = (i: number, j: number) => `Line ${i} says ${(i * 7919 + j * 104_729) % 1_000} things.`;
  let of = await pen.write({ path: "long.md", body: Array.from({ length: 300 }, (_, i) => line(i, 0)).join("\n\n") });
  for (let j = 1; j < 30; j++)
    of = await pen.write({
      of,
      path: "long.md",
      body: Array.from({ length: 300 }, (_, i) => line(i, i % 30 <= j ? j : 0)).join("\n\n"),
    });
  await pen.community.seal();
  const { status, text: body } = await site.get(`${home}/page/long?who=wrote`);
  assert.equal(status, 200);
  assert.ok(gzipSync(body).length <= 30_000, `${gzipSync(body).length} bytes`);
});

for (const who of ["", "x", "wrote&section="]) {
  test(`an address that asks oddly (${who}) shows the text`, async () => {
    assert.equal((await site.get(`${home}/page/kettle?who=${who}`)).status, 200);
  });
}
