/**
 * One revision taken apart for the index: place 0 is its title (with path and tags), place 1 … its passages.
 * Splitting and hashing happen for every revision; text is read and tokenised only for passages that are new.
 */
import type { ReadPart } from "../contract.ts";
import { fnv1a } from "../fnv.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Passage } from "./packer.ts";
import { type Meta, passagesOf, passageText, readBody, type Source } from "./source.ts";
import { indexText, type IndexText } from "./terms.ts";
import type { Analyser } from "./tokenise.ts";

export interface FieldTexts {
  readonly heading: IndexText;
  readonly body: IndexText;
}

export class Reading {
  readonly passages: readonly Passage[];
  readonly size: number;
  readonly #source: Source;
  readonly #meta: Meta;
  readonly #analyser: Analyser;
  readonly #body: Uint8Array;
  readonly #context: number;

  constructor(source: Source, meta: Meta, tools: { analyser: Analyser; readPart: ReadPart }) {
    this.#source = source;
    this.#meta = meta;
    this.#analyser = tools.analyser;
    this.#body = readBody(source.body, tools.readPart) ?? new Uint8Array();
    this.#context = fnv1a(`${source.format} ${meta.language}`);
    this.passages = passagesOf(source.format, this.#body);
    this.size = this.passages.length + 1;
  }

  /** Equal for equal text under an equal heading, read in the same way. */
  hash(place: number): number {
    const passage = this.passages[place - 1];
    if (passage === undefined) {
      const { title, path, tags } = this.#meta;
      return fingerprint(new TextEncoder().encode(JSON.stringify([title, path, tags])), ~this.#context);
    }
    const seed = this.#context ^ fnv1a(passage.heading?.text ?? "");
    return fingerprint(this.#body.subarray(passage.start, passage.end), seed);
  }

  label(place: number): { heading: string | null; path: string | null } {
    if (place === 0) return { heading: this.#meta.title, path: this.#meta.path };
    return { heading: this.passages[place - 1]?.heading?.text ?? null, path: null };
  }

  text(place: number): FieldTexts | undefined {
    const words = this.#analyser.words(this.#meta.language);
    const { title, path, tags } = this.#meta;
    if (place === 0) {
      return { heading: indexText(words, title), body: indexText(words, [pathText(path), ...tags].join("\n")) };
    }
    const passage = this.passages[place - 1];
    if (passage === undefined) return undefined;
    const text = passageText(this.#source.format, this.#body.subarray(passage.start, passage.end));
    return { heading: indexText(words, passage.heading?.text ?? ""), body: indexText(words, text) };
  }
}

/** A path without its last extension, which half of all paths share. */
function pathText(path: string): string {
  return path.replace(/\.[A-Za-z0-9]{1,8}$/, "");
}
