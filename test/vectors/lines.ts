/** Reading `vectors/*.txt`: a case a line, fields with a space between, ` # ` and what the case is about at its end. */
import { readFileSync } from "node:fs";

export interface Case {
  readonly fields: readonly string[];
  readonly comment: string;
}

export function vectorUrl(name: string): URL {
  return new URL(`../../vectors/${name}.txt`, import.meta.url);
}

/** The cases of a file. A field in double quotes is a JSON string. */
export function casesOf(name: string): Case[] {
  const lines = readFileSync(vectorUrl(name), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, said = "", comment = ""] = /^(.*?) # (.+)$/.exec(line) ?? [undefined, line];
    const fields = said.match(/"(?:[^"\\]|\\.)*"|[^ ]+/g) ?? [];
    return { fields: fields.map(unquoted), comment };
  });
}

function unquoted(field: string): string {
  if (!field.startsWith('"')) return field;
  const text: unknown = JSON.parse(field);
  return typeof text === "string" ? text : "";
}
