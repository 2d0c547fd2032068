/**
 * A commit message, taken apart: its first line, the names of those who wrote it together, and what
 * is left as a note. Co-authors are read from any line, because squashed merges carry them in the
 * middle; leaving them out would lose most authors of such a history. Sign-offs certify and do not
 * author, so they are dropped. Every other trailer stays in the note, where people can read it.
 * Convention: git-interpret-trailers(1); `Co-authored-by: Name <email>`, in any case.
 */

import { isBot } from "./bots.ts";

export interface CoAuthor {
  readonly name: string;
  readonly email: string;
  readonly type: "person" | "bot";
}

export interface CommitMessage {
  readonly subject: string;
  /** May be empty. */
  readonly note: string;
  /** Each (name, e-mail) once, in the order named. */
  readonly coauthors: readonly CoAuthor[];
}

const COAUTHOR = "co-authored-by:";
const SIGN_OFF = "signed-off-by:";
/** More names than this on one commit are noise, and stay in the note. */
export const COAUTHORS_MAX = 200;
/** A longer line is prose or an attack, not a name. */
const TRAILER_CHARS_MAX = 512;

export function parseMessage(message: string): CommitMessage {
  const coauthors = new Map<string, CoAuthor>();
  const kept: string[] = [];
  for (const line of message.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/)) {
    const text = line.trim();
    const name = text.slice(0, COAUTHOR.length).toLowerCase();
    if (name.startsWith(SIGN_OFF)) continue;
    const person =
      name === COAUTHOR && text.length <= TRAILER_CHARS_MAX ? coauthor(text.slice(COAUTHOR.length).trim()) : undefined;
    if (person === undefined || coauthors.size >= COAUTHORS_MAX) kept.push(line.trimEnd());
    else {
      const key = `${person.name}\0${person.email.toLowerCase()}`;
      if (!coauthors.has(key)) coauthors.set(key, person);
    }
  }
  const [subject = "", ...rest] = kept.slice(
    Math.max(
      kept.findIndex((line) => line !== ""),
      0,
    ),
  );
  return { subject: subject.trim(), note: paragraphs(rest), coauthors: [...coauthors.values()] };
}

/** `Name <email>`, `Name` or `email`; undefined if it names nobody. */
function coauthor(text: string): CoAuthor | undefined {
  const open = text.lastIndexOf("<");
  const close = text.indexOf(">", open);
  const bracketed = open >= 0 && close > open;
  const bare = !bracketed && text.includes("@") && !text.startsWith("@") && !text.includes(" ");
  const name = unquoted(bracketed ? text.slice(0, open).trim() : bare ? "" : text);
  const email = bracketed ? text.slice(open + 1, close).trim() : bare ? text : "";
  if (name === "" && email === "") return undefined;
  return { name, email, type: isBot({ name, email }) ? "bot" : "person" };
}

function unquoted(name: string): string {
  return name.length > 1 && name.startsWith('"') && name.endsWith('"') ? name.slice(1, -1).trim() : name;
}

/** Without empty lines at the ends, and with one where several were. */
function paragraphs(lines: readonly string[]): string {
  const text: string[] = [];
  for (const line of lines) if (line !== "" || (text.at(-1) ?? "") !== "") text.push(line);
  if (text.at(-1) === "") text.pop();
  return text.join("\n");
}
