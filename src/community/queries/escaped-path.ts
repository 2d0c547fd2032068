/** Paths that are not UTF-8, as people can read and write them: ASCII as it is, every other byte percent-encoded. */
import { concat, hex, textOf, utf8 } from "../../bytes/index.ts";

/** A `pathHex` as it is shown. */
export function escapedPath(pathHex: string): string {
  const bytes = hex.decode(pathHex);
  return Array.from(bytes, (byte) => {
    const char = String.fromCharCode(byte);
    return /[\x20-\x24\x26-\x7e]/.test(char) ? char : `%${hex.encode(Uint8Array.of(byte)).toUpperCase()}`;
  }).join("");
}

/** The `pathHex` that a path so written means; undefined for one that is UTF-8, and so is no such path. */
export function pathHexOf(text: string): string | undefined {
  if (!/%[0-9a-f]{2}/i.test(text)) return undefined;
  const pieces = text.split(/%([0-9a-f]{2})/i);
  // Every second piece is what the parentheses caught.
  const bytes = concat(...pieces.map((piece, i) => (i % 2 === 1 ? hex.decode(piece.toLowerCase()) : utf8(piece))));
  return textOf(bytes) === undefined ? hex.encode(bytes) : undefined;
}
