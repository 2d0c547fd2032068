/** Pages by address: what each answers with, what it must say, and what it must never say. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { DraftOp } from "../../src/community/index.ts";
import { findUnit, history as historyOf } from "../../src/community/queries/units.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
const units: Record<string, WrittenUnit> = {};

const TOOL =
  "<!doctype html><title>Tool</title><script>parent.postMessage({lore:1,want:'table',name:'tools'},'*')</script>";
const LONG = Array.from(
  { length: 40 },
  (_, i) =>
    `## Section ${i}\n\n${"Words that fill this section. ".repeat(70)}\n\nSee [the other](#section-${(i + 7) % 40}).\n`,
).join("\n");

before(async () => {
  site = openSite();
  pen = await site.community("Repair Guild");
  home = `/c/${pen.community.id}`;
  const older = await pen.nameInHistory("Older Author");
  const first = await pen.write({
    path: "guide/kettle.md",
    title: "Kettle",
    body: "# Mend a kettle\n\nOld words stand here.\n",
    time: Date.UTC(2014, 4, 2),
    by: [{ member: older }],
    note: "Begin",
  });
  units["kettle"] = await pen.write({
    path: "guide/kettle-repair.md",
    title: "Mend a kettle",
    of: first,
    body: "# Mend a kettle\n\nNew words stand here. See [tools](../tools.csv), [nothing](gone.md), [[drill]] and ![pot](../pot.svg).\n\n## Safety\n\nUnplug it <kbd>first</kbd>.\n",
    note: "Better words",
  });
  units["first"] = first;
  units["drill"] = await pen.write({
    path: "drill.md",
    title: "Drill",
    body: "---\ntitle: Drill\n---\n# Drill\n\nA drill makes holes.\n",
  });
  units["tools"] = await pen.write({
    path: "tools.csv",
    title: "Tools",
    kind: "dataset",
    body: 'name,lent to\nHammer,"Anna, Ben"\nSaw,<b>nobody</b>\n',
  });
  units["big"] = await pen.write({
    path: "big.csv",
    title: "Big",
    kind: "dataset",
    body: `n,square\n${Array.from({ length: 450 }, (_, i) => `${i + 1},${(i + 1) ** 2}`).join("\n")}\n`,
  });
  units["tool"] = await pen.write({
    path: "which.html",
    title: "Which tool",
    kind: "program",
    body: TOOL,
    meta: { reads: ["tools"], madeBy: "written by hand" },
    links: [{ rel: "uses", to: units["tools"].id }],
  });
  units["pot"] = await pen.write({
    path: "pot.svg",
    title: "A pot",
    kind: "file",
    body: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><path d="M0 0h9v9"/></svg>',
  });
  units["long"] = await pen.write({ path: "long.md", title: "Long", body: `# Long\n\n${LONG}` });
  units["retired"] = await pen.write({ path: "old/lamp.md", title: "Lamp", body: "# Lamp\n\nDo not do this.\n" });
  await pen.mark("retire", units["retired"]);
  units["replaced"] = await pen.write({ path: "glue.md", title: "Glue", body: "# Glue\n\nUse horse glue.\n" });
  await pen.mark("supersede", units["replaced"], units["drill"]);
  units["suggested"] = await pen.write({
    of: units["drill"],
    path: "drill.md",
    title: "Drill",
    body: "# Drill\n\nA drill makes round holes.\n",
    propose: true,
    note: "Round ones",
  });
  units["question"] = await pen.write({
    path: "who.md",
    title: "Who has the key?",
    kind: "question",
    body: "# Who has the key?\n",
  });
  units["twin"] = await pen.write({ path: "LICENSE", title: "LICENSE", kind: "file", body: "Do as you like.\n" });
  units["twin2"] = await pen.write({ path: "LICENSE.md", title: "Licence", body: "# Licence\n\nIn words.\n" });
  units["umlaut"] = await pen.write({
    path: "Küche & Bad/50% + ?#.md",
    title: "Odd name",
    body: "# Odd name\n\nfound\n",
  });
  units["bytes"] = await pen.write({ title: "Bytes", body: "# Bytes\n", meta: { pathHex: "72e92e6d64" } });
  await pen.community.seal();
});

after(() => site.close());

interface Case {
  readonly path: string;
  readonly status?: number;
  readonly has?: readonly (string | RegExp)[];
  readonly not?: readonly (string | RegExp)[];
  readonly location?: string | RegExp;
}

async function check({ path, status = 200, has = [], not = [], location }: Case): Promise<void> {
  const { text, headers, ...response } = await site.get(path);
  assert.equal(response.status, status, `${path}: ${text.slice(0, 300)}`);
  for (const each of has)
    assert.ok(
      typeof each === "string" ? text.includes(each) : each.test(text),
      `${path} says ${String(each)}\n${text.slice(0, 4000)}`,
    );
  for (const each of not)
    assert.ok(
      !(typeof each === "string" ? text.includes(each) : each.test(text)),
      `${path} must not say ${String(each)}`,
    );
  if (location !== undefined)
    assert.match(headers.get("location") ?? "", typeof location === "string" ? new RegExp(`^${location}$`) : location);
}

function cases(name: string, list: () => readonly Case[]): void {
  test(name, async () => {
    for (const each of list()) await check(each);
  });
}

cases("a page shows its words, who wrote them, when, and where its links lead", () => [
  {
    path: `${home}/page/guide/kettle-repair`,
    has: [
      '<h1 id="mend-a-kettle">Mend a kettle</h1>',
      "New words stand here.",
      /by <a href="[^"]+">The founder<\/a> and <a href="[^"]+">Older Author<\/a>/,
      ">2 versions</a>",
      `href="${home}/page/tools.csv">tools</a>`,
      'class="missing" title="Nothing is here yet">nothing</a>',
      `href="${home}/page/drill">drill</a>`,
      /<img src="\/c\/[a-z2-7]{32}\/part\/[0-9a-f]{64}" alt="pot"/,
      '<h2 id="safety">Safety',
      "<kbd>first</kbd>",
      `href="${home}/browse/guide">guide</a>`,
      "credit the authors",
    ],
    not: ["Old words", "<script>alert", "style="],
  },
  { path: `${home}/page/guide/kettle-repair.md`, has: ["# Mend a kettle\n\nNew words"], not: ["<h1"] },
  { path: `${home}/page/drill`, has: ["A drill makes holes"], not: ["title: Drill", "round holes"] },
  {
    path: `${home}/page/${encodeURIComponent("Küche & Bad")}/${encodeURIComponent("50% + ?#")}`,
    has: ["<p>found</p>"],
  },
]);

cases("an address that was left leads to the current one, and on an earlier day to what stood there", () => [
  { path: `${home}/page/guide/kettle`, status: 301, location: `${home}/page/guide/kettle-repair` },
  { path: `${home}/page/guide/kettle?as-of=2015-01-01`, has: ["Old words stand here"] },
  { path: `${home}/u/${units["kettle"]?.text}`, status: 302, location: `${home}/page/guide/kettle-repair` },
]);

cases("an older version says so at its top, and a date shows what stood then", () => [
  {
    path: `${home}/u/${units["first"]?.text}@${units["first"]?.revision}`,
    has: ["Old words stand here", "Version 1, of 2 May 2014."],
    not: ["New words"],
  },
  {
    path: `${home}/page/guide/kettle-repair?as-of=2015-01-01`,
    has: ["Old words stand here", "As it was on 1 January 2015."],
    not: ["New words"],
  },
  { path: `${home}/page/guide/kettle-repair?as-of=2010-01-01`, status: 404 },
  {
    path: `${home}/u/${units["suggested"]?.text}@${units["suggested"]?.revision}`,
    has: ["round holes", "not accepted so far"],
  },
]);

cases("what no longer stands says so", () => [
  {
    path: `${home}/page/old/lamp`,
    status: 410,
    has: ["This was retired.", `/u/${units["retired"]?.text}@`],
    not: ["Do not do this"],
  },
  { path: `${home}/u/${units["retired"]?.text}@${units["retired"]?.revision}`, has: ["Do not do this"] },
  { path: `${home}/page/glue`, has: ["This was replaced.", `href="${home}/page/drill"`, "horse glue"] },
]);

cases("tables have rows with addresses, long ones are turned over", () => [
  {
    path: `${home}/page/tools.csv`,
    has: ['id="row-2"', "Anna, Ben", "&lt;b&gt;nobody&lt;/b&gt;", "table of 2 rows", "A tool that reads this table"],
    not: ["<b>nobody"],
  },
  { path: `${home}/page/big.csv`, has: ['id="row-200"', "Rows 1 to 200 of 450.", "row=201"], not: ['id="row-201"'] },
  { path: `${home}/page/big.csv?row=450`, has: ['id="row-401"', 'id="row-450"', "202500"], not: ['id="row-400"'] },
  { path: `${home}/raw/tools.csv`, has: ["name,lent to\nHammer"] },
  { path: `${home}/rows/${units["tools"]?.text}`, has: ['"columns":["name","lent to"]', '["Hammer","Anna, Ben"]'] },
]);

cases("a tool is framed, says what it reads and how it was made", () => [
  {
    path: `${home}/page/which.html`,
    has: [
      'sandbox="allow-scripts"',
      "Written by hand.",
      "&quot;name&quot;:&quot;tools&quot;",
      `href="${home}/page/tools.csv">Tools</a>`,
    ],
    not: ["allow-same-origin", "postMessage"],
  },
]);

cases("a long page is shown by section with its whole contents list", () => [
  {
    path: `${home}/page/long`,
    has: ["Section 39</a>", 'id="section-0"', "section=section-7#section-7"],
    not: ['id="section-1"'],
  },
  {
    path: `${home}/page/long?section=section-7`,
    has: ['id="section-7"', "section=section-6", "section=section-8"],
    not: ['id="section-8"'],
  },
  { path: `${home}/page/long?section=nowhere`, status: 404, has: ["This page has no section \u201cnowhere\u201d"] },
]);

cases("two things that would share an address both have one", () => [
  { path: `${home}/page/LICENSE`, has: ["Do as you like."] },
  { path: `${home}/u/${units["twin2"]?.text}`, has: ["In words."] },
  { path: `${home}/browse`, has: [`${home}/page/LICENSE"`, `${home}/u/${units["twin2"]?.text}"`] },
]);

cases("the community's own pages", () => [
  {
    path: home,
    has: ["Repair Guild", "What Repair Guild is about.", "What needs hands", "2 people wrote here", "CC-BY-4.0"],
  },
  { path: `${home}?as-of=2010-01-01`, has: ["Nothing was here yet on that day."] },
  { path: `${home}/browse`, has: ["Folders", "guide", "Tables", "Tools", "Questions"], not: ["Lamp", "Glue"] },
  { path: `${home}/browse/guide`, has: ["Mend a kettle"] },
  { path: `${home}/browse/guide?as-of=2015-01-01`, has: ["Kettle"] },
  { path: `${home}/browse/nowhere`, status: 404 },
  {
    path: `${home}/people`,
    has: [/Older Author<\/a>[^]*The founder<\/a>/, "since"],
    not: [/\b[0-9]+ (?:pages|versions|edits)/],
  },
  { path: `${home}/hands`, has: ["A suggestion is waiting", "A question nobody has answered", "gone.md"] },
  { path: `${home}/search?q=drill`, has: ["Drill", "<mark>"] },
  { path: `${home}/search?q=zzzzqqq`, has: ["Nobody has written this down yet"] },
  { path: `${home}/search`, has: ["What would you like to know?"] },
  { path: "/search?q=drill", has: ["Repair Guild", "Drill"] },
  { path: `${home}/copy`, has: [pen.community.vkey.replaceAll("+", "+"), "lore export --archive"] },
  { path: `${home}/llms.txt`, has: ["# Repair Guild", `${home}/page/drill.md`] },
  { path: `${home}/atom.xml`, has: ["<feed xmlns", "<title>Mend a kettle</title>"] },
  { path: "/", has: ["Communities here", "Repair Guild"] },
  { path: "/llms.txt", has: [`[Repair Guild](http://localhost/c/${pen.community.id}/llms.txt)`] },
  { path: "/robots.txt", has: ["Disallow"] },
  { path: `${home}/page/nothing/here`, status: 404, has: ["There is nothing at this address", 'name="q"'] },
]);

cases("versions can be listed and any two compared word by word", () => [
  {
    path: `${home}/history/${units["kettle"]?.text}`,
    has: ["Better words", "Begin", "Older Author", "named in history"],
  },
  {
    path: `${home}/diff/${units["kettle"]?.text}`,
    has: ["<del>Old</del>", "<ins>New</ins>", "from 2\u00a0May\u00a02014 to 20\u00a0November\u00a02026"],
  },
  {
    path: `${home}/diff/${units["drill"]?.text}?to=${units["suggested"]?.revision}`,
    has: ["<ins>round </ins>", "a suggestion"],
  },
  {
    path: `${home}/diff/${units["kettle"]?.text}?from=${units["kettle"]?.revision}&to=${units["kettle"]?.revision}`,
    has: ["the same words"],
  },
  { path: `${home}/diff/${units["kettle"]?.text}?to=!!`, status: 400 },
  {
    path: `${home}/genuine/${units["kettle"]?.text}`,
    has: ["Checking needs a script, or the command below", "lore verify", "What this cannot tell you"],
  },
]);

cases("raw bytes are never a page of this site", () => [
  { path: `${home}/raw/pot.svg`, has: ["<svg"] },
  { path: `${home}/tool/${units["tool"]?.text}`, has: ["postMessage"] },
]);

test("what people put in is served under a policy that keeps it from running", async () => {
  const svg = await site.get(`${home}/raw/pot.svg`);
  assert.match(svg.headers.get("content-security-policy") ?? "", /^sandbox; default-src 'none'/);
  assert.equal(svg.headers.get("x-content-type-options"), "nosniff");
  const tool = await site.get(`${home}/tool/${units["tool"]?.text}`);
  assert.match(tool.headers.get("content-security-policy") ?? "", /^sandbox allow-scripts; default-src 'none'/);
  const page = await site.get(`${home}/page/drill`);
  assert.match(page.headers.get("content-security-policy") ?? "", /script-src 'self'/);
  assert.doesNotMatch(page.headers.get("content-security-policy") ?? "", /unsafe/);
  assert.doesNotMatch(page.text, /<script(?![^>]*\bsrc=)|\son\w+=|style=|javascript:/i);
});

test("a version that was erased says so and is handed out nowhere, whatever was shown before", async () => {
  const words = "Anna's number is 0123456789.";
  const leak = await pen.write({ path: "anna.md", title: "Anna", body: `# Anna\n\n${words}\n` });
  const at = `${leak.text}@${leak.revision}`;
  const sha256 = JSON.parse((await site.get(`/api${home}/units/${at}`)).text).parts[0].sha256;
  for (const path of [`/u/${at}`, "/page/anna", "/page/anna.md", `/part/${sha256}`]) {
    assert.match((await site.get(home + path)).text, /0123456789/, path);
  }
  const clean: DraftOp = {
    op: "revise",
    unit: leak.id,
    kind: "page",
    parents: [leak.revisionId],
    content: [
      { name: "meta", media: "application/json", bytes: new TextEncoder().encode('{"title":"Anna","path":"anna.md"}') },
      { name: "body", media: "text/markdown", bytes: new TextEncoder().encode("# Anna\n\nAsk her.\n") },
    ],
  };
  await pen.author.write([{ op: "redact", slots: [{ op: leak.revisionId, part: "body" }] }, clean]);
  const after = {
    [`/u/${at}`]: 200,
    [`/raw/~${at}`]: 410,
    [`/genuine/${at}`]: 200,
    [`/diff/${leak.text}`]: 200,
    "/page/anna": 200,
    "/page/anna.md": 200,
    [`/part/${sha256}`]: 404,
    "/search?q=0123456789": 200,
  };
  for (const [path, status] of Object.entries(after)) {
    const answer = await site.get(home + path);
    assert.equal(answer.status, status, path);
    assert.doesNotMatch(
      answer.text.replaceAll(/(?:value|content)="0123456789"|\u201c0123456789\u201d|<(h1[^>]*|title)>0123456789/g, ""),
      /0123456789/,
      path,
    );
  }
  assert.match((await site.get(`${home}/u/${at}`)).text, /The words of this version were erased/);
  for (const path of [`/units/${at}`, `/revisions/${leak.revision}`, `/proof/${leak.revision}`]) {
    assert.doesNotMatch((await site.get(`/api${home}${path}`)).text, /0123456789/, path);
  }
});

test("a page that has not changed is not sent again", async () => {
  const first = await site.get(`${home}/page/drill`);
  const again = await site.get(`${home}/page/drill`, { "if-none-match": first.headers.get("etag") ?? "" });
  assert.equal(again.status, 304);
  assert.equal(again.text, "");
  assert.equal(again.headers.get("content-security-policy"), null, "a browser would take it for the page's own");
});

test("a request under another name is refused, and so is a write from another site's page", async () => {
  assert.equal((await site.get("http://evil.example/")).status, 403);
  const foreign = await site.app.request(`/api${home}/entries`, {
    method: "POST",
    headers: { origin: "https://evil.example", "content-type": "application/cbor" },
    body: "x",
  });
  assert.equal(foreign.status, 403);
  const start = await site.app.request("/start", { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
  assert.equal(start.status, 403);
});

test("every page links only to addresses that answer", async () => {
  const seen = new Set<string>();
  const waiting = ["/", home];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (seen.has(path) || seen.size > 400) continue;
    seen.add(path);
    const { status, text, headers } = await site.get(path);
    assert.ok([200, 301, 302, 410].includes(status), `${path} answers ${status}`);
    if (!(headers.get("content-type") ?? "").startsWith("text/html")) continue;
    for (const [, href = ""] of text.matchAll(/(?:href|action|src)="(\/[^"#]*)/g)) {
      const next = href.replaceAll("&amp;", "&");
      if (next !== "/start" && !next.startsWith("/assets/")) waiting.push(next);
    }
  }
  assert.ok(seen.size > 60, `${seen.size} addresses were walked`);
});

test("a page whose path is not UTF-8 is found by its bytes, percent-encoded once or as the terminal lists them", async () => {
  for (const address of ["r%E9.md", "r%e9.md", "r%25E9.md"]) {
    const { status, headers } = await site.get(`${home}/page/${address}`);
    assert.equal(status, 301, address);
    assert.equal(headers.get("location"), `${home}/u/${units["bytes"]?.text}`);
  }
  assert.equal((await site.get(`${home}/page/r%E8.md`)).status, 404);
  const { unit } = findUnit(pen.community, "r%E9.md");
  assert.equal(unit, findUnit(pen.community, units["bytes"]?.text ?? "").unit);
  assert.ok(findUnit(pen.community, "r%E9.md@1").revision !== undefined);
});

test("versions have their number, and those beside them say what became of them", async () => {
  const jam = (body: string, more: object = {}) => pen.write({ path: "jam.md", title: "Jam", body, ...more });
  const first = await jam("# Jam\n", { note: "Start" });
  const side = await jam("# Jam\n\nPlums.\n", { of: first, propose: true, note: "Plums" });
  const open = await jam("# Jam\n\nPears.\n", { of: first, propose: true, note: "Pears" });
  await jam("# Jam\n\nPlums, ripe.\n", { of: side, note: "Ripe" });
  const { text } = await site.get(`${home}/history/${first.text}`);
  assert.match(text, /2 versions, and 2 more beside them: suggested, or on a side branch/);
  assert.match(text, /<span class="num">2\.<\/span> <a [^>]+>Ripe</);
  assert.match(text, /<span class="num">1\.<\/span> <a [^>]+>Start</);
  assert.match(text, /<p class="what"><a [^>]+>Plums<\/a> <span class="[^"]+">On a side branch, taken with version 2</);
  assert.match(text, /<p class="what"><a [^>]+>Pears<\/a> <span class="[^"]+">Suggested, never taken/);
  assert.match((await site.get(`${home}/diff/${first.text}?from=1&to=2`)).text, /from version 1 to version 2/);
  const ofSide = await site.get(`${home}/diff/${first.text}?from=1&to=${side.revision}`);
  assert.match(ofSide.text, /from version 1 to a version on a side branch/);
  const history = historyOf(pen.community, findUnit(pen.community, first.text).unit);
  assert.deepEqual(
    history.map(({ version, takenWith }) => [version, takenWith]),
    [
      [2, 2],
      [null, null],
      [null, 2],
      [1, 1],
    ],
  );
  assert.equal(history[1]?.revision, open.revision);
});
