/** Verification of what is made from the record: the rows, search and authorship are those a replay gives. */
import { hex, type Suite, utf8 } from "../../bytes/index.ts";
import { firstWrongTerm } from "../../projection/search/index.ts";
import { Db } from "../../store/index.ts";
import type { Community } from "../community.ts";
import { Rows } from "../fold/rows.ts";
import { FollowedTables } from "../followed-tables.ts";
import { Projections } from "../projections.ts";
import { mismatch, place } from "./mismatch.ts";
import type { VerifyProgress } from "./record.ts";

/** Replays into empty databases and compares every row; answers the number of tables, and what could not be brought up to be compared. */
export async function verifyRows(
  community: Community,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<{ readonly tables: number; readonly behind: readonly string[] }> {
  const { facts } = community;
  for (const following of FOLLOWED) await community[following].follow(facts).catch(() => undefined);
  // On one state of the rows: beside a running site they go on meanwhile.
  return community.rows.reading(() => compareAll(community, onProgress));
}

const FOLLOWED = ["search", "authorship"] as const;

function compareAll(
  community: Community,
  onProgress: ((progress: VerifyProgress) => void) | undefined,
): { readonly tables: number; readonly behind: readonly string[] } {
  const { environment, store } = community;
  const rows = new Db(":memory:", { durability: "normal" });
  try {
    const projections = new Projections({ db: rows, suite: environment.suite, store });
    const { size, newer_from } = community.rows.get<{ size: number; newer_from: number | null }>(
      "SELECT size, newer_from FROM state",
    ) ?? { size: 0, newer_from: null };
    projections.catchUp(
      (done, of) => onProgress?.({ stage: "Replaying", done, of }),
      newer_from === null ? size : store.log.size(),
    );
    let tables = compare(environment.suite, { found: community.rows, replayed: rows });
    const behind: string[] = [];
    for (const following of FOLLOWED) {
      const follower = community[following];
      const compared = follower.db.reading(() => {
        // A full disk is no damage, nor is what a running site has taken in since.
        if (follower.reached !== size) return undefined;
        const replayed = FollowedTables.replay(following, new Rows(rows), store);
        try {
          return compare(environment.suite, { found: follower.db, replayed: replayed.db });
        } finally {
          replayed.close();
        }
      });
      if (compared === undefined) behind.push(following);
      tables += compared ?? 0;
    }
    place("the search index", () => {
      const wrong = behind.includes("search") ? undefined : firstWrongTerm(community.search.db);
      if (wrong !== undefined)
        throw mismatch(`it does not answer rightly for the word "${wrong}". "lore rebuild" makes it anew`);
    });
    return { tables, behind };
  } finally {
    rows.close();
  }
}

function compare(suite: Suite, { found, replayed }: { readonly found: Db; readonly replayed: Db }): number {
  place("the tables made from the record", () => {
    const integrity = found.value("PRAGMA integrity_check(1)");
    if (integrity !== "ok") throw mismatch(`${String(integrity)}. "lore rebuild" makes them anew`);
  });
  const tables = tablesOf(replayed);
  const there = new Set(tablesOf(found));
  for (const table of tables) {
    place(`the table "${table}"`, () => {
      if (!there.has(table)) throw mismatch('it is not there. "lore rebuild" makes it anew');
    });
    place(`the rows of "${table}"`, () => {
      if (rowsDigest(found, table, suite) !== rowsDigest(replayed, table, suite)) {
        throw mismatch('they are not those a replay of the record gives. "lore rebuild" makes them anew');
      }
    });
  }
  return tables.length;
}

/** Of a full-text index: how it ranks, and how long each of its rows is. */
const INDEX_TABLES = [
  { suffix: "_config", columns: ["k", "v"] },
  { suffix: "_docsize", columns: ["id", "sz"] },
] as const;

/**
 * Tables with rows of their own, and what stands in full-text indexes: every term with how often it stands where,
 * and what ranking needs. How an index keeps that in segments depends on when they were merged.
 */
function tablesOf(db: Db): string[] {
  const tables = db.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  const vocabularies = tables.filter(({ name }) => isVocabulary(db, name)).map(({ name }) => name);
  const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL")).map(({ name }) => name);
  const names = tables.map(({ name }) => name);
  const plain = names.filter((name) => !virtual.some((index) => name === index || name.startsWith(`${index}_`)));
  const indexes = names.filter((name) =>
    INDEX_TABLES.some(({ suffix }) => virtual.some((each) => name === each + suffix)),
  );
  return [...plain, ...indexes, ...vocabularies];
}

/** Rows are written out and put in order by SQLite; in hex, since its texts end at a NUL. */
function rowsDigest(db: Db, table: string, suite: Suite): string {
  if (isVocabulary(db, table)) return placesDigest(db, table, suite);
  const columns =
    INDEX_TABLES.find(({ suffix }) => table.endsWith(suffix))?.columns ??
    db.all<{ name: string }>("SELECT name FROM pragma_table_info(?)", table).map(({ name }) => name);
  const line = columns.map((name) => `typeof("${name}") || hex("${name}")`).join(" || ',' || ");
  return linesDigest(suite, db.iterate(`SELECT ${line} AS line FROM "${table}" ORDER BY ${columns.join()}`));
}

const LINES_AT_ONCE = 1_000;

function linesDigest(suite: Suite, rows: Iterable<{ readonly line: string }>): string {
  const digests: string[] = [];
  let lines: string[] = [];
  const take = () => {
    digests.push(hex.encode(suite.sha256(utf8(lines.join("\n")))));
    lines = [];
  };
  for (const { line } of rows) if (lines.push(line) === LINES_AT_ONCE) take();
  take();
  return hex.encode(suite.sha256(utf8(digests.join("\n"))));
}

/** The full-text index whose terms a table tells. */
const VOCABULARY = /USING fts5vocab\((\w+), row\)/i;

function isVocabulary(db: Db, table: string): boolean {
  return VOCABULARY.test(sqlOf(db, table));
}

function sqlOf(db: Db, table: string): string {
  return db.get<{ sql: string }>("SELECT sql FROM sqlite_schema WHERE name = ?", table)?.sql ?? "";
}

/** Of every term, every place where it stands: a count would not tell one row from another. */
function placesDigest(db: Db, table: string, suite: Suite): string {
  const [, index = ""] = VOCABULARY.exec(sqlOf(db, table)) ?? [];
  db.exec(`CREATE VIRTUAL TABLE temp.places USING fts5vocab(main, ${index}, instance)`);
  try {
    // The table tells them by term, row and place: nothing is sorted.
    const sql =
      "SELECT term || ' ' || group_concat(doc || ' ' || col || ' ' || offset) AS line FROM temp.places GROUP BY term";
    return linesDigest(suite, db.iterate(sql));
  } finally {
    db.exec("DROP TABLE temp.places");
  }
}
