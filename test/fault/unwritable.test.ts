/** What was written well can be read where nothing can be written: on a read-only medium, on a full disk. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { linesOf, missing, withDirectory } from "./process.ts";

const unusable = missing("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]);
const lore = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

const CASES = {
  "a read-only medium": 'mount -o remount,ro "$disk"',
  "a full disk": 'head -c 20000000 /dev/zero 2>/dev/null >"$disk/ballast"',
} as const;

for (const [where, makeUnwritable] of Object.entries(CASES)) {
  test(`on ${where} everything can be read and checked, and writing is refused`, { skip: unusable }, () =>
    withDirectory(async (directory) => {
      const [folder, disk] = [join(directory, "folder"), join(directory, "disk")];
      for (const each of [folder, disk]) mkdirSync(each, { recursive: true });
      writeFileSync(join(folder, "tea.md"), "# Tea\nBlack tea wants boiling water.\n");
      // The disk exists only for this shell.
      const script = `disk=$1 folder=$2 node=$3 lore=$4; export LORE_STATE=$5
        run() { "$node" "$lore" --home "$disk/home" "$@" 2>&1; echo "exit $?"; }
        mount -t tmpfs -o size=6m tmpfs "$disk" && run import folder "$folder" --name Guild >/dev/null
        ${makeUnwritable}
        run ls; run search boiling; run show tea.md --raw; run verify; run propose "$folder/tea.md" --path more.md --direct`;
      const places = [disk, folder, process.execPath, lore, join(directory, "state")];
      const said = (await linesOf(["unshare", "--mount", "sh", "-c", script, "sh", ...places])).join("\n");
      assert.match(
        said,
        /^page +tea\.md\nexit 0\nTea +tea\.md\n[^]*\nexit 0\n# Tea\nBlack tea wants boiling water\.\nexit 0\n/,
      );
      assert.match(said, /\nGuild: all is well\.\n[^]*\nexit 0\nlore: Claiming the data folder: [^\n]*\nexit 5$/);
    }),
  );
}
