/** Blocks of HTML that Markdown texts carry: comments, which vanish, and details, which fold. */
import type { MarkdownIt, StateBlock } from "markdown-it";

const SUMMARY_LINES_MAX = 8;
const ENDS = { alt: ["paragraph", "reference", "blockquote", "list"] };

export function blocks(md: MarkdownIt): void {
  md.block.ruler.before("html_block", "lore_comment", commentBlock, ENDS);
  md.block.ruler.before("html_block", "lore_details", detailsBlock, ENDS);
}

function lineOf(state: StateBlock, line: number): string {
  const start = (state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0);
  return state.src.slice(start, state.eMarks[line] ?? start);
}

function isCode(state: StateBlock, line: number): boolean {
  return (state.sCount[line] ?? 0) - state.blkIndent >= 4;
}

/** A comment that begins a line and ends one. */
function commentBlock(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (isCode(state, start) || !lineOf(state, start).startsWith("<!--")) return false;
  for (let line = start; line < end; line++) {
    const text = lineOf(state, line);
    const close = text.indexOf("-->", line === start ? 4 : 0);
    if (close < 0) continue;
    if (text.slice(close + 3).trim() !== "") return false;
    if (!silent) state.line = line + 1;
    return true;
  }
  return false;
}

function detailsBlock(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  if (isCode(state, start) || !/^<details\b/i.test(lineOf(state, start))) return false;
  const close = closingLine(state, start, end);
  if (close === undefined) return false;
  if (silent) return true;
  const { summary, from } = summaryOf(state, start, close);
  const token = state.push("details_open", "details", 1);
  token.block = true;
  state.push("summary_open", "summary", 1);
  const inline = state.push("inline", "", 0);
  inline.content = summary === "" ? "…" : summary;
  inline.map = [start, from];
  inline.children = [];
  state.push("summary_close", "summary", -1);
  const { lineMax, parentType } = state;
  state.lineMax = close;
  state.md.block.tokenize(state, from, close);
  state.lineMax = lineMax;
  state.parentType = parentType;
  state.push("details_close", "details", -1);
  state.line = close + 1;
  return true;
}

/** The line that closes what opened at `start`; undefined when none does. */
function closingLine(state: StateBlock, start: number, end: number): number | undefined {
  let depth = 0;
  for (let line = start; line < end; line++) {
    const text = lineOf(state, line);
    depth += text.match(/<details\b/gi)?.length ?? 0;
    depth -= text.match(/<\/details>/gi)?.length ?? 0;
    if (depth <= 0) return line === start ? undefined : line;
  }
  return undefined;
}

/** The words of the summary and the line after it. */
function summaryOf(state: StateBlock, start: number, close: number): { summary: string; from: number } {
  let text = "";
  for (let line = start; line < Math.min(close, start + SUMMARY_LINES_MAX); line++) {
    text += `${lineOf(state, line)} `;
    const found = /^<details\b[^>]*>\s*<summary\b[^>]*>(.*?)<\/summary>/is.exec(text)?.[1];
    if (found !== undefined) return { summary: found.trim(), from: line + 1 };
    const isOpen = /^<details\b[^>]*>\s*(<summary\b.*)?$/is.test(text);
    if (!isOpen) break;
  }
  return { summary: "", from: start + 1 };
}
