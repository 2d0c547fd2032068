/** What a command of `lore` is, and what it is given: parsed options and a world to act on. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ParseArgsOptionsConfig } from "node:util";

import { LoreError } from "../bytes/index.ts";
import { systemCode } from "../store/index.ts";
import type { Community, Environment, LoreNode } from "../community/index.ts";
import { KINDS } from "../unit/index.ts";

export interface Output {
  /** Results: stdout. */
  out(content: string | Uint8Array): void;
  /** Progress and notices: stderr. */
  notice(text: string): void;
  /** Whether progress may be drawn over itself. */
  readonly isTerminal: boolean;
  /** Standard input, all of it. */
  readInput(): Promise<Uint8Array>;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface Invocation {
  readonly words: readonly string[];
  readonly options: OptionValues;
  readonly environment: Environment;
  readonly output: Output;
  /** The node, opened on first use: to read beside another process, or to own. */
  node(use: "read" | "write"): LoreNode;
}

export interface Command {
  readonly name: string;
  /** Arguments and options, as the help shows them. */
  readonly usage: string;
  readonly summary: string;
  /** How many words it takes at most; without it, none. */
  readonly words?: number;
  readonly options?: ParseArgsOptionsConfig;
  /** Answers the exit code where it is not 0. */
  run(invocation: Invocation): Promise<number | undefined> | number | undefined;
}

export const text = { type: "string" } as const;
export const flag = { type: "boolean" } as const;

/** Options of every command that reads at a moment. */
export const MOMENT_OPTIONS = { "as-of": text, known: text } as const;
export const COMMUNITY_OPTION = { community: text } as const;

export function option({ options }: Invocation, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

export function isSet({ options }: Invocation, name: string): boolean {
  return options[name] === true;
}

/** The word at `at`. @throws LoreError USAGE naming `what`. */
export function word({ words }: Invocation, at: number, what: string): string {
  const found = words[at];
  if (found === undefined || found === "") throw new LoreError("USAGE", `Give ${what}. "lore help" shows how.`);
  return found;
}

export function requiredOption(invocation: Invocation, name: string, what: string): string {
  const value = option(invocation, name);
  if (value === undefined || value === "") throw new LoreError("USAGE", `Give ${what} with --${name}.`);
  return value;
}

/** The community that `--community` names by id or name; without it, the only one here. @throws LoreError USAGE, NOT_FOUND. */
export function chosenCommunity(invocation: Invocation, use: "read" | "write"): Community {
  const node = invocation.node(use);
  const wanted = option(invocation, "community");
  const ids = node.ids();
  if (wanted !== undefined) return communityNamed(node, wanted);
  const [only, second] = ids;
  if (only === undefined)
    throw new LoreError(
      "NOT_FOUND",
      'There is no community in this data folder yet. Make one with "lore init" or "lore import".',
    );
  if (second !== undefined) {
    const names = ids.map((id) => `${id} ${node.community(id).name}`).join("\n  ");
    throw new LoreError("USAGE", `Several communities are here; say which with --community ID or NAME:\n  ${names}`);
  }
  return node.community(only);
}

/** @throws LoreError NOT_FOUND, or USAGE when a name is not unique. */
export function communityNamed(node: LoreNode, wanted: string): Community {
  if (node.has(wanted)) return node.community(wanted);
  const named = node.named(wanted);
  const [match, second] = named;
  if (match === undefined)
    throw new LoreError("NOT_FOUND", `No community here has the id or name "${wanted}". "lore status" lists them.`);
  if (second !== undefined)
    throw new LoreError(
      "USAGE",
      `${named.length} communities are called "${wanted}"; give the id: ${named.map(({ id }) => id).join(", ")}.`,
    );
  return match;
}

export function unknownKind(kind: string): LoreError {
  return new LoreError("USAGE", `There is no kind "${kind}". Kinds: ${[...KINDS.keys()].join(", ")}.`);
}

export function printJson({ output }: Invocation, value: unknown): void {
  output.out(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** A date as people write it in lists: 2026-11-20. */
export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** The bytes of a file that its user named. @throws LoreError NOT_FOUND. */
export function readGiven(path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (error) {
    throw new LoreError("NOT_FOUND", `Reading ${path}: it cannot be opened. Check the path.`, { cause: error });
  }
}

export function readGivenText(path: string): string {
  return new TextDecoder().decode(readGiven(path));
}

function unwritable(path: string, error: unknown): LoreError {
  const code = systemCode(error);
  return new LoreError(
    "ENVIRONMENT",
    code === "ENOSPC"
      ? `Writing ${path}: the disk is full. Make space, and try again.`
      : `Writing ${path}: the system refuses (${String(code)}). Choose a folder that exists and can be written to.`,
    { cause: error },
  );
}

/** Says now if a file cannot be written later; what is in it stays, and none is left behind. @throws LoreError ENVIRONMENT. */
export function requireWritable(path: string): void {
  const isThere = existsSync(path);
  try {
    appendFileSync(path, "");
    if (!isThere) rmSync(path, { force: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Writes a result to where its user said. @throws LoreError REFUSED for `isNew` where something is; ENVIRONMENT. */
export function writeResult(
  path: string,
  contents: string | Uint8Array,
  { isNew = false }: { readonly isNew?: boolean } = {},
): void {
  const wasThere = existsSync(path);
  try {
    writeFileSync(path, contents, isNew ? { mode: 0o600, flag: "wx" } : {});
  } catch (error) {
    // A full disk leaves a file with nothing in it, which would then be in the way.
    if (!wasThere && systemCode(error) === "ENOSPC") rmSync(path, { force: true });
    if (systemCode(error) === "EEXIST")
      throw new LoreError(
        "REFUSED",
        `Writing ${path}: it exists already and is not overwritten. Choose another name.`,
        { cause: error },
      );
    throw unwritable(path, error);
  }
}

/** "1 page", "2 pages". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Draws "stage done/of" over itself on a terminal; silent elsewhere. */
export function progressLine(output: Output): { show(stage: string, done: number, of: number): void; end(): void } {
  let drawn = "";
  return {
    show(stage, done, of) {
      if (!output.isTerminal) return;
      const line = of > 0 ? `${stage}: ${done} of ${of}` : `${stage} …`;
      output.notice(`\r${line.padEnd(drawn.length)}`);
      drawn = line;
    },
    end() {
      if (drawn !== "") output.notice(`\r${" ".repeat(drawn.length)}\r`);
    },
  };
}
