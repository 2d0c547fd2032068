import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { claimFolder } from "./owner.ts";

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "owner-"));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("a claimed folder is refused to the next, naming the process, until it is released", (context) => {
  const folder = join(temporaryFolder(context), "made", "on demand");
  const claim = claimFolder(folder);
  assert.throws(() => claimFolder(folder), { code: "BUSY", data: { pid: process.pid } });
  claim.release();
  claim.release();
  assert.equal(existsSync(join(folder, "owner.pid")), false);
  claimFolder(folder).release();
});

test("another process is refused within a second, and a killed one holds nothing", async (context) => {
  const folder = temporaryFolder(context);
  const script = `import { claimFolder } from ${JSON.stringify(new URL("owner.ts", import.meta.url).href)};
    claimFolder(process.argv[1]); process.stdout.write("claimed"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  context.after(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const start = performance.now();
  assert.throws(() => claimFolder(folder), { code: "BUSY", data: { pid: child.pid } });
  assert.ok(performance.now() - start < 1_000);
  child.kill("SIGKILL");
  await once(child, "exit");
  claimFolder(folder).release();
});

test("a folder that cannot be made is refused with a reason", (context) => {
  const file = join(temporaryFolder(context), "file");
  writeFileSync(file, "");
  assert.throws(() => claimFolder(file), { code: "ENVIRONMENT" });
});
