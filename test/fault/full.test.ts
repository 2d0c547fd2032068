import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { checkStore, NOTHING_PROMISED, promisedBy } from "./check.ts";
import { linesOf, missing, withDirectory, writer } from "./process.ts";

const DISK = "size=6m";
const BALLAST_BYTES = 5_000_000;
const STEPS = 20;
const unusable = missing("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);

test("a disk that is really full refuses, and writing goes on once there is space", { skip: unusable }, () =>
  withDirectory(async (copy) => {
    // The disk exists only for the shell and the writer: what it holds at the end is copied out of it.
    const disk = join(dirname(copy), "disk");
    mkdirSync(disk);
    const ballast = join(disk, "ballast");
    const script = `mount -t tmpfs -o ${DISK} tmpfs "$1" && head -c ${BALLAST_BYTES} /dev/zero >"$2" && copy=$3 && disk=$1 && shift 3 && "$@" && cp -r "$disk/store" "$copy"`;
    const lines = await linesOf([
      "unshare",
      "--mount",
      "sh",
      "-c",
      script,
      "sh",
      disk,
      ballast,
      copy,
      ...writer(join(disk, "store"), STEPS),
      ballast,
    ]);
    assert.ok(lines.includes("FULL"), "the disk was never full");
    assert.equal(lines.at(-1), "CLOSED");
    await checkStore(copy, promisedBy(lines, NOTHING_PROMISED));
  }),
);
