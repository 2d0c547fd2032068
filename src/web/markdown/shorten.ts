/**
 * Texts that nobody cut into blocks, cut where they can be: code between its lines, a paragraph between words, so that
 * no block is longer than a piece of a page. A cell of a table or a heading of that length is left short.
 */
import type { Token } from "markdown-it";

/** Code units that have so many bytes at most, in UTF-8: for texts that are cut, and for cells and headings. */
const BYTES_PER_UNIT = 3;
/** How far back from where a text is full a space is looked for. */
const WORD_CHARS_MAX = 200;

/** The same blocks, none longer than `bytesMax` of text in UTF-8, but for rows of many cells. */
export function shortened(tokens: readonly Token[], bytesMax: number): Token[] {
  return tokens.flatMap((token, at) => {
    const size = Buffer.byteLength(token.content);
    if (size > bytesMax && (token.type === "fence" || token.type === "code_block"))
      return codeBlocks(token.content, bytesMax).map((content) => copyOf(token, { content }));
    const [open, close] = [tokens[at - 1], tokens[at + 1]];
    if (token.type !== "inline" || open === undefined || close === undefined) return [token];
    if (open.type !== "paragraph_open") return [shortLine(token, bytesMax / BYTES_PER_UNIT)];
    return size > bytesMax ? paragraphs(token, { open, close, bytesMax }) : [token];
  });
}

export function copyOf(token: Token, changes: Partial<Token>): Token {
  const copy: Token = Object.create(Object.getPrototypeOf(token) as object);
  return Object.assign(copy, token, changes);
}

function shortLine(inline: Token, bytesMax: number): Token {
  if (Buffer.byteLength(inline.content) <= bytesMax) return inline;
  const [first = [], ...rest] = linesOf(inline.children ?? [], bytesMax);
  if (rest.length === 0) return inline;
  const [words] = first.filter(({ type }) => type === "text").slice(-1);
  const more = words === undefined ? [] : [copyOf(words, { content: "…" })];
  return lineOf(inline, [...first, ...more]);
}

/** The text of one paragraph, with what closes it and opens the next in between. */
function paragraphs(
  inline: Token,
  { open, close, bytesMax }: { open: Token; close: Token; bytesMax: number },
): Token[] {
  const lines = linesOf(inline.children ?? [], bytesMax).map((children) => lineOf(inline, children));
  return lines.flatMap((line, i) => (i === 0 ? [line] : [close, open, line]));
}

function lineOf(inline: Token, children: Token[]): Token {
  return copyOf(inline, { children, content: children.map(({ content }) => content).join("") });
}

/** What stands in a line, as several; what is open where one ends is closed there and opened again in the next. */
function linesOf(children: readonly Token[], bytesMax: number): Token[][] {
  const lines: Token[][] = [[]];
  let open: Token[] = [];
  let bytes = 0;
  for (const child of children.flatMap((each) => shortTexts(each, bytesMax))) {
    const size = Buffer.byteLength(child.content);
    if (bytes > 0 && bytes + size > bytesMax) {
      lines.at(-1)?.push(...open.toReversed().map(closing));
      lines.push([...open]);
      bytes = 0;
    }
    lines.at(-1)?.push(child);
    bytes += size;
    if (child.nesting === 1) open = [...open, child];
    else if (child.nesting === -1) open = open.slice(0, -1);
  }
  return lines;
}

function closing(open: Token): Token {
  return copyOf(open, { type: open.type.replace(/_open$/, "_close"), nesting: -1, attrs: null });
}

function shortTexts(token: Token, bytesMax: number): Token[] {
  if (Buffer.byteLength(token.content) <= bytesMax) return [token];
  return cut(token.content, bytesMax).map((content) => copyOf(token, { content }));
}

function cut(text: string, bytesMax: number): string[] {
  const charsMax = Math.floor(bytesMax / BYTES_PER_UNIT);
  const texts: string[] = [];
  let rest = text;
  while (rest.length > charsMax) {
    const end = cutBefore(rest, charsMax);
    texts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...texts, rest];
}

/** Where to cut a text before `end`: after a space, or at least not within a character. */
function cutBefore(text: string, end: number): number {
  const space = text.lastIndexOf(" ", end - 1);
  if (space > Math.max(0, end - WORD_CHARS_MAX)) return space + 1;
  const isWithin = (text.codePointAt(end - 1) ?? 0) > 0xffff;
  return isWithin ? end - 1 : end;
}

/** A long block of code as several, longer lines cut as well. */
function codeBlocks(code: string, bytesMax: number): string[] {
  const found = [""];
  for (const line of code.split(/(?<=\n)/).flatMap((each) => cut(each, bytesMax))) {
    const last = found.at(-1) ?? "";
    if (last !== "" && Buffer.byteLength(last) + Buffer.byteLength(line) > bytesMax) found.push(line);
    else found[found.length - 1] = last + line;
  }
  return found;
}
