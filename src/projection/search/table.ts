/**
 * The passages of a CSV or TSV table: groups of whole rows, each under the header's column names.
 * Groups end where the rows themselves say (see Packer.line), so a row added or changed moves only the cuts
 * beside it: a table revised a thousand times is not indexed a thousand times.
 */
import { separatorLine } from "../csv.ts";
import { Packer, type Passage } from "./packer.ts";

const NEWLINE = 0x0a;
const QUOTE = 0x22;
/** What stands before a cell: comma, tab, semicolon; and a quote, for a doubled quote inside a cell. */
const CELL_STARTS: ReadonlySet<number> = new Set([0x2c, 0x09, 0x3b, QUOTE]);
/** A byte order mark, `"sep=;"` and the end of the line. */
const SEPARATOR_LINE_BYTES_MAX = 12;
/** The header shown with a hit. */
const HEADER_CHARS_MAX = 200;

export function tablePassages(bytes: Uint8Array): readonly Passage[] {
  const packer = new Packer(bytes);
  const start = separatorLine(Buffer.from(bytes.subarray(0, SEPARATOR_LINE_BYTES_MAX)).toString("latin1"))?.length ?? 0;
  const headerEnd = rowEnd(bytes, start);
  const header = tableText(new TextDecoder().decode(bytes.subarray(start, headerEnd))).trim();
  packer.head({ text: header.slice(0, HEADER_CHARS_MAX), repeat: undefined });
  for (let at = headerEnd; at < bytes.length;) {
    const end = rowEnd(bytes, at);
    packer.line(at, end);
    at = end;
  }
  packer.close();
  // A table of a header alone is still found by it.
  if (packer.passages.length === 0) packer.line(start, headerEnd);
  packer.close();
  return packer.passages;
}

/** Rows as they read: cells parted by a comma and a space, quotes gone. */
export function tableText(rows: string): string {
  return rows
    .replace(/\t/g, ", ")
    .replace(/"/g, "")
    .replace(/,(?=\S)/g, ", ");
}

/** After the newline that ends the row; one inside a quoted cell does not. */
function rowEnd(bytes: Uint8Array, start: number): number {
  let isQuoted = false;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) isQuoted = !isQuoted && (i === start || CELL_STARTS.has(bytes[i - 1] ?? 0));
    else if (byte === NEWLINE && !isQuoted) return i + 1;
  }
  return bytes.length;
}
