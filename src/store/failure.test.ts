import assert from "node:assert/strict";
import { test } from "node:test";

import { LoreError } from "../bytes/index.ts";
import { openError, rowsError, storageError } from "./failure.ts";

const CASES: readonly [errcode: number | undefined, code: string, answer: string, atOpen: string][] = [
  [13, "ERR_SQLITE_ERROR", "DISK_FULL", "DISK_FULL"],
  [4874, "ERR_SQLITE_ERROR", "DISK_FULL", "DISK_FULL"],
  [undefined, "ENOSPC", "DISK_FULL", "DISK_FULL"],
  [undefined, "EDQUOT", "DISK_FULL", "DISK_FULL"],
  [5, "ERR_SQLITE_ERROR", "BUSY", "BUSY"],
  [261, "ERR_SQLITE_ERROR", "BUSY", "BUSY"],
  [10, "ERR_SQLITE_ERROR", "READ_ONLY", "READ_ONLY"],
  [1034, "ERR_SQLITE_ERROR", "READ_ONLY", "READ_ONLY"],
  [undefined, "EIO", "READ_ONLY", "READ_ONLY"],
  [undefined, "EFBIG", "READ_ONLY", "READ_ONLY"],
  [11, "ERR_SQLITE_ERROR", "READ_ONLY", "INTEGRITY"],
  [26, "ERR_SQLITE_ERROR", "READ_ONLY", "INTEGRITY"],
  [14, "ERR_SQLITE_ERROR", "READ_ONLY", "ENVIRONMENT"],
  [undefined, "EACCES", "READ_ONLY", "ENVIRONMENT"],
  [undefined, "EROFS", "READ_ONLY", "ENVIRONMENT"],
];

for (const [errcode, code, answer, atOpen] of CASES) {
  test(`${code} ${errcode ?? ""} is ${answer}, and ${atOpen} while opening`, () => {
    const error = Object.assign(
      new Error("open '/secret/path'"),
      { code },
      errcode === undefined ? {} : { errcode, errstr: "as SQLite says" },
    );
    for (const [found, expected] of [
      [storageError(error, "Trying"), answer],
      [openError(error, "Trying"), atOpen],
    ] as const) {
      assert.equal(found.code, expected);
      assert.equal(found.cause, error);
      assert.match(found.message, /^Trying: /);
      assert.doesNotMatch(found.message, /secret/);
    }
  });
}

test("an error that is no error of the disk ends writing too, and a LoreError stays itself", () => {
  assert.equal(storageError("a string", "Trying").code, "READ_ONLY");
  const stale = new LoreError("STALE", "x");
  assert.equal(storageError(stale, "Trying"), stale);
});

test("an error of the rows says damage only where SQLite does", () => {
  const sqlite = (errcode: number) =>
    rowsError(Object.assign(new Error("as SQLite says"), { code: "ERR_SQLITE_ERROR", errcode }), "abc");
  for (const errcode of [1, 11, 26]) {
    const error = sqlite(errcode);
    assert.ok(error instanceof LoreError && error.code === "INTEGRITY", `${errcode}`);
    assert.match(error.message, /lore rebuild --community abc/);
  }
  const codes = [5, 10, 13, 14, 4874].map((errcode) => {
    const error = sqlite(errcode);
    return error instanceof LoreError ? error.code : undefined;
  });
  assert.deepEqual(codes, ["BUSY", "READ_ONLY", "DISK_FULL", "ENVIRONMENT", "DISK_FULL"]);
  const other = new TypeError("a mistake of ours");
  assert.equal(rowsError(other), other);
});
