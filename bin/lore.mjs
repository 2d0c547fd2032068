#!/usr/bin/env node
// Starts `lore`.
import { fileURLToPath } from "node:url";

import { run } from "./node.mjs";

await run(fileURLToPath(new URL("../src/cli/main.ts", import.meta.url)), process.argv.slice(2));
