/** Tables made from the record, in a database that says of which version they are. */
import { isLoreError } from "../bytes/index.ts";
import type { ReadPart } from "../projection/contract.ts";
import type { Db } from "../store/index.ts";

export interface Tables {
  /** PRAGMA user_version: raised whenever the tables or their meaning change. */
  readonly version: number;
  /** Creates them, empty. */
  readonly schema: string;
}

export function hasTables(db: Db, { version }: Tables): boolean {
  return db.value("PRAGMA user_version") === version;
}

/** Creates the tables, unless they are there in this version; those of another version go. */
export function ensureTables(db: Db, tables: Tables): void {
  if (hasTables(db, tables)) return;
  db.exec("PRAGMA foreign_keys=OFF");
  db.transaction(() => {
    dropTables(db);
    db.exec(tables.schema);
    db.exec(`PRAGMA user_version=${tables.version}`);
  });
  db.exec("PRAGMA foreign_keys=ON");
}

function dropTables(db: Db): void {
  const tables = db.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  // A virtual table takes its shadow tables with it.
  const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL"));
  for (const { name } of virtual) db.exec(`DROP TABLE "${name}"`);
  for (const { name } of tables)
    if (!virtual.some((table) => table.name === name)) db.exec(`DROP TABLE IF EXISTS "${name}"`);
}

/** Reads parts to make rows from. One that is damaged counts as not held: the rest stays readable, and `lore verify` names it. */
export function heldParts(read: ReadPart): ReadPart {
  return (digest) => {
    try {
      return read(digest);
    } catch (error) {
      if (isLoreError(error, "INTEGRITY")) return undefined;
      throw error;
    }
  };
}
