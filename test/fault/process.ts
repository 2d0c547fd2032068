/** Runs the writer as a child, plain, under `strace`, or until it is killed, and collects its lines. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const WRITER = fileURLToPath(new URL("writer.ts", import.meta.url));

/** The long run tries every fault; the default run a sample of each. */
export const LONG = process.env["LORE_TEST_LONG"] === "1";

/** Runs `body` with a directory that is removed at its end, unless `body` fails. */
export async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "fault-"));
  await body(join(directory, "store"));
  rmSync(directory, { recursive: true });
}

/** The lines a command says until it ends; with `killAfterMs`, it is killed that long after its first line. */
export async function linesOf(
  command: readonly string[],
  options: { readonly killAfterMs?: number } = {},
): Promise<string[]> {
  const [program = "", ...words] = command;
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  let death: NodeJS.Timeout | undefined;
  child.stdout.setEncoding("latin1").on("data", (text: string) => {
    said += text;
    if (options.killAfterMs !== undefined) death ??= setTimeout(() => child.kill("SIGKILL"), options.killAfterMs);
  });
  await once(child, "close");
  return said.split("\n").filter((line) => line !== "");
}

/** The command that runs the writer for `steps` steps. */
export function writer(directory: string, steps: number): string[] {
  return [process.execPath, WRITER, directory, String(steps)];
}

/** Why a program that a test needs cannot be used here, or false. */
export function missing(program: string, words: readonly string[]): string | false {
  const tried = spawnSync(program, words, { stdio: "ignore" });
  return tried.status === 0 ? false : `${program} cannot be used here`;
}

/** Runs `body` for each item, two at a time. */
export async function inPairs<T>(items: readonly T[], body: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  async function work(): Promise<void> {
    for (const item of waiting) await body(item);
  }
  await Promise.all([work(), work()]);
}
