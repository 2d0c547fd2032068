/**
 * Runs git where a repository is being written. It obeys nobody's configuration: no system or global file, no
 * hooks, no attributes of the user's, no prompts. Unlike the import's, this git writes, into one folder only.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { devNull } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

import { LoreError } from "../../bytes/index.ts";

const COMPLAINT_CHARS_MAX = 2_000;

/** Paths with a backslash are odd, but were in the repository; what looks like ".git" was left out before. */
const SETTINGS = {
  "core.hooksPath": devNull,
  "core.attributesFile": devNull,
  "core.fsmonitor": "false",
  "core.protectNTFS": String(process.platform === "win32"),
  "core.compression": "1",
  "gc.auto": "0",
  "maintenance.auto": "false",
};

function environment(): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    HOME: devNull,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/**
 * Runs git on the repository in `directory`, fed with `input`.
 * @throws LoreError ENVIRONMENT when git is missing or fails; DISK_FULL.
 */
export async function runGit(
  directory: string,
  args: readonly string[],
  input: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = [],
): Promise<void> {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const place = [`--git-dir=${join(directory, ".git")}`, `--work-tree=${directory}`];
  const child = spawn("git", [...settings, ...place, ...args], {
    cwd: directory,
    env: environment(),
    stdio: ["pipe", "ignore", "pipe"],
    windowsHide: true,
  });
  const ended = endOf(child);
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (complaint.length < COMPLAINT_CHARS_MAX) complaint += text;
  });
  try {
    await feed(child, input);
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw error;
  }
  const exit = await ended;
  if (exit !== 0) throw failure(args[0] ?? "", exit, complaint);
}

/** The exit code; -1 when git could not be started or was killed. */
function endOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(-1));
    child.once("close", (code) => resolve(code ?? -1));
  });
}

/** A git that died closes its input; its exit code says why, the broken pipe adds nothing. */
async function feed({ stdin }: ChildProcess, input: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  if (stdin === null) return;
  try {
    await pipeline(input, stdin);
  } catch (error) {
    if (
      !(
        error instanceof Error &&
        "code" in error &&
        (error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE")
      )
    )
      throw error;
  }
}

function failure(command: string, exit: number, complaint: string): LoreError {
  if (exit === -1 && complaint === "")
    return new LoreError("ENVIRONMENT", "git could not be started. Install git, or put it on PATH, and try again.");
  if (/no space left on device/i.test(complaint))
    return new LoreError("DISK_FULL", `git ${command}: the disk is full. Make space and try again.`);
  const words = complaint
    .slice(0, COMPLAINT_CHARS_MAX)
    .replaceAll(/[\s\p{C}]+/gu, " ")
    .trim();
  return new LoreError("ENVIRONMENT", `git ${command} could not write the repository; it said: ${words || "nothing"}.`);
}
