#!/usr/bin/env node
// Starts `lore` on the Node that npm brought, or on this one if it is new enough to run TypeScript.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const [major, minor] = process.versions.node.split(".").map(Number);
const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const brought = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));

if (major > 24 || (major === 24 && minor >= 6)) {
  await import("../src/cli/main.ts");
} else if (existsSync(brought)) {
  const { status } = spawnSync(brought, [main, ...process.argv.slice(2)], { stdio: "inherit" });
  process.exitCode = status ?? 5;
} else {
  console.error(
    `lore needs Node 24.6 or newer; this is ${process.version}. Run "npm ci" here, or install a newer Node.`,
  );
  process.exitCode = 5;
}
