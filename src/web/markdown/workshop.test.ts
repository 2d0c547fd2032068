import assert from "node:assert/strict";
import { after, test } from "node:test";

import { Workshop } from "./workshop.ts";

const workshop = new Workshop();
after(() => workshop.close());

test("a text is laid out once and kept by its key", async () => {
  let asked = 0;
  const ask = () => workshop.run("one", () => ({ type: "markdown", text: `# T${asked++}` }));
  const [first, second] = [await ask(), await ask()];
  assert.equal(first, second);
  assert.equal(asked, 1);
});

test("a text that takes too long is given up, and the next one is laid out", async () => {
  const hasty = new Workshop({ timeoutMs: 150 });
  try {
    const slow = `${"| a ".repeat(200)}|\n${"|-".repeat(200)}|\n${`${"| *b* ".repeat(200)}|\n`.repeat(3_000)}`;
    const started = performance.now();
    assert.equal(await hasty.run("slow", () => ({ type: "markdown", text: slow })), undefined);
    assert.ok(performance.now() - started < 2_000);
    // A new thread takes a moment to start.
    let answer = await hasty.run("next-0", () => ({ type: "markdown", text: "# T" }));
    for (let i = 1; answer === undefined && i < 20; i++)
      answer = await hasty.run(`next-${i}`, () => ({ type: "markdown", text: "# T" }));
    assert.equal(answer?.type, "markdown");
  } finally {
    await hasty.close();
  }
});

test("texts made to be slow or deep end within their time", async () => {
  const hostile = [
    ">".repeat(50_000),
    `${"- ".repeat(20_000)}x`,
    "[".repeat(50_000),
    "*a ".repeat(30_000),
    "<b>".repeat(30_000),
    "<details>\n".repeat(5_000),
    `${"`".repeat(3_000)} `.repeat(50),
    "![[".repeat(20_000),
    "<a href='x' ".repeat(10_000),
    "|".repeat(60_000),
  ];
  for (const [i, text] of hostile.entries()) {
    const started = performance.now();
    await workshop.run(`hostile ${i}`, () => ({ type: "markdown", text }));
    assert.ok(performance.now() - started < 3_500, `text ${i} took ${performance.now() - started} ms`);
  }
});

test("a table is read whatever marks its cells", async () => {
  for (const text of ['a,b\n1,"x, y"\n', "a\tb\n1\tx, y\n", "a;b\n1;x, y\n", '\ufeffa,b\r\n1,"x, y"\r\n']) {
    const answer = await workshop.run(`table ${text}`, () => ({ type: "table", text }));
    assert.deepEqual(
      answer?.type === "table" ? answer.table : undefined,
      { columns: ["a", "b"], rows: [["1", "x, y"]] },
      JSON.stringify(text),
    );
  }
});

test("a difference names words within changed paragraphs and hides what is the same", async () => {
  const same = Array.from({ length: 6 }, (_, i) => `Paragraph ${i}.`).join("\n\n");
  const from = `# T\n\n${same}\n\nIn a closed group.\n\nEnd.\n`;
  const to = `# T\n\n${same}\n\nIn a members' group.\n\nEnd.\n`;
  const answer = await workshop.run("diff", () => ({ type: "diff", isTable: false, from, to }));
  assert.ok(answer?.type === "diff");
  const { blocks } = answer.difference;
  assert.deepEqual(blocks[0], { type: "gap", count: 6, at: "start" });
  const changed = blocks.find((block) => block.type === "text" && block.pieces.length > 1);
  assert.deepEqual(changed?.type === "text" ? changed.pieces.map(({ kind, text }) => [kind, text]) : [], [
    ["same", "In a "],
    ["gone", "closed"],
    ["new", "members'"],
    ["same", " group."],
  ]);
});

test("a difference of tables goes by rows", async () => {
  const answer = await workshop.run("rows", () => ({
    type: "diff",
    isTable: true,
    from: "a,b\n1,2\n3,4\n5,6\n",
    to: "a,b\n1,2\n3,5\n5,6\n7,8\n",
  }));
  assert.ok(answer?.type === "diff");
  assert.deepEqual(
    answer.difference.blocks.map((block) => (block.type === "row" ? `${block.change} ${block.number}` : block.type)),
    ["same 1", "changed 2", "same 3", "new 4"],
  );
});
