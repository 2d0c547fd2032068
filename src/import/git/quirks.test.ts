import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";

import { isLoreError, type LoreErrorCode } from "../../bytes/index.ts";
import { type GitPlan, openRepository, planGit, type SkipRule } from "./index.ts";
import type { PlanOptions } from "./plan.ts";
import {
  commit,
  fastImport,
  git,
  type ModelCommit,
  repositoryOf,
  streamOf,
  temporaryDirectory,
} from "./test-repositories.ts";

const PAGE = Array.from({ length: 12 }, (_, line) => `line ${line}`).join("\n");

async function planOf(t: TestContext, commits: readonly ModelCommit[], options?: PlanOptions): Promise<GitPlan> {
  return await planGit(await repositoryOf(t, commits), options);
}

/** Ops in short, by group: `2? unit 0 a from 0+1` is revision 2, a proposal on unit 0 at path a. */
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
  const plan = await planOf(t, [
    commit([], { Page: PAGE }),
    commit([0], { page: PAGE }),
    commit([1], { page: PAGE, Page: "other" }),
  ]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 Page new"], ["1 unit 0 page from 0"], ["2 unit 1 Page new"]]);
});

test("a path that comes back is the same unit, restored without a new version if nothing changed", async (t) => {
  const plan = await planOf(t, [
    commit([], { a: "1", z: "z" }),
    commit([0], { z: "z" }),
    commit([1], { a: "1", z: "z" }),
    commit([2], { z: "z" }),
    commit([3], { a: "2", z: "z" }),
  ]);
  assert.deepEqual(opsOf(plan), [
    ["0 unit 0 a new", "1 unit 1 z new"],
    ["retire unit 0"],
    ["restore unit 0"],
    ["retire unit 0"],
    ["restore unit 0", "2 unit 0 a from 0"],
  ]);
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
  const plan = await planOf(t, [
    commit([], { a: "1" }),
    commit([0], { a: "side" }),
    commit([0], { a: "main" }),
    commit([2, 1], { a: "main" }),
  ]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], ["1 unit 0 a from 0"], ["2? unit 0 a from 0", "reject 2"]]);
});

test("a resolved conflict is one version that continues both sides", async (t) => {
  const plan = await planOf(t, [
    commit([], { a: "1" }),
    commit([0], { a: "side" }),
    commit([0], { a: "main" }),
    commit([2, 1], { a: "both" }),
  ]);
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
  const plan = await planOf(t, [
    commit([], { a: "1" }),
    commit([0], { a: "1", b: "upstream" }),
    commit([0], { a: "mine" }),
    commit([2, 1], { a: "mine", b: "upstream" }),
  ]);
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
  assert.deepEqual(opsOf(plan).slice(1), [
    ["1? unit 1 b new", "reject 1"],
    ["2? unit 0 a from 0", "accept 2", "accept 1"],
  ]);
});

test("a file becomes a folder and back", async (t) => {
  const commits = [commit([], { x: "1" }), commit([0], { "x/y": "2" }), commit([1], { x: "3" })];
  const plan = await planOf(t, commits);
  assert.deepEqual(opsOf(plan), [
    ["0 unit 0 x new"],
    ["1 unit 1 x/y new", "retire unit 0"],
    ["restore unit 0", "2 unit 0 x from 0", "retire unit 1"],
  ]);
});

test("an empty commit keeps its place and message and changes nothing", async (t) => {
  const plan = await planOf(t, [commit([], { a: "1" }), commit([0], { a: "1" }, { message: "nothing at all\n" })]);
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new"], []]);
  assert.equal(plan.groups[1]?.steps[0]?.message, "nothing at all\n");
});

test("a skipped file is absent: it is retired when it grows too large, comes back, and is listed once", async (t) => {
  const skip: SkipRule = ({ sizeBytes }) => (sizeBytes > 5 ? "larger than 5 bytes" : undefined);
  const plan = await planOf(
    t,
    [
      commit([], { a: "1" }),
      commit([0], { a: "far too large" }),
      commit([1], { a: "far too large indeed" }),
      commit([2], { a: "2" }),
    ],
    { skip },
  );
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
  const commits = [
    commit([], { "docs/a": PAGE, b: "1" }),
    commit([0], { "docs/new": PAGE, b: "2" }),
    commit([1], { "docs/new": PAGE, "[d]ocs": "1" }),
  ];
  assert.deepEqual(opsOf(await planOf(t, commits, { pathPrefix: "./docs/" })), [
    ["0 unit 0 docs/a new"],
    ["1 unit 0 docs/new from 0"],
    [],
  ]);
  assert.deepEqual(opsOf(await planOf(t, commits, { pathPrefix: "[d]ocs" })).flat(), ["0 unit 0 [d]ocs new"]);
  await assert.rejects(planOf(t, commits, { pathPrefix: "nowhere" }), fails("NOT_FOUND", /nowhere/));
  await assert.rejects(planOf(t, commits, { pathPrefix: "../x" }), fails("USAGE", /not a path inside/));
});

test("names that are unsafe to write to a disk are skipped", async (t) => {
  const source = await temporaryDirectory(t);
  git(source, ["init", "--quiet", "--bare"]);
  const blob = git(source, ["hash-object", "-w", "--stdin"], "x").trim();
  const raw = (names: readonly string[]): Buffer =>
    Buffer.concat(names.flatMap((name) => [Buffer.from(`100644 ${name}\0`), Buffer.from(blob, "hex")]));
  const tree = git(
    source,
    ["hash-object", "-t", "tree", "-w", "--stdin", "--literally"],
    raw(["..", ".GIT", "a", "a", "ok"]),
  ).trim();
  const tip = git(source, ["commit-tree", "-m", "x", tree]).trim();
  git(source, ["update-ref", "refs/heads/main", tip]);
  const plan = await planGit(await openRepository(source, { into: await temporaryDirectory(t) }));
  assert.deepEqual(opsOf(plan), [["0 unit 0 a new", "1 unit 1 ok new"]]);
  assert.equal(plan.skipped.filter(({ reason }) => /not safe/.test(reason)).length, 2);
});
