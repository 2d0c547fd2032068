/**
 * Schemas by numbered files: `001-….sql`, `002-….sql` … in one folder, each run once, in order, in one
 * transaction with the raised `user_version`. Released files never change. A database that a newer version
 * has migrated is refused untouched.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

import { LoreError } from "../../bytes/index.ts";
import type { Db } from "./db.ts";

export interface MigrateOptions {
  /** Only check that the database is of the newest version. */
  readonly readOnly?: boolean;
}

/** Brings `db` to the newest version in `folder`, a URL ending in "/". @throws LoreError ENVIRONMENT. */
export function migrate(db: Db, folder: URL, options: MigrateOptions = {}): void {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();
  for (const [i, name] of files.entries())
    assert.ok(name.startsWith(`${String(i + 1).padStart(3, "0")}-`), `number of ${name}`);
  const found = Number(db.value("PRAGMA user_version"));
  if (found > files.length) {
    refuse(
      found,
      files.length,
      "A newer version of this program wrote it: use that one, or restore a copy from before.",
    );
  }
  if (options.readOnly === true && found < files.length) {
    refuse(found, files.length, "Open it once for writing, which brings it up to date.");
  }
  for (let version = found; version < files.length; version++) {
    const script = readFileSync(new URL(files[version] ?? assert.fail(), folder), "utf8");
    db.transaction(() => db.exec(`${script}\nPRAGMA user_version = ${version + 1};`));
  }
}

function refuse(found: number, known: number, advice: string): never {
  throw new LoreError(
    "ENVIRONMENT",
    `Opening a database: its format is version ${found}, this program's is ${known}. ${advice}`,
    {
      data: { found, known },
    },
  );
}
