import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

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

const lore = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const TARGETS = ["--archive", "--git", "--markdown"];

test(
  "an export that a full disk ends leaves nothing behind, and an answer nobody can take is said to be lost",
  { skip: unusable },
  () =>
    withDirectory(async (directory) => {
      const [folder, disk] = [join(directory, "folder"), join(directory, "disk")];
      for (const each of [folder, disk]) mkdirSync(each, { recursive: true });
      writeFileSync(join(folder, "tea.csv"), "a,b\n".repeat(100_000));
      const script = `disk=$1 folder=$2 node=$3 lore=$4 home=$5; export LORE_STATE=$5/state
      run() { "$node" "$lore" --home "$home" "$@" 2>&1; echo "exit $?"; }
      run import folder "$folder" --name Guild >/dev/null
      mount -t tmpfs -o size=200k tmpfs "$disk"
      for form in ${TARGETS.join(" ")}; do run export $form "$disk/copy" | tail -1; ls "$disk" | wc -l; done
      "$node" "$lore" --home "$home" ls 2>/dev/null >/dev/full; echo "exit $?"`;
      const said = await linesOf([
        "unshare",
        "--mount",
        "sh",
        "-c",
        script,
        "sh",
        ...[disk, folder, process.execPath, lore, directory],
      ]);
      assert.deepEqual(said, [...TARGETS.flatMap(() => ["exit 5", "0"]), "exit 5"]);
    }),
);
