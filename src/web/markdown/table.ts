/** CSV and TSV as people see them: a heading row and rows of text, whatever their spelling. */
import { CsvError, parse } from "csv-parse/sync";

import { separatorLine } from "../../projection/csv.ts";

export interface ParsedTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const COLUMNS_MAX = 500;

/** The delimiter the first line uses most. */
function delimiterOf(text: string): string {
  const line = text.slice(0, text.indexOf("\n") < 0 ? text.length : text.indexOf("\n"));
  const counts = [",", "\t", ";", "|"].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((best, next) => (next.count > best.count ? next : best)).mark;
}

export function parseTable(text: string): ParsedTable {
  const said = separatorLine(text);
  const [head = [], ...rows] = recordsOf(text.slice(said?.length ?? 0), said?.mark ?? delimiterOf(text));
  const width = Math.min(COLUMNS_MAX, Math.max(head.length, ...rows.slice(0, 1_000).map((row) => row.length)));
  const columns = Array.from({ length: width }, (_, i) => head[i] ?? "");
  return { columns, rows: rows.map((row) => Array.from({ length: width }, (_, i) => row[i] ?? "")) };
}

/** Where a quote that opens a cell never closes it, quotes are text and each line is a row, as tables by tab often mean it. */
function recordsOf(text: string, delimiter: string): string[][] {
  // Every option here widens what is read.
  const widely = {
    delimiter,
    bom: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
  } as const;
  try {
    return parse(text, widely);
  } catch (error) {
    if (error instanceof CsvError && error.code === "CSV_QUOTE_NOT_CLOSED")
      return parse(text, { ...widely, quote: false });
    throw error;
  }
}
