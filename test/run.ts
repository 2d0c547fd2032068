/**
 * Runs every test beside the code and under test/. `--long` also runs the loops that take minutes.
 * Further arguments choose files by a part of their path: `npm test -- fold`.
 *
 * Two processes work side by side. Where files mostly compute and write, a folder of them shares one: to start a
 * process and warm it up costs more than most files do. What starts programs again and again has its own: each start
 * costs more the more memory the starting process holds.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** What takes longest, in that order, so that both processes end at about the same time. */
const FIRST = [
  "test/import/git-corpora",
  "test/browser/reading",
  "test/browser/people",
  "test/community",
  "test/export",
  "test/http",
  "test/cli",
  "test/import/git-import",
  "test/fault/inject",
  "test/transcripts/transcripts",
  "src/import/git/plan",
];
/** Folders whose files share a process, and write to memory: they wait for thousands of fsyncs, and run no file. */
const SHARED = [
  "src/bytes",
  "src/cli",
  "src/community",
  "src/export",
  "src/import",
  "src/log",
  "src/projection",
  "src/store",
  "src/unit",
  "src/web",
  "test/cli",
  "test/community",
  "test/export",
  "test/http",
  "test/vectors",
];
const MEMORY_DISK = "/dev/shm";
const MEMORY_DISK_BYTES_MIN = 2 ** 30;

const root = fileURLToPath(new URL("..", import.meta.url));
const words = process.argv.slice(2);
const wanted = words.filter((word) => !word.startsWith("--"));
const files = globSync("{src,test,bench}/**/*.test.ts", { cwd: root })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .toSorted();

if (files.length === 0) {
  process.stderr.write(`No test file has ${wanted.join(" or ")} in its path.\n`);
  process.exit(2);
}

const folder = mkdtempSync(join(hasMemoryDisk() ? MEMORY_DISK : tmpdir(), "lore-tests-"));
try {
  process.exitCode = run();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(): number {
  const { status } = spawnSync(process.execPath, ["--test", "--test-concurrency=2", ...writeModules()], {
    cwd: root,
    stdio: "inherit",
    env: {
      ...process.env,
      // What one process compiled, the others need not.
      NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compiled"),
      ...(words.includes("--long") ? { LORE_TEST_LONG: "1" } : {}),
    },
  });
  return status ?? 1;
}

/** A module for each process, which imports its files. The runner takes them in the order of their names. */
function writeModules(): string[] {
  const place = join(folder, "place.mjs");
  writeFileSync(place, `process.env.TMPDIR = ${JSON.stringify(folder)};\n`);
  const groups = Object.entries(Object.groupBy(files, groupOf)).toSorted(([a], [b]) => rankOf(a) - rankOf(b));
  return groups.map(([name, members = []], nth) => {
    const imported = [...(SHARED.includes(name) ? [place] : []), ...members.map((file) => join(root, file))];
    const lines = imported.map((path) => `import ${JSON.stringify(pathToFileURL(path).href)};\n`);
    const path = join(folder, `${String(nth).padStart(3, "0")}-${name.replaceAll("/", "-")}.mjs`);
    writeFileSync(path, lines.join(""));
    return path;
  });
}

/** The shared folder of a file, or the file alone; what takes longest is begun by itself. */
function groupOf(file: string): string {
  if (FIRST.some((first) => file === `${first}.test.ts`)) return file.replace(/\.test\.ts$/, "");
  return SHARED.find((shared) => file.startsWith(`${shared}/`)) ?? file.replace(/\.test\.ts$/, "");
}

function rankOf(name: string): number {
  const rank = FIRST.indexOf(name);
  return rank < 0 ? FIRST.length : rank;
}

function hasMemoryDisk(): boolean {
  if (!existsSync(MEMORY_DISK)) return false;
  const { bavail, bsize } = statfsSync(MEMORY_DISK);
  return bavail * bsize >= MEMORY_DISK_BYTES_MIN;
}
