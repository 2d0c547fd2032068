import assert from "node:assert/strict";
import { test } from "node:test";

import { isLicenceFile, recogniseLicence } from "./licence.ts";

test("a licence is recognised by its own words, and nothing else is", () => {
  assert.equal(
    recogniseLicence("This is free and unencumbered software released into the public domain."),
    "Unlicense",
  );
  assert.equal(recogniseLicence("Attribution-ShareAlike 4.0 International\n\n…"), "CC-BY-SA-4.0");
  assert.equal(recogniseLicence("Creative Commons Legal Code\n\nCC0 1.0 Universal"), "CC0-1.0");
  assert.equal(
    recogniseLicence("                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007"),
    "GPL-3.0-only",
  );
  assert.equal(recogniseLicence("All rights reserved."), undefined);
});

test("it stands at the root, under one of its names", () => {
  for (const name of ["LICENSE", "licence.md", "UNLICENSE", "COPYING", "LICENSE.txt"])
    assert.ok(isLicenceFile(name), name);
  for (const name of ["docs/LICENSE", "LICENSES", "license.json"]) assert.ok(!isLicenceFile(name), name);
});
