import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { Db } from "./db.ts";
import { type MoveWal, Wal } from "./wal.ts";

const MIB = 2 ** 20;

function unexpected(error: unknown): void {
  assert.fail(String(error));
}

/** A database with 8 MiB in scattered rows. */
function database(context: TestContext): Db {
  const folder = mkdtempSync(join(tmpdir(), "wal-"));
  const db = new Db(join(folder, "db"), { durability: "normal" });
  context.after(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });
  db.exec("CREATE TABLE item (n INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT");
  return db;
}

function mover(context: TestContext, db: Db): { readonly move: MoveWal; readonly moves: string[] } {
  const other = new Db(db.path, { durability: "full" });
  context.after(() => other.close());
  const moves: string[] = [];
  return {
    moves,
    async move(path) {
      // On another thread it takes a while, in which more is written.
      await new Promise(setImmediate);
      moves.push(path);
      other.get("PRAGMA wal_checkpoint(PASSIVE)");
    },
  };
}

/** Writes `count` transactions of about ten pages; answers the largest size of the log that was seen, in bytes. */
async function write(db: Db, wal: Wal, count: number): Promise<number> {
  let largest = 0;
  for (let i = 0; i < count; i++) {
    db.transaction(() => {
      for (let k = 0; k < 10; k++)
        db.run("INSERT OR REPLACE INTO item VALUES (?, ?)", (i * 7919 + k * 104_729) % 2_000, new Uint8Array(4_000));
    });
    wal.tend();
    largest = Math.max(largest, statSync(`${db.path}-wal`).size);
    if (i % 4 === 0) await new Promise(setImmediate);
  }
  return largest;
}

test("alone, the log is kept short by whoever writes", async (context) => {
  const db = database(context);
  const wal = new Wal(db, { pagesAtOnce: 500, move: undefined, onFailure: unexpected });
  assert.ok((await write(db, wal, 1_000)) < 4 * MIB);
});

test("with another thread, that one moves it, and it is started over all the same", async (context) => {
  const db = database(context);
  const { move, moves } = mover(context, db);
  const wal = new Wal(db, { pagesAtOnce: 500, move, onFailure: unexpected });
  const largest = await write(db, wal, 4_000);
  assert.ok(moves.length > 20, `${moves.length} moves`);
  assert.ok(largest < 40 * MIB, `${largest} bytes`);
  assert.equal(db.value("SELECT count(*) FROM item"), 2_000);
  assert.equal(db.value("PRAGMA integrity_check"), "ok");
});

test("where the other thread does nothing, the log stays bounded", async (context) => {
  const db = database(context);
  const wal = new Wal(db, { pagesAtOnce: 500, move: () => Promise.resolve(), onFailure: unexpected });
  assert.ok((await write(db, wal, 2_000)) < 40 * MIB);
});

test("what the other thread could not do is heard, and tried again", async (context) => {
  const db = database(context);
  const failures: unknown[] = [];
  const wal = new Wal(db, {
    pagesAtOnce: 500,
    move: () => Promise.reject(new Error("no disk")),
    onFailure: (error) => failures.push(error),
  });
  await write(db, wal, 300);
  assert.ok(failures.length > 1);
});
