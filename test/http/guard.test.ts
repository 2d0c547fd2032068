import assert from "node:assert/strict";
import { test } from "node:test";

import { ERRORS, LoreError } from "../../src/bytes/index.ts";
import { errorAnswer } from "../../src/http/errors.ts";
import { WriteBuckets } from "../../src/http/guard.ts";

test("an address may write so many at once and so many a second, this computer as many as it likes", () => {
  let now = 0;
  const buckets = new WriteBuckets({ perSecond: 2, burst: 3 }, () => now);
  const take = (address: string) => {
    try {
      buckets.take(address);
      return true;
    } catch (error) {
      assert.ok(error instanceof LoreError && error.code === "RATE_LIMITED");
      return false;
    }
  };
  assert.deepEqual(
    Array.from({ length: 5 }, () => take("192.0.2.1")),
    [true, true, true, false, false],
  );
  assert.equal(take("192.0.2.2"), true);
  now = 1_000;
  assert.deepEqual(
    Array.from({ length: 3 }, () => take("192.0.2.1")),
    [true, true, false],
  );
  now = 60_000;
  assert.deepEqual(
    Array.from({ length: 4 }, () => take("192.0.2.1")),
    [true, true, true, false],
  );
  for (const address of ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
    assert.deepEqual(
      Array.from({ length: 9 }, () => take(address)),
      Array.from({ length: 9 }, () => true),
    );
});

test("every code has its status, and only what may be retried says when", () => {
  const seen: unknown[] = [];
  const context = {
    random: (length: number) => new Uint8Array(length),
    onUnforeseen: (error: unknown) => void seen.push(error),
  };
  for (const [code, { status, retry }] of Object.entries(ERRORS)) {
    const { body, headers, ...answer } = errorAnswer(new LoreError(code as keyof typeof ERRORS, "Words."), context);
    assert.equal(answer.status, status);
    assert.equal(body.code, code);
    assert.equal("retry-after" in headers, retry && status >= 429, code);
  }
});

test("a disk that is full where an upload is kept is said to be full, and later may be better", () => {
  const failure = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const { status, headers, body } = errorAnswer(failure, {
    random: (length) => new Uint8Array(length),
    onUnforeseen: (error) => assert.fail(String(error)),
  });
  assert.deepEqual([status, body.code, headers["retry-after"]], [503, "DISK_FULL", "1"]);
});

test("what nobody foresaw says nothing of the inside and is told to whoever runs the site", () => {
  const seen: unknown[] = [];
  const failure = new Error("SELECT secret FROM /home/anna at line 3");
  const { status, body } = errorAnswer(failure, {
    random: (length) => new Uint8Array(length),
    onUnforeseen: (error) => void seen.push(error),
  });
  assert.deepEqual([status, body.code, seen], [500, "INTERNAL", [failure]]);
  assert.doesNotMatch(JSON.stringify(body), /SELECT|anna|line 3/);
});
