/**
 * Where a guide page is played: an empty folder, a clock that gains a minute with every command, randomness
 * from the page's name, so that every id is the same in every run. `lore` runs in this process; the few
 * programs that a page also uses run in a shell that has nothing of this machine but its path.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createNodeSuite } from "../../src/bytes/node.ts";
import { run } from "../../src/cli/run.ts";
import { claimFolder } from "../../src/store/index.ts";
import { type Scene, splitWords, type Step } from "./page.ts";

const PROGRAMS = new Set(["cat", "chmod", "cp", "cut", "git", "ls", "mkdir", "mv", "rm", "sed"]);
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 2, 2, 9);

export class Stage {
  readonly #folder: string;
  readonly #before: string;
  readonly #random: (length: number) => Uint8Array;
  #nowMs = START_MS;
  #exitCode = 0;
  #holder: { release(): void } | undefined;

  /** `name` chooses the randomness. The stage is this process's working folder until `clear`. */
  constructor(name: string) {
    this.#before = process.cwd();
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), "guide-")));
    this.#random = randomFrom(name);
    process.chdir(this.#folder);
  }

  clear(): void {
    this.#holder?.release();
    process.chdir(this.#before);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Exit code of the last command. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Plays one command; answers the lines it prints. */
  async play({ scene, opens }: Step, command: string): Promise<string[]> {
    if (opens) this.#set(scene);
    this.#nowMs += MINUTE_MS;
    const said = await this.#run(command);
    return said === "" ? [] : said.replaceAll(this.#folder, "~").replace(/\n$/, "").split("\n");
  }

  #set({ dayMs, held }: Scene): void {
    if (dayMs !== undefined) this.#nowMs = Math.max(this.#nowMs, dayMs + 9 * HOUR_MS);
    this.#holder?.release();
    this.#holder = held ? claimFolder(this.#home) : undefined;
  }

  get #home(): string {
    return join(this.#folder, "home");
  }

  async #run(command: string): Promise<string> {
    if (command === "echo $?") return `${this.#exitCode}\n`;
    const { words, to } = splitWords(command);
    const [program = "", ...rest] = words;
    if (program === "lore") return await this.#lore(rest, to);
    if (!PROGRAMS.has(program))
      throw new Error(`a page may use lore, echo $? and ${[...PROGRAMS].join(", ")}, not "${program}"`);
    return this.#shell(command);
  }

  async #lore(words: readonly string[], to: string | undefined): Promise<string> {
    let [printed, noticed] = ["", ""];
    const output = {
      out: (content: string | Uint8Array) =>
        void (printed += typeof content === "string" ? content : Buffer.from(content).toString()),
      notice: (text: string) => void (noticed += text),
      isTerminal: false,
      readInput: async () => new Uint8Array(),
    };
    const environment = {
      now: () => this.#nowMs,
      random: this.#random,
      suite: createNodeSuite(),
      home: this.#home,
      state: join(this.#folder, "state"),
    };
    this.#exitCode = await run(words, { environment, output });
    if (to === undefined) return printed + noticed;
    writeFileSync(join(this.#folder, to), printed);
    return noticed;
  }

  #shell(command: string): string {
    const date = new Date(this.#nowMs).toISOString();
    const settings = join(this.#folder, ".git-settings");
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(settings, "[user]\n\tname = Keeper\n\temail = keeper@example.org\n[init]\n\tdefaultBranch = main\n");
    const { status, stdout, stderr, error } = spawnSync("sh", ["-c", command], {
      cwd: this.#folder,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        LC_ALL: "C",
        TZ: "UTC",
        HOME: this.#folder,
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: settings,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_DATE: date,
      },
    });
    if (error !== undefined) throw error;
    this.#exitCode = status ?? 1;
    return stdout + stderr;
  }
}

/** SHA-256 of a name and a counter, read as one stream. */
function randomFrom(name: string): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const taken = Buffer.alloc(length);
    for (let at = 0; at < length; at += 32)
      createHash("sha256").update(`${name} ${counter++}`).digest().copy(taken, at);
    return new Uint8Array(taken);
  };
}
