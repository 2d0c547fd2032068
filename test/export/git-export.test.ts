import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { isLoreError, utf8 } from "../../src/bytes/index.ts";
import { type Community, type LoreNode, units } from "../../src/community/index.ts";
import { exportGit } from "../../src/export/index.ts";
import {
  corpus,
  fastImport,
  type Files,
  git,
  type ModelCommit,
  streamOf,
} from "../../src/import/git/test-repositories.ts";
import { importGit } from "../../src/import/run.ts";
import { type Op, revisionId, type ReviseOp, unitId } from "../../src/unit/index.ts";
import { createCommunity, type Person, suite } from "../community/kit.ts";
import { authorOf, openNode, rewrite, temporaryFolder, write } from "./node.ts";

/** The trees of a repository's main line, oldest first. */
function trees(repository: string): string[] {
  return git(repository, ["log", "--first-parent", "--reverse", "--format=%T"]).trim().split("\n");
}

async function imported(node: LoreNode, location: string): Promise<Community> {
  const { report } = await importGit(node, { location, into: { founder: "Ada" } });
  return node.community(report.community.id);
}

/** Imports, exports, and answers the trees before and after. */
async function roundTrip(
  t: TestContext,
  location: string,
  source = location,
): Promise<{ before: string[]; after: string[]; directory: string }> {
  const node = openNode(t);
  const community = await imported(node, location);
  const directory = join(temporaryFolder(t), "out");
  const { leftOut } = await exportGit(community, { directory });
  assert.deepEqual(
    leftOut.map(({ title, reason }) => [title, reason]),
    [["How we work", "it has no path"]],
  );
  return { before: trees(source), after: trees(directory), directory };
}

function filesOf(entries: Readonly<Record<string, string | readonly [mode: string, text: string]>>): Files {
  return new Map(
    Object.entries(entries).map(([path, file]) => [
      path,
      typeof file === "string" ? { mode: "100644", text: file } : { mode: file[0], text: file[1] },
    ]),
  );
}

const PAGE = Array.from({ length: 12 }, (_, line) => `line ${line}`).join("\n");

const QUIRKS: readonly ModelCommit[] = [
  {
    parents: [],
    files: filesOf({ "a.md": PAGE, "run.sh": ["100755", "#!/bin/sh\n"], link: ["120000", "a.md"], empty: "" }),
  },
  { parents: [0], files: filesOf({ "b.md": PAGE, "run.sh": ["100644", "#!/bin/sh\n"], link: ["100644", "a.md"] }) },
  {
    parents: [1],
    files: filesOf({
      "a b/c d.md": PAGE.replace("line 3", "three"),
      "run.sh": ["100755", "#!/bin/sh\n"],
      "na\xc3\xafve.md": "1",
      "\xff\xfe.bin": "\0\x01",
    }),
  },
  {
    parents: [2],
    files: filesOf({
      "tab\there": "1",
      'quo"te': "2",
      "new\nline": "3",
      "back\\slash": "4",
      "-dash": "5",
      " lead": "6",
      "\xe2\x82\xac/\xf0\x9f\x8c\xae.md": "7",
    }),
    message: "odd names",
  },
  {
    parents: [3],
    files: filesOf({
      "tab\there/below": "1",
      'quo"te': "2",
      Page: "x",
      page: "y",
      ".gitattributes": "* text eol=crlf\n",
      "crlf.txt": "a\r\nb\n",
    }),
  },
  { parents: [4], files: filesOf({ "tab\there": "1", 'quo"te': "2", Page: "y", page: "x" }) },
  {
    parents: [5],
    files: filesOf({ "tab\there": "1", 'quo"te': "2", Page: "y", page: "x" }),
    message: "nothing changed",
  },
  { parents: [5], files: filesOf({ "tab\there": "1", side: "1", Page: "y", page: "x" }), message: "on the side" },
  { parents: [6, 7], files: filesOf({ "tab\there": "1", side: "1", Page: "y", page: "x" }), message: "merged" },
  { parents: [8], files: new Map(), message: "all gone" },
  {
    parents: [9],
    files: filesOf({ "a.md": PAGE, "run.sh": ["100755", "#!/bin/sh\n"], link: ["120000", "a.md"] }),
    message: "all back",
  },
];

test("a name that no disk takes is in the repository, and git does not miss it in the folder", async (t) => {
  const source = temporaryFolder(t);
  const name = `${"z".repeat(300)}.md`;
  fastImport(source, streamOf([{ parents: [], files: filesOf({ "a.md": PAGE, [name]: "long" }) }]));
  const { before, after, directory } = await roundTrip(t, source);
  assert.deepEqual(after, before);
  assert.equal(git(directory, ["status", "--porcelain"]), "");
  assert.equal(readFileSync(join(directory, "a.md"), "utf8"), PAGE);
});

test("every tree of the main line comes out of the round trip as it went in, whatever the names and modes", async (t) => {
  const source = temporaryFolder(t);
  fastImport(source, streamOf(QUIRKS));
  const { before, after, directory } = await roundTrip(t, source);
  assert.equal(before.length, 10);
  assert.deepEqual(after, before);
  assert.equal(git(directory, ["status", "--short"]), "");
  assert.equal(readFileSync(join(directory, "a.md"), "utf8"), PAGE);
});

test(
  "a real repository with merges, two roots and a bot comes out with the same trees",
  { skip: corpus("tacofancy") === undefined && "the folder ../shared/corpora is not here" },
  async (t) => {
    const bundle = corpus("tacofancy") ?? assert.fail();
    const source = temporaryFolder(t);
    git(source, ["clone", "--quiet", "--bare", bundle, "."]);
    const { before, after, directory } = await roundTrip(t, bundle, source);
    assert.equal(before.length, 266);
    assert.deepEqual(after, before);
    git(directory, ["fsck", "--strict"]);
  },
);

for (const [name, commits] of [
  ["18f-handbook", 3_562],
  ["bids-specification", 1],
] as const) {
  const skip =
    process.env["LORE_TEST_LONG"] === undefined
      ? "takes long; set LORE_TEST_LONG=1"
      : corpus(name) === undefined && "the folder ../shared/corpora is not here";
  test(`${name} comes out with the same trees`, { skip }, async (t) => {
    const bundle = corpus(name) ?? assert.fail();
    const source = temporaryFolder(t);
    git(source, ["clone", "--quiet", "--bare", bundle, "."]);
    const { before, after } = await roundTrip(t, bundle, source);
    assert.ok(before.length >= commits);
    assert.deepEqual(after, before);
  });
}

test("what is written here after an import is a commit for each entry, by whoever wrote it", async (t) => {
  const source = temporaryFolder(t);
  fastImport(
    source,
    streamOf([
      { parents: [], files: filesOf({ "a.md": "one\n", "run.sh": ["100755", "#!/bin/sh\n"] }), message: "begin" },
    ]),
  );
  const node = openNode(t);
  const community = await imported(node, source);
  const author = authorOf(node, community);
  const { unit } = units.findUnit(community, "run.sh");
  const id = community.facts.unit(unit)?.id ?? assert.fail();
  await rewrite(community, author, {
    unit: id,
    title: "run.sh",
    path: "run.sh",
    body: "#!/bin/sh\necho\n",
    note: "Say something",
  });
  await write(community, author, { title: "Added", path: "notes/added.md" });
  await write(community, author, { title: "No place" });
  await author.write([{ op: "mark", mark: "retire", on: { unit: id } }]);
  const directory = join(temporaryFolder(t), "out");
  const { commits, files, leftOut } = await exportGit(community, { directory });
  assert.equal(commits, 4);
  assert.equal(files, 2);
  assert.deepEqual(leftOut.map(({ title }) => title).toSorted(), ["How we work", "No place"]);
  assert.deepEqual(git(directory, ["log", "--reverse", "--format=%s|%an|%cn"]).trim().split("\n"), [
    "begin|Ada Example|Ada",
    "Say something|Ada|Ada",
    "Change Added|Ada|Ada",
    "Take out run.sh|Ada|Ada",
  ]);
  assert.match(git(directory, ["ls-tree", "HEAD~2", "run.sh"]), /^100755/, "an edit keeps the mode");
  assert.match(git(directory, ["log", "-1", "--format=%ae"]), /^[a-z2-7]{32}@commonlore\.invalid$/m);
});

test("two units with one path: the older has it; a file that is a folder of others waits", async (t) => {
  const node = openNode(t);
  const community = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  const author = authorOf(node, community);
  await write(community, author, { title: "First", path: "a.md", body: "1" });
  await write(community, author, { title: "Second", path: "a.md", body: "2" });
  await write(community, author, { title: "Below", path: "a.md/b", body: "3" });
  await write(community, author, { title: "Hidden", path: "x/.GIT/hooks/post-checkout", body: "4" });
  await write(community, author, { title: "Out", path: "../out", body: "5" });
  const directory = join(temporaryFolder(t), "out");
  const { leftOut } = await exportGit(community, { directory });
  assert.deepEqual(git(directory, ["ls-files"]).trim(), "a.md");
  assert.equal(readFileSync(join(directory, "a.md"), "utf8"), "1");
  assert.deepEqual(
    leftOut.map(({ title }) => title),
    ["How we work", "Second", "Below", "Hidden", "Out"],
  );
});

test("a folder that holds something is refused and left as it is", async (t) => {
  const node = openNode(t);
  const community = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  const directory = temporaryFolder(t);
  writeFileSync(join(directory, "mine"), "mine");
  await assert.rejects(
    exportGit(community, { directory }),
    (error) => isLoreError(error, "REFUSED") && /not empty/.test(error.message),
  );
  assert.equal(readFileSync(join(directory, "mine"), "utf8"), "mine");
});

test("a suggestion that was accepted later is a commit by whoever suggested it", async (t) => {
  await using made = await createCommunity();
  const { community, ann } = made;
  const ben = await made.join("Ben");
  const nonce = new Uint8Array(16).fill(3);
  const unit = unitId(suite, { log: community.log, author: ann.member, nonce });
  const content = (body: string) => [
    { name: "meta", media: "application/json", bytes: utf8('{"title":"Tea","path":"tea.md"}') },
    { name: "body", media: "text/markdown", bytes: utf8(body) },
  ];
  const idOf = (person: Person, op: Op | undefined): Uint8Array =>
    revisionId(suite, { log: community.log, author: person.member, op: op as ReviseOp });
  const first = await ann.write({ op: "revise", unit, kind: "page", nonce, parents: [], content: content("Black.\n") });
  const parent = idOf(ann, first.submission.entry.ops[0]);
  const next = await ben.write({
    ...{ op: "revise", unit, kind: "page", parents: [parent], propose: true, content: content("Green.\n") },
  });
  await ann.write({ op: "review", on: idOf(ben, next.submission.entry.ops[0]), verdict: "approve" });
  const directory = join(temporaryFolder(t), "out");
  await exportGit(community, { directory });
  assert.deepEqual(git(directory, ["log", "--reverse", "--format=%an|%cn"]).trim().split("\n"), ["Ann|Ann", "Ben|Ann"]);
});
