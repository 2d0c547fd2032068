import assert from "node:assert/strict";
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { test } from "node:test";

import { fromBuffer } from "yauzl";

import { base32, isLoreError } from "../../src/bytes/index.ts";
import { linkedPath, linksOf } from "../../src/projection/markdown.ts";
import { exportMarkdown } from "../../src/export/index.ts";
import { authorOf, openNode, temporaryFolder, write } from "./node.ts";

/** A community with pages that link to each other in every way there is. */
async function linkedCommunity(t: Parameters<typeof openNode>[0]) {
  const node = openNode(t);
  const community = await node.begin({
    name: "Repair *guild*",
    about: "We mend things.",
    founder: "Ann",
    licence: "CC-BY-4.0",
    now: node.environment.now(),
  });
  const author = authorOf(node, community);
  const note = base32.encode(
    await write(community, author, {
      title: "It held: a report",
      kind: "note",
      body: "See [the guide](guide/chain.md) and ![it](pictures/a.png).\n",
    }),
  );
  await write(community, author, {
    title: "Chain",
    path: "guide/chain.md",
    body: `# Chain\n\n[report](lore:${community.id}/${note}), [also](/c/${community.id}/u/${note} "shown"), [tools](../tools.md#list), [web](https://example.org/c/x)\n\n[held]: https://lore.example.org/c/${community.id}/u/${note}\n`,
  });
  await write(community, author, { title: "Tools", path: "tools.md", body: "plain" });
  await write(community, author, {
    title: "Picture",
    path: "pictures/a.png",
    kind: "file",
    body: Uint8Array.of(137, 80, 78, 71),
  });
  await write(community, author, {
    title: "Script",
    path: "mend.sh",
    kind: "file",
    body: "#!/bin/sh\n",
    mode: "100755",
  });
  await write(community, author, {
    title: "Link",
    path: "guide/link",
    kind: "file",
    body: "../tools.md",
    mode: "120000",
  });
  await write(community, author, {
    title: "Way out",
    path: "guide/out",
    kind: "file",
    body: "../../etc/passwd",
    mode: "120000",
  });
  await write(community, author, { title: "Up", path: "../up.md" });
  return { node, community, author };
}

const FILES = [
  "ABOUT-THIS-COPY.md",
  "CHARTER.md",
  "guide",
  "guide/chain.md",
  "guide/link",
  "mend.sh",
  "notes",
  "notes/it-held-a-report.md",
  "pictures",
  "pictures/a.png",
  "tools.md",
];

test("a folder holds every current file at its path, links intact, and says what it is", async (t) => {
  const { community } = await linkedCommunity(t);
  const directory = join(temporaryFolder(t), "copy");
  const { files, leftOut } = await exportMarkdown(community, { target: { directory } });
  const found = readdirSync(directory, { recursive: true, encoding: "utf8" }).toSorted();
  assert.deepEqual(found, FILES);
  assert.equal(files, 8);
  assert.deepEqual(
    leftOut.map(({ title }) => title),
    ["Up", "Way out"],
  );
  assert.equal(statSync(join(directory, "mend.sh")).mode & 0o777, 0o755);
  assert.ok(lstatSync(join(directory, "guide/link")).isSymbolicLink());
  assert.equal(readlinkSync(join(directory, "guide/link")), "../tools.md");

  const about = readFileSync(join(directory, "ABOUT-THIS-COPY.md"), "utf8");
  for (const words of [
    "# Repair \\*guild\\*",
    community.id,
    "CC-BY-4.0",
    "We mend things.",
    "(guide/chain.md)",
    "Way out",
  ])
    assert.ok(about.includes(words), `${words} in ${about}`);

  for (const page of found.filter((path) => path.endsWith(".md"))) {
    for (const { href } of linksOf(readFileSync(join(directory, page), "utf8"))) {
      const target = linkedPath(page, href);
      if (target !== undefined) assert.ok(found.includes(target), `${page}: ${href}`);
      else assert.match(href, /^https:\/\/example\.org/, page);
    }
  }
});

test("a page without links by id is byte for byte what was written", async (t) => {
  const { community } = await linkedCommunity(t);
  const directory = join(temporaryFolder(t), "copy");
  await exportMarkdown(community, { target: { directory } });
  assert.equal(readFileSync(join(directory, "tools.md"), "utf8"), "plain");
  assert.deepEqual(readFileSync(join(directory, "pictures/a.png")), Buffer.from([137, 80, 78, 71]));
});

test("a name that no disk takes, or that looks like a drive, is left out and named, and the rest comes out", async (t) => {
  const node = openNode(t);
  const community = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  const author = authorOf(node, community);
  for (const [title, path] of [
    ["Long", `${"z".repeat(253)}.md`],
    ["Drive", "C:x.md"],
    ["Fits", `${"z".repeat(252)}.md`],
  ] as const)
    await write(community, author, { title, path, body: title });
  const directory = join(temporaryFolder(t), "out");
  const { leftOut } = await exportMarkdown(community, { target: { directory } });
  assert.deepEqual(leftOut.map(({ title }) => title).toSorted(), ["Drive", "Long"]);
  assert.ok(readdirSync(directory).includes(`${"z".repeat(252)}.md`));
});

test("what another stands in the way of is left out by its path, and the report says which that is", async (t) => {
  const node = openNode(t);
  const community = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  const author = authorOf(node, community);
  for (const [title, path] of [
    ["File", "a"],
    ["Below", "a/b.md"],
    ["In folder", "c/d.md"],
    ["Folder", "c"],
    ["Second", "a"],
  ] as const)
    await write(community, author, { title, path, body: title });
  const directory = join(temporaryFolder(t), "out");
  const { leftOut } = await exportMarkdown(community, { target: { directory } });
  assert.deepEqual(
    leftOut.map((left) => [left.path, left.title, left.reason]),
    [
      ["a/b.md", "Below", '"a" is a file, so nothing can stand below it'],
      ["c", "Folder", 'a folder has this path: "c/d.md" stands in it'],
      ["a", "Second", '"File" stands at this path already'],
    ],
  );
  assert.match(readFileSync(join(directory, "ABOUT-THIS-COPY.md"), "utf8"), /^- a\/b\.md \(Below\): "a" is a file/m);
});

test("a zip holds the same, and a copy of another day what stood then", async (t) => {
  const { community } = await linkedCommunity(t);
  const zip = new PassThrough();
  const bytes = buffer(zip);
  await exportMarkdown(community, { target: { zip } });
  zip.end();
  const names = await namesOf(await bytes);
  assert.deepEqual(
    names.toSorted(),
    FILES.filter((path) => /\.|link/.test(path)),
  );
  const directory = join(temporaryFolder(t), "copy");
  await exportMarkdown(community, { target: { directory }, moment: { at: "size", size: 2 } });
  assert.deepEqual(readdirSync(directory).toSorted(), ["ABOUT-THIS-COPY.md", "CHARTER.md", "notes"]);
});

function namesOf(zip: Buffer): Promise<string[]> {
  const names: string[] = [];
  return new Promise((resolve, reject) => {
    fromBuffer(zip, (error, opened) => {
      if (opened === undefined) return reject(error ?? new Error("no zip"));
      opened
        .on("entry", ({ fileName }) => names.push(fileName))
        .on("end", () => resolve(names))
        .on("error", reject);
    });
  });
}

test("nothing is overwritten: neither a folder that holds something nor a zip that is there", async (t) => {
  const { community } = await linkedCommunity(t);
  const folder = temporaryFolder(t);
  const zipFile = join(folder, "copy.zip");
  await exportMarkdown(community, { target: { zipFile } });
  const before = readFileSync(zipFile);
  await assert.rejects(exportMarkdown(community, { target: { zipFile } }), (error) => isLoreError(error, "REFUSED"));
  await assert.rejects(exportMarkdown(community, { target: { directory: folder } }), (error) =>
    isLoreError(error, "REFUSED"),
  );
  assert.deepEqual(readFileSync(zipFile), before);
  assert.deepEqual(readdirSync(folder), ["copy.zip"]);
});

test("a community's own page of that name is kept, and ours left out", async (t) => {
  const node = openNode(t);
  const community = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  await write(community, authorOf(node, community), { title: "About", path: "ABOUT-THIS-COPY.md", body: "ours" });
  const directory = join(temporaryFolder(t), "copy");
  await exportMarkdown(community, { target: { directory } });
  assert.equal(readFileSync(join(directory, "ABOUT-THIS-COPY.md"), "utf8"), "ours");
});
