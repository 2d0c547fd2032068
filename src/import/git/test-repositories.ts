/**
 * For the tests of this folder: small repositories made with git itself, random ones from a seed, and
 * a model that replays a plan by the rules of the log and says what is current after each group.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { type GitRepository, openRepository } from "./index.ts";
import type { GitPlan } from "./plan.ts";
import type { PlanOp } from "./planner.ts";

const CORPORA = join(import.meta.dirname, "../../../../shared/corpora");

/** The path of a bundle of a real community, or undefined where this checkout has none. */
export function corpus(name: string): string | undefined {
  const path = join(CORPORA, `${name}.bundle`);
  return existsSync(path) ? path : undefined;
}

export async function temporaryDirectory(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "lore-git-"));
  t.after(async () => await rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Runs git with nobody's configuration; returns what it printed, one character per byte. */
export function git(directory: string, args: readonly string[], input: string | Buffer = ""): string {
  const person = { NAME: "Ada Example", EMAIL: "ada@example.org", DATE: "1700000000 +0100" };
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
  };
  for (const [key, value] of Object.entries(person)) {
    env[`GIT_AUTHOR_${key}`] = value;
    env[`GIT_COMMITTER_${key}`] = value;
  }
  // Without maintenance each commit starts one process less.
  const settings = ["init.defaultBranch=main", "safe.directory=*", "maintenance.auto=false"];
  const words = [...settings.flatMap((setting) => ["-c", setting]), ...args];
  return execFileSync("git", words, {
    cwd: directory,
    env,
    input,
    maxBuffer: 2 ** 30,
    stdio: ["pipe", "pipe", "pipe"],
  }).toString("latin1");
}

/** A bare repository from a `git fast-import` stream. */
export function fastImport(directory: string, stream: string): void {
  git(directory, ["init", "--quiet", "--bare"]);
  git(directory, ["fast-import", "--quiet", "--force"], Buffer.from(stream, "latin1"));
}

/** Files by path, one character per byte. */
export type Files = ReadonlyMap<string, { readonly mode: string; readonly text: string }>;

export interface ModelCommit {
  /** Indices of earlier commits. */
  readonly parents: readonly number[];
  readonly files: Files;
  readonly message?: string;
  readonly headers?: string;
}

/** A fast-import stream of commits; the last one is the tip of `main`. */
export function streamOf(commits: readonly ModelCommit[]): string {
  const stream = commits.map(({ parents, files, message = "change", headers = "" }, index) => {
    const lines = [`commit refs/heads/${index === commits.length - 1 ? "main" : `c${index}`}`, `mark :${index + 1}`];
    // Dates run backwards: order must come from the graph.
    lines.push(
      `committer Ada Example <ada@example.org> ${1_700_000_000 - index} +0000${headers}`,
      `data ${message.length}`,
      message,
    );
    const [first, ...others] = parents;
    if (first !== undefined) lines.push(`from :${first + 1}`, ...others.map((other) => `merge :${other + 1}`));
    lines.push("deleteall");
    for (const [path, { mode, text }] of files)
      lines.push(`M ${mode} inline ${quoted(path)}`, `data ${text.length}`, text);
    return `${lines.join("\n")}\n`;
  });
  // A commit without `from` continues its branch, so every root has a branch of its own.
  return stream.join("\n");
}

function quoted(path: string): string {
  const escaped = path.replace(/[^ !#-[\]-~]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `"${escaped}"`;
}

type Tree = Readonly<Record<string, string | { readonly mode: string; readonly text: string }>>;

/** A commit of text files; a name may carry a mode. */
export function commit(parents: readonly number[], tree: Tree, more: Partial<ModelCommit> = {}): ModelCommit {
  const files = Object.entries(tree).map(
    ([path, file]) => [path, typeof file === "string" ? { mode: "100644", text: file } : file] as const,
  );
  return { parents, files: new Map(files), ...more };
}

/** A copy of a repository with these commits, opened. */
export async function repositoryOf(t: TestContext, commits: readonly ModelCommit[]): Promise<GitRepository> {
  const source = await temporaryDirectory(t);
  fastImport(source, streamOf(commits));
  return await openRepository(source, { into: await temporaryDirectory(t) });
}

/** The files of each commit as git lists them, one sorted line for each file; two processes, however many commits. */
export function treesOf(directory: string, commits: readonly string[]): string[][] {
  const ids = git(directory, ["rev-parse", ...commits.map((commit) => `${commit}^{tree}`)]);
  const nothing = git(directory, ["hash-object", "-t", "tree", "--stdin"]).trim();
  // What stands in a tree is what it adds to one that holds nothing.
  const pairs = ids.replaceAll(/^(?=.)/gm, `${nothing} `);
  const said = git(directory, ["diff-tree", "--stdin", "-r", "-z", "--no-abbrev", "--no-renames"], pairs);
  return said
    .split(new RegExp(`${nothing} \\w+\n`))
    .slice(1)
    .map((tree) =>
      Array.from(tree.matchAll(/:0+ (\d+) 0+ (\w+) A\0([^\0]*)\0/g), ([, mode, oid, path]) => `${mode} ${oid}\t${path}`)
        .filter((entry) => !entry.startsWith("160000"))
        .toSorted(),
    );
}

type Revise = Extract<PlanOp, { op: "revise" }>;

/** Replays a plan by the rules of the log, asserting each; yields what is current after each group. */
export function* replayed(
  plan: Pick<GitPlan, "groups">,
): Generator<{ commit: string; heads: string[] }, void, undefined> {
  const model = new Model();
  for (const group of plan.groups) {
    for (const step of group.steps) for (const op of step.ops) model.apply(op);
    assert.equal(model.open.size, 0, `a proposal outlives the group of ${group.commit}`);
    assert.equal(group.steps.at(-1)?.oid, group.commit);
    yield { commit: group.commit, heads: model.current() };
  }
}

class Model {
  readonly revisions: Revise[] = [];
  readonly heads: (number | undefined)[] = [];
  readonly retired = new Set<number>();
  readonly open = new Set<number>();

  apply(op: PlanOp): void {
    if (op.op === "revise") this.#revise(op);
    else if (op.op === "accept") this.#accept(op.revision);
    else if (op.op === "reject") {
      assert(this.open.delete(op.revision), "only an open proposal is rejected");
      assert(
        !this.#lineOf(this.heads[this.revisions[op.revision]?.unit ?? -1]).has(op.revision),
        "the mainline has what is rejected",
      );
    } else if (op.op === "retire") {
      assert(this.heads[op.unit] !== undefined && !this.retired.has(op.unit), "only what is current is retired");
      this.retired.add(op.unit);
    } else assert(this.retired.delete(op.unit), "only what is retired is restored");
  }

  current(): string[] {
    const living = this.heads.flatMap((head, unit) =>
      head === undefined || this.retired.has(unit) ? [] : (this.revisions[head] ?? []),
    );
    return living
      .map(({ mode, blob, path }) => `${mode.toString(8)} ${blob}\t${Buffer.from(path).toString("latin1")}`)
      .toSorted();
  }

  #revise(op: Revise): void {
    assert.equal(op.revision, this.revisions.length, "revisions are numbered in log order");
    if (op.parents.length === 0)
      assert.equal(op.unit, this.heads.push(undefined) - 1, "units are numbered in log order");
    for (const parent of op.parents)
      assert.equal(this.revisions[parent]?.unit, op.unit, "parents are of the same unit");
    this.revisions.push(op);
    this.open.add(op.revision);
    if (!op.propose) this.#accept(op.revision);
  }

  #accept(revision: number): void {
    const unit = this.revisions[revision]?.unit ?? -1;
    const line = this.#lineOf(revision);
    const head = this.heads[unit];
    assert(!this.retired.has(unit), "what is accepted is not retired");
    assert(head === undefined || (head !== revision && line.has(head)), "an acceptance is a fast-forward");
    this.heads[unit] = revision;
    for (const accepted of line) this.open.delete(accepted);
  }

  #lineOf(revision: number | undefined): Set<number> {
    const line = new Set(revision === undefined ? [] : [revision]);
    for (const one of line) for (const parent of this.revisions[one]?.parents ?? []) line.add(parent);
    return line;
  }
}
