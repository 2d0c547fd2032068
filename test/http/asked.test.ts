/** Requests that ask oddly: an unknown method, a question asked twice or written wrongly, a moment that is none. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, type Pen, type TestSite } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
let api: string;
let history: string;

before(async () => {
  site = openSite();
  pen = await site.community("Repair Guild");
  home = `/c/${pen.community.id}`;
  api = `/api${home}`;
  const kettle = await pen.write({
    path: "kettle.md",
    title: "Kettle",
    body: "# Kettle\n\nOld.\n\n## Element\n\nIt heats.\n",
  });
  history = `${home}/history/${kettle.text}`;
  await pen.write({ path: "tools.csv", title: "Tools", kind: "dataset", body: "name\nHammer\nSaw\n" });
  await pen.write({ path: "note.md", title: "Note", body: "# Note\n\nNew.\n" });
  await pen.community.seal();
});

after(() => site.close());

test("an address answers a method it does not take with those it does", async () => {
  for (const [method, path, allow] of [
    ["POST", home, "GET, HEAD"],
    ["PUT", `${home}/page/kettle`, "GET, HEAD"],
    ["DELETE", `${api}/units`, "GET, HEAD"],
    ["PATCH", `${home}/checkpoint`, "GET, HEAD"],
    ["OPTIONS", "/", "GET, HEAD"],
    ["PURGE", "/about", "GET, HEAD"],
    ["PUT", "/start", "GET, HEAD, POST"],
    ["GET", `${api}/entries`, "POST"],
    ["HEAD", `${api}/uses`, "POST"],
  ] as const) {
    const response = await site.app.request(path, { method });
    assert.deepEqual([response.status, response.headers.get("allow")], [405, allow], `${method} ${path}`);
  }
  const { code, requestId, message } = JSON.parse(await (await site.app.request(api, { method: "PUT" })).text());
  assert.deepEqual([code, typeof requestId, message], ["METHOD", "string", "This address takes GET, HEAD, not PUT."]);
  for (const method of ["GET", "POST", "PUT"])
    assert.equal((await site.app.request("/nothing/here", { method })).status, 404, method);
});

test("HEAD answers as GET does, without the body", async () => {
  for (const path of [
    "/",
    home,
    `${home}/page/kettle`,
    `${home}/page/kettle.md`,
    history,
    `${home}/checkpoint`,
    api,
    "/nothing",
  ]) {
    const [head, get] = [await site.app.request(path, { method: "HEAD" }), await site.app.request(path)];
    assert.equal(head.status, get.status, path);
    for (const name of ["content-type", "etag", "cache-control", "content-security-policy"])
      assert.equal(head.headers.get(name), get.headers.get(name), `${path} ${name}`);
    assert.equal(await head.text(), "", path);
  }
});

test("a question that is written wrongly, lies beyond the end or is asked twice is refused in words", async () => {
  for (const [path, field] of [
    [`${home}?as-of=yesterday`, "as-of"],
    [`${home}?as-of=999999`, "as-of"],
    [`${home}?as-of=2014-06-01&as-of=2015-06-01`, "as-of"],
    [`${home}/browse?from=-1`, "from"],
    [`${home}/browse?from=999999`, "from"],
    [`${home}/browse?from=1.5`, "from"],
    [`${home}/browse?kind=%3Cb%3E`, "kind"],
    [`${home}/page/tools.csv?row=0`, "row"],
    [`${home}/page/tools.csv?row=3`, "row"],
    [`${home}/page/kettle?a=1&a=1`, "a"],
    [`${history}?before=x`, "before"],
    [`${home}/search?q=kettle&offset=-1`, "offset"],
    [`${home}/search?q=kettle&offset=1001`, "offset"],
    [`${home}/search?q=kettle&offset=20`, "offset"],
    ["/search?q=a&q=b", "q"],
    [`${api}/search?q=kettle&limit=abc`, "limit"],
    [`${api}/search?q=kettle&limit=0`, "limit"],
    [`${api}/search?q=kettle&limit=5&limit=6`, "limit"],
    [`${api}/units?as_of=2015-01-01`, "as_of"],
    [`${api}/people?as-of=2015-01-01`, "as-of"],
    [`${api}/units?as-of=2015-02-31`, undefined],
  ] as const) {
    const { status, text } = await site.get(path);
    assert.equal(status, 400, path);
    if (path.startsWith("/api")) assert.equal(JSON.parse(text).field, field, text);
    else assert.match(text, /Reading|Searching|The record holds/, path);
  }
});

test("what is asked of a list within its end is answered", async () => {
  for (const path of [
    `${home}/browse?from=0`,
    `${home}/browse?from=`,
    `${home}/browse?from=2`,
    `${home}/page/tools.csv?row=2`,
    `${home}/search?q=kettle&offset=0`,
    `${history}?before=1`,
    `${home}/page/kettle?fbclid=x`,
  ])
    assert.equal((await site.get(path)).status, 200, path);
});

test("a section that a page does not have is not there, and one that it has is", async () => {
  const missing = await site.get(`${home}/page/kettle?section=%3Cb%3Egone`);
  assert.equal(missing.status, 404);
  assert.match(missing.text, /This page has no section \u201c&lt;b&gt;gone\u201d\./);
  for (const section of ["", "kettle", "element"])
    assert.equal((await site.get(`${home}/page/kettle?section=${section}`)).status, 200, section);
});
