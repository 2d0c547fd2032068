/** What was written well can be read where nothing can be written: on a read-only medium, on a full disk. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { missing, withDirectory } from "./process.ts";

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
      writeFileSync(join(folder, "tea.md"), "# Tea\n\nBlack tea wants boiling water.\n");
      // The disk exists only for this shell.
      const script = `disk=$1; folder=$2; home=$disk/home
        run() { "$node" "$lore" --home "$home" "$@" 2>&1; echo "exit $?"; }
        mount -t tmpfs -o size=6m tmpfs "$disk" && run import folder "$folder" --name Guild >/dev/null
        ${makeUnwritable} 2>/dev/null
        run ls; run search boiling; run show tea.md --raw; run verify; run propose "$folder/tea.md" --path more.md --direct`;
      const said = execFileSync("unshare", ["--mount", "sh", "-c", script, "sh", disk, folder], {
        encoding: "utf8",
        env: { ...process.env, node: process.execPath, lore, LORE_STATE: join(directory, "state") },
      });
      assert.match(
        said,
        /^page +tea\.md\nexit 0\nTea +tea\.md\n[^]*\nexit 0\n# Tea\n\nBlack tea wants boiling water\.\nexit 0\n/,
      );
      assert.match(said, /\nGuild: all is well\.\n[^]*\nexit 0\nlore: Claiming the data folder: [^\n]*\nexit 5\n$/);
    }),
  );
}
