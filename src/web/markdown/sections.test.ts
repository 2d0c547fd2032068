/** What is long is cut into pieces that are whole, and that hold all of it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";
import createMarkdownIt, { type Token } from "markdown-it";

import { blocks } from "./blocks.ts";
import { piecesOfSection } from "./sections.ts";

const md = new createMarkdownIt().use(blocks);
const BYTES_MAX = 600;

function piecesOf(text: string): Token[][] {
  return piecesOfSection(md.parse(text, {}), BYTES_MAX);
}

/** What is shown, one after the other. */
function shown(tokens: readonly Token[]): string {
  return tokens.flatMap(({ children, content }) => children?.map((child) => child.content) ?? [content]).join(" ");
}

function assertWhole(tokens: readonly Token[]): void {
  const open: string[] = [];
  for (const { type, nesting, children } of tokens) {
    if (children != null) assertWhole(children);
    if (nesting === 1) open.push(type);
    else if (nesting === -1) assert.equal(`${open.pop()}`.replace(/open$/, "close"), type);
  }
  assert.deepEqual(open, []);
}

/** Words, to be numbered. */
const words = fc.nat({ max: 150 }).map((count) => Array.from({ length: count + 1 }, () => "@").join(" "));
const indented = (text: string, by: string) => text.replaceAll(/^(?!$)/gm, by);

const { block } = fc.letrec<{ block: string; blocks: string[] }>((tie) => ({
  blocks: fc.array(tie("block"), { minLength: 1, maxLength: 5 }),
  block: fc.oneof(
    { maxDepth: 4 },
    words.map((text) => (text.length % 3 === 0 ? `**a ${text}**` : text)),
    words.map((text) => `\`\`\`\n${text.replaceAll(" ", "\n")}\n\`\`\``),
    words.map((text) => `### ${text.slice(0, 19)}`),
    words.map((text) => `| a | b |\n|---|---|\n${text.replaceAll(/(@ ?){1,20}/g, "| $& | x |\n")}`),
    tie("blocks").map((all) => `<details>\n<summary>a</summary>\n\n${all.join("\n\n")}\n\n</details>`),
    tie("blocks").map((all) => indented(all.join("\n\n"), "> ")),
    tie("blocks").map((all) => all.map((each, i) => `${i + 4}. ${indented(each, "   ").trimStart()}`).join("\n\n")),
    tie("blocks").map((all) => all.map((each) => `- ${indented(each, "  ").trimStart()}`).join("\n\n")),
  ),
}));

test("pieces are whole, hold every word once, in order, and none is long", () => {
  fc.assert(
    fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), (all) => {
      let count = 0;
      const text = all.join("\n\n").replaceAll("@", () => `w${count++}`);
      const pieces = piecesOf(text);
      for (const piece of pieces) {
        assertWhole(piece);
        assert.ok(Buffer.byteLength(shown(piece)) <= 3 * BYTES_MAX, shown(piece));
      }
      const found = Array.from(
        pieces
          .map(shown)
          .join(" ")
          .matchAll(/w(\d+)/g),
        ([, number]) => Number(number),
      );
      assert.deepEqual(found, [...Array(count).keys()]);
    }),
    { numRuns: 300 },
  );
});

test("a list counts on in the next piece, and an item that was cut keeps its number", () => {
  const item = (i: number, lines: number) => `${i}. ${Array(lines).fill("some words").join("\n\n   ")}`;
  const pieces = piecesOf([item(1, 40), item(2, 100), item(3, 1)].join("\n"));
  const starts = pieces.map((piece) => piece.find(({ type }) => type === "ordered_list_open")?.attrGet("start") ?? "1");
  assert.deepEqual(starts, ["1", "2", "2"]);
});

test("a word that is longer than a piece is cut, never within a character", () => {
  const word = "\u{1f33f}".repeat(400);
  const texts = piecesOf(word).map(shown);
  assert.ok(texts.length > 3);
  assert.equal(texts.join("").replaceAll(" ", ""), word);
  for (const text of texts) assert.ok(text.isWellFormed());
});

test("a cell and a heading of that length are left short", () => {
  const long = "word ".repeat(300);
  for (const text of [`# ${long}`, `| a |\n|---|\n| ${long} |`]) {
    const words = piecesOf(text).map(shown).join("").trim();
    assert.match(words.slice(-20), /word\s+…/);
    assert.ok(words.length < BYTES_MAX);
  }
});
