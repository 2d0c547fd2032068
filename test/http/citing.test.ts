/** How to give credit for a page: a line on it, and an entry for programs that keep references. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
let first: WrittenUnit;
let second: WrittenUnit;

before(async () => {
  site = openSite();
  pen = await site.community("Repair & Guild");
  home = `/c/${pen.community.id}`;
  const ann = await pen.nameInHistory("Ann_B {the} \\first~");
  const title = "50% of $5 & more #1";
  first = await pen.write({
    path: "a.md",
    title,
    body: "One two three.",
    time: Date.UTC(2014, 4, 2),
    by: [{ member: ann }],
  });
  second = await pen.write({ path: "a.md", title, of: first, body: "One two three four.", time: Date.UTC(2016, 4, 2) });
  await pen.community.seal();
});

after(() => site.close());

test("the page has a line that names those whose words stand, most first, the version, and where these words are", async () => {
  const { text } = await site.get(`${home}/page/a`);
  const line = `“50% of $5 &amp; more #1” by Ann_B {the} \\first~ and The founder, Repair &amp; Guild, version 2 of 2016-05-02, CC-BY-4.0. lore:${pen.community.id}/${second.text}@${second.revision}`;
  assert.ok(text.includes(line), text.slice(text.indexOf("“"), text.indexOf("“") + 300));
  for (const form of ["bib", "json"]) assert.ok(text.includes(`/cite/${second.text}@${second.revision}.${form}"`));
});

test("BibTeX keeps names whole, and takes nothing that was written for a command", async () => {
  const { status, text, headers } = await site.get(`${home}/cite/${second.text}@${second.revision}.bib`);
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^application\/x-bibtex/);
  assert.match(text, /title = \{\{50\\% of \\\$5 \\& more \\#1\}\}/);
  assert.match(
    text,
    /author = \{\{Ann\\_B \\\{the\\\} \\textbackslash\{\}first\\textasciitilde\{\}\} and \{The founder\}\}/,
  );
  assert.match(text, /year = \{2016\}/);
});

test("CSL-JSON says the same of the version that was asked for", async () => {
  const { text } = await site.get(`${home}/cite/${first.text}@${first.revision}.json`);
  const [item] = JSON.parse(text) as [Record<string, unknown>];
  assert.deepEqual(item["author"], [{ literal: "Ann_B {the} \\first~" }]);
  assert.deepEqual(item["issued"], { "date-parts": [[2014, 5, 2]] });
  assert.equal(item["version"], "1");
  assert.equal(item["id"], `lore:${pen.community.id}/${first.text}@${first.revision}`);
});

for (const address of ["nothing.bib", `${"a".repeat(32)}.bib`, "", "x.txt"]) {
  test(`an address that cites nothing (${address.slice(0, 12)}) is not there`, async () => {
    assert.equal((await site.get(`${home}/cite/${address}`)).status, 404);
  });
}

test("a form nobody knows is not there", async () => {
  assert.equal((await site.get(`${home}/cite/${first.text}.ris`)).status, 404);
});
