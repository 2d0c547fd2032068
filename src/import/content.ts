/** What a file is to a community: its kind, its title, its media type. Decided from name and bytes alone. */
import { textOf } from "../bytes/index.ts";
import { kindOf } from "../unit/index.ts";

/** File mode of a symbolic link. */
export const SYMLINK_MODE = 0o120000;

const PAGE = /\.(md|markdown|mdown|mkdn?|mdx)$/i;
const TABLE = /\.(csv|tsv|tab)$/i;
const PROGRAM = /\.html?$/i;
/** Files without a suffix that are not meant to be read as pages. */
const PLAIN =
  /^(license|licence|copying|notice|makefile|dockerfile|gemfile|rakefile|procfile|cname|codeowners|vagrantfile|jenkinsfile|authors|contributors|.*file)$/i;
const SNIFF_BYTES = 4_096;

const MEDIA: Readonly<Record<string, string>> = {
  md: "text/markdown",
  markdown: "text/markdown",
  csv: "text/csv",
  tsv: "text/tab-separated-values",
  tab: "text/tab-separated-values",
  html: "text/html",
  htm: "text/html",
  txt: "text/plain",
  json: "application/json",
  yml: "application/yaml",
  yaml: "application/yaml",
  xml: "application/xml",
  css: "text/css",
  js: "text/javascript",
  svg: "image/svg+xml",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
};

export interface FileContent {
  /** As shown; a path that is not UTF-8 with replacement characters. */
  readonly path: string;
  readonly mode: number;
  /** undefined for a file too large to be held in memory. */
  readonly bytes: Uint8Array | undefined;
}

/** The kind of unit that a file becomes. */
export function kindOfFile({ path, mode, bytes }: FileContent): string {
  if (mode === SYMLINK_MODE || bytes === undefined) return "file";
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (PAGE.test(name)) return isText(bytes) ? "page" : "file";
  if (TABLE.test(name)) return isText(bytes) ? "dataset" : "file";
  if (PROGRAM.test(name)) return isProgram(bytes) ? "program" : "file";
  if (name.includes(".") || PLAIN.test(name) || !isText(bytes)) return "file";
  return bytes.length > 0 || /^(readme|index)$/i.test(name) ? "page" : "file";
}

/** A whole document of its own, not a template that some generator fills in. */
function isProgram(bytes: Uint8Array): boolean {
  const text = textOf(bytes);
  return (
    text !== undefined &&
    /^\s*(<!--[^]*?-->\s*)*(<!doctype html|<html)/i.test(text.slice(0, SNIFF_BYTES)) &&
    !/\{%|\{\{/.test(text)
  );
}

function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, SNIFF_BYTES).includes(0) && textOf(bytes) !== undefined;
}

export function mediaOfFile({ path, mode, bytes }: FileContent, kind: string): string {
  if (mode === SYMLINK_MODE) return "text/plain";
  const suffix = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  if (kind === "page") return "text/markdown";
  return MEDIA[suffix] ?? (bytes !== undefined && isText(bytes) ? "text/plain" : "application/octet-stream");
}

const TITLE_LENGTH_MAX = 300;
const TITLE_SEARCH_BYTES = 8_192;

/** A page's title: from its front matter, its first heading, else its file name in words. */
export function titleOfFile(file: FileContent, kind: string): string {
  const isProse = kindOf(kind).body === "markdown";
  const text = isProse && file.bytes !== undefined ? textStart(file.bytes) : undefined;
  const written = text === undefined ? undefined : (frontMatterTitle(text) ?? firstHeading(text));
  const title = written ?? (kind === "file" ? fileName(file.path) : nameInWords(file.path));
  return title.slice(0, TITLE_LENGTH_MAX).toWellFormed();
}

/** The beginning as text; a letter cut in two at the end is left out. */
function textStart(bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, TITLE_SEARCH_BYTES);
  return [0, 1, 2, 3].map((cut) => textOf(start.subarray(0, start.length - cut))).find((text) => text !== undefined);
}

function frontMatterTitle(text: string): string | undefined {
  const matter = /^\ufeff?---\r?\n([^]*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text)?.[1];
  const title = matter === undefined ? undefined : /^title:[ \t]*(.+?)[ \t]*\r?$/im.exec(matter)?.[1];
  return title?.replaceAll(/^["']|["']$/g, "").trim() || undefined;
}

function firstHeading(text: string): string | undefined {
  for (const line of text.split(/\r?\n/, 200)) {
    const heading = /^\ufeff? {0,3}#{1,2}[ \t]+(\S.*?)[ \t]*#*$/.exec(line)?.[1];
    if (heading !== undefined) return plain(heading) || undefined;
  }
  const underlined = /^\ufeff?\s*([^\n]{1,300})\r?\n={3,}[ \t]*\r?$/m.exec(text)?.[1];
  return underlined === undefined ? undefined : plain(underlined) || undefined;
}

function plain(markdown: string): string {
  return markdown
    .replaceAll(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/<[^>]{1,200}>|[`*]/g, "")
    .trim();
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1) || path;
}

/** "simple-salsa_verde.md" reads "Simple salsa verde"; a README takes its folder's name. */
function nameInWords(path: string): string {
  const steps = path.split("/");
  const name = (steps.at(-1) ?? path).replace(/\.[a-z0-9]+$/i, "");
  const telling = /^(readme|index)$/i.test(name) && steps.length > 1 ? (steps.at(-2) ?? name) : name;
  const words = telling.replaceAll(/[-_]+/g, " ").trim() || fileName(path);
  return words.slice(0, 1).toLocaleUpperCase("en") + words.slice(1);
}
