/**
 * Cuts what is long where it can be cut: before a block, wherever it stands in lists, quotes and tables, and where a text
 * is longer than a piece, in the text itself. Each piece is a whole: what was open is closed, and opened again in the
 * next.
 */
import type { Token } from "markdown-it";

import { copyOf, shortened } from "./shorten.ts";

/** Of text in one piece, in UTF-8. */
export const SECTION_BYTES = 28_000;

/** Blocks that can be cut between those in them. */
const CUT_WITHIN = new Set([
  "blockquote_open",
  "bullet_list_open",
  "ordered_list_open",
  "list_item_open",
  "table_open",
  "tbody_open",
  "details_open",
]);

/** The tokens of one heading's section as one or more pieces. */
export function piecesOfSection(tokens: readonly Token[], bytesMax: number): Token[][] {
  return new Cutting(shortened(tokens, bytesMax), bytesMax).pieces;
}

/** A block that is open. */
interface Open {
  readonly token: Token;
  readonly at: number;
  /** What it begins with in every piece: the head of a table, the words above what folds. */
  readonly lead: readonly Token[];
  /** Of a list, how many items it has so far. */
  items: number;
}

class Cutting {
  readonly pieces: Token[][] = [[]];
  readonly #tokens: readonly Token[];
  readonly #bytesMax: number;
  #bytes = 0;
  /** The outermost first. */
  readonly #open: Open[] = [];

  constructor(tokens: readonly Token[], bytesMax: number) {
    this.#tokens = tokens;
    this.#bytesMax = bytesMax;
    for (const [at, token] of tokens.entries()) this.#add(at, token);
  }

  #add(at: number, token: Token): void {
    if (token.nesting >= 0 && this.#isFull(at) && this.#mayCut(at)) this.#cut(token);
    this.pieces.at(-1)?.push(token);
    this.#bytes += Buffer.byteLength(token.content);
    const [parent] = this.#open.slice(-1);
    if (token.type === "list_item_open" && parent !== undefined) parent.items += 1;
    if (token.nesting === 1) this.#open.push({ token, at, lead: this.#leadOf(at), items: 0 });
    else if (token.nesting === -1) this.#open.pop();
  }

  #isFull(at: number): boolean {
    const size = this.#sizeFrom(at);
    // What is cut anyway may begin where it stands, if there is room for some of it.
    const isCut = size > this.#bytesMax && CUT_WITHIN.has(this.#tokens[at]?.type ?? "");
    return this.#bytes > 0 && this.#bytes + (isCut ? this.#bytesMax / 2 : size) > this.#bytesMax;
  }

  /** Not where nothing can be closed, nor where what was opened has nothing in it yet. */
  #mayCut(at: number): boolean {
    const parent = this.#open.at(-1);
    const isBegun = parent === undefined || at - parent.at > 1 + parent.lead.length;
    // A heading keeps what stands below it.
    const follows = this.#tokens[at - 1]?.type === "heading_close";
    return isBegun && !follows && this.#open.every(({ token }) => CUT_WITHIN.has(token.type));
  }

  #cut(next: Token): void {
    const closing = this.#open
      .toReversed()
      .map(({ token }) => copyOf(token, { type: token.type.replace(/_open$/, "_close"), nesting: -1, attrs: null }));
    this.pieces.at(-1)?.push(...closing);
    this.pieces.push(this.#open.flatMap((open) => [this.#again(open, next), ...open.lead]));
    this.#bytes = 0;
  }

  #leadOf(at: number): readonly Token[] {
    const { type, level } = this.#tokens[at] ?? {};
    const last = { table_open: "thead_close", details_open: "summary_close" }[type ?? ""];
    if (last === undefined) return [];
    const end = this.#tokens.findIndex((token, i) => i > at && token.type === last && token.level === (level ?? 0) + 1);
    return end < 0 ? [] : this.#tokens.slice(at + 1, end + 1);
  }

  /** A list counts on, with the item that was cut or with the next one. */
  #again({ token, items }: Open, next: Token): Token {
    if (token.type !== "ordered_list_open") return token;
    const first = Number(token.attrGet("start") ?? 1);
    const isNext = next.type === "list_item_open" && next.level === token.level + 1;
    return copyOf(token, { attrs: [["start", String(first + items - (isNext ? 0 : 1))]] });
  }

  /** What stands between this token and the one that closes it; with a heading, also what it keeps below it. */
  #sizeFrom(at: number): number {
    const { level = 0, nesting, type, content = "" } = this.#tokens[at] ?? {};
    let size = Buffer.byteLength(content);
    if (nesting !== 1) return size;
    let i = at + 1;
    for (; i < this.#tokens.length && (this.#tokens[i]?.level ?? 0) > level; i++)
      size += Buffer.byteLength(this.#tokens[i]?.content ?? "");
    return type === "heading_open" ? size + this.#sizeFrom(i + 1) : size;
  }
}
