/** What git says on standard error, made fit for a sentence: it is a dozen lines where one tells what is wrong. */
import { GIT_COMPLAINT_CHARS_MAX } from "./limits.ts";

/** What follows from the damage, told by each process that waited for another. */
const CONSEQUENCE =
  /died with error|on the remote side|early EOF|index-pack|hung up|cloning into|failed to run|^(?:warning|hint):/i;
/** What names the object or file that is at fault. */
const CAUSE =
  /corrupt|missing|is empty|could not read|cannot read|unable to (?:read|unpack)|\bbad\b|invalid|does not match/i;

/** Lines without control characters: git repeats what a remote says, and a terminal may show it. */
export function printable(text: string): string {
  return text
    .slice(0, GIT_COMPLAINT_CHARS_MAX)
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/[\s\p{C}]+/gu, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}

/** The one line of a complaint that tells most, without its prefixes and its full stop; empty for none. */
export function tellingLine(complaint: string): string {
  const lines = complaint.split("\n").map((line) => line.replace(/^(?:(?:remote|error|fatal): ?)+/i, ""));
  const causes = lines.filter((line) => !CONSEQUENCE.test(line));
  const told = causes.findLast((line) => /corrupt/i.test(line)) ?? causes.find((line) => CAUSE.test(line));
  return (told ?? causes[0] ?? lines[0] ?? "").replace(/[\s.]+$/u, "");
}
