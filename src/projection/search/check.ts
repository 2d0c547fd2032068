/** Whether the full-text indexes answer for each of their terms what their vocabulary says. */
import type { Db } from "../../store/sqlite/db.ts";

/** Names the first term of which they do not; undefined when all is well. An error of SQLite is one of the index. */
export function firstWrongTerm(db: Db): string | undefined {
  for (const scope of ["current", "history"]) {
    const index = `search_${scope}`;
    // Ranking reads every position and length, as a search does.
    const sql = `SELECT count(*) AS rows, min(rank) AS best FROM ${index} WHERE ${index} MATCH ?`;
    for (const { term, doc } of db.all<{ term: string; doc: number }>(`SELECT term, doc FROM ${index}_term`))
      if (rowsOf(db, sql, term) !== doc) return term;
  }
  return undefined;
}

/** Terms hold no quotes (tokenise.ts). */
function rowsOf(db: Db, sql: string, term: string): number | undefined {
  try {
    return db.get<{ rows: number }>(sql, `"${term}"`)?.rows;
  } catch {
    return undefined;
  }
}
