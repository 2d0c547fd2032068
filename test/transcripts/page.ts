/**
 * A guide page as a list of commands with the output it promises. Blocks fenced as `console` are read: a line
 * that begins with "$ " is a command (with the lines of its here-document), the lines after it are what it
 * prints. `[..]` stands for anything within a line. The words after `console` set the scene for the block:
 * a date to begin it on, `held` to have another process own the data folder.
 */

export interface Scene {
  /** Midnight of the day the block begins on, UTC, ms. */
  readonly dayMs: number | undefined;
  readonly held: boolean;
}

export interface Step {
  readonly scene: Scene;
  /** Whether the block begins here. */
  readonly opens: boolean;
  /** The command, without "$ "; a here-document and all. */
  readonly command: string;
  readonly expected: readonly string[];
  /** First line of its output in the page, counted from 0. */
  readonly outputLine: number;
}

const FENCE = /^```console(?: +(.*))?$/;
const HERE = /<<'?([A-Z]+)'?$/;

export function readPage(page: string): Step[] {
  const lines = page.split("\n");
  const steps: Step[] = [];
  for (let at = 0; at < lines.length; at++) {
    const words = FENCE.exec(lines[at] ?? "");
    if (words === null) continue;
    const end = lines.indexOf("```", at);
    if (end < 0) throw new Error(`line ${at + 1}: the block does not end`);
    steps.push(...readBlock(lines, { from: at + 1, end, scene: readScene(words[1] ?? "") }));
    at = end;
  }
  return steps;
}

function readScene(words: string): Scene {
  const scene = { dayMs: undefined as number | undefined, held: false };
  for (const word of words.split(" ").filter((each) => each !== "")) {
    if (word === "held") scene.held = true;
    else if (/^\d{4}-\d{2}-\d{2}$/.test(word)) scene.dayMs = Date.parse(word);
    else throw new Error(`"${word}" is no date and not "held"`);
  }
  return scene;
}

function readBlock(
  lines: readonly string[],
  { from, end, scene }: { from: number; end: number; scene: Scene },
): Step[] {
  const steps: Step[] = [];
  for (let at = from; at < end;) {
    const first = lines[at] ?? "";
    if (!first.startsWith("$ ")) throw new Error(`line ${at + 1}: a block begins with a command: ${first}`);
    const command = [first.slice(2)];
    const here = HERE.exec(first)?.[1];
    const last = here === undefined ? at : lines.indexOf(here, at);
    command.push(...lines.slice(at + 1, last + 1));
    const outputLine = last + 1;
    at = outputLine;
    while (at < end && lines[at]?.startsWith("$ ") !== true) at++;
    steps.push({
      scene,
      opens: steps.length === 0,
      command: command.join("\n"),
      expected: lines.slice(outputLine, at),
      outputLine,
    });
  }
  return steps;
}

/** The page with other output in it. */
export function withOutputs(
  page: string,
  outputs: readonly { readonly step: Step; readonly command: string; readonly lines: readonly string[] }[],
): string {
  const lines = page.split("\n");
  for (const { step, command, lines: printed } of outputs.toReversed()) {
    const commandLines = `$ ${command}`.split("\n");
    lines.splice(
      step.outputLine - commandLines.length,
      commandLines.length + step.expected.length,
      ...commandLines,
      ...printed,
    );
  }
  return lines.join("\n");
}

export function matches(expected: string, actual: string): boolean {
  const pattern = expected
    .split("[..]")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${pattern}$`).test(actual);
}

/** Splits a command into words as a shell does, as far as the guide needs it: quotes, and one `> FILE`. */
export function splitWords(command: string): { readonly words: string[]; readonly to: string | undefined } {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    ([, single, double, plain]) => single ?? double ?? plain ?? "",
  );
  const redirect = words.indexOf(">");
  return redirect < 0 ? { words, to: undefined } : { words: words.slice(0, redirect), to: words[redirect + 1] };
}
