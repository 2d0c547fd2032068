/** Folders and zip files, brought in once and again. */
import assert from "node:assert/strict";
import fs, { chmodSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { crc32, deflateRawSync } from "node:zlib";

import { Author, links, units, verifyCommunity } from "../../src/community/index.ts";
import { mostLinked } from "../../src/community/queries/browse.ts";
import { importFolder, importZip } from "../../src/import/run.ts";
import { unitId } from "../../src/unit/index.ts";
import { openNode, temporaryFolder } from "./node.ts";

const founder = { founder: "Keeper" };

function writeTree(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return folder;
}

test("a folder becomes pages, tables, tools and files; a second run writes what changed", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "garden"), {
    "README.md": "# Garden\n\nSee [beans](beans.md), [[Compost]] and [nothing](missing.md).\n",
    "beans.md": "---\ntitle: Beans\n---\n\nSow in May.\n",
    "notes/Compost.md": "Turn it twice.\n",
    "sowing.csv": "plant,month\nbeans,May\n",
    "tool.html": "<!doctype html><title>x</title>",
    "layout.html": "<!doctype html>{% include x %}",
    "seed.bin": Uint8Array.of(0, 1, 2),
    ".obsidian/app.json": "{}",
  });
  symlinkSync("beans.md", join(tree, "link.md"));
  chmodSync(join(tree, "seed.bin"), 0o755);
  const node = openNode(t, folder);
  const report = await importFolder(node, { location: tree, into: founder });
  assert.deepEqual(report.units, { page: 3, dataset: 1, program: 1, file: 3 });
  assert.deepEqual(
    report.skipped.map(({ path }) => path),
    [".obsidian"],
  );
  assert.deepEqual(report.brokenLinks.list, [{ page: "README.md", href: "missing.md" }]);
  const community = node.community(report.community.id);
  assert.equal(community.name, "garden");
  const beans = units.findUnit(community, "Beans");
  assert.deepEqual(
    links.usedIn(community, beans.unit).map(({ unit }) => unit?.path),
    ["README.md"],
  );
  assert.deepEqual(links.linkedUnit(community, "Compost")?.path, "notes/Compost.md");

  writeTree(tree, { "beans.md": "---\ntitle: Beans\n---\n\nSow in June.\n", "peas.md": "# Peas\n" });
  rmSync(join(tree, "tool.html"));
  rmSync(join(tree, "sowing.csv"));
  writeTree(tree, { "tables/sowing.csv": "plant,month\nbeans,May\n" });
  const table = units.findUnit(community, "sowing.csv");
  const again = await importFolder(node, { location: tree, into: founder });
  assert.equal(again.community.id, community.id);
  assert.equal(again.revisions, 3);
  assert.deepEqual(units.findUnit(community, "tables/sowing.csv").id, table.id);
  assert.equal(units.unitAt(community, units.findUnit(community, "tool.html").unit)?.state, "retired");
  assert.equal((await importFolder(node, { location: tree, into: founder })).revisions, 0);
  await verifyCommunity(community);
});

test("a manifest names the community, kinds, links, authors and what was replaced", async (t) => {
  const folder = temporaryFolder(t);
  const manifest = {
    name: "Bread club",
    about: "How we bake.",
    licence: "CC-BY-4.0",
    authors: ["the bread club"],
    start: ["rye.md"],
    units: [
      { path: "how.md", kind: "charter" },
      { path: "new.md", replaces: "old.md", derivedFrom: ["old.md"] },
      { path: "why.md", kind: "question", tags: ["open"] },
    ],
  };
  const tree = writeTree(join(folder, "bread"), {
    "commonlore.json": JSON.stringify(manifest),
    "rye.md": "# Rye\n",
    "old.md": "# Old\n",
    "new.md": "# New\n",
    "why.md": "# Why?\n",
    "how.md": "# How we bake\n",
  });
  const node = openNode(t, folder);
  const report = await importFolder(node, { location: tree, into: founder });
  const community = node.community(report.community.id);
  assert.deepEqual(community.about, {
    name: "Bread club",
    about: "How we bake.",
    lang: undefined,
    licence: "CC-BY-4.0",
    start: ["rye.md"],
  });
  assert.equal(units.unitAt(community, units.findUnit(community, "old.md").unit)?.state, "superseded");
  assert.deepEqual(
    links.madeFrom(community, units.findUnit(community, "new.md").unit).map(({ rel, unit }) => [rel, unit?.path]),
    [["derivedFrom", "old.md"]],
  );
  const [version] = units.history(community, units.findUnit(community, "rye.md").unit);
  assert.deepEqual(
    version?.authors.map(({ name, keyed }) => [name, keyed]),
    [["the bread club", false]],
  );
  assert.equal((await importFolder(node, { location: tree, into: founder })).revisions, 0);
});

interface ZipFile {
  readonly name: string;
  readonly data?: Uint8Array;
  /** Said of the file, where it is not true. */
  readonly claimedSize?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly mode?: number;
}

/** A zip of these files, as false as they say. */
function zipOf(files: readonly ZipFile[]): Uint8Array {
  const [local, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const { name, data = new Uint8Array(), claimedSize = data.length, method = 8, flags = 0, mode = 0 } of files) {
    const packed = method === 8 ? deflateRawSync(data) : data;
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    for (const [value, at] of [
      [20, 0],
      [flags | 0x800, 2],
      [method, 4],
      [title.length, 22],
    ] as const)
      common.writeUInt16LE(value, at);
    for (const [value, at] of [
      [crc32(data), 10],
      [packed.length, 14],
      [claimedSize, 18],
    ] as const)
      common.writeUInt32LE(value, at);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    local.push(Buffer.concat([Buffer.from("PK\x03\x04"), common, title, packed]));
    central.push(Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 3]), common, tail, title]));
    offset += 30 + title.length + packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  for (const at of [8, 10]) end.writeUInt16LE(files.length, at);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return new Uint8Array(Buffer.concat([...local, directory, end]));
}

const text = (words: string) => new TextEncoder().encode(words);

test("a zip of one folder is that folder", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "garden.zip");
  writeFileSync(
    path,
    zipOf([
      { name: "garden/" },
      { name: "garden/a.md", data: text("# A\n") },
      { name: "garden/b/c.md", data: text("# C\n"), method: 0 },
    ]),
  );
  const node = openNode(t, folder);
  const report = await importZip(node, { location: path, into: founder });
  assert.equal(report.community.name, "garden");
  assert.deepEqual(
    units.listUnits(node.community(report.community.id)).map((unit) => unit.path),
    ["a.md", "b/c.md"],
  );
});

test("hidden and encrypted files are left out, each with its reason", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "odd.zip");
  const odd = [
    { name: ".git/config", data: text("x") },
    { name: "locked.md", data: text("x"), flags: 1 },
  ];
  writeFileSync(path, zipOf([...odd, { name: "good.md", data: text("# Good\n") }]));
  const node = openNode(t, folder);
  const report = await importZip(node, { location: path, into: founder });
  assert.deepEqual(
    units.listUnits(node.community(report.community.id)).map((unit) => unit.path),
    ["good.md"],
  );
  assert.deepEqual(
    report.skipped.map((item) => item.path),
    [".git/config", "locked.md"],
  );
});

test("of a name that a zip holds twice the first is taken, and the report says so", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "twice.zip");
  const twice = ["# First\n", "# Second\n"].map((body) => ({ name: "a.md", data: text(body) }));
  writeFileSync(path, zipOf([...twice, { name: "A.md", data: text("# Other\n") }]));
  const node = openNode(t, folder);
  const report = await importZip(node, { location: path, into: founder });
  assert.deepEqual(
    units.listUnits(node.community(report.community.id)).map((unit) => [unit.path, unit.title]),
    [
      ["A.md", "Other"],
      ["a.md", "First"],
    ],
  );
  assert.deepEqual(
    report.skipped.map((item) => item.path),
    ["a.md"],
  );
});

test("a source that lacks most of what was brought in is refused as another one, unless that is meant", async (t) => {
  const folder = temporaryFolder(t);
  const first = writeTree(
    join(folder, "first"),
    Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`page-${n}.md`, `# Page ${n}\n`])),
  );
  const other = writeTree(join(folder, "other"), { "page-1.md": "# Page 1\n", "else.md": "# Else\n" });
  const node = openNode(t, folder);
  const { community: begun } = await importFolder(node, { location: first, into: founder });
  const community = node.community(begun.id);
  const [into, size] = [{ id: begun.id }, community.size];
  await assert.rejects(importFolder(node, { location: other, into }), { code: "REFUSED", message: /5 of the 6 files/ });
  assert.equal(community.size, size);
  const meant = await importFolder(node, { location: other, into, mayRetireMost: true });
  assert.equal(meant.retired, 5);
  assert.equal(units.listUnits(community).length, 2);
});

test("another source of the same name that has nothing of what is here is refused, however little that is", async (t) => {
  const folder = temporaryFolder(t);
  const [x, y] = ["x", "y"].map((name) => writeTree(join(folder, name, "docs"), { [`${name}.md`]: `# ${name}\n` }));
  const node = openNode(t, folder);
  const { community: begun } = await importFolder(node, { location: x ?? "", into: founder });
  const community = node.community(begun.id);
  const { size } = community;
  for (const into of [founder, { name: "docs", ...founder }])
    await assert.rejects(importFolder(node, { location: y ?? "", into }), {
      code: "REFUSED",
      message: /1 of the 1 file/,
    });
  assert.equal(community.size, size);
  // The same folder may change altogether.
  rmSync(join(x ?? "", "x.md"));
  writeFileSync(join(x ?? "", "z.md"), "# z\n");
  assert.equal((await importFolder(node, { location: x ?? "", into: founder })).retired, 1);
});

const hostile: readonly (readonly [what: string, zip: Uint8Array, code: string])[] = [
  ["a bomb", zipOf([{ name: "zeros", data: new Uint8Array(64 * 2 ** 20) }]), "TOO_LARGE"],
  ["one that lies about a size", zipOf([{ name: "a.md", data: text("x".repeat(5_000)), claimedSize: 10 }]), "REFUSED"],
  [
    "one that ends early",
    zipOf([{ name: "a.md", data: text("x".repeat(500)), method: 0 }]).subarray(0, 300),
    "REFUSED",
  ],
  ...["../up.md", "/root.md", "a/../../b.md", "C:\\x.md"].map(
    (name) =>
      [
        `one with ${name} in it`,
        zipOf([
          { name: "a.md", data: text("# A\n") },
          { name, data: text("x") },
        ]),
        "REFUSED",
      ] as const,
  ),
  ["no zip at all", text("PK, they said"), "REFUSED"],
  ["an empty one", zipOf([]), "REFUSED"],
];

for (const [what, zip, code] of hostile) {
  test(`a zip that is ${what} is refused, and nothing is written`, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, "hostile.zip");
    writeFileSync(path, zip);
    const node = openNode(t, folder);
    await assert.rejects(importZip(node, { location: path, into: founder }), { code });
    assert.deepEqual(node.ids(), []);
  });
}

test("a file over 1 GiB is left out with its size, the rest comes in", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "big"), { "a.md": "# A\n", "huge.bin": "" });
  truncateSync(join(tree, "huge.bin"), 2 * 2 ** 30);
  const node = openNode(t, folder);
  const report = await importFolder(node, { location: tree, into: founder });
  assert.deepEqual(report.units, { page: 1 });
  assert.match(report.skipped[0]?.reason ?? "", /2147483648 bytes/);
});

for (const [what, code] of [
  ["nowhere", "NOT_FOUND"],
  ["file.md", "REFUSED"],
  ["empty", "REFUSED"],
] as const) {
  test(`the folder "${what}" is refused`, async (t) => {
    const folder = temporaryFolder(t);
    writeTree(folder, { "file.md": "# A\n", "empty/.hidden": "" });
    const node = openNode(t, folder);
    await assert.rejects(importFolder(node, { location: join(folder, what), into: founder }), { code });
    assert.deepEqual(node.ids(), []);
  });
}

test("what comes again without a name goes where it went before, unless that was to several", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "garden"), { "README.md": "# Garden\n" });
  const node = openNode(t, folder);
  const first = await importFolder(node, { location: tree, into: { ...founder, name: "Allotment" } });
  writeTree(tree, { "peas.md": "# Peas\n" });
  const again = await importFolder(node, { location: `${tree}/`, into: founder });
  assert.equal(again.community.id, first.community.id);
  const other = writeTree(join(folder, "orchard"), { "README.md": "# Orchard\n" });
  assert.equal((await importFolder(node, { location: other, into: founder })).community.name, "orchard");
  const second = await importFolder(node, { location: tree, into: { ...founder, name: "Copy" } });
  assert.notEqual(second.community.id, first.community.id);
  writeTree(tree, { "peas.md": "# Green peas\n" });
  assert.equal((await importFolder(node, { location: tree, into: founder })).community.name, "garden");
});

test("a picture inside a link is looked for as well, and a link to a former path leads to its unit", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "garden"), {
    "README.md":
      "# Garden\n\n[![Beans](beans.png)](beans.md) and ![peas][p] and [sowing](plan.md), [![gone](g.png)](https://example.org)\n\n[p]: peas.png\n",
    "beans.md": "# Beans\n",
    "plan.md": "# Plan\n\nSow in May.\n",
  });
  const node = openNode(t, folder);
  const first = await importFolder(node, { location: tree, into: founder });
  assert.deepEqual(first.brokenLinks.list.map(({ href }) => href).toSorted(), ["beans.png", "g.png", "peas.png"]);
  rmSync(join(tree, "plan.md"));
  writeTree(tree, { "notes/sowing-plan.md": "# Plan\n\nSow in May.\n" });
  const second = await importFolder(node, { location: tree, into: founder });
  assert.deepEqual(second.brokenLinks.list.map(({ href }) => href).toSorted(), ["beans.png", "g.png", "peas.png"]);
  const community = node.community(first.community.id);
  const plan = units.findUnit(community, "Plan");
  assert.deepEqual(
    links.usedIn(community, plan.unit).map(({ unit }) => unit?.path),
    ["README.md"],
  );
  writeTree(tree, { "plan.md": "# Another plan\n" });
  await importFolder(node, { location: tree, into: founder });
  assert.deepEqual(links.usedIn(community, plan.unit), []);
});

test("what a vault of notes names without its folder, or beside an escaped pipe, is found as its pages find it", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "vault"), {
    "days/monday.md":
      "# Monday\n\n![[pic.png]] ![[Pic.png|80]] ![[gone.png]] [[plan.pdf]] ![[Bread]] [[att/pic.png]] [[t/pic.png]]\n\n| a |\n|---|\n| [[Bread\\|x]] |\n| [[Bread#Crust\\|x]] |\n| [[Cake\\|x]] |\n",
    "food/Bread.md": "# Bread\n",
    "att/pic.png": Uint8Array.of(0, 1),
    "att/Pic.png": Uint8Array.of(0, 2),
    "att/plan.pdf": Uint8Array.of(0, 3),
  });
  const node = openNode(t, folder);
  const { brokenLinks, community } = await importFolder(node, { location: tree, into: founder });
  assert.deepEqual(
    brokenLinks.list.map(({ href }) => href),
    ["gone.png", "t/pic.png", "Cake"],
  );
  const vault = node.community(community.id);
  assert.equal(links.unitNamed(vault, "Pic.png")?.path, "att/Pic.png");
});

test("a page is used where a link leads to it, however it is written; a picture, where it is shown", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "vault"), {
    "a.md": "[[ÜBER uns]] and ![[Pic.PNG]]\n",
    "b.md": "[about](notes/%C3%9Cber%20uns) ![x](notes/Pic.PNG)\n",
    "c.md": "[[Setup]] [[notes/setup]] [[über uns v2]]\n",
    "notes/Über uns.md": "# About\n",
    "notes/Über uns v2.md": "# About again\n",
    "notes/Pic.PNG": Uint8Array.of(0, 1),
    "setup.md": "# Setup\n",
    "notes/setup.md": "# Another\n",
  });
  const node = openNode(t, folder);
  const report = await importFolder(node, { location: tree, into: founder });
  const vault = node.community(report.community.id);
  const usedIn = (path: string) =>
    links
      .usedIn(vault, units.findUnit(vault, path).unit)
      .map(({ unit }) => unit?.path)
      .toSorted();
  assert.deepEqual(usedIn("notes/Über uns.md"), ["a.md", "b.md"]);
  assert.deepEqual(usedIn("notes/Über uns v2.md"), ["c.md"]);
  assert.deepEqual(usedIn("notes/Pic.PNG"), ["a.md", "b.md"]);
  assert.deepEqual(usedIn("setup.md"), ["c.md"]);
  assert.deepEqual(usedIn("notes/setup.md"), ["c.md"]);
  const most = mostLinked(vault, 2).map((unit) => units.unitAt(vault, unit)?.path);
  assert.deepEqual(most[0], "notes/Über uns.md");
});

/** Denies every look into these places, as a disk does to whoever has no right to them: root has all rights. */
function deny(
  t: TestContext,
  calls: readonly ("accessSync" | "readdirSync" | "readFileSync")[],
  places: string[],
): void {
  const denied = new Set(places);
  for (const call of calls) {
    const original: (...given: never[]) => unknown = fs[call];
    t.mock.method(fs, call, (...given: never[]) => {
      if (denied.has(String(given[0]))) throw Object.assign(new Error(`EACCES: ${call}`), { code: "EACCES" });
      return original(...given);
    });
  }
  syncBuiltinESMExports();
  t.after(() => {
    t.mock.restoreAll();
    syncBuiltinESMExports();
  });
}

const UNREADABLE = "it cannot be read (EACCES)";

test("files and folders that cannot be read are left out, each named, and what stands here of them stays", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "garden"), {
    "a.md": "# A\n",
    "b.md": "# B\n",
    "late.md": "# Late\n",
    "sub/c.md": "# C\n",
    "sub/d.md": "# D\n",
  });
  const node = openNode(t, folder);
  const all = await importFolder(node, { location: tree, into: { name: "All", ...founder } });
  deny(t, ["accessSync", "readdirSync"], [join(tree, "b.md"), join(tree, "sub")]);
  deny(t, ["readFileSync"], [join(tree, "late.md")]);
  const report = await importFolder(node, { location: tree, into: { name: "Some", ...founder } });
  assert.deepEqual(report.units, { page: 1 });
  assert.deepEqual(
    report.skipped,
    ["b.md", "sub", "late.md"].map((path) => ({ path, reason: UNREADABLE })),
  );
  const again = await importFolder(node, { location: tree, into: { id: all.community.id } });
  assert.equal(again.retired, 0);
  assert.deepEqual(again.units, { page: 5 });
});

test("a folder of which nothing can be read is refused with the reason, and no community is made", async (t) => {
  const folder = temporaryFolder(t);
  const closed = writeTree(join(folder, "closed"), { "a.md": "# A\n" });
  const tree = writeTree(join(folder, "garden"), { "a.md": "# A\n", "b.md": "# B\n" });
  const node = openNode(t, folder);
  deny(t, ["accessSync", "readdirSync"], [closed, join(tree, "a.md"), join(tree, "b.md")]);
  await assert.rejects(importFolder(node, { location: closed, into: founder }), {
    code: "ENVIRONMENT",
    message: /closed: the folder cannot be read \(EACCES\)\. See that .* may read it/,
  });
  await assert.rejects(importFolder(node, { location: tree, into: founder }), {
    code: "REFUSED",
    message: /"a\.md" and 1 more: it cannot be read \(EACCES\)/,
  });
  assert.deepEqual(node.ids(), []);
});

test("a zip of which everything is left out is refused with the reasons", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "locked.zip");
  const locked = ["a.md", "b.md"].map((name) => ({ name, data: text("x"), flags: 1 }));
  writeFileSync(path, zipOf([...locked, { name: ".hidden", data: text("x") }]));
  const node = openNode(t, folder);
  await assert.rejects(importZip(node, { location: path, into: founder }), {
    code: "REFUSED",
    message: /"a\.md" and 1 more: it is encrypted; "\.hidden": names that begin.*Unpack it with its password/,
  });
  assert.deepEqual(node.ids(), []);
});

test("a zip that the system does not give to be read is no damaged one", async (t) => {
  const folder = temporaryFolder(t);
  const path = join(folder, "closed.zip");
  writeFileSync(path, zipOf([{ name: "a.md", data: text("# A\n") }]));
  const original = fs.open;
  t.mock.method(fs, "open", (...given: unknown[]) => {
    const done: unknown = given.at(-1);
    assert.equal(given[0], path);
    if (typeof done === "function") done(Object.assign(new Error("EACCES: open"), { code: "EACCES" }));
  });
  const node = openNode(t, folder);
  const message = /closed\.zip: the zip file cannot be read \(EACCES\)\. See that .* may read it/;
  await assert.rejects(importZip(node, { location: path, into: founder }), { code: "ENVIRONMENT", message });
  t.mock.restoreAll();
  assert.equal(fs.open, original);
  await assert.rejects(importZip(node, { location: folder, into: founder }), {
    code: "REFUSED",
    message: /it is a folder/,
  });
  assert.deepEqual(node.ids(), []);
});

test("a broken link on a page without a path is told by its title", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "garden"), { "a.md": "# A\n" });
  const node = openNode(t, folder);
  const { community } = await importFolder(node, { location: tree, into: founder });
  const there = node.community(community.id);
  const keys = node.keystore.read(community.id);
  assert.ok(keys);
  const author = new Author(there, keys);
  const nonce = there.environment.random(16);
  const content = [
    { name: "meta", media: "application/json", bytes: text('{"title":"No place"}') },
    { name: "body", media: "text/markdown", bytes: text("[x](gone.svg)\n") },
  ];
  const unit = unitId(there.environment.suite, { log: there.log, author: author.member, nonce });
  await author.write([{ op: "revise", unit, nonce, kind: "page", parents: [], content }]);
  const again = await importFolder(node, { location: tree, into: founder });
  assert.deepEqual(again.brokenLinks.list, [{ page: "No place", href: "gone.svg" }]);
});

test("a source is not mixed into a community of its name that was all written there", async (t) => {
  const folder = temporaryFolder(t);
  const tree = writeTree(join(folder, "garden"), { "a.md": "# A\n" });
  const node = openNode(t, folder);
  const there = await node.begin({ name: "Garden", founder: "Ann", now: node.environment.now() });
  const keys = node.keystore.read(there.id);
  assert.ok(keys);
  const author = new Author(there, keys);
  const nonce = there.environment.random(16);
  const content = [{ name: "meta", media: "application/json", bytes: text('{"title":"Ours","path":"a.md"}') }];
  const unit = unitId(there.environment.suite, { log: there.log, author: author.member, nonce });
  await author.write([{ op: "revise", unit, nonce, kind: "page", parents: [], content }]);
  for (const into of [founder, { name: "GARDEN", ...founder }])
    await assert.rejects(importFolder(node, { location: tree, into }), {
      code: "REFUSED",
      message: new RegExp(`"Garden" is here already, with the id ${there.id}`),
    });
  assert.deepEqual(node.ids(), [there.id]);
  // Whoever names it by its id means it.
  assert.equal((await importFolder(node, { location: tree, into: { id: there.id } })).community.id, there.id);
});
