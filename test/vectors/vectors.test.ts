import assert from "node:assert/strict";
import { test } from "node:test";

import {
  base32,
  decode,
  didKey,
  encode,
  hex,
  LoreError,
  parseDecimal,
  parseDidKey,
  utf8,
} from "../../src/bytes/index.ts";
import { openCheckpoint, tiles } from "../../src/log/index.ts";
import { suite } from "../community/kit.ts";
import { casesOf } from "./lines.ts";

type Read = (...fields: readonly string[]) => unknown;

/** How each file's cases are read; the reader throws or answers undefined for an invalid one. */
const readers: Readonly<Record<string, Read>> = {
  cbor: (text = "") => hex.encode(encode(decode(hex.decode(text)))),
  base32: (text = "") => hex.encode(base32.decode(text)),
  decimal: (text = "") => String(parseDecimal(text, "a number")),
  "did-key": (text = "") => hex.encode(parseDidKey(text)),
  "tile-path": (text = "") => {
    const tile = tiles.parseTilePath(text);
    return tile && `${tile.level} ${tile.number} ${tile.width} ${tiles.tilePath(tile)}`;
  },
  checkpoint: (key = "", name = "", note = "") =>
    openCheckpoint(suite, utf8(note), { name, publicKey: hex.decode(key) }).origin,
};

/** What a valid case must be read as. */
const wanted: Readonly<Record<string, Read>> = {
  cbor: (text) => text,
  base32: (_, bytes) => bytes,
  decimal: (_, number) => number,
  "did-key": (_, key) => key,
  "tile-path": (path, level, number, width) => `${level} ${number} ${width} ${path}`,
  checkpoint: (_, name) => name,
};

for (const [name, read] of Object.entries(readers)) {
  test(`vectors/${name}.valid.txt is read as it says`, () => {
    const cases = casesOf(`${name}.valid`);
    assert.ok(cases.length >= 3);
    for (const { fields, comment } of cases) assert.equal(read(...fields), wanted[name]?.(...fields), comment);
  });

  test(`vectors/${name}.invalid.txt is refused, case by case`, () => {
    const cases = casesOf(`${name}.invalid`);
    assert.ok(cases.length >= 10);
    for (const { fields, comment } of cases) {
      let found: unknown;
      try {
        found = read(...fields);
      } catch (error) {
        assert.ok(
          error instanceof LoreError && (error.code === "MALFORMED" || error.code === "BAD_SIGNATURE"),
          `${comment}: ${String(error)}`,
        );
      }
      assert.equal(found, undefined, comment);
    }
  });
}

test("what is read in the vectors is written the same way", () => {
  for (const {
    fields: [text, bytes = ""],
  } of casesOf("base32.valid"))
    assert.equal(base32.encode(hex.decode(bytes)), text);
  for (const {
    fields: [text, key = ""],
  } of casesOf("did-key.valid"))
    assert.equal(didKey(hex.decode(key)), text);
});
