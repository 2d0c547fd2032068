import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { isLoreError, type LoreErrorCode } from "../../bytes/index.ts";
import { type GitPlan, type GitRepository, openRepository, planGit, plannedBlobs, readBlobs, type SkipRule } from "./index.ts";
import type { PlanOptions } from "./plan.ts";
import { fastImport, git, type ModelCommit, replayed, streamOf, temporaryDirectory, treeOf } from "./test-repositories.ts";

const PAGE = Array.from({ length: 12 }, (_, line) => `line ${line}`).join("\n");

type Tree = Readonly<Record<string, string | { readonly mode: string; readonly text: string }>>;

function commit(parents: readonly number[], tree: Tree, more: Partial<ModelCommit> = {}): ModelCommit {
  const files = Object.entries(tree).map(([path, file]) => [path, typeof file === "string" ? { mode: "100644", text: file } : file] as const);
  return { parents, files: new Map(files), ...more };
}

async function repositoryOf(t: TestContext, commits: readonly ModelCommit[]): Promise<GitRepository> {
  const source = await temporaryDirectory(t);
  fastImport(source, streamOf(commits));
  return await openRepository(source, { into: await temporaryDirectory(t) });
}

async function planOf(t: TestContext, commits: readonly ModelCommit[], options?: PlanOptions): Promise<GitPlan> {
  return await planGit(await repositoryOf(t, commits), options);
}

/** Ops in short: `+0 a` new, `~0 a` continued, `?` proposed, then accept, reject, retire, restore. */
function opsOf(plan: GitPlan): string[][] {
  return plan.groups.map(({ steps }) =>
    steps.flatMap(({ ops }) =>
      ops.map((op) => {
        if (op.op !== "revise") return "unit" in op ? `${op.op} unit ${op.unit}` : `${op.op} ${op.revision}`;
        const from = op.parents.length === 0 ? "new" : `from ${op.parents.join("+")}`;
        return `${op.revision}${op.propose ? "?" : ""} unit ${op.unit} ${Buffer.from(op.path).toString("latin1")} ${from}`;
      }),
    ),
  );
}

function fails(code: LoreErrorCode, words: RegExp): (error: unknown) => boolean {
  return (error) => isLoreError(error, code) && words.test(error.message);
}

test("a renamed and edited page is the same unit", async (t) => {
  const plan = await planOf(t, [commit([], { a: PAGE }), commit([0], { b: PAGE.replace("line 3", "three") })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], ["1 unit 0 b from 0"]]);
});

test("a page whose name changes only in case is the same unit, and two that collide are two", async (t) => {
  const plan = await planOf(t, [commit([], { Page: PAGE }), commit([0], { page: PAGE }), commit([1], { page: PAGE, Page: "other" })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 Page new"], ["1 unit 0 page from 0"], ["2 unit 1 Page new"]]);
});

test("a path that comes back is the same unit, restored without a new version if nothing changed", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1", z: "z" }), commit([0], { z: "z" }), commit([1], { a: "1", z: "z" }), commit([2], { z: "z" }), commit([3], { a: "2", z: "z" })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new", "1 unit 1 z new"], ["retire unit 0"], ["restore unit 0"], ["retire unit 0"], ["restore unit 0", "2 unit 0 a from 0"]]);
});

test("a merge that keeps a branch accepts its last version; what it drops is rejected", async (t) => {
  const plan = await planOf(t, [
    commit([], { a: "1", b: "1" }),
    commit([0], { a: "2", b: "2" }),
    commit([1], { a: "3", b: "2" }),
    commit([0, 2], { a: "3", b: "1" }),
  ]);
  assert.deepEqual(opsOf(plan), [
    ["0 unit 0 a new", "1 unit 1 b new"],
    ["2? unit 0 a from 0", "3? unit 1 b from 1", "4? unit 0 a from 2", "accept 4", "reject 3"],
  ]);
});

test("a merge that keeps only its own side writes nothing and rejects all of the other", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1" }), commit([0], { a: "side" }), commit([0], { a: "main" }), commit([2, 1], { a: "main" })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], ["1 unit 0 a from 0"], ["2? unit 0 a from 0", "reject 2"]]);
});

test("a resolved conflict is one version that continues both sides", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1" }), commit([0], { a: "side" }), commit([0], { a: "main" }), commit([2, 1], { a: "both" })]);
  assert.deepEqual(opsOf(plan).at(-1), ["2? unit 0 a from 0", "3 unit 0 a from 1+2"]);
});

test("an octopus merge takes a page from each of its parents", async (t) => {
  const base = { a: "1", b: "1", c: "1" };
  const plan = await planOf(t, [
    commit([], base),
    commit([0], { ...base, b: "2" }),
    commit([0], { ...base, c: "2" }),
    commit([0, 1, 2], { a: "1", b: "2", c: "2" }),
  ]);
  assert.deepEqual(opsOf(plan).at(-1), ["3? unit 1 b from 1", "4? unit 2 c from 2", "accept 3", "accept 4"]);
});

test("a second root brings its pages in as proposals", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1" }), commit([], { b: "1" }), commit([0, 1], { a: "1", b: "1" })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], ["1? unit 1 b new", "accept 1"]]);
});

test("after a foxtrot merge the first parent is the mainline, whatever was pushed where", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1" }), commit([0], { a: "1", b: "upstream" }), commit([0], { a: "mine" }), commit([2, 1], { a: "mine", b: "upstream" })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], ["1 unit 0 a from 0"], ["2? unit 1 b new", "accept 2"]]);
});

test("a version rejected once is accepted when a later merge takes it", async (t) => {
  const plan = await planOf(t, [
    commit([], { a: "1" }),
    commit([0], { a: "1", b: "side" }),
    commit([0, 1], { a: "1" }),
    commit([1], { a: "side", b: "side" }),
    commit([2, 3], { a: "side", b: "side" }),
  ]);
  assert.deepEqual(opsOf(plan).slice(1), [["1? unit 1 b new", "reject 1"], ["2? unit 0 a from 0", "accept 2", "accept 1"]]);
});

test("a file becomes a folder and back", async (t) => {
  const commits = [commit([], { x: "1" }), commit([0], { "x/y": "2" }), commit([1], { x: "3" })];
  const plan = await planOf(t, commits);
  assert.deepEqual(opsOf(plan), [["0 unit 0 x new"], ["1 unit 1 x/y new", "retire unit 0"], ["restore unit 0", "2 unit 0 x from 0", "retire unit 1"]]);
});

test("an empty commit keeps its place and message and changes nothing", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1" }), commit([0], { a: "1" }, { message: "nothing at all\n" })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], []]);
  assert.equal(plan.groups[1]?.steps[0]?.message, "nothing at all\n");
});

test("names with tabs, newlines, quotes and bytes that are no UTF-8 arrive byte for byte, and so do contents", async (t) => {
  const files = { "tab\there": "1\r\n2\r\n", "new\nline": "\xef\xbb\xbfbom", 'quo"te\\': "", "\xff\xfe": "\xe9", link: { mode: "120000", text: "tab\there" }, tool: { mode: "100755", text: "#!" } };
  const repository = await repositoryOf(t, [commit([], files)]);
  const plan = await planGit(repository);
  const [replay] = replayed(plan);
  assert.deepEqual(replay?.heads, treeOf(repository.directory, plan.tip));
  const contents: string[] = [];
  for await (const { bytes } of readBlobs(repository, plannedBlobs(plan))) contents.push(Buffer.from(bytes ?? []).toString("latin1"));
  assert.deepEqual(contents.sort(), Object.values(files).map((file) => (typeof file === "string" ? file : file.text)).sort());
});

test("a large blob comes in chunks, one left unread is passed over, and order is as asked", async (t) => {
  const large = "x".repeat(300_000);
  const repository = await repositoryOf(t, [commit([], { a: "small", b: large, c: `${large}y`, d: "last" })]);
  const seen: (string | number)[] = [];
  for await (const { sizeBytes, bytes, chunks } of readBlobs(repository, plannedBlobs(await planGit(repository)), { wholeBytesMax: 100_000 })) {
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

test("a skipped file is absent: it is retired when it grows too large, comes back, and is listed once", async (t) => {
  const skip: SkipRule = ({ sizeBytes }) => (sizeBytes > 5 ? "larger than 5 bytes" : undefined);
  const plan = await planOf(t, [commit([], { a: "1" }), commit([0], { a: "far too large" }), commit([1], { a: "far too large indeed" }), commit([2], { a: "2" })], { skip });
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], ["retire unit 0"], [], ["restore unit 0", "1 unit 0 a from 0"]]);
  assert.deepEqual(
    plan.skipped.map(({ path, reason, commit: first }) => [Buffer.from(path).toString(), reason, first]),
    [["a", "larger than 5 bytes", plan.groups[1]?.commit]],
  );
});

test("a submodule is skipped with its reason", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1" })]);
  const source = await temporaryDirectory(t);
  const stream = `${streamOf([commit([], { a: "1" })])}\ncommit refs/heads/main\ncommitter A <a@b.example> 1 +0000\ndata 0\nM 160000 ${plan.tip} sub\n`;
  fastImport(source, stream);
  const withSubmodule = await planGit(await openRepository(source, { into: await temporaryDirectory(t) }));
  assert.deepEqual(opsOf(withSubmodule), [["0 unit 0 a new"], []]);
  assert.match(withSubmodule.skipped[0]?.reason ?? "", /submodule/);
});

test("part of a repository is planned with paths of the whole", async (t) => {
  const commits = [commit([], { "docs/a": PAGE, b: "1" }), commit([0], { "docs/new": PAGE, b: "2" }), commit([1], { "docs/new": PAGE, "[d]ocs": "1" })];
  assert.deepEqual(opsOf(await planOf(t, commits, { pathPrefix: "./docs/" })), [["0 unit 0 docs/a new"], ["1 unit 0 docs/new from 0"], []]);
  assert.deepEqual(opsOf(await planOf(t, commits, { pathPrefix: "[d]ocs" })).flat(), ["0 unit 0 [d]ocs new"]);
  await assert.rejects(planOf(t, commits, { pathPrefix: "nowhere" }), fails("NOT_FOUND", /nowhere/));
  await assert.rejects(planOf(t, commits, { pathPrefix: "../x" }), fails("USAGE", /not a path inside/));
});

test("messages are read by their encoding header, and bytes that are no text at all still arrive", async (t) => {
  const source = await temporaryDirectory(t);
  git(source, ["init", "--quiet", "--bare"]);
  const tree = git(source, ["mktree"]).trim();
  const write = (lines: string): string => git(source, ["hash-object", "-t", "commit", "-w", "--stdin"], Buffer.from(`tree ${tree}\n${lines}`, "latin1")).trim();
  const first = write("author J\xfcrgen <j@x.example> 1 -0330\ncommitter J <j@x.example> 1 +0000\nencoding ISO-8859-1\n\ngr\xfc\xdfe\n");
  const second = write(`parent ${first}\nauthor \x83e <> 9 +0000\ncommitter B <b> 9 +0000\nencoding x-unheard-of\n\n\xff\xfe\x81\n`);
  const third = write(`parent ${second}\nauthor \xc3\xa9 <e@x.example> 99999999999999 +0000\ncommitter C <c> 9 +0000\n\n\xe2\x82\xac\n`);
  git(source, ["update-ref", "refs/heads/main", third]);
  const { groups } = await planGit(await openRepository(source, { into: await temporaryDirectory(t) }));
  const steps = groups.flatMap((group) => group.steps);
  assert.deepEqual(steps.map(({ message }) => message), ["grüße\n", "ÿþ\u0081\n", "€\n"]);
  assert.deepEqual(steps[0]?.author, { name: "Jürgen", email: "j@x.example", timeMs: 1_000, zoneMinutes: -210 });
  assert.deepEqual(steps[1]?.author, { name: "ƒe", email: "", timeMs: 9_000, zoneMinutes: 0 });
  assert.deepEqual(steps[2]?.author, { name: "é", email: "e@x.example", timeMs: undefined, zoneMinutes: 0 });
});

for (const [limit, at, above, words] of [
  ["commits", 3, 2, /more than 2 commits/],
  ["treeFiles", 2, 1, /more than 1 files/],
  ["changes", 4, 3, /more than 3 times/],
  ["messagesBytes", 18, 17, /longer than 17 bytes/],
] as const) {
  test(`a plan at the limit of ${limit} is made and one above it is refused`, async (t) => {
    const repository = await repositoryOf(t, [commit([], { a: "1", b: "1" }), commit([0], { a: "2", b: "1" }), commit([1], { a: "3", b: "1" })]);
    assert.equal((await planGit(repository, { limits: { [limit]: at } })).groups.length, 3);
    await assert.rejects(planGit(repository, { limits: { [limit]: above } }), fails("TOO_LARGE", words));
  });
}

test("too many parents are refused; a long path is skipped; a long message is cut and says so", async (t) => {
  const repository = await repositoryOf(t, [commit([], { abc: "1" }), commit([], { abcd: "1" }), commit([0, 1], { abc: "1", abcd: "1" }, { message: "gr\xc3\xbc\xc3\x9fe" })]);
  await assert.rejects(planGit(repository, { limits: { parents: 1 } }), fails("REFUSED", /has 2 parents/));
  const plan = await planGit(repository, { limits: { parents: 2, pathBytes: 3, messageBytes: 5 } });
  assert.deepEqual(plan.skipped.map(({ reason }) => reason), ["a path longer than 3 bytes"]);
  const last = plan.groups.at(-1)?.steps.at(-1);
  assert.deepEqual([last?.message, last?.messageCut], ["grü", true]);
});

test("names that are unsafe to write to a disk are skipped", async (t) => {
  const source = await temporaryDirectory(t);
  git(source, ["init", "--quiet", "--bare"]);
  const blob = git(source, ["hash-object", "-w", "--stdin"], "x").trim();
  const raw = (names: readonly string[]): Buffer => Buffer.concat(names.flatMap((name) => [Buffer.from(`100644 ${name}\0`), Buffer.from(blob, "hex")]));
  const tree = git(source, ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], raw(["..", ".GIT", "a", "a", "ok"])).trim();
  const tip = git(source, ["commit-tree", "-m", "x", tree]).trim();
  git(source, ["update-ref", "refs/heads/main", tip]);
  const plan = await planGit(await openRepository(source, { into: await temporaryDirectory(t) }));
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new", "1 unit 1 ok new"]]);
  assert.equal(plan.skipped.filter(({ reason }) => /not safe/.test(reason)).length, 2);
});
