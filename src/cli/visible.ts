/**
 * What strangers wrote, made safe to read where it is printed: names, titles and pages hold any character there is.
 * Results that are bytes are never touched, so `--raw` gives what was signed.
 */

/** Embeddings, overrides and isolates: they turn the order of letters round, past the name that holds them. */
const TURNS = "\\u202a-\\u202e\\u2066-\\u2069";

/** Characters that turn the order of letters round, written out; inside a string of JSON they still mean the same. */
export function inOrder(text: string): string {
  return text.replaceAll(new RegExp(`[${TURNS}]`, "g"), written);
}

/** For a terminal: also what moves the cursor or changes how it writes. `allowed`: further control characters to let through. */
export function visible(text: string, allowed = ""): string {
  return text.replaceAll(new RegExp(`[\\0-\\x08\\x0b-\\x1f\\x7f-\\x9f${TURNS}]`, "g"), (character) =>
    allowed.includes(character) ? character : written(character),
  );
}

function written(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
