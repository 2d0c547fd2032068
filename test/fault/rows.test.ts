/**
 * Damage to the tables made from the record: each command answers or says what is damaged, `verify` never calls well
 * what the next question would stumble over, and `rebuild` always makes them anew.
 */
import assert from "node:assert/strict";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { run } from "../../src/cli/run.ts";
import { Db } from "../../src/store/index.ts";
import { fixedEnvironment } from "../community/kit.ts";
import { LONG, withDirectory } from "./process.ts";

const FLIPS = LONG ? 200 : 9;
/** Authorship is kept as search is: the quick run damages one of the two. */
const FILES = ["rows.db", "search.db", ...(LONG ? ["authorship.db"] : [])];
const QUESTIONS = [["ls"], ["history", "page-3.md"], ["search", "solder"], ["people"], ["show", "page-3.md"]];

/** Runs `lore` in this process; answers its exit code and everything it said. */
async function lore(directory: string, ...args: readonly string[]): Promise<{ exit: number; said: string }> {
  const said: string[] = [];
  const exit = await run(args, {
    environment: { ...fixedEnvironment(directory), now: () => Date.now() },
    output: {
      out: (content) => void said.push(String(content)),
      notice: (text) => void said.push(text),
      isTerminal: false,
      readInput: () => Promise.resolve(new Uint8Array()),
    },
  });
  return { exit, said: said.join("") };
}

const theTables = (directory: string, name: string): string => {
  const [path] = globSync(join(directory, "home/communities/*", name));
  assert.ok(path !== undefined);
  return path;
};

const DAMAGES: readonly (readonly [string, (path: string) => void])[] = [
  ["no database at all", (path) => writeFileSync(path, "what else could be here")],
  ["half of it missing", (path) => truncateSync(path, readFileSync(path).length >> 1)],
  ["a schema that makes no sense", (path) => change(path, readFileSync(path).indexOf("CREATE TABLE"))],
];

/** Changes the first byte from `at` on that is not zero. */
function change(path: string, at: number): void {
  const bytes = readFileSync(path);
  while (bytes[at] === 0) at = (at + 1) % bytes.length;
  bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
  writeFileSync(path, bytes);
}

test("damaged tables are named and can always be made anew", () =>
  withDirectory(async (directory) => {
    const sound = join(directory, "sound");
    const folder = join(directory, "folder");
    mkdirSync(folder, { recursive: true });
    for (let n = 0; n < 40; n++)
      writeFileSync(
        join(folder, `page-${n}.md`),
        `# Page ${n}\n\n## Solder\n\nSolder ${n}, [next](page-${n + 1}.md).\n`,
      );
    assert.equal((await lore(sound, "import", "folder", folder, "--name", "Synths")).exit, 0);
    for (const name of FILES) await damageAll(directory, { sound, name });
  }));

/** Where each word stands, by what the index itself tells. */
function wordsIn(path: string): object[] {
  const db = new Db(path, { durability: "normal", readOnly: true });
  try {
    db.exec("CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, search_current, instance)");
    return db.all("SELECT * FROM temp.places");
  } finally {
    db.close();
  }
}

/** Damages one file of tables after the other way, each on a copy of its own. */
async function damageAll(directory: string, { sound, name }: { sound: string; name: string }): Promise<void> {
  const { length } = readFileSync(theTables(sound, name));
  const flips = Array.from({ length: FLIPS }, (_, i) => {
    const at = Math.floor(((i + 0.5) * length) / FLIPS) + ((i * 7919) % 997);
    return [`byte ${at} changed`, (path: string) => change(path, at % length)] as const;
  });
  for (const [how, damage] of [...DAMAGES, ...flips]) {
    const what = `${name}, ${how}`;
    const directoryOf = join(directory, "damaged");
    cpSync(sound, directoryOf, { recursive: true });
    damage(theTables(directoryOf, name));
    const verdict = await lore(directoryOf, "verify");
    assert.ok([0, 4].includes(verdict.exit), `${what}: verify answers ${verdict.exit}\n${verdict.said}`);
    if (verdict.exit === 0 && name === "search.db")
      assert.deepEqual(wordsIn(theTables(directoryOf, name)), wordsIn(theTables(sound, name)), what);
    for (const question of QUESTIONS) {
      const { exit, said } = await lore(directoryOf, ...question);
      const isFine = verdict.exit === 0 ? exit === 0 : !said.includes("unforeseen");
      assert.ok(isFine, `${what}: verify said ${verdict.exit}, ${question.join(" ")} answers ${exit}\n${said}`);
    }
    const rebuilt = await lore(directoryOf, "rebuild");
    assert.equal(rebuilt.exit, 0, `${what}: ${rebuilt.said}`);
    const mended = await lore(directoryOf, "verify");
    assert.equal(mended.exit, 0, `${what}: ${mended.said}`);
    rmSync(directoryOf, { recursive: true });
  }
}

const WRONG = {
  "authorship.db": [
    "DELETE FROM authorship_standing WHERE unit = 2",
    "UPDATE authorship_text SET origins = NULL",
    "DROP TABLE authorship_piece",
  ],
  "search.db": [
    "DELETE FROM search_current WHERE rowid > 0",
    "DELETE FROM search_history WHERE rowid = (SELECT max(id) FROM search_passage)",
    "INSERT INTO search_current(search_current) VALUES ('delete-all')",
    "DROP TABLE search_history",
    "DROP TABLE search_language",
  ],
  "rows.db": ["DROP TABLE catalog_fact", "DELETE FROM head", "UPDATE unit SET retired = 1 WHERE n = 2"],
} as const;

test("tables that are whole but wrong, or are missing, are named and can be made anew", () =>
  withDirectory(async (directory) => {
    const folder = join(directory, "folder");
    mkdirSync(folder, { recursive: true });
    for (let n = 0; n < 4; n++) writeFileSync(join(folder, `page-${n}.md`), `# Page ${n}\n\nSolder ${n}.\n`);
    assert.equal((await lore(directory, "import", "folder", folder, "--name", "Synths")).exit, 0);
    for (const [name, changes] of Object.entries(WRONG)) {
      for (const sql of changes) {
        const db = new Db(theTables(directory, name), { durability: "normal" });
        db.exec(`PRAGMA foreign_keys=OFF; ${sql}`);
        db.close();
        assert.equal((await lore(directory, "verify")).exit, 4, sql);
        assert.equal((await lore(directory, "rebuild")).exit, 0, sql);
        assert.equal((await lore(directory, "verify")).exit, 0, sql);
      }
    }
  }));
