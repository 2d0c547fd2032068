/** Whether the full-text indexes answer for each of their terms what their vocabulary says. */
import type { Db } from "../../store/sqlite/db.ts";

/**
 * Of an index with more terms than this, every second to eighth is asked for. What stands in it was compared place by
 * place before; asking finds what cannot be reached, and that is whole pages, of 1,000 bytes, which mostly hold more than eight.
 */
const TERMS_ASKED_MAX = 32_768;
const STEP_MAX = 8;

/** Names the first term of which they do not; undefined when all is well. An error of SQLite is one of the index. */
export function firstWrongTerm(db: Db): string | undefined {
  for (const scope of ["current", "history"]) {
    const index = `search_${scope}`;
    const terms = Number(db.value(`SELECT count(*) FROM ${index}_term`));
    const step = Math.min(STEP_MAX, Math.ceil(terms / TERMS_ASKED_MAX));
    // Ranking reads every position and length, as a search does.
    const sql = `SELECT count(*) AS rows, min(rank) AS best FROM ${index} WHERE ${index} MATCH ?`;
    let place = 0;
    for (const { term, doc } of db.iterate<{ term: string; doc: number }>(`SELECT term, doc FROM ${index}_term`))
      if (place++ % step === 0 && rowsOf(db, sql, term) !== doc) return term;
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
