import assert from "node:assert/strict";
import { test } from "node:test";

import { type LoreErrorCode, utf8 } from "../../bytes/index.ts";
import { META_BYTES_MAX, PATH_BYTES_MAX, TITLE_LENGTH_MAX } from "../limits.ts";
import { kindOf, KINDS, parseMeta, readMeta } from "./index.ts";

test("the kinds are known by name, and a kind nobody knows is a file that nobody governs", () => {
  assert.deepEqual([...KINDS.keys()].toSorted(), [
    "agent",
    "charter",
    "dataset",
    "file",
    "model",
    "note",
    "page",
    "policy",
    "program",
    "question",
    "right",
  ]);
  for (const [name, kind] of KINDS) assert.equal(kind.name, name);
  assert.deepEqual(
    [...KINDS.values()]
      .filter(({ governed }) => governed)
      .map(({ name }) => name)
      .toSorted(),
    ["charter", "policy", "right"],
  );
  assert.equal(kindOf("gadget"), kindOf("file"));
});

const json = (value: unknown) => utf8(JSON.stringify(value));

const cases: readonly (readonly [what: string, kind: string, meta: Uint8Array, outcome: "read" | LoreErrorCode])[] = [
  ["nothing", "page", json({}), "read"],
  ["a title in any script", "page", json({ title: "お茶 🫖", path: "茶.md", lang: "ja", tags: ["茶"] }), "read"],
  ["a path that is not UTF-8", "file", json({ pathHex: "ff2e6d64", source: { commit: "0a", mode: "120000" } }), "read"],
  ["columns", "dataset", json({ columns: [{ name: "a", type: "integer" }] }), "read"],
  [
    "the prompt of a program",
    "program",
    json({ prompt: "a timer", madeBy: "written by hand", reads: ["a.csv"] }),
    "read",
  ],
  ["an unknown field", "page", json({ colour: 1 }), "UNSUPPORTED"],
  ["the field of another kind", "page", json({ columns: [] }), "UNSUPPORTED"],
  ["a title that is no text", "page", json({ title: 1 }), "MALFORMED"],
  ["an empty title", "page", json({ title: "" }), "MALFORMED"],
  ["a list", "page", json([]), "MALFORMED"],
  ["no JSON", "page", utf8("{"), "MALFORMED"],
  ["no UTF-8", "page", Uint8Array.of(0x22, 0xff, 0x22), "MALFORMED"],
  ["nothing at all", "page", new Uint8Array(), "MALFORMED"],
  ["a title at its longest", "page", json({ title: "a".repeat(TITLE_LENGTH_MAX) }), "read"],
  ["a title too long", "page", json({ title: "a".repeat(TITLE_LENGTH_MAX + 1) }), "MALFORMED"],
  ["a path at its longest", "page", json({ path: "a".repeat(PATH_BYTES_MAX) }), "read"],
  ["a path too long", "page", json({ path: "a".repeat(PATH_BYTES_MAX + 1) }), "MALFORMED"],
  ["a path of two-byte letters at its longest", "page", json({ path: "ü".repeat(PATH_BYTES_MAX / 2) }), "read"],
  ["a path of two-byte letters too long", "page", json({ path: "ü".repeat(PATH_BYTES_MAX / 2 + 1) }), "MALFORMED"],
];

for (const [what, kind, meta, outcome] of cases) {
  test(`meta of a ${kind} with ${what}: ${outcome}`, () => {
    if (outcome === "read") assert.deepEqual(parseMeta(kindOf(kind), meta), readMeta(meta));
    else assert.throws(() => parseMeta(kindOf(kind), meta), { code: outcome });
  });
}

test("meta takes 64 KiB at most", () => {
  const sized = (bytes: number) => utf8("{}".padEnd(bytes, " "));
  for (const bytes of [META_BYTES_MAX - 1, META_BYTES_MAX])
    assert.deepEqual(parseMeta(kindOf("page"), sized(bytes)), {});
  assert.throws(() => parseMeta(kindOf("page"), sized(META_BYTES_MAX + 1)), {
    code: "TOO_LARGE",
    limit: META_BYTES_MAX,
  });
  assert.deepEqual(readMeta(sized(META_BYTES_MAX + 1)), {});
});

test("meta that is on record already is read as far as it can be", () => {
  assert.deepEqual(readMeta(json({ title: "Tea", colour: 1 })), { title: "Tea", colour: 1 });
  for (const bytes of [undefined, utf8("{"), json(null), json(1), Uint8Array.of(0xff)])
    assert.deepEqual(readMeta(bytes), {});
});
