/** For the import tests: a node in a temporary folder, and a community's files at any size as git would list them. */
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { hex } from "../../src/bytes/index.ts";
import { createNodeSuite } from "../../src/bytes/node.ts";
import { type Community, type Environment, LoreNode, units } from "../../src/community/index.ts";
import { git } from "../../src/import/git/test-repositories.ts";

const suite = createNodeSuite();

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "lore-import-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Counting bytes: the same in every run. */
export function fixedEnvironment(folder: string): Environment {
  let calls = 0;
  return {
    now: () => 1_800_000_000_000,
    random: (length) => {
      calls += 1;
      const digest = suite.sha256(new TextEncoder().encode(String(calls)));
      return Uint8Array.from({ length }, (_, i) => digest[i % 32] ?? 0);
    },
    suite,
    home: join(folder, "home"),
    state: join(folder, "state"),
  };
}

export function openNode(t: TestContext, folder = temporaryFolder(t)): LoreNode {
  const node = new LoreNode(fixedEnvironment(folder));
  t.after(() => node.close());
  return node;
}

/** Path and what stands there, as "mode sha256". */
export function filesAt(community: Community, size?: number): Map<string, string> {
  const moment = size === undefined ? { at: "now" as const } : { at: "size" as const, size };
  const listing = units.listUnits(community, { moment });
  return new Map(listing.map((unit) => [unit.pathHex ?? unit.path ?? "", `${unit.mode ?? ""} ${unit.sha256 ?? ""}`]));
}

/** The same of a commit; a path that is not UTF-8 in hex. */
export function filesOf(repository: string, commit: string, known = new Map<string, string>()): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of git(repository, ["ls-tree", "-r", "-z", commit]).split("\0")) {
    const [, mode, blob, name] = /^(\d+) blob (\w+)\t([^]*)$/.exec(line) ?? [];
    if (mode === undefined || blob === undefined || name === undefined) continue;
    const digest =
      known.get(blob) ??
      createHash("sha256")
        .update(Buffer.from(git(repository, ["cat-file", "blob", blob]), "latin1"))
        .digest("hex");
    known.set(blob, digest);
    files.set(pathText(name), `${mode} ${digest}`);
  }
  return files;
}

function pathText(latin1: string): string {
  const bytes = Buffer.from(latin1, "latin1");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : hex.encode(new Uint8Array(bytes));
}
