/** Everything a change must pass, in order, stopping at the first failure: format, types, lint, dead code, tests. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const steps: readonly (readonly [name: string, ...command: string[]])[] = [
  ["format", "oxfmt", "--check", "."],
  ["types", "tsc", "-p", "."],
  ["lint", "oxlint", "--type-aware"],
  ["dead code", "knip"],
  ["tests", process.execPath, "test/run.ts"],
];

for (const [name, program, ...args] of steps) {
  process.stderr.write(`- ${name}\n`);
  const { status } = spawnSync(program ?? "", args, { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    process.stderr.write(`The check stopped at: ${name}.\n`);
    process.exit(1);
  }
}
