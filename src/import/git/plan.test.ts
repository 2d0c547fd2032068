import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { test, type TestContext } from "node:test";

import { type GitPlan, type GitRepository, openRepository, planGit } from "./index.ts";
import { randomHistory } from "./random-history.ts";
import { corpus, fastImport, replayed, streamOf, temporaryDirectory, treesOf } from "./test-repositories.ts";

const LONG = process.env["LORE_TEST_LONG"] === "1";
const RANDOM_REPOSITORIES = LONG ? 600 : 8;

async function opened(t: TestContext, source: string): Promise<GitRepository> {
  return await openRepository(source, { into: await temporaryDirectory(t) });
}

/** Compares every `every`th mainline tree, and the last, with what git says. */
function assertTrees(repository: GitRepository, plan: GitPlan, every: number): void {
  const compared = Array.from(replayed(plan)).filter(
    (_, index, { length }) => (index + 1) % every === 0 || index === length - 1,
  );
  const trees = treesOf(
    repository.directory,
    compared.map(({ commit }) => commit),
  );
  for (const [i, { commit, heads }] of compared.entries())
    assert.deepEqual(heads, trees[i], `the heads differ from the tree of ${commit}`);
}

for (const [name, every] of [
  ["tacofancy", 1],
  ["awesome-hamradio", 1],
  ["chess-openings", LONG ? 1 : 60],
  ["og-aws", LONG ? 1 : 60],
  ["18f-handbook", LONG ? 1 : 200],
  ["bids-specification", LONG ? 1 : 100],
] as const) {
  const path = corpus(name);
  test(
    `the plan of ${name} replays to the tree of ${every === 1 ? "every first-parent commit" : "sampled first-parent commits"}`,
    { skip: path === undefined && "shared corpora are missing" },
    async (t) => {
      const repository = await opened(t, path ?? "");
      const plan = await planGit(repository);
      assert.deepEqual(plan.skipped, []);
      assertTrees(repository, plan, every);
    },
  );
}

test(
  "the plan of an older commit is a prefix of the plan of a newer one",
  { skip: corpus("tacofancy") === undefined && "shared corpora are missing" },
  async (t) => {
    const repository = await opened(t, corpus("tacofancy") ?? "");
    const whole = await planGit(repository);
    for (const size of [1, 57, 131, 200, 265]) {
      const older = await planGit(repository, { tip: whole.groups[size - 1]?.commit });
      assert.deepEqual(older.groups, whole.groups.slice(0, size));
    }
  },
);

test(`${RANDOM_REPOSITORIES} random repositories replay to every first-parent tree, and older plans are prefixes`, async (t) => {
  const sources = await temporaryDirectory(t);
  for (let seed = 1; seed <= RANDOM_REPOSITORIES; seed += 1) {
    const source = `${sources}/${seed}`;
    await mkdir(source);
    fastImport(source, streamOf(randomHistory(seed)));
    const repository = await opened(t, source);
    const plan = await planGit(repository);
    try {
      assertTrees(repository, plan, 1);
      const half = Math.ceil(plan.groups.length / 2);
      const older = await planGit(repository, { tip: plan.groups[half - 1]?.commit });
      assert.deepEqual(older.groups, plan.groups.slice(0, half));
    } catch (cause) {
      throw new Error(`seed ${seed}`, { cause });
    }
  }
});
