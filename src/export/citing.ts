/** A citation as a line of credit, as BibTeX and as CSL-JSON (citeproc, schema 1.0). */
import type { Citation } from "../community/queries/citation.ts";

/** Named in a line; all are named in BibTeX and CSL-JSON. */
const NAMES_IN_LINE = 5;

function day({ time }: Citation): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** One line that gives credit as licences ask for it: title, people, source, version, terms, and where it is. */
export function creditLine(citation: Citation): string {
  const { title, community, version, licence, id } = citation;
  const which = version === null ? "a version" : `version ${version}`;
  return `“${title}” by ${names(citation)}, ${community}, ${which} of ${day(citation)}${licence === undefined ? "" : `, ${licence}`}. ${id}`;
}

function names({ authors }: Citation): string {
  const rest = authors.length - NAMES_IN_LINE;
  if (rest > 1) return `${authors.slice(0, NAMES_IN_LINE).join(", ")} and ${rest} others`;
  const last = authors.at(-1) ?? "";
  return authors.length < 2 ? last : `${authors.slice(0, -1).join(", ")} and ${last}`;
}

/** What TeX would take for a command. */
const TEX: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "{": "\\{",
  "}": "\\}",
  "#": "\\#",
  $: "\\$",
  "%": "\\%",
  "&": "\\&",
  _: "\\_",
};

function tex(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(/[\\~^{}#$%&_]/g, (character) => TEX[character] ?? character);
}

/** An entry of type `misc`; names are in braces, so that no part of one is taken for a family name. */
export function bibtex(citation: Citation): string {
  const { id, title, authors, community, licence } = citation;
  const [, unit = "", revision = ""] = /\/([a-z2-7]+)@([a-z2-7]+)$/.exec(id) ?? [];
  const fields = {
    title: `{${tex(title)}}`,
    author: authors.map((name) => `{${tex(name)}}`).join(" and "),
    howpublished: tex(community),
    year: day(citation).slice(0, 4),
    month: String(Number(day(citation).slice(5, 7))),
    ...(licence === undefined ? {} : { copyright: tex(licence) }),
    note: tex(id),
  };
  const lines = Object.entries(fields).map(([name, value]) => `  ${name} = {${value}}`);
  return `@misc{lore-${unit.slice(0, 8)}-${revision.slice(0, 8)},\n${lines.join(",\n")}\n}\n`;
}

const CSL_TYPES: Readonly<Partial<Record<string, string>>> = {
  dataset: "dataset",
  program: "software",
  model: "software",
};

/** A list of one item. */
export function cslJson(citation: Citation): string {
  const { id, kind, title, authors, community, version, licence, lang } = citation;
  const item = {
    id,
    type: CSL_TYPES[kind] ?? "webpage",
    title,
    author: authors.map((name) => ({ literal: name })),
    "container-title": community,
    issued: { "date-parts": [day(citation).split("-").map(Number)] },
    ...(version === null ? {} : { version: String(version) }),
    ...(lang === undefined ? {} : { language: lang }),
    ...(licence === undefined ? {} : { license: licence }),
  };
  return `${JSON.stringify([item], null, 2)}\n`;
}
