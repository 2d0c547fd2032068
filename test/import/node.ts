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

/** The same of a commit; a path that is not UTF-8 in hex. `known` keeps what blobs hash to. */
export function filesOf(repository: string, commit: string, known = new Map<string, string>()): Map<string, string> {
  const listed = git(repository, ["ls-tree", "-r", "-z", commit]).matchAll(/(\d+) blob (\w+)\t([^\0]*)\0/g);
  const files = Array.from(listed, ([, mode = "", blob = "", name = ""]) => ({ mode, blob, path: pathText(name) }));
  const unknown = files.map(({ blob }) => blob).filter((blob) => !known.has(blob));
  if (unknown.length > 0) hashBlobs(repository, unknown, known);
  return new Map(files.map(({ mode, blob, path }) => [path, `${mode} ${known.get(blob) ?? ""}`]));
}

/** Of each blob the SHA-256 of its bytes, read by one process. */
function hashBlobs(repository: string, blobs: readonly string[], known: Map<string, string>): void {
  const answer = git(repository, ["cat-file", "--batch"], blobs.map((blob) => `${blob}\n`).join(""));
  let at = 0;
  for (const blob of blobs) {
    const start = answer.indexOf("\n", at) + 1;
    const size = Number(answer.slice(at, start).split(" ")[2]);
    const bytes = Buffer.from(answer.slice(start, start + size), "latin1");
    known.set(blob, createHash("sha256").update(bytes).digest("hex"));
    at = start + size + 1;
  }
}

function pathText(latin1: string): string {
  const bytes = Buffer.from(latin1, "latin1");
  const text = bytes.toString("utf8");
  return Buffer.from(text, "utf8").equals(bytes) ? text : hex.encode(new Uint8Array(bytes));
}
