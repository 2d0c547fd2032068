/** The `lore` program: makes the environment of this machine and runs one command in it. */
import { randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join } from "node:path";

import { ERRORS } from "../bytes/index.ts";
import { createNodeSuite } from "../bytes/node.ts";
import type { Environment } from "../community/index.ts";
import { systemError } from "../store/index.ts";
import type { Output } from "./command.ts";
import { run } from "./run.ts";
import { visible } from "./visible.ts";

const { env } = process;
const RANDOM_POOL_BYTES = 4_096;

/** Runs one command line in this machine's environment; answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  let failure: unknown;
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // A reader such as "head" may leave before the end.
    if (error.code === "EPIPE") process.exit(0);
    failure ??= error;
  });
  // Nowhere is left to say that this one failed.
  process.stderr.on("error", () => undefined);
  const code = await run(argv, { environment: machineEnvironment(), output: terminal() });
  await new Promise((resolve) => process.stdout.write("", resolve));
  if (failure === undefined) return code;
  const said = systemError(failure, "Writing the answer");
  process.stderr.write(`lore: ${said instanceof Error ? said.message : String(said)}\n`);
  return ERRORS.ENVIRONMENT.exit;
}

function machineEnvironment(): Environment {
  return {
    now: Date.now,
    random: pooledRandom(),
    suite: createNodeSuite(),
    // Those of XDG mean nothing when they are empty.
    home: env["LORE_HOME"] ?? join(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "commonlore"),
    state: env["LORE_STATE"] ?? join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "commonlore"),
  };
}

function terminal(): Output {
  return {
    out: (content) =>
      void process.stdout.write(typeof content === "string" && process.stdout.isTTY ? visible(content) : content),
    // Progress is drawn over itself.
    notice: (text) => void process.stderr.write(process.stderr.isTTY ? visible(text, "\r") : text),
    isTerminal: process.stderr.isTTY,
    readInput: async () => {
      const chunks: Uint8Array[] = [];
      // Standard input is a stream of buffers unless an encoding is set.
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return new Uint8Array(Buffer.concat(chunks));
    },
  };
}

/** Random bytes out of a pool: a call to the system for each salt would cost more than hashing the part. */
function pooledRandom(): (length: number) => Uint8Array {
  let pool = randomBytes(0);
  return (length) => {
    if (pool.length < length) pool = randomBytes(Math.max(RANDOM_POOL_BYTES, length));
    const taken = new Uint8Array(pool.subarray(0, length));
    pool = pool.subarray(length);
    return taken;
  };
}
