import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { parseTable } from "./table.ts";

const TABLE = { columns: ["name", "size, mm"], rows: [["Bolt", "3,5"]] };

test("the first line of Excel is no row, and the separator it names is used", () => {
  for (const start of ["sep=;\r\n", "SEP=;\n", '\uFEFF"sep=;"\n', "\uFEFFsep=;\r"])
    assert.deepEqual(parseTable(`${start}name;size, mm\nBolt;3,5\n`), TABLE, start);
  assert.deepEqual(parseTable('sep=,\nname,"size, mm"\nBolt,"3,5"\n'), TABLE);
  assert.deepEqual(parseTable("sep=\t\nname\tsize, mm\nBolt\t3,5\n"), TABLE);
  assert.deepEqual(parseTable("sep=;"), { columns: [], rows: [] });
});

test("what only looks like that line is a heading row", () => {
  assert.deepEqual(parseTable("sep=ab,c\n1,2\n"), { columns: ["sep=ab", "c"], rows: [["1", "2"]] });
  assert.deepEqual(parseTable("a,sep=;\n1,2\n").columns, ["a", "sep=;"]);
});

test("a quote that is never closed is text, and every line a row", () => {
  assert.deepEqual(parseTable('a\tb\n1\t"2\n3\t4\n'), {
    columns: ["a", "b"],
    rows: [
      ["1", '"2'],
      ["3", "4"],
    ],
  });
});

test("whatever is written can be shown as a table", () => {
  const text = fc
    .array(fc.constantFrom('"', ",", "\t", ";", "\n", "\r\n", "a", " ", "\uFEFF", "\0"))
    .map((all) => all.join(""));
  fc.assert(fc.property(text, (written) => void parseTable(written)));
});
