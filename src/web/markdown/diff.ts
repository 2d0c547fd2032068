/**
 * What changed between two texts, for reading: blocks that stayed with their neighbours, blocks that went or
 * came, and words within blocks that changed. Two texts too far apart for the time are shown whole.
 */
import { diffArrays, diffWordsWithSpace } from "diff";

import { FENCE } from "../../projection/markdown.ts";
import { parseTable } from "./table.ts";

export type Piece = { readonly kind: "same" | "gone" | "new"; readonly text: string };

export type DiffBlock =
  /** So many blocks are the same and not shown. */
  | { readonly type: "gap"; readonly count: number; readonly at: "start" | "middle" | "end" }
  | { readonly type: "text"; readonly form: "heading" | "prose" | "code"; readonly pieces: readonly Piece[] }
  | {
      readonly type: "row";
      readonly change: "same" | "gone" | "new" | "changed";
      readonly number: number;
      readonly cells: readonly (readonly Piece[])[];
    };

export interface Difference {
  readonly blocks: readonly DiffBlock[];
  readonly columns: readonly string[];
  readonly isSame: boolean;
  /** Set when the texts were too far apart to compare. */
  readonly isWhole: boolean;
}

const CONTEXT_BLOCKS = 1;
const TIMEOUT_MS = 700;
/** Of the longer of two paragraphs, the share that stayed from which on they are compared word by word. */
const SAME_LEAST = 0.3;
/** A line this short is readable whatever stayed of it. */
const ALIKE_CHARS = 120;

interface Run {
  readonly gone: readonly string[];
  readonly come: readonly string[];
  readonly same: readonly string[];
}

/** Runs of equal and of changed items, in order. */
function runsOf(from: readonly string[], to: readonly string[]): readonly Run[] | undefined {
  const changes = diffArrays([...from], [...to], { timeout: TIMEOUT_MS });
  if (changes === undefined) return undefined;
  const runs: Run[] = [];
  for (const { value, added, removed } of changes) {
    const last = runs.at(-1);
    const open = last !== undefined && last.same.length === 0 ? last : undefined;
    if (!added && !removed) runs.push({ gone: [], come: [], same: value });
    else if (open === undefined) runs.push({ gone: removed ? value : [], come: added ? value : [], same: [] });
    else
      runs[runs.length - 1] = {
        gone: removed ? [...open.gone, ...value] : open.gone,
        come: added ? [...open.come, ...value] : open.come,
        same: [],
      };
  }
  return runs;
}

/** Paragraphs, headings, lists and code as they stand between empty lines; a fence is one block. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let [current, fence]: [string[], string | undefined] = [[], undefined];
  const close = () => {
    if (current.length > 0) blocks.push(current.join("\n"));
    current = [];
  };
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (fence === undefined && line.trim() === "") close();
    else current.push(line);
    if (mark !== undefined) fence = fence === undefined ? mark : mark.startsWith(fence) ? undefined : fence;
  }
  close();
  return blocks;
}

function isUnlike(from: string, to: string, same: number): boolean {
  const longer = Math.max(from.length, to.length);
  return longer > ALIKE_CHARS && same < SAME_LEAST * longer;
}

function words(from: string, to: string): Piece[] {
  const changes = diffWordsWithSpace(from, to, { timeout: TIMEOUT_MS });
  const same = (changes ?? []).reduce(
    (sum, { value, added, removed }) => sum + (added || removed ? 0 : value.length),
    0,
  );
  // A few words that two paragraphs happen to share would make neither of them readable.
  if (changes === undefined || isUnlike(from, to, same))
    return [
      ...(from === "" ? [] : [{ kind: "gone", text: from } as const]),
      ...(to === "" ? [] : [{ kind: "new", text: to } as const]),
    ];
  return changes.map(({ value, added, removed }) => ({ kind: added ? "new" : removed ? "gone" : "same", text: value }));
}

function formOf(block: string): "heading" | "prose" | "code" {
  if (/^ {0,3}(```|~~~)/.test(block)) return "code";
  return /^#{1,6}\s[^\n]*$/.test(block) || /^[^\n]+\n(?:=+|-+)[ \t]*$/.test(block) ? "heading" : "prose";
}

function textBlock(pieces: readonly Piece[], block: string): DiffBlock {
  return { type: "text", form: formOf(block), pieces };
}

function sameBlocks(
  blocks: readonly string[],
  { isFirst, isLast }: { isFirst: boolean; isLast: boolean },
): DiffBlock[] {
  const [head, tail] = [isFirst ? 0 : CONTEXT_BLOCKS, isLast ? 0 : CONTEXT_BLOCKS];
  const shown = (block: string) => textBlock([{ kind: "same", text: block }], block);
  const hidden = blocks.length - head - tail;
  if (hidden <= 0) return blocks.map(shown);
  const at = isFirst ? "start" : isLast ? "end" : "middle";
  return [
    ...blocks.slice(0, head).map(shown),
    { type: "gap", count: hidden, at },
    ...blocks.slice(blocks.length - tail).map(shown),
  ];
}

function changedBlocks({ gone, come }: Run): DiffBlock[] {
  const paired = Math.min(gone.length, come.length);
  const blocks = come.slice(0, paired).map((to, i) => textBlock(words(gone[i] ?? "", to), to));
  for (const block of gone.slice(paired)) blocks.push(textBlock([{ kind: "gone", text: block }], block));
  for (const block of come.slice(paired)) blocks.push(textBlock([{ kind: "new", text: block }], block));
  return blocks;
}

export function diffTexts(from: string, to: string): Difference {
  const [before, after] = [blocksOf(from), blocksOf(to)];
  const found = runsOf(before, after);
  const runs = found ?? [{ gone: before, come: after, same: [] }];
  const blocks = runs.flatMap((run, i) =>
    run.same.length > 0
      ? sameBlocks(run.same, { isFirst: i === 0, isLast: i === runs.length - 1 })
      : changedBlocks(run),
  );
  return { blocks, columns: [], isSame: from === to, isWhole: found === undefined };
}

/** Cells cannot hold a unit separator by accident often; a wrong guess only makes the pairing worse. */
const SEPARATOR = "\u001F";

export function diffTables(from: string, to: string): Difference {
  const [before, after] = [parseTable(from), parseTable(to)];
  const [a, b] = [before, after].map(({ rows }) => rows.map((row) => row.join(SEPARATOR)));
  const found = runsOf(a ?? [], b ?? []);
  const runs = found ?? [{ gone: a ?? [], come: b ?? [], same: [] }];
  let number = 0;
  const blocks = runs.flatMap((run, i): DiffBlock[] => {
    const start = number;
    number += run.same.length + run.come.length;
    if (run.same.length > 0) return sameRows(run.same, { start, isFirst: i === 0, isLast: i === runs.length - 1 });
    return changedRows(run, start);
  });
  return {
    blocks,
    columns: after.columns,
    isSame: from === to,
    isWhole: found === undefined,
  };
}

function rowBlock(change: "same" | "gone" | "new", row: string, number: number): DiffBlock {
  return { type: "row", change, number, cells: row.split(SEPARATOR).map((text) => [{ kind: change, text }]) };
}

function sameRows(
  rows: readonly string[],
  { start, isFirst, isLast }: { start: number; isFirst: boolean; isLast: boolean },
): DiffBlock[] {
  const [head, tail] = [isFirst ? 0 : CONTEXT_BLOCKS, isLast ? 0 : CONTEXT_BLOCKS];
  const hidden = rows.length - head - tail;
  const shown = rows.map((row, i) => rowBlock("same", row, start + i + 1));
  if (hidden <= 0) return shown;
  const at = isFirst ? "start" : isLast ? "end" : "middle";
  return [...shown.slice(0, head), { type: "gap", count: hidden, at }, ...shown.slice(shown.length - tail)];
}

function changedRows({ gone, come }: Run, start: number): DiffBlock[] {
  const paired = Math.min(gone.length, come.length);
  const blocks = come.slice(0, paired).map((row, i): DiffBlock => {
    const old = (gone[i] ?? "").split(SEPARATOR);
    return {
      type: "row",
      change: "changed",
      number: start + i + 1,
      cells: row.split(SEPARATOR).map((cell, at) => words(old[at] ?? "", cell)),
    };
  });
  for (const row of gone.slice(paired)) blocks.push(rowBlock("gone", row, 0));
  for (const [i, row] of come.slice(paired).entries()) blocks.push(rowBlock("new", row, start + paired + i + 1));
  return blocks;
}
