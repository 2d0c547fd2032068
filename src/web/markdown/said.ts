/**
 * Who said which words, in a rendered text: its words are found again in the source, in order and block by block, and
 * those of one origin are put in an element of their own. Words the renderer made up go with their neighbours.
 */
import type { MarkdownIt, StateCore, Token } from "markdown-it";

import { spelling, tokensOf } from "../../projection/authorship/tokens.ts";
import { leftOpen } from "./open-links.ts";

/** Words `[start, end)` of the source that have one origin, by its number. */
export interface SaidRun {
  readonly start: number;
  readonly end: number;
  readonly origin: number;
}

/** How far on in a block a word is looked for. */
const LOOK_AHEAD = 200;

interface SourceWord {
  readonly word: string;
  readonly origin: number;
}

/** The words of a source by line, each with its origin. */
export class SaidSource {
  readonly #words: SourceWord[] = [];
  /** Index of the first word of each line. */
  readonly #lines: number[] = [];
  /** Where looking goes on, by the lines of a block. */
  readonly #cursors = new Map<string, number>();

  constructor(text: string, runs: readonly SaidRun[]) {
    let [at, run] = [0, 0];
    for (const line of text.split("\n")) {
      this.#lines.push(this.#words.length);
      for (const token of tokensOf(line)) {
        while ((runs[run]?.end ?? Infinity) <= at + token.start) run += 1;
        this.#words.push({ word: spelling(line, token), origin: runs[run]?.origin ?? 0 });
      }
      at += line.length + 1;
    }
  }

  /** Cuts `text`, which stands in lines `[from, to)`, where its origin changes. */
  cut(text: string, [from, to]: readonly [number, number]): { text: string; origin: number | undefined }[] {
    const key = `${from} ${to}`;
    const end = this.#lines[to] ?? this.#words.length;
    let cursor = this.#cursors.get(key) ?? this.#lines[from] ?? end;
    const pieces: { start: number; origin: number | undefined }[] = [];
    for (const token of tokensOf(text)) {
      const found = this.#find(spelling(text, token), cursor, end);
      if (found !== undefined) cursor = found + 1;
      const origin = found === undefined ? pieces.at(-1)?.origin : this.#words[found]?.origin;
      if (pieces.length === 0 || pieces.at(-1)?.origin !== origin) pieces.push({ start: token.start, origin });
    }
    this.#cursors.set(key, cursor);
    return pieces.map(({ start, origin }, i) => ({
      text: text.slice(i === 0 ? 0 : start, pieces[i + 1]?.start ?? text.length),
      origin,
    }));
  }

  #find(word: string, from: number, end: number): number | undefined {
    for (let i = from; i < Math.min(end, from + LOOK_AHEAD); i++) if (this.#words[i]?.word === word) return i;
    return undefined;
  }
}

function sourceIn(env: unknown): SaidSource | undefined {
  // The env of every render.
  return (env as { readonly said?: SaidSource }).said;
}

/** Marks words where the env has a `said`. */
export function said(md: MarkdownIt): void {
  md.core.ruler.push("lore_said", markBlocks);
  const { rules } = md.renderer;
  const open = (tag: "a" | "span") => (tokens: readonly Token[], at: number, _options: unknown, env: unknown) =>
    `<${tag}${leftOpen(env, { form: "said", href: String(tokens[at]?.meta?.["origin"] ?? 0), isLinked: tag === "span" })}>`;
  rules["said_open"] = open("a");
  rules["said_close"] = () => "</a>";
  rules["said_in_link_open"] = open("span");
  rules["said_in_link_close"] = () => "</span>";
}

/** A block of code, its words in elements by origin; undefined where nobody asked. */
export function saidCode(token: Token | undefined, env: unknown, escape: (text: string) => string): string | undefined {
  const source = sourceIn(env);
  if (source === undefined || token?.map == null) return undefined;
  const pieces = source.cut(token.content, token.map);
  if (pieces.length === 0) return undefined;
  return pieces
    .map(({ text, origin }) =>
      origin === undefined
        ? escape(text)
        : `<a${leftOpen(env, { form: "said", href: String(origin) })}>${escape(text)}</a>`,
    )
    .join("");
}

function markBlocks(state: StateCore): void {
  const source = sourceIn(state.env);
  if (source === undefined) return;
  let lines: readonly [number, number] = [0, 0];
  for (const token of state.tokens) {
    // Cells of a table stand in the lines of their row.
    if (token.map != null) lines = token.map;
    if (token.children != null) token.children = markInline(state, { children: token.children, lines, source });
  }
}

interface Inline {
  readonly children: readonly Token[];
  readonly lines: readonly [number, number];
  readonly source: SaidSource;
}

function markInline(state: StateCore, { children, lines, source }: Inline): Token[] {
  const marked: Token[] = [];
  let depth = 0;
  for (const child of children) {
    if (child.type === "link_open") depth += 1;
    if (child.type === "link_close") depth -= 1;
    if (child.type !== "text" && child.type !== "code_inline") {
      marked.push(child);
      continue;
    }
    const pieces = source.cut(child.content, lines);
    if (pieces.length === 0) marked.push(child);
    // Code in a line stays in one piece.
    const whole =
      child.type === "code_inline" ? pieces.slice(0, 1).map(({ origin }) => ({ text: child.content, origin })) : pieces;
    for (const { text, origin } of whole) {
      const copy = Object.assign(new state.Token(child.type, child.tag, 0), child, { content: text });
      const name = depth > 0 ? "said_in_link" : "said";
      const [open, close] = [new state.Token(`${name}_open`, "", 1), new state.Token(`${name}_close`, "", -1)];
      open.meta = { origin };
      marked.push(...(origin === undefined ? [copy] : [open, copy, close]));
    }
  }
  return marked;
}
