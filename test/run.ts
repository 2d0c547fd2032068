/**
 * Runs every test beside the code and under test/. `--long` also runs the loops that take minutes.
 * Further arguments choose files by a part of their path: `npm test -- fold`.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith("--"));
const files = globSync("{src,test,bench}/**/*.test.ts", { cwd: root })
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .toSorted();

if (files.length === 0) {
  process.stderr.write(`No test file has ${wanted.join(" or ")} in its path.\n`);
  process.exit(2);
}

const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=2", ...files], {
  cwd: root,
  stdio: "inherit",
  env: {
    ...process.env,
    // Each file is a process of its own: what one compiled, the others need not.
    NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled"),
    ...(words.includes("--long") ? { LORE_TEST_LONG: "1" } : {}),
  },
});
process.exitCode = status ?? 1;
