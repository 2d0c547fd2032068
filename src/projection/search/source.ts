/**
 * What of a revision is indexed: title, path, language and tags from its `meta` part, passages from its `body`.
 * A body that is not held, is not UTF-8 or is longer than `BODY_BYTES_MAX` gives no passages: the unit is then
 * found by title and path alone. Meta that does not parse gives nothing; admission judges it, not search.
 */
import { isUtf8 } from "node:buffer";

import type { PartRow, ReadPart, RevisionRow } from "../contract.ts";
import { htmlPassages, visibleText } from "./html.ts";
import { languageOf } from "./languages.ts";
import { markdownPassages } from "./markdown-passages.ts";
import { markdownText } from "./markdown-text.ts";
import type { Passage } from "./packer.ts";
import { tablePassages, tableText } from "./table.ts";

/** Longer bodies are found by title and path only. */
export const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Tags and other strings of meta that are indexed. */
const TAGS_MAX = 64;
const META_CHARS_MAX = 1_000;

/** How a body is read; kept in the rows by its number. */
export type Format = "markdown" | "html" | "table";
export const FORMATS: readonly Format[] = ["markdown", "html", "table"];

/** The parts a revision is indexed from, by digest; what is erased is absent. */
export interface Source {
  readonly format: Format;
  readonly meta: Uint8Array | undefined;
  readonly body: Uint8Array | undefined;
}

/** Parts that text is indexed from. */
export const SOURCE_PARTS = ["meta", "body"] as const;
export type SourcePart = (typeof SOURCE_PARTS)[number];

export interface Meta {
  readonly title: string;
  readonly path: string;
  readonly language: string;
  readonly tags: readonly string[];
}

export function sourceOf(revision: RevisionRow): Source {
  const named = (name: string): PartRow | undefined => revision.parts.find((part) => part.name === name);
  const body = named("body");
  return {
    format: body === undefined ? "markdown" : formatOf(revision.kind, body.media),
    meta: named("meta")?.digest,
    body: body === undefined || body.size > BODY_BYTES_MAX ? undefined : body.digest,
  };
}

function formatOf(kind: string, media: string): Format {
  if (/^text\/(?:html|xhtml)|^application\/xhtml/.test(media)) return "html";
  if (/^text\/(?:csv|tab-separated-values)/.test(media)) return "table";
  return kind === "dataset" && media.startsWith("text/plain") ? "table" : "markdown";
}

export function readMeta(digest: Uint8Array | undefined, readPart: ReadPart): Meta {
  const fields = metaFields(digest === undefined ? undefined : readPart(digest));
  const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, META_CHARS_MAX) : "");
  const tags = Array.isArray(fields["tags"]) ? fields["tags"].slice(0, TAGS_MAX).map(text) : [];
  return { title: text(fields["title"]), path: text(fields["path"]), language: languageOf(fields["lang"]), tags };
}

function metaFields(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> {
  if (bytes === undefined) return {};
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** The body's bytes, where they are text and held. */
export function readBody(digest: Uint8Array | undefined, readPart: ReadPart): Uint8Array | undefined {
  const bytes = digest === undefined ? undefined : readPart(digest);
  return bytes !== undefined && isUtf8(bytes) && !bytes.subarray(0, 8_000).includes(0) ? bytes : undefined;
}

export function passagesOf(format: Format, body: Uint8Array): readonly Passage[] {
  switch (format) {
    case "markdown":
      return markdownPassages(body);
    case "html":
      return htmlPassages(body);
    case "table":
      return tablePassages(body);
  }
}

/** A passage as it is read and indexed: without markup. */
export function passageText(format: Format, bytes: Uint8Array): string {
  const source = new TextDecoder().decode(bytes);
  switch (format) {
    case "markdown":
      return markdownText(source);
    case "html":
      return visibleText(source);
    case "table":
      return tableText(source);
  }
}
