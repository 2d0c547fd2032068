import assert from "node:assert/strict";
import { test } from "node:test";

import { parseDate } from "./moment.ts";

const MOMENTS = [
  ["2013-02", "2013-02-28T23:59:59.999Z"],
  ["2013-11-03", "2013-11-03T23:59:59.999Z"],
  ["2013-11-03T00:30", "2013-11-03T00:30:00.000Z"],
  ["2013-11-03 00:30:05", "2013-11-03T00:30:05.000Z"],
  ["2013-11-03T00:30+02:00", "2013-11-02T22:30:00.000Z"],
] as const;

test("a moment means the same on every machine, and a day that is none is refused", () => {
  for (const [text, iso] of MOMENTS) assert.equal(new Date(parseDate(text)).toISOString(), iso, text);
  for (const text of ["2013-11-31T00:00Z", "2013-13-01T00:00", "2013-11-03T25:00Z", "2013-02-29", "soon"])
    assert.throws(() => parseDate(text), { code: "USAGE" }, text);
});
