import assert from "node:assert/strict";
import { test } from "node:test";

import { trackTokens } from "../../src/projection/authorship/index.ts";
import { casesOf } from "./lines.ts";

for (const { fields, comment } of casesOf("authorship")) {
  test(`vectors/authorship.txt: ${comment}`, () => {
    const tokens = trackTokens(fields.slice(0, -1)).at(-1) ?? [];
    assert.equal(tokens.map(({ token, origin }) => `${token}/${origin}`).join(" "), fields.at(-1));
  });
}
