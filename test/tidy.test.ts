/**
 * The house rules that a program can read (docs/guide is prose; this is law): lengths of functions and files,
 * faces, layers, banned calls, dependencies with a reason, dead links, large files.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const sources = globSync("{src,test,bench,scripts}/**/*.ts", { cwd: root }).toSorted();
const code = sources.filter((path) => path.startsWith("src/") && !path.endsWith(".test.ts"));

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const FACE_EXPORTS_MAX = 36;
const BLOB_BYTES_MAX = 2 ** 20;

/** Longer than the rule, each with its reason. The list may only get shorter. */
const LONG_FILES: Readonly<Record<string, string>> = {};

test("no file is longer than 400 lines", () => {
  const long = code.filter((path) => read(path).split("\n").length - 1 > FILE_LINES_MAX && !(path in LONG_FILES));
  assert.deepEqual(long, []);
});

test("no function is longer than 70 lines", () => {
  const long = code.flatMap((path) =>
    functionsOf(path)
      .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
      .map(({ name, lines }) => `${path} ${name}: ${lines}`),
  );
  assert.deepEqual(long, []);
});

/** Functions and methods by their indentation, which the formatter makes reliable. */
function functionsOf(path: string): { name: string; lines: number }[] {
  const lines = read(path).split("\n");
  const found: { name: string; lines: number }[] = [];
  for (const [start, line] of lines.entries()) {
    const opening =
      /^( *)(?:export )?(?:async )?(?:function\*? (\w+)|(?:static |async |get |set |\*)*(#?\w+)(?:<[^>]*>)?\(.*\)(?:: [^{]+)? \{$)/.exec(
        line,
      );
    if (opening === null || /^\s*(?:if|for|while|switch|return|catch)\b/.test(line)) continue;
    const indent = opening[1] ?? "";
    const end = lines.findIndex((other, at) => at > start && other.startsWith(`${indent}}`));
    if (end > start) found.push({ name: opening[2] ?? opening[3] ?? "", lines: end - start + 1 });
  }
  return found;
}

/** An arrow may only point left. */
const LAYERS = ["bytes", "unit", "log", "store", "projection", "community"] as const;
const MIDDLE = ["desk", "import", "export", "replicate", "run", "pay"];
const EDGES = ["http", "mcp", "cli", "web"];

function rankOf(folder: string): number {
  const layer = LAYERS.findIndex((name) => name === folder);
  if (layer >= 0) return layer;
  if (MIDDLE.includes(folder)) return LAYERS.length;
  return EDGES.includes(folder) ? LAYERS.length + 1 : LAYERS.length + 2;
}

test("imports point left, and past no other folder's face", () => {
  const wrong: string[] = [];
  for (const path of code) {
    const [, folder = ""] = /^src\/([^/]+)\//.exec(path) ?? [];
    if (folder === "") continue;
    for (const target of importsOf(path)) {
      const [, other = ""] = /^src\/([^/]+)\//.exec(target) ?? [];
      if (other === folder || other === "") continue;
      if (rankOf(other) > rankOf(folder) || (MIDDLE.includes(folder) && MIDDLE.includes(other)))
        wrong.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

function importsOf(path: string): string[] {
  return [...read(path).matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, target]) =>
    posix.normalize(posix.join(dirname(path), target ?? "")),
  );
}

test("bytes, unit and log are pure: no clock, randomness, files, network or SQL", () => {
  const allowed = new Set(["src/bytes/node.ts"]);
  const impure = code
    .filter((path) => /^src\/(bytes|unit|log)\//.test(path) && !allowed.has(path))
    .filter((path) =>
      /from "node:|\bDate\b|\bcrypto\.|\bfetch\(|process\./.test(read(path).replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "")),
    );
  assert.deepEqual(impure, []);
});

test("a face names its exports, and not too many", () => {
  for (const path of code.filter((each) => each.endsWith("/index.ts"))) {
    const text = read(path);
    assert.doesNotMatch(text, /export \* from/, path);
    const names = [...text.matchAll(/export (?:type )?\{([^}]*)\}/g)].flatMap(([, list]) =>
      (list ?? "").split(",").filter((name) => name.trim() !== "" && !name.includes("type ")),
    );
    assert.ok(names.length <= FACE_EXPORTS_MAX, `${path} exports ${names.length} values`);
  }
});

const BANNED: readonly (readonly [pattern: RegExp, instead: string, except?: RegExp])[] = [
  [/\bDate\.now\b/, "environment.now", /^src\/cli\/program\.ts$/],
  [/new Date\(\)/, "environment.now", /^$/],
  [/\bMath\.random\b/, "environment.random", /^$/],
  [/\bparseInt\(/, "parseDecimal", /^$/],
  [/\bparseFloat\(/, "parseDecimal", /^$/],
  [/Buffer\.from\([^)]*"base64/, "base64.decode", /^$/],
  [/: any\b|<any>|as any\b/, "unknown", /^$/],
  [/as unknown as/, "a guard", /^$/],
  [/@ts-(?:ignore|expect-error|nocheck)/, "a type that fits", /^$/],
  [/export default/, "a named export", /^$/],
];

test("no banned call is in the sources", () => {
  const found: string[] = [];
  for (const path of code) {
    const text = read(path)
      .replaceAll(/\/\*[^]*?\*\//g, "")
      .replaceAll(/\/\/ .*/g, "");
    for (const [pattern, instead, except] of BANNED) {
      if (pattern.test(text) && except?.test(path) !== true) found.push(`${path}: ${pattern.source}, use ${instead}`);
    }
  }
  assert.deepEqual(found, []);
});

/** Written apart, or this file would be its own find. */
const UNFINISHED = [
  ["TO", "DO"],
  ["FIX", "ME"],
  ["X", "XX"],
  ["not imple", "mented"],
  ["coming s", "oon"],
];

test("nothing is left unfinished, and nothing speaks of this machine", () => {
  const marks = new RegExp(UNFINISHED.map((letters) => `\\b${letters.join("")}\\b`).join("|"));
  const wrong = tracked().filter(
    (path) =>
      /\.(ts|mjs|sql|css|md|json|html)$/.test(path) &&
      path !== "package-lock.json" &&
      (marks.test(read(path)) || /(^|[^a-z.])\/(work|farm)\//.test(read(path))),
  );
  assert.deepEqual(wrong, []);
});

test("every dependency has a reason in CONTRIBUTING.md", () => {
  const {
    dependencies = {},
    devDependencies = {},
    optionalDependencies = {},
  } = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
  const reasons = read("CONTRIBUTING.md");
  for (const name of Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })) {
    assert.ok(reasons.includes(`\`${name}\``), `CONTRIBUTING.md says nothing of ${name}`);
  }
  for (const version of Object.values({ ...dependencies, ...devDependencies, ...optionalDependencies }))
    assert.match(version, /^\d/);
});

test("every link in the documents leads somewhere", () => {
  const dead: string[] = [];
  for (const path of tracked().filter((each) => each.endsWith(".md"))) {
    const prose = read(path)
      .replaceAll(/^(```|~~~)[^]*?^\1/gm, "")
      .replaceAll(/`[^`\n]*`/g, "");
    for (const [, href = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:|^#/.test(href)) continue;
      const target = join(root, dirname(path), decodeURIComponent(href.split("#", 1)[0] ?? ""));
      if (!existsSync(target)) dead.push(`${path}: ${href}`);
    }
  }
  assert.deepEqual(dead, []);
});

test("no file is larger than 1 MiB", () => {
  assert.deepEqual(
    tracked().filter((path) => path !== "package-lock.json" && statSync(join(root, path)).size > BLOB_BYTES_MAX),
    [],
  );
});

/** Files under version control; in a plain folder, all but what is installed. */
function tracked(): string[] {
  if (existsSync(join(root, ".git"))) {
    const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      cwd: root,
      encoding: "utf8",
    });
    return listed.split("\0").filter((path) => path !== "" && existsSync(join(root, path)));
  }
  return globSync("**/*", { cwd: root, exclude: (name) => name === "node_modules" }).map((path) =>
    relative(root, join(root, path)),
  );
}

test("the lock file names every package of every platform, or npm ci refuses it", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  assert.deepEqual(missing, []);
});
