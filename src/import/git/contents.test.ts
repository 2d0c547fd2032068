import assert from "node:assert/strict";
import { test } from "node:test";

import { isLoreError, type LoreErrorCode } from "../../bytes/index.ts";
import { openRepository, planGit, plannedBlobs, readBlobs } from "./index.ts";
import { commit, git, replayed, repositoryOf, temporaryDirectory, treesOf } from "./test-repositories.ts";

function fails(code: LoreErrorCode, words: RegExp): (error: unknown) => boolean {
  return (error) => isLoreError(error, code) && words.test(error.message);
}

test("names with tabs, newlines, quotes and bytes that are no UTF-8 arrive byte for byte, and so do contents", async (t) => {
  const files = {
    "tab\there": "1\r\n2\r\n",
    "new\nline": "\xef\xbb\xbfbom",
    'quo"te\\': "",
    "\xff\xfe": "\xe9",
    link: { mode: "120000", text: "tab\there" },
    tool: { mode: "100755", text: "#!" },
  };
  const repository = await repositoryOf(t, [commit([], files)]);
  const plan = await planGit(repository);
  const [replay] = replayed(plan);
  assert.deepEqual([replay?.heads], treesOf(repository.directory, [plan.tip]));
  const contents: string[] = [];
  for await (const { bytes } of readBlobs(repository, plannedBlobs(plan)))
    contents.push(Buffer.from(bytes ?? []).toString("latin1"));
  assert.deepEqual(
    contents.toSorted(),
    Object.values(files)
      .map((file) => (typeof file === "string" ? file : file.text))
      .toSorted(),
  );
});

test("a large blob comes in chunks, one left unread is passed over, and order is as asked", async (t) => {
  const large = "x".repeat(300_000);
  const repository = await repositoryOf(t, [commit([], { a: "small", b: large, c: `${large}y`, d: "last" })]);
  const seen: (string | number)[] = [];
  for await (const { sizeBytes, bytes, chunks } of readBlobs(repository, plannedBlobs(await planGit(repository)), {
    wholeBytesMax: 100_000,
  })) {
    if (bytes !== undefined) seen.push(Buffer.from(bytes).toString());
    else if (sizeBytes === large.length) {
      let readBytes = 0;
      for await (const chunk of chunks) readBytes += chunk.length;
      seen.push(readBytes);
    } else seen.push("unread");
  }
  assert.deepEqual(seen, ["small", large.length, "unread", "last"]);
});

test("asking for a blob that is missing, or for what is no id, is refused", async (t) => {
  const repository = await repositoryOf(t, [commit([], { a: "1" })]);
  const read = async (id: string): Promise<void> => {
    for await (const blob of readBlobs(repository, [id])) void blob;
  };
  await assert.rejects(read("0".repeat(39) + "1"), fails("REFUSED", /missing/));
  await assert.rejects(read("HEAD"), fails("MALFORMED", /not a git object id/));
});

test("messages are read by their encoding header, and bytes that are no text at all still arrive", async (t) => {
  const source = await temporaryDirectory(t);
  git(source, ["init", "--quiet", "--bare"]);
  const tree = git(source, ["mktree"]).trim();
  const write = (lines: string): string =>
    git(
      source,
      ["hash-object", "-t", "commit", "-w", "--stdin"],
      Buffer.from(`tree ${tree}\n${lines}`, "latin1"),
    ).trim();
  const first = write(
    "author J\xfcrgen <j@x.example> 1 -0330\ncommitter J <j@x.example> 1 +0000\nencoding ISO-8859-1\n\ngr\xfc\xdfe\n",
  );
  const second = write(
    `parent ${first}\nauthor \x83e <> 9 +0000\ncommitter B <b> 9 +0000\nencoding x-unheard-of\n\n\xff\xfe\x81\n`,
  );
  const third = write(
    `parent ${second}\nauthor \xc3\xa9 <e@x.example> 99999999999999 +0000\ncommitter C <c> 9 +0000\n\n\xe2\x82\xac\n`,
  );
  git(source, ["update-ref", "refs/heads/main", third]);
  const { groups } = await planGit(await openRepository(source, { into: await temporaryDirectory(t) }));
  const steps = groups.flatMap((group) => group.steps);
  assert.deepEqual(
    steps.map(({ message }) => message),
    ["grüße\n", "ÿþ\u0081\n", "€\n"],
  );
  assert.deepEqual(steps[0]?.author, {
    name: "Jürgen",
    email: "j@x.example",
    timeMs: 1_000,
    zoneMinutes: -210,
  });
  assert.deepEqual(steps[1]?.author, { name: "ƒe", email: "", timeMs: 9_000, zoneMinutes: 0 });
  assert.deepEqual(steps[2]?.author, {
    name: "é",
    email: "e@x.example",
    timeMs: undefined,
    zoneMinutes: 0,
  });
});

for (const [limit, at, above, words] of [
  ["commits", 3, 2, /more than 2 commits/],
  ["treeFiles", 2, 1, /more than 1 files/],
  ["changes", 4, 3, /more than 3 times/],
  ["messagesBytes", 18, 17, /longer than 17 bytes/],
] as const) {
  test(`a plan at the limit of ${limit} is made and one above it is refused`, async (t) => {
    const repository = await repositoryOf(t, [
      commit([], { a: "1", b: "1" }),
      commit([0], { a: "2", b: "1" }),
      commit([1], { a: "3", b: "1" }),
    ]);
    assert.equal((await planGit(repository, { limits: { [limit]: at } })).groups.length, 3);
    await assert.rejects(planGit(repository, { limits: { [limit]: above } }), fails("TOO_LARGE", words));
  });
}

test("too many parents are refused; a long path is skipped; a long message is cut and says so", async (t) => {
  const repository = await repositoryOf(t, [
    commit([], { abc: "1" }),
    commit([], { abcd: "1" }),
    commit([0, 1], { abc: "1", abcd: "1" }, { message: "gr\xc3\xbc\xc3\x9fe" }),
  ]);
  await assert.rejects(planGit(repository, { limits: { parents: 1 } }), fails("REFUSED", /has 2 parents/));
  const plan = await planGit(repository, { limits: { parents: 2, pathBytes: 3, messageBytes: 5 } });
  assert.deepEqual(
    plan.skipped.map(({ reason }) => reason),
    ["a path longer than 3 bytes"],
  );
  const last = plan.groups.at(-1)?.steps.at(-1);
  assert.deepEqual([last?.message, last?.messageCut], ["grü", true]);
});

test("a history too tangled to follow within its steps is refused", async (t) => {
  const repository = await repositoryOf(t, [
    commit([], { a: "1" }),
    commit([0], { a: "2" }),
    commit([0, 1], { a: "2" }),
  ]);
  assert.equal((await planGit(repository, { limits: { lineageSteps: 2 } })).groups.length, 2);
  await assert.rejects(planGit(repository, { limits: { lineageSteps: 1 } }), fails("TOO_LARGE", /too tangled/));
});
