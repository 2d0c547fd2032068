/** The `lore` program: makes the environment of this machine and runs one command in it. */
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

import { createNodeSuite } from "../bytes/node.ts";
import { run } from "./run.ts";

const { env } = process;

// A reader such as "head" may leave before the end.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await run(process.argv.slice(2), {
  environment: {
    now: Date.now,
    random: (length) => new Uint8Array(randomBytes(length)),
    suite: createNodeSuite(),
    home: env["LORE_HOME"] ?? join(env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share"), "commonlore"),
    state: env["LORE_STATE"] ?? join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "commonlore"),
  },
  output: {
    out: (text) => void process.stdout.write(text),
    notice: (text) => void process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    readInput: async () => {
      const chunks: Uint8Array[] = [];
      // Standard input is a stream of buffers unless an encoding is set.
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return new Uint8Array(Buffer.concat(chunks));
    },
  },
});
