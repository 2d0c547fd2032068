import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { utf8 } from "../bytes/index.ts";
import { openHighWater } from "./high-water.ts";

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "high-water-"));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("each name keeps what was written last, also for the next process", async (context) => {
  const folder = join(temporaryFolder(context), "state");
  const marks = openHighWater(folder);
  assert.equal(marks.read("a"), undefined);
  for (const text of ["longer than the next", "short", ""]) {
    await marks.write("a", utf8(text));
    marks.writeSync("b", utf8(`${text} of b`));
    assert.deepEqual(openHighWater(folder).read("a"), utf8(text));
  }
  assert.deepEqual(marks.read("b"), utf8(" of b"));
  assert.deepEqual(readdirSync(folder).toSorted(), ["a", "b"]);
});

test(
  "the folder and its files are private",
  { skip: process.platform === "win32" && "no modes on Windows" },
  async (context) => {
    const folder = join(temporaryFolder(context), "state");
    await openHighWater(folder).write("a", utf8("x"));
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, "a")).mode & 0o777, 0o600);
  },
);

test("a write that a crash cut short is not read, and the next write succeeds", async (context) => {
  const folder = temporaryFolder(context);
  const marks = openHighWater(folder);
  await marks.write("a", utf8("whole"));
  writeFileSync(join(folder, "a.new"), "ha");
  assert.deepEqual(marks.read("a"), utf8("whole"));
  await marks.write("a", utf8("next"));
  assert.deepEqual(marks.read("a"), utf8("next"));
});

test("a name that could leave the folder is a mistake", (context) => {
  const marks = openHighWater(temporaryFolder(context));
  for (const name of ["", "..", "a/b", "A", ".hidden", "a.new", "a".repeat(65)])
    assert.throws(() => marks.read(name), { code: "ERR_ASSERTION" });
});

test("a folder that is a file is refused with a reason", (context) => {
  const file = join(temporaryFolder(context), "file");
  writeFileSync(file, "");
  assert.throws(() => openHighWater(file), { code: "ENVIRONMENT" });
});
