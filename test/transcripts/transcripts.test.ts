/**
 * The guide and the README are run: every command in them prints what they say it prints, and a command that
 * fails is followed by `echo $?`. After a change that alters what is printed, `LORE_TEST_WRITE=1 npm test --
 * transcripts` writes the new output into the pages, ids in later commands included; read the difference
 * before you keep it.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { COMMANDS } from "../../src/cli/commands/index.ts";
import { matches, readPage, type Step, withOutputs } from "./page.ts";
import { Stage } from "./stage.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["README.md", ...globSync("docs/guide/*.md", { cwd: root }).toSorted()];
const read = (page: string): string => readFileSync(join(root, page), "utf8");
const rewrite = process.env["LORE_TEST_WRITE"] === "1";

const missing = ["git", "sh"].filter((program) => spawnSync(program, ["--version"]).error !== undefined);
const skip = missing.length > 0 && `${missing.join(" and ")} cannot be run here`;

for (const page of pages) {
  const steps = readPage(read(page));
  if (steps.length === 0) continue;
  test(`${page} prints what it says`, { skip }, async () => {
    const stage = new Stage(basename(page));
    try {
      const played = await playAll(stage, steps);
      if (rewrite) writeFileSync(join(root, page), withOutputs(read(page), played));
      else for (const { step, command, lines } of played) assertPrinted({ page, step, command, lines });
    } finally {
      stage.clear();
    }
  });
}

interface Played {
  readonly step: Step;
  readonly command: string;
  readonly lines: readonly string[];
}

async function playAll(stage: Stage, steps: readonly Step[]): Promise<Played[]> {
  const ids = new Map<string, string>();
  const played: Played[] = [];
  for (const [i, step] of steps.entries()) {
    const command = rewrite ? renamed(step.command, ids) : step.command;
    const lines = await stage.play(step, command);
    assert.doesNotMatch(lines.join("\n"), /^lore: something unforeseen/m, command);
    const failed = !rewrite && stage.exitCode !== 0 && steps[i + 1]?.command !== "echo $?" && command !== "echo $?";
    assert.ok(!failed, `"${command}" ended with ${stage.exitCode}; say so with "echo $?":\n${lines.join("\n")}`);
    if (rewrite) learn(ids, step.expected, lines);
    // A line that matches by a wildcard keeps it.
    const kept = lines.map((line, at) =>
      withWildcards(matches(step.expected[at] ?? "", line) ? (step.expected[at] ?? line) : line),
    );
    played.push({ step, command, lines: rewrite ? kept : lines });
  }
  return played;
}

/** What differs from run to run, or with every new table. */
const VARYING = /(?<= in )\d+\.\d(?= s\.$)|\d+(?= tables as )|\d+(?= MiB$)|(?<=^ok +(?:Node|SQLite): ).*/;

function withWildcards(line: string): string {
  return line.replace(VARYING, "[..]");
}

function assertPrinted({ page, step, command, lines }: Played & { readonly page: string }): void {
  const same =
    lines.length === step.expected.length && lines.every((line, at) => matches(step.expected[at] ?? "", line));
  if (!same) assert.deepEqual(lines, step.expected, `${page}, line ${step.outputLine}: $ ${command}`);
}

/** Ids and their beginnings, as they are printed. */
const ID = /[A-Za-z0-9]{12,}/g;

/** Notes which id stands where another one stood. */
function learn(ids: Map<string, string>, expected: readonly string[], lines: readonly string[]): void {
  const [old, now] = [expected.join("\n"), lines.join("\n")];
  if (old.replaceAll(ID, "") !== now.replaceAll(ID, "")) return;
  const fresh = now.match(ID) ?? [];
  for (const [i, id] of (old.match(ID) ?? []).entries()) ids.set(id, fresh[i] ?? id);
}

function renamed(command: string, ids: ReadonlyMap<string, string>): string {
  return command.replaceAll(ID, (id) => {
    const whole = ids.has(id) ? id : [...ids.keys()].find((known) => known.startsWith(id));
    return whole === undefined ? id : (ids.get(whole) ?? id).slice(0, id.length);
  });
}

test("every command of lore is in the guide", () => {
  const guide = pages.map(read).join("\n");
  assert.deepEqual(
    COMMANDS.map(({ name }) => name).filter((name) => !guide.includes(`lore ${name}`)),
    [],
  );
});
