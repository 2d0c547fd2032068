import assert from "node:assert/strict";
import { test } from "node:test";

import { escapedPath, pathHexOf } from "./escaped-path.ts";

test("a path that is not UTF-8 can be read, and names its bytes", () => {
  assert.equal(escapedPath("636166e92e6d64"), "caf%E9.md");
  assert.equal(escapedPath("2520ff"), "%25 %FF");
});

test("what is shown of such a path names it again; a path that is UTF-8 is none", () => {
  for (const pathHex of ["636166e92e6d64", "2520ff", "ff2f41", "e92541"])
    assert.equal(pathHexOf(escapedPath(pathHex)), pathHex);
  assert.equal(pathHexOf("caf%e9.md"), "636166e92e6d64");
  for (const plain of ["café.md", "caf%C3%A9.md", "100%", "50%25", "a%zz"])
    assert.equal(pathHexOf(plain), undefined, plain);
});
