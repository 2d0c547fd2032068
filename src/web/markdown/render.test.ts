import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { headingsOf } from "../../projection/markdown.ts";
import { createRenderer } from "./render.ts";

const render = createRenderer();
const markup = (text: string) => render(text).sections.join("");

const HARMLESS: readonly (readonly [written: string, shown: string | RegExp, name: string])[] = [
  ["a<br>b", "<p>a<br>\nb</p>", "a line break"],
  ["press <kbd>Ctrl</kbd>", "<p>press <kbd>Ctrl</kbd></p>", "a key"],
  ["H<sub>2</sub>O", "<p>H<sub>2</sub>O</p>", "an index"],
  ["<b>bold", "<p>bold</p>", "a tag that is never closed"],
  ["bold</b>", "<p>bold</p>", "a tag that was never opened"],
  ["*a <b>b* c</b>", "<p><em>a b</em> c</p>", "tags that cross Markdown's own"],
  ["<b><i>x</b></i>", "<p><b>x</b></p>", "tags that cross each other"],
  ["x <!-- note --> y", "<p>x  y</p>", "a comment in a line"],
  ["<!--\nnote\n\nstill\n-->\ntext", "<p>text</p>", "a comment of many lines"],
  ['<p align="center">middle</p>', "<p>middle</p>", "layout"],
  ['<a href="x.md">link</a>', /<a\0\d\0>link<\/a>/, "a link"],
  ['[a <a href="x.md">b</a> c](d.md)', /^<p><a\0\d\0>a b c<\/a><\/p>\n$/, "a link in a link"],
  ["<your-name>", "<p>&lt;your-name&gt;</p>", "a placeholder"],
  ["`<kbd>`", "<p><code>&lt;kbd&gt;</code></p>", "a tag in code"],
  [
    "<details>\n<summary>More</summary>\n\nin *it*\n\n</details>",
    /<details>\s*<summary>More<\/summary>\s*<p>in <em>it<\/em><\/p>\s*<\/details>/,
    "details",
  ],
  ["<details>\nnever closed", /^<p>\s*never closed<\/p>/, "details without an end"],
  ["see README.md and a@b.org", "<p>see README.md and a@b.org</p>", "names that only look like addresses"],
  ["https://example.org/a", /href="https:\/\/example.org\/a" rel="nofollow ugc noopener noreferrer"/, "an address"],
];

for (const [written, shown, name] of HARMLESS) {
  test(`${name} is shown as its author meant it`, () => {
    const found = markup(written).replace(/\n$/, typeof shown === "string" ? "" : "\n");
    if (typeof shown === "string") assert.equal(found.trim(), shown);
    else assert.match(found, shown);
  });
}

test("front matter is hidden and does not move the anchors", () => {
  const text = "---\ntitle: X\ntags: [a]\n---\n# X\n\n## Two\n\ntext\n";
  const { title, sections, headings } = render(text);
  assert.equal(title, "X");
  assert.doesNotMatch(sections.join(""), /tags/);
  assert.deepEqual(
    headings.map(({ anchor }) => anchor),
    ["two"],
  );
});

test("a rule that opens a page is no front matter", () => {
  assert.match(markup("---\n\nJust text.\n\n---\n"), /Just text/);
});

test("headings are brought to an outline without gaps, their anchors the catalog's", () => {
  const text = "# T\n\n#### Deep\n\n## Two\n\n###### Six\n\n## Two\n\nSet\n---\n\n> # Quoted\n";
  const { headings } = render(text);
  assert.deepEqual(
    headings.map(({ level, anchor }) => [level, anchor]),
    [
      [2, "deep"],
      [2, "two"],
      [3, "six"],
      [2, "two-1"],
      [2, "set"],
      [2, undefined],
    ],
  );
});

test("whatever is written, every anchor is one the catalog has, and raw markup never passes", () => {
  const piece = fc.constantFrom(
    "# ",
    "## A",
    "\n",
    "\n\n",
    "text ",
    "---\n",
    "```\n",
    "> ",
    "- ",
    "<b>",
    "</b>",
    "<a href=x>",
    "</a>",
    "<details>\n",
    "</details>\n",
    "<script>",
    "<!--",
    "-->",
    "[x](y)",
    "![i](j)",
    "[[w|v]]",
    "*",
    "`",
    "|a|b|\n|-|-|\n",
    "\0",
    "===\n",
    "<img src=x onerror=y>",
    "&lt;",
    "\\",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const text = pieces.join("");
      const { headings, sections, links } = render(text);
      const known = new Set(headingsOf(text).map(({ anchor }) => anchor));
      for (const { anchor } of headings)
        assert.ok(anchor === undefined || known.has(anchor), `${anchor} of ${JSON.stringify(text)}`);
      const all = sections.join("");
      assert.doesNotMatch(
        all.replaceAll(
          /<(?:kbd|a|b|p|ul|ol|li|em|strong|code|pre|blockquote|h[2-6]|details|summary|table|thead|tbody|tr|th|td|div|br|hr|img|input)\b[^>]*>|<\/\w+>/g,
          "",
        ),
        /<[a-z!]/i,
      );
      assert.doesNotMatch(all, /<[a-z][^>]*\son\w+=|<script|<img/i);
      for (const [, number] of all.matchAll(/\0(\d+)\0/g)) assert.ok(Number(number) < links.length);
    }),
    { numRuns: 400 },
  );
});

test("links are left open, with what they were", () => {
  const { links } = render("[a](../b.md#c) ![p](q.png) [[N#H|s]] ![[e.png]] [f](#g) [x](https://x.example)");
  assert.deepEqual(
    links.map(({ form, href }) => [form, href]),
    [
      ["link", "../b.md#c"],
      ["image", "q.png"],
      ["wiki", "N#H"],
      ["wiki-image", "e.png"],
      ["fragment", "#g"],
    ],
  );
});

test("a wiki link's pipe may be escaped, in a table and out of it", () => {
  const { links, sections } = render("[[N\\|s]]\n\n| a |\n|---|\n| [[N#H\\|s]] |\n");
  assert.deepEqual(
    links.map(({ href }) => href),
    ["N", "N#H"],
  );
  assert.doesNotMatch(sections.join(""), /\\|N/);
});

test("backticks that open and close on one line are no fence: what follows keeps its headings", () => {
  const text = "# A\n\n```code``` and\nmore```\n\n## B\n\n```\n## not a heading\n```\n\n## C\n";
  assert.deepEqual(
    headingsOf(text).map(({ text: words }) => words),
    ["A", "B", "C"],
  );
  assert.deepEqual(
    render(text).headings.map(({ anchor }) => anchor),
    ["b", "c"],
  );
});
