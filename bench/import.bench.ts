/** A repository brought in, against git's own copying of it: `git fast-export --all | git fast-import`. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { median, type Figure } from "./world.ts";

const ROUNDS = 3;
const corpora = new URL("../../shared/corpora/", import.meta.url);
const lore = new URL("../bin/lore.mjs", import.meta.url).pathname;

interface Round {
  readonly importMs: number;
  readonly copyMs: number;
  readonly revisions: number;
  readonly truthBytes: number;
  readonly allBytes: number;
  readonly packBytes: number;
}

export function benchImport(): Figure[] {
  return ["18f-handbook", "bids-specification", "og-aws", "tacofancy"].flatMap((name) => {
    const bundle = new URL(`${name}.bundle`, corpora).pathname;
    return existsSync(bundle)
      ? figuresOf(
          name,
          Array.from({ length: ROUNDS }, () => round(bundle)),
        )
      : [];
  });
}

function round(bundle: string): Round {
  const folder = mkdtempSync(join(tmpdir(), "lore-bench-"));
  try {
    const bare = join(folder, "bare.git");
    execFileSync("git", ["clone", "--quiet", "--bare", bundle, bare]);
    const copyMs = timed(() => {
      const copy = join(folder, "copy.git");
      execFileSync("git", ["init", "--quiet", "--bare", copy]);
      spawnSync(
        "sh",
        ["-c", `git -C "${bare}" fast-export --all --signed-tags=strip | git -C "${copy}" fast-import --quiet`],
        { stdio: "ignore" },
      );
    });
    const home = join(folder, "home");
    const env = { ...process.env, LORE_STATE: join(folder, "state") };
    let report = "";
    const importMs = timed(() => {
      // As somebody starts it who has some Node.
      report = execFileSync("node", [lore, "--home", home, "import", "git", bundle, "--json"], {
        env,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
      });
    });
    const { revisions } = JSON.parse(report) as { revisions: number };
    return { importMs, copyMs, revisions, ...sizesOf(home, bare) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

function sizesOf(home: string, bare: string): { truthBytes: number; allBytes: number; packBytes: number } {
  const find = (folder: string, pattern: string) =>
    execFileSync("find", [folder, "-type", "f", "-name", pattern, "-printf", "%s\n"], { encoding: "utf8" })
      .split("\n")
      .reduce((sum, line) => sum + Number(line), 0);
  const communities = join(home, "communities");
  const made = ["rows.db*", "search.db*", "authorship.db*"].reduce((sum, name) => sum + find(communities, name), 0);
  const all = find(communities, "*");
  return {
    truthBytes: all - made,
    allBytes: all,
    packBytes: existsSync(join(bare, "objects/pack"))
      ? find(join(bare, "objects/pack"), "*.pack")
      : statSync(bare).size,
  };
}

function figuresOf(name: string, rounds: readonly Round[]): Figure[] {
  const importMs = median(rounds.map((each) => each.importMs));
  const copyMs = median(rounds.map((each) => each.copyMs));
  const ratio = median(rounds.map((each) => each.importMs / each.copyMs));
  const [{ revisions, truthBytes, allBytes, packBytes } = { revisions: 1, truthBytes: 0, allBytes: 0, packBytes: 0 }] =
    rounds;
  const perRevision = (bytes: number) => `${Math.round(bytes / revisions)} B`;
  return [
    {
      what: `import ${name}: ${revisions} revisions, signed, fsynced, indexed, sealed`,
      figure: `${Math.round(importMs)} ms`,
      against: `fast-export | fast-import ${Math.round(copyMs)} ms`,
      ratio,
    },
    {
      what: `${name}: truth per revision`,
      figure: perRevision(truthBytes),
      against: `git pack ${perRevision(packBytes)}`,
      ratio: truthBytes / packBytes,
    },
    { what: `${name}: truth and projections per revision`, figure: perRevision(allBytes) },
  ];
}
