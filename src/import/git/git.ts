/**
 * Runs git as a child process that obeys nobody but us: a whitelisted environment, one configuration
 * file of our own (a file, because git drops command-line configuration for the process that serves a
 * local source), no hooks, no prompts, no credentials, no replaced objects, no transport but the one
 * named. On POSIX the kernel bounds its memory and file size; its whole process group dies on a
 * timeout. Commands are the reading ones only: nothing here checks out, merges or diffs contents.
 */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { devNull } from "node:os";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";

import { LoreError } from "../../bytes/index.ts";
import { printable, tellingLine } from "./complaint.ts";
import { GIT_COMPLAINT_CHARS_MAX, GIT_FILE_BYTES_MAX, GIT_MEMORY_BYTES_MAX, GIT_OUTPUT_BYTES_MAX } from "./limits.ts";

export interface GitCall {
  readonly directory: string;
  readonly args: readonly string[];
  readonly timeoutMs: number;
  /** Written to git's standard input with backpressure. */
  readonly input?: Iterable<string>;
  /** The one transport git may use; without it, none. */
  readonly protocol?: "file" | "https";
  /** `host:port:addresses`, the only ones to connect to for that host. */
  readonly connectTo?: string;
  /** The parent of `directory` when a repository must be in it and not above. */
  readonly ceiling?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface GitOutcome {
  readonly exit: number;
  readonly stdout: Buffer;
  /** Git's own words by line, printable and bounded; may quote the source, so treat as untrusted. */
  readonly complaint: string;
}

type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const CONFIGURATION = `[safe]
	directory = *
[core]
	hooksPath = ${devNull}
	attributesFile = ${devNull}
	fsmonitor = false
	packedGitWindowSize = 64m
	packedGitLimit = 512m
	bigFileThreshold = 16m
[credential]
	helper =
[fetch]
	recurseSubmodules = false
[gc]
	auto = 0
[http]
	followRedirects = false
	lowSpeedLimit = 1000
	lowSpeedTime = 60
[init]
	defaultBranch = main
[maintenance]
	auto = false
[pack]
	threads = 2
[submodule]
	recurse = false
`;

/** Passed on when set: where git is, and how to leave this machine. */
const INHERITED = ["PATH", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"];
/** Whom TLS trusts: what git reads whatever it was built with, and where that is not set, what OpenSSL reads. */
const TRUST = [
  ["GIT_SSL_CAINFO", "SSL_CERT_FILE"],
  ["GIT_SSL_CAPATH", "SSL_CERT_DIR"],
] as const;

/** Runs git with `$@` under limits the kernel enforces; a limit the system does not know is left out. */
const LIMITED_SHELL = `ulimit -c 0; ulimit -v ${GIT_MEMORY_BYTES_MAX / 1_024} 2>/dev/null; ulimit -f ${GIT_FILE_BYTES_MAX / 512} 2>/dev/null; exec git "$@"`;
const COMMAND_NOT_FOUND = 127;
const KILLED = -1;
const INPUT_BATCH_CHARS = 16_384;

/** One place to run git from: `home` is a temporary directory that the caller made and removes. */
export class Git {
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(environment: Readonly<Record<string, string>>) {
    this.#environment = environment;
  }

  static async at(home: string, surroundings: NodeJS.ProcessEnv = process.env): Promise<Git> {
    await mkdir(home, { recursive: true });
    const configuration = join(home, "gitconfig");
    await writeFile(configuration, CONFIGURATION);
    return new Git({
      ...Object.fromEntries(INHERITED.flatMap((name) => (surroundings[name] ? [[name, surroundings[name]]] : []))),
      ...Object.fromEntries(
        TRUST.flatMap(([name, other]) => {
          const value = surroundings[name] || surroundings[other];
          return value ? [[name, value]] : [];
        }),
      ),
      HOME: home,
      LC_ALL: "C",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: configuration,
      GIT_ATTR_NOSYSTEM: "1",
      GIT_NO_REPLACE_OBJECTS: "1",
      GIT_NO_LAZY_FETCH: "1",
      GIT_TERMINAL_PROMPT: "0",
      GIT_ASKPASS: "",
      GIT_LITERAL_PATHSPECS: "1",
      GIT_OPTIONAL_LOCKS: "0",
      GIT_PROTOCOL_FROM_USER: "0",
    });
  }

  /** Runs to the end and returns what it printed, whatever its exit code. */
  async run(call: GitCall): Promise<GitOutcome> {
    const running = new Running(call, this.#environment);
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    try {
      for await (const chunk of running.output()) {
        sizeBytes += chunk.length;
        if (sizeBytes > GIT_OUTPUT_BYTES_MAX) {
          throw new LoreError("TOO_LARGE", `git ${call.args[0]} printed more than ${GIT_OUTPUT_BYTES_MAX} bytes.`, {
            limit: GIT_OUTPUT_BYTES_MAX,
          });
        }
        chunks.push(chunk);
      }
      return { ...(await running.ended()), stdout: Buffer.concat(chunks) };
    } finally {
      running.stop();
    }
  }

  /** Standard output as it comes; throws REFUSED at the end if git failed. Leaving early ends git. */
  async *stream(call: GitCall): AsyncGenerator<Buffer, void, undefined> {
    const running = new Running(call, this.#environment);
    try {
      yield* running.output();
      const { exit, complaint } = await running.ended();
      if (exit !== 0) throw failure(call, complaint);
    } finally {
      running.stop();
    }
  }
}

/** One child process from start to end. */
class Running {
  readonly #call: GitCall;
  readonly #child: GitProcess;
  readonly #deadline: AbortSignal;
  readonly #closed: Promise<number>;
  #complaint = "";
  /** What the caller's own input threw while it was being written. */
  #inputError: Error | undefined;

  constructor(call: GitCall, environment: Readonly<Record<string, string>>) {
    call.signal?.throwIfAborted();
    this.#call = call;
    this.#child = start(call, environment);
    this.#deadline = AbortSignal.timeout(call.timeoutMs);
    this.#closed = new Promise((resolve) => {
      this.#child.once("error", () => resolve(COMMAND_NOT_FOUND));
      this.#child.once("close", (code) => resolve(code ?? KILLED));
    });
    const stop = (): void => this.stop();
    this.#deadline.addEventListener("abort", stop);
    call.signal?.addEventListener("abort", stop);
    void this.#closed.then(() => call.signal?.removeEventListener("abort", stop));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (this.#complaint.length < GIT_COMPLAINT_CHARS_MAX) this.#complaint += text;
    });
    // A child that died closes its input; its exit code says why, the broken pipe adds nothing.
    this.#child.stdin.on("error", () => {});
    const input = Readable.from(batches(call.input ?? []));
    input.once("error", (error) => {
      this.#inputError = error;
      this.stop();
    });
    input.pipe(this.#child.stdin);
  }

  output(): AsyncIterable<Buffer> {
    return this.#child.stdout;
  }

  async ended(): Promise<{ exit: number; complaint: string }> {
    const exit = await this.#closed;
    this.#call.signal?.throwIfAborted();
    if (this.#inputError !== undefined) throw this.#inputError;
    if (this.#deadline.aborted) throw tooSlow(this.#call);
    if (exit === COMMAND_NOT_FOUND) throw gitMissing();
    return { exit, complaint: printable(this.#complaint) };
  }

  /** Ends the process group: git's own children outlive a git that is killed alone. */
  stop(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {
      // It ended between the question and the signal.
    }
  }
}

/** Short lines written one by one would cost a system call each. */
function* batches(lines: Iterable<string>): Generator<string, void, undefined> {
  let batch = "";
  for (const line of lines) {
    batch += line;
    if (batch.length < INPUT_BATCH_CHARS) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}

function start(call: GitCall, environment: Readonly<Record<string, string>>): GitProcess {
  const env = {
    ...environment,
    GIT_ALLOW_PROTOCOL: call.protocol ?? "",
    GIT_CEILING_DIRECTORIES: call.ceiling ?? "",
    GIT_CONFIG_COUNT: call.connectTo === undefined ? "0" : "1",
    GIT_CONFIG_KEY_0: "http.curloptResolve",
    GIT_CONFIG_VALUE_0: call.connectTo ?? "",
  };
  const windows = process.platform === "win32";
  return spawn(windows ? "git" : "/bin/sh", windows ? call.args : ["-c", LIMITED_SHELL, "git", ...call.args], {
    cwd: call.directory,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: !windows,
    windowsHide: true,
  });
}

/** What went wrong in git while it read a source it had already accepted. */
export function failure(call: GitCall, complaint: string): LoreError {
  const name = `git ${call.args[0]}`;
  if (/no space left on device/i.test(complaint)) {
    return new LoreError(
      "DISK_FULL",
      `${name} could not write its copy: the disk is full. Free some space and try again.`,
    );
  }
  if (/out of memory|mmap failed|cannot allocate/i.test(complaint)) {
    return new LoreError(
      "REFUSED",
      `${name} needed more than ${GIT_MEMORY_BYTES_MAX} bytes of memory. The repository holds a tree or an object too large to read.`,
      { limit: GIT_MEMORY_BYTES_MAX },
    );
  }
  const words = complaint === "" ? "it ended without a word" : `it said: ${tellingLine(complaint)}`;
  return new LoreError(
    "REFUSED",
    `${name} could not read the repository; ${words}. Run git fsck on the source, or take another copy of it.`,
    {
      data: { complaint },
    },
  );
}

function tooSlow(call: GitCall): LoreError {
  return new LoreError(
    call.protocol === "https" ? "UNREACHABLE" : "REFUSED",
    `git ${call.args[0]} had not finished after ${call.timeoutMs} ms and was ended.`,
    { limit: call.timeoutMs },
  );
}

function gitMissing(): LoreError {
  return new LoreError("ENVIRONMENT", "git could not be started. Install git, or put it on PATH, and try again.");
}
