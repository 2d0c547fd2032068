import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";

import { Db, type DbOptions } from "./db.ts";
import { migrate } from "./migrate.ts";

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "db-"));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function memoryDb(context: TestContext): Db {
  const db = new Db(":memory:", { durability: "normal" });
  context.after(() => db.close());
  db.exec("CREATE TABLE t (x INTEGER)");
  return db;
}

function rows(db: Db): number[] {
  return db.all<{ x: number }>("SELECT x FROM t ORDER BY x").map(({ x }) => x);
}

test("durability is what was asked for, also when the file is opened again", (context) => {
  const path = join(temporaryFolder(context), "x.db");
  for (const [durability, synchronous] of [
    ["full", 2],
    ["full", 2],
    ["normal", 1],
    ["full", 2],
  ] as const) {
    const db = new Db(path, { durability } satisfies DbOptions);
    assert.equal(db.value("PRAGMA synchronous"), synchronous);
    assert.equal(db.value("PRAGMA secure_delete"), 1);
    db.close();
  }
});

test("a transaction that throws leaves nothing, at any depth, and only of itself", (context) => {
  const db = memoryDb(context);
  db.transaction(() => {
    db.run("INSERT INTO t VALUES (1)");
    assert.throws(() =>
      db.transaction(() => {
        db.transaction(() => db.run("INSERT INTO t VALUES (2)"));
        throw new Error("inner");
      }),
    );
    db.transaction(() => db.run("INSERT INTO t VALUES (3)"));
  });
  assert.throws(() =>
    db.transaction(() => {
      db.run("INSERT INTO t VALUES (4)");
      throw new Error("outer");
    }),
  );
  assert.deepEqual(rows(db), [1, 3]);
  assert.equal(db.inTransaction, false);
});

test("work staged in a transaction left open is undone or committed as a whole", (context) => {
  const db = memoryDb(context);
  db.begin();
  db.transaction(() => db.run("INSERT INTO t VALUES (1)"));
  db.rollback();
  db.rollback();
  db.begin();
  db.run("INSERT INTO t VALUES (2)");
  db.commit();
  assert.deepEqual(rows(db), [2]);
});

test("migrations run once each and in order, and one that fails leaves the version before it", (context) => {
  const folder = join(temporaryFolder(context), "migrations");
  mkdirSync(folder);
  const url = pathToFileURL(`${folder}/`);
  const db = memoryDb(context);
  writeFileSync(join(folder, "001-first.sql"), "INSERT INTO t VALUES (1);");
  migrate(db, url);
  writeFileSync(join(folder, "002-second.sql"), "INSERT INTO t VALUES (2);\n-- a comment at the end");
  migrate(db, url);
  writeFileSync(join(folder, "003-third.sql"), "INSERT INTO t VALUES (3); INSERT INTO missing VALUES (3);");
  assert.throws(() => migrate(db, url));
  assert.deepEqual(rows(db), [1, 2]);
  assert.equal(db.value("PRAGMA user_version"), 2);
  assert.throws(() => migrate(db, url, { readOnly: true }), { code: "ENVIRONMENT", data: { found: 2, known: 3 } });
});
