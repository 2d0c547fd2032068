import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { numberedAnchor } from "./anchor.ts";
import { htmlPassages, visibleText } from "./html.ts";
import { markdownPassages } from "./markdown-passages.ts";
import { markdownText } from "./markdown-text.ts";
import { PASSAGE_BYTES, type Passage, PASSAGES_MAX } from "./packer.ts";
import { tablePassages, tableText } from "./table.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(bytes);

/** Each passage as `anchor: text`. */
function shown(text: string, split: (bytes: Uint8Array) => readonly Passage[] = markdownPassages): string[] {
  const bytes = encode(text);
  return split(bytes).map(({ start, end, heading }) => {
    const anchor = heading?.repeat === undefined ? "" : numberedAnchor(heading.text, heading.repeat);
    return `${anchor}: ${decode(bytes.subarray(start, end))}`;
  });
}

describe("Markdown passages", () => {
  test("stand under their nearest heading, whose anchors are numbered", () => {
    const text = "Lead.\n\n# Füße & Größe\n\nOne.\n\nTwo.\n\nCost\n----\nA\n\n## Cost ##\r\nB\r\n";
    assert.deepEqual(shown(text), [": Lead.", "füße--größe: One.\n\nTwo.", "cost: A", "cost-1: B"]);
  });

  test("leave out front matter and keep a heading that has no text", () => {
    assert.deepEqual(shown("---\ntitle: x\n---\n# A\n## B\ntext"), ["a: # A", "b: text"]);
    assert.deepEqual(shown("--- no front matter\n\n---\ntext"), [": --- no front matter\n\n---\ntext"]);
  });

  test("take no heading from fenced code", () => {
    assert.deepEqual(shown("# A\n~~~\n# no\n\n```\n~~~\n# B\nx"), ["a: ~~~\n# no\n\n```\n~~~", "b: x"]);
  });

  test("do not split a paragraph up to the limit, and do split a longer one", () => {
    for (const [length, count] of [
      [PASSAGE_BYTES - 1, 1],
      [PASSAGE_BYTES, 1],
      [PASSAGE_BYTES + 1, 2],
    ] as const) {
      assert.equal(shown(`${"word ".repeat(300).slice(0, length - 1)}x`).length, count);
    }
    const paragraphs = [600, 400, 700].map((length) => "x".repeat(length)).join("\n\n");
    assert.deepEqual(
      shown(paragraphs).map((text) => text.length - 2),
      [1002, 700],
    );
  });

  test("prefer the end of a sentence for a cut", () => {
    const [first = ""] = shown("A sentence of some words. ".repeat(80));
    assert.ok(first.endsWith("words."), first);
  });

  test("end at the limit of passages", () => {
    const sections = (count: number): string => "# a\n\nb\n\n".repeat(count);
    for (const count of [PASSAGES_MAX - 1, PASSAGES_MAX, PASSAGES_MAX + 1]) {
      assert.equal(shown(sections(count)).length, Math.min(count, PASSAGES_MAX));
    }
  });

  test("are ascending ranges of whole characters that lose no word", () => {
    const line = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 80 }),
      fc.constantFrom("# Heading", "", "```", "---", "- item", "word ".repeat(400), "漢字。".repeat(300)),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join("\n").replaceAll("\0", "");
        const bytes = encode(text);
        let last = 0;
        for (const { start, end } of markdownPassages(bytes)) {
          assert.ok(start >= last && end > start && end <= bytes.length);
          assert.ok(end - start <= 3 * PASSAGE_BYTES);
          decode(bytes.subarray(start, end));
          last = end;
        }
      }),
      { numRuns: 200 },
    );
  });

  test("move only beside a line that is added to a long list", () => {
    const items = Array.from({ length: 400 }, (_, i) => `- [item ${i * 7919}](https://example.org/${i})`);
    const before = new Set(shown(items.join("\n")));
    const after = shown(items.toSpliced(100, 0, "- a new item").join("\n"));
    assert.ok(after.filter((passage) => !before.has(passage)).length <= 3);
  });
});

describe("Markdown text", () => {
  const cases: readonly [source: string, text: string][] = [
    ['a [link](https://example.org/x_(y) "t") b', "a link b"],
    ["![alt text](pic.png) and [ref][1]\n[1]: https://example.org", "alt text and ref\n1"],
    ["**bold** _em_ snake_case ~~gone~~ `a_b <c>`", "bold em snake_case gone a_b <c>"],
    ["> - quote\n# Head\n\n---\n| a | b |\n|---|---|", "quote\nHead\n\n\n  a   b  \n"],
    ['x <b class="y">bold</b> <!-- hidden --> 1 < 2 <https://example.org>', "x  bold    1 < 2 https://example.org"],
    ['[page]({% page "/a" %}) {{ site.name }} {: .note} {x}', "page   {x}"],
    ["R&amp;D \\* &copy; 5 & 6", "R&D * &copy; 5 & 6"],
    ["```js\nlet a;\n```", "\nlet a;\n"],
  ];
  for (const [source, text] of cases) {
    test(`of ${JSON.stringify(source)}`, () => assert.equal(markdownText(source), text));
  }

  test("is read from any string, in time that grows with its length only", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (source) => void markdownText(source)));
    for (const mark of ["[", "]((", "`", "``a", "<", "<!--", "{%", "_", "\n#", "&", "*"]) {
      const started = performance.now();
      markdownText(mark.repeat(50_000));
      assert.ok(performance.now() - started < 2_000, mark);
    }
  });
});

describe("table passages", () => {
  test("are groups of whole rows under the header", () => {
    const rows = Array.from({ length: 200 }, (_, i) => `A${i}\tOpening ${i}\t"e4\n e5"`);
    const text = `eco\tname\tmoves\n${rows.join("\n")}\n`;
    const bytes = encode(text);
    const passages = tablePassages(bytes);
    assert.ok(passages.length > 3);
    for (const { start, end, heading } of passages) {
      assert.deepEqual(heading, { text: "eco, name, moves", repeat: undefined });
      assert.match(decode(bytes.subarray(start, end)), /^A\d+\t[^]*e5"$/);
    }
    assert.equal(tableText('a\t"b"'), "a, b");
  });

  test("leave out the line in which Excel names the separator, whose rows stand where they stood", () => {
    for (const start of ["sep=;\r\n", '\uFEFF"sep=;"\n']) {
      const bytes = encode(`${start}name;size\nBolt;3\n`);
      const [passage, second] = tablePassages(bytes);
      assert.equal(second, undefined);
      assert.deepEqual(passage?.heading, { text: "name;size", repeat: undefined });
      assert.equal(decode(bytes.subarray(passage?.start, passage?.end)), "Bolt;3");
      assert.deepEqual(
        shown(`${start}name;size`, tablePassages).map((text) => text.trim()),
        [": name;size"],
      );
    }
    assert.deepEqual(shown("sep=;", tablePassages), []);
  });

  test("of a table without rows show its header", () => {
    assert.deepEqual(shown("a,b", tablePassages), [": a,b"]);
  });
});

describe("HTML passages", () => {
  test("show what a visitor sees, under its headings", () => {
    const html =
      "<!doctype html><HEAD><title>t</title></HEAD><body><h1>Tide <b>table</b></h1><p>High &amp; low</p>" +
      "<SCRIPT>let hidden = '<p>no</p>';</SCRIPT><p>After</p><!-- <p>no</p> --></body>";
    const texts = shown(html, htmlPassages).map((text) => visibleText(text).replace(/\s+/g, " ").trim());
    assert.deepEqual(texts, ["tide-table: High & low", "tide-table: After"]);
  });

  test("are read from any bytes, unended tags included", () => {
    assert.deepEqual(shown("a <b", htmlPassages), [": a"]);
    fc.assert(fc.property(fc.string(), (source) => void htmlPassages(encode(source))));
    const started = performance.now();
    htmlPassages(encode("<script>".repeat(50_000)));
    htmlPassages(encode("<p ".repeat(50_000)));
    assert.ok(performance.now() - started < 2_000);
  });
});
