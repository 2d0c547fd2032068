/** Commands that say whose words a text is, and how to give them credit. */
import { LoreError } from "../../bytes/index.ts";
import { authorship, citationOf, type Community, units } from "../../community/index.ts";
import { bibtex, creditLine, cslJson } from "../../export/index.ts";
import {
  type Command,
  chosenCommunity,
  COMMUNITY_OPTION,
  day,
  flag,
  isSet,
  MOMENT_OPTIONS,
  printJson,
  word,
} from "../command.ts";
import { chosenMoment } from "./reading.ts";

const NAMES_WIDTH = 28;

const blame: Command = {
  name: "blame",
  words: 1,
  usage: "UNIT[@REVISION] [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "Show who wrote which words of a text, and in which version",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS },
  async run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const moment = chosenMoment(invocation, community);
    const unit = units.findUnit(community, word(invocation, 0, "a path, title or id"), moment);
    const revision = units.resolve(community, unit, moment);
    await authorship.authorshipReady(community);
    const found = authorship.attributed(community, revision, moment);
    if (found === undefined) throw notAttributed(community, revision);
    const detail = units.revisionDetail(community, revision, moment);
    if (isSet(invocation, "json")) {
      const runs = found.runs.map(({ bytes, start, end, words, origin }) => ({
        range: bytes,
        text: found.text.slice(start, end),
        words,
        origin,
      }));
      const people = authorship.standingInText(found).map(({ id, name }) => ({ id, name }));
      printJson(invocation, { unit: detail.unit, revision: detail.revision, title: detail.title, people, runs });
    } else for (const line of lines(found)) invocation.output.out(`${line}\n`);
    return undefined;
  },
};

function notAttributed(community: Community, revision: number): LoreError {
  const { title, state, parts } = units.revisionDetail(community, revision);
  const body = parts.find(({ name }) => name === "body");
  return new LoreError("REFUSED", `Asking who wrote the words of "${title}": ${why()}.`);

  function why(): string {
    if (body === undefined || body.sha256 === null) return "it has no text that is here";
    if (state !== "current" && state !== "past") return "it was never accepted; only accepted versions are looked at";
    if (community.authorship.reached < community.size)
      return "nobody has looked yet, and this copy cannot be written. Ask where it can, or in a moment";
    if (body.sizeBytes > authorship.TEXT_BYTES_MAX)
      return `it has ${body.sizeBytes} bytes, and longer texts than ${authorship.TEXT_BYTES_MAX} are not looked at`;
    return "it is not text";
  }
}

/** One line for each run in each line of the text: who, when, what. */
function lines({ text, runs }: authorship.AttributedText): string[] {
  return runs.flatMap(({ start, origin }, i) => {
    const names = origin.authors.map(({ name }) => name).join(", ");
    const who = names.length > NAMES_WIDTH ? `${names.slice(0, NAMES_WIDTH - 1)}…` : names.padEnd(NAMES_WIDTH);
    const said = text.slice(i === 0 ? 0 : start, runs[i + 1]?.start ?? text.length);
    return said
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => `${day(origin.time)}  ${who}  ${line.trimEnd()}`);
  });
}

const cite: Command = {
  name: "cite",
  words: 1,
  usage: "UNIT[@REVISION] [--as-of SIZE|DATE | --known DATE] [--bibtex | --csl] [--community ID|NAME]",
  summary: "Print a line of credit for a version, or the same as BibTeX or CSL-JSON",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS, bibtex: flag, csl: flag },
  async run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const moment = chosenMoment(invocation, community);
    const unit = units.findUnit(community, word(invocation, 0, "a path, title or id"), moment);
    const revision = units.resolve(community, unit, moment);
    if (isSet(invocation, "bibtex") && isSet(invocation, "csl"))
      throw new LoreError("USAGE", "Give --bibtex or --csl, not both.");
    await authorship.authorshipReady(community);
    const citation = citationOf(community, revision, moment);
    const said = isSet(invocation, "bibtex")
      ? bibtex(citation)
      : isSet(invocation, "csl") || isSet(invocation, "json")
        ? cslJson(citation)
        : `${creditLine(citation)}\n`;
    invocation.output.out(said);
    return undefined;
  },
};

export const AUTHORSHIP = [blame, cite];
