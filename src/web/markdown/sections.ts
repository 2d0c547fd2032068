/**
 * Cuts what is long where it can be cut: before a block, between the items of a list, the rows of a table, the lines of
 * code. Each piece is a whole: what was open is closed, and opened again in the next.
 */
import type { MarkdownIt, Token } from "markdown-it";

/** Of text in one piece, in UTF-8. */
export const SECTION_BYTES = 28_000;

/** The tokens of one heading's section as one or more pieces. */
export function piecesOfSection(md: MarkdownIt, tokens: readonly Token[], bytesMax: number): Token[][] {
  const pieces: Token[][] = [[]];
  let [bytes, items, block] = [0, 0, 0];
  const all = tokens.flatMap((token) => linesOf(md, token, bytesMax));
  for (const [at, token] of all.entries()) {
    if (token.level === 0 && token.nesting >= 0) [block, items] = [at, 0];
    const own = Buffer.byteLength(token.content);
    const size = sizeFrom(all, at);
    // What is cut anyway may begin where it stands.
    const isCut = size > bytesMax && (token.type.endsWith("_list_open") || token.type === "table_open");
    const isFull = bytes > 0 && bytes + size > bytesMax && !isCut;
    if (isFull && token.level === 0 && token.nesting >= 0 && !follows(all, at)) {
      pieces.push([]);
      bytes = 0;
    } else if (isFull && isItem(token) && items > 0) {
      const { closing, opening } = seam(md, all.slice(block, at), { items, all: all.slice(at) });
      pieces.at(-1)?.push(...closing);
      pieces.push([...opening]);
      bytes = 0;
    }
    if (isItem(token)) items += 1;
    bytes += own;
    pieces.at(-1)?.push(token);
  }
  return pieces;
}

/** A heading keeps what stands below it. */
function follows(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.type === "heading_close";
}

function isItem({ type, level }: Token): boolean {
  return (type === "list_item_open" && level === 1) || (type === "tr_open" && level === 2);
}

/** What stands between this token and the one that closes it. */
function sizeFrom(tokens: readonly Token[], at: number): number {
  const level = tokens[at]?.level ?? 0;
  let size = Buffer.byteLength(tokens[at]?.content ?? "");
  if (tokens[at]?.nesting !== 1) return size;
  for (let i = at + 1; i < tokens.length && (tokens[i]?.level ?? 0) > level; i++)
    size += Buffer.byteLength(tokens[i]?.content ?? "");
  return size;
}

/** How the list or table that `before` opens is closed, and opened once more. */
function seam(
  md: MarkdownIt,
  before: readonly Token[],
  { items, all }: { items: number; all: readonly Token[] },
): { closing: Token[]; opening: Token[] } {
  const [open] = before;
  if (open?.type === "table_open") {
    const body = before.findIndex(({ type }) => type === "tbody_open");
    const isBody = ({ type }: Token) => type === "tbody_close" || type === "table_close";
    return { closing: firstOfEach(all.filter(isBody)), opening: before.slice(0, body + 1) };
  }
  const close = all.find(({ level, nesting }) => level === 0 && nesting === -1);
  return {
    closing: close === undefined ? [] : [close],
    opening: open === undefined ? [] : [open.type === "ordered_list_open" ? startingAt(md, open, items) : open],
  };
}

function firstOfEach(tokens: readonly Token[]): Token[] {
  return tokens.slice(0, 2);
}

/** `items` were in the list before; it counts on. */
function startingAt(md: MarkdownIt, open: Token, items: number): Token {
  const first = Number(open.attrGet("start") ?? 1);
  const copy = copyOf(md, open, open.content);
  copy.attrs = [["start", String(first + items)]];
  return copy;
}

function copyOf(md: MarkdownIt, token: Token, content: string): Token {
  const { Token } = new md.core.State("", md, {});
  return Object.assign(new Token(token.type, token.tag, token.nesting), token, { content });
}

/** A long block of code as several. */
function linesOf(md: MarkdownIt, token: Token, bytesMax: number): Token[] {
  const isCode = token.level === 0 && (token.type === "fence" || token.type === "code_block");
  if (!isCode || Buffer.byteLength(token.content) <= bytesMax) return [token];
  const blocks = [""];
  for (const line of token.content.match(/[^\n]{0,8000}\n|[^\n]{1,8000}/g) ?? []) {
    const last = blocks.at(-1) ?? "";
    if (last !== "" && Buffer.byteLength(last) + Buffer.byteLength(line) > bytesMax) blocks.push(line);
    else blocks[blocks.length - 1] = last + line;
  }
  return blocks.map((content) => copyOf(md, token, content));
}
