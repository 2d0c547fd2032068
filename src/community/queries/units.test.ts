import assert from "node:assert/strict";
import { test } from "node:test";

import { escapedPath } from "./units.ts";

test("a path that is not UTF-8 can be read, and names its bytes", () => {
  assert.equal(escapedPath("636166e92e6d64"), "caf%E9.md");
  assert.equal(escapedPath("2520ff"), "%25 %FF");
});
