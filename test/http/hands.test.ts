/** What waits for somebody is told so that two things of a sort are told apart. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { base32, utf8 } from "../../src/bytes/index.ts";
import { Author, type DraftOp } from "../../src/community/index.ts";
import { openSite } from "./site.ts";

test("a mark, a role, a name and an erasure that wait name the page or person they are about, with a link", async (t) => {
  const site = openSite();
  t.after(() => site.close());
  const pen = await site.community("Repair Guild");
  const write = (path: string) => pen.write({ path, title: "Sour", body: `# Sour\n\n${path}\n` });
  const [sour, rye] = [await write("a/sour.md"), await write("b/sour.md")];
  await pen.write({ path: "b/sour.md", title: "Sour", of: rye, body: "# Sour\n\nbetter\n" });
  const named = await pen.nameInHistory("Old Baker");
  const [reader] = await pen.readers(1);
  assert.ok(reader !== undefined);
  const asks: DraftOp[] = [
    { op: "mark", mark: "supersede", on: { unit: sour.id }, by: rye.id },
    { op: "mark", mark: "retire", on: { unit: rye.id } },
    { op: "role", act: "grant", role: "editor", member: reader.member },
    { op: "member", alias: [named], into: reader.member },
    {
      ...{ op: "member", type: "person", nonce: new Uint8Array(16) },
      content: [{ name: "name", media: "text/plain", bytes: utf8("New <b>Baker</b>") }],
    },
    { op: "redact", slots: [{ op: rye.revisionId, part: "body" }] },
  ];
  for (const ask of asks) await new Author(pen.community, reader).write([ask]);
  const home = `/c/${pen.community.id}`;
  const { text } = await site.get(`${home}/hands`);
  const pageOf = (path: string) => `<a href="${home}/page/${path}">Sour</a>`;
  assert.match(
    text,
    new RegExp(`it is replaced</p><p class="name">${pageOf("a/sour")}</p>[^]*?by ${pageOf("b/sour")}, <code>a/sour.md`),
  );
  assert.match(text, new RegExp(`no longer stands</p><p class="name">${pageOf("b/sour")}</p>`));
  assert.match(text, new RegExp(`href="${home}/person/${base32.encode(reader.member)}">[^<]+</a> as editor`));
  assert.match(text, /Old Baker<\/a> and <a [^>]+>[^<]+<\/a> are one person/);
  assert.match(text, /New &lt;b&gt;Baker&lt;\/b&gt; as a member/);
  assert.match(text, new RegExp(`Erasing parts of ${pageOf("b/sour")}`));
  const listed: unknown = JSON.parse((await site.get(`/api${home}/proposals`)).text);
  const last = (listed as Record<string, unknown>[]).at(-1);
  assert.deepEqual(last?.["slots"], [
    { op: rye.revision, part: "body", target: { unit: rye.text, title: "Sour", path: "b/sour.md" } },
  ]);
});
