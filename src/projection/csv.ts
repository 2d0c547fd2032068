/** What a table in CSV says of itself before its rows. */

/** Excel's own first line; a byte order mark before it, in UTF-16 units or in bytes read as Latin-1. */
const SEPARATOR_LINE = /^(?:\uFEFF|\u00EF\u00BB\u00BF)?"?sep=([\t\x20\x21\x23-\x7E])"?(?:\r?\n|\r|$)/i;

/**
 * The separator that `sep=;` names, and how much of the table the line takes, with its end. It is no row: neither shown,
 * nor counted, nor searched. Undefined for a table without such a line.
 */
export function separatorLine(start: string): { readonly mark: string; readonly length: number } | undefined {
  const found = SEPARATOR_LINE.exec(start);
  return found?.[1] === undefined ? undefined : { mark: found[1], length: found[0].length };
}
