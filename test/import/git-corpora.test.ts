/**
 * Whole histories of real communities, written into a community and read back at their commits. In a process of its
 * own: what these hold in memory makes each start of git dear, and the other import tests start it often.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { openProposals, verifyCommunity } from "../../src/community/index.ts";
import { corpus, git } from "../../src/import/git/test-repositories.ts";
import { importGit } from "../../src/import/run.ts";
import { filesAt, filesOf, openNode, temporaryFolder } from "./node.ts";

const LONG = process.env["LORE_TEST_LONG"] === "1";

for (const [name, step] of [
  ["tacofancy", 3],
  ["chess-openings", 60],
] as const) {
  const bundle = corpus(name);
  test(
    `${name}: as of each first-parent commit, exactly its files`,
    { skip: bundle === undefined && "the folder ../shared/corpora is not here" },
    async (t) => {
      const folder = temporaryFolder(t);
      const node = openNode(t, folder);
      const { report, commits } = await importGit(node, { location: bundle ?? "", into: { founder: "Keeper" } });
      const community = node.community(report.community.id);
      const bare = join(folder, "bare");
      git(folder, ["clone", "--quiet", "--bare", bundle ?? "", bare]);
      const known = new Map<string, string>();
      for (const [i, { commit, size }] of commits.entries()) {
        if (i % step !== 0 && i !== commits.length - 1) continue;
        assert.deepEqual(filesAt(community, size), filesOf(bare, commit, known), `${commit} at ${size}`);
      }
      assert.deepEqual(filesAt(community), filesOf(bare, "HEAD", known));
      assert.deepEqual(openProposals(community), []);
      // Of many thousand texts each is followed again to whoever wrote its words: the larger record takes its time.
      if (LONG || name === "tacofancy") await verifyCommunity(community);
    },
  );
}
