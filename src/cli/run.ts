/**
 * Runs one command line: finds the command, parses its options, prints errors as sentences, answers the exit
 * code (DESIGN.md 11: 0 ok, 2 usage, 3 input refused, 4 integrity failure, 5 environment).
 */
import { resolve } from "node:path";
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";

import { ERRORS, LoreError } from "../bytes/index.ts";
import { type Environment, LoreNode } from "../community/index.ts";
import { type Command, flag, type Invocation, type Output, text } from "./command.ts";
import { rowsError, systemError } from "../store/index.ts";
import packageFile from "../../package.json" with { type: "json" };
import { COMMANDS } from "./commands/index.ts";
import { inOrder } from "./visible.ts";

export interface World {
  readonly environment: Environment;
  readonly output: Output;
}

const { version } = packageFile;
/** Both are understood without a command. */
const HELP: ReadonlySet<string> = new Set(["--help", "-h"]);

const COMMON = { home: text, json: flag, help: { ...flag, short: "h" } } as const;

/** Never throws: what went wrong is on stderr and in the exit code. */
export async function run(argv: readonly string[], { environment, output }: World): Promise<number> {
  const json = argv.includes("--json");
  const world = { environment, output: readable(output) };
  try {
    return await dispatch(argv, world);
  } catch (error) {
    return report(error, world.output, json);
  }
}

/** A pipe ends on a screen as well: no name turns the order of what is printed beside it. Bytes stay what they are. */
function readable(output: Output): Output {
  return {
    ...output,
    out: (content) => output.out(typeof content === "string" ? inOrder(content) : content),
    notice: (text) => output.notice(inOrder(text)),
  };
}

async function dispatch(argv: readonly string[], { environment, output }: World): Promise<number> {
  const { name, rest } = splitCommand(argv);
  if (name === "help") {
    output.out(help(rest[0]));
    return 0;
  }
  if (name === undefined) {
    const isVersion = argv.includes("--version");
    output.out(isVersion ? `${version}\n` : help(undefined));
    return isVersion || argv.length === 0 || argv.some((word) => HELP.has(word)) ? 0 : ERRORS.USAGE.exit;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) throw noCommand(name);
  const { values, positionals } = parse(command, rest);
  if (values["help"] === true) {
    output.out(help(name));
    return 0;
  }
  const home = homeOf(values["home"], environment);
  const opened: LoreNode[] = [];
  const own: Environment = { ...environment, home };
  const invocation: Invocation = {
    words: positionals,
    options: values,
    environment: own,
    output,
    node(use) {
      const node = opened[0] ?? new LoreNode(own, { readOnly: use === "read" });
      opened[0] = node;
      return node;
    },
  };
  try {
    return (await command.run(invocation)) ?? 0;
  } finally {
    await opened[0]?.close();
  }
}

/** An empty name would mean whatever folder one happens to be in. @throws LoreError USAGE, ENVIRONMENT. */
function homeOf(given: string | boolean | undefined, { home, state }: Environment): string {
  if (given === "") throw new LoreError("USAGE", "--home names no folder. Name one, or leave it out.");
  for (const [name, folder] of Object.entries({
    LORE_HOME: typeof given === "string" ? given : home,
    LORE_STATE: state,
  }))
    if (folder === "")
      throw new LoreError(
        "ENVIRONMENT",
        `Finding the folders on this machine: ${name} is empty. Name a folder with it, or unset it.`,
      );
  return typeof given === "string" ? resolve(given) : home;
}

/** The first word that is no option names the command; options may stand before it. */
function splitCommand(argv: readonly string[]): { name: string | undefined; rest: string[] } {
  let at = 0;
  while (argv[at]?.startsWith("-") === true) at += argv[at] === "--home" ? 2 : 1;
  const rest = [...argv];
  const [name] = rest.splice(at, 1);
  return { name, rest };
}

function noCommand(name: string): LoreError {
  return new LoreError("USAGE", `There is no command "${name}". "lore help" lists them.`);
}

type Values = Record<string, string | boolean | undefined>;

function parse(command: Command, args: string[]): { values: Values; positionals: string[] } {
  try {
    const options = { ...COMMON, ...command.options };
    const given = withNumbers(args, options);
    const { values, positionals } = parseArgs({ args: given, options, allowPositionals: true, strict: true });
    const extra = positionals[command.words ?? 0];
    if (extra !== undefined && values["help"] !== true) throw usage(command, `There is one word too many: "${extra}"`);
    return { values, positionals };
  } catch (error) {
    if (error instanceof LoreError) throw error;
    throw usage(command, parserWords(error), error);
  }
}

/** A number below zero is the value of the option before it, which then says what is wrong with it. */
function withNumbers(args: readonly string[], options: ParseArgsOptionsConfig): string[] {
  const takesText = (arg: string | undefined): boolean =>
    arg?.startsWith("--") === true && options[arg.slice(2)]?.type === "string";
  return args.flatMap((arg, i) => {
    if (/^-\d/.test(arg) && takesText(args[i - 1])) return [];
    const next = args[i + 1];
    return next !== undefined && /^-\d/.test(next) && takesText(arg) ? [`${arg}=${next}`] : [arg];
  });
}

/** What Node's parser found, in words for whoever typed it. */
function parserWords(error: unknown): string {
  // Node's advice after the first sentence is about its own parser.
  const found = error instanceof Error ? (error.message.split(/\.\s|\n/, 1)[0] ?? "") : "";
  const [, name, what] =
    /^Option '(?:-\w, )?(--[\w-]+)(?: <value>)?' argument (is ambiguous|missing)/.exec(found) ?? [];
  if (what === undefined) return found;
  return what === "missing"
    ? `${name} needs a value`
    : `${name} is followed by another option. Give it a value; one that begins with a dash is written ${name}=VALUE`;
}

function usage({ name, usage }: Command, found: string, cause?: unknown): LoreError {
  return new LoreError("USAGE", `${found}. Usage: lore ${name} ${usage}`, { cause });
}

function help(name: string | undefined): string {
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (name !== undefined && command === undefined) throw noCommand(name);
  if (command !== undefined) return `${command.summary}\n\nUsage: lore ${command.name} ${command.usage}\n`;
  const width = Math.max(...COMMANDS.map((each) => each.name.length));
  const lines = COMMANDS.map((each) => `  ${each.name.padEnd(width)}  ${each.summary}`);
  return `lore keeps what a community knows.

Usage: lore [--home DIR] COMMAND … [--json]

${lines.join("\n")}

"lore help COMMAND" shows its arguments. The data folder is --home, or LORE_HOME.
Exit codes: 0 done, 2 usage, 3 refused, 4 something does not verify, 5 this machine, 130 stopped by Ctrl-C.
`;
}

function report(thrown: unknown, output: Output, json: boolean): number {
  const error = systemError(rowsError(thrown), "Using this machine");
  if (error instanceof LoreError) {
    const { code, message, field, limit, data } = error;
    if (json) output.out(`${JSON.stringify({ error: { code, message, field, limit, data } }, undefined, 2)}\n`);
    output.notice(`lore: ${message}\n`);
    return ERRORS[code].exit;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.notice(`lore: something unforeseen went wrong. Nothing was acknowledged that is not stored.\n${stack}\n`);
  return ERRORS.INTERNAL.exit;
}
