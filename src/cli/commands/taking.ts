/** Commands that take everything out and put it back: export, restore, recover. */

import { LoreError } from "../../bytes/index.ts";
import type { Community } from "../../community/index.ts";
import { parseKeyFile } from "../../community/index.ts";
import {
  exportArchive,
  exportGit,
  exportMarkdown,
  type ExportProgress,
  type LeftOut,
  shownLeftOut,
  recover,
  restoreArchive,
} from "../../export/index.ts";
import {
  type Command,
  chosenCommunity,
  COMMUNITY_OPTION,
  counted,
  type Invocation,
  isSet,
  MOMENT_OPTIONS,
  option,
  printJson,
  readGivenText,
  progressLine,
  requiredOption,
  text,
  word,
} from "../command.ts";
import { chosenMoment } from "./reading.ts";

const exporting: Command = {
  name: "export",
  usage: "--git DIR | --markdown DIR|FILE.zip [--as-of SIZE|DATE] | --archive DIR [--community ID|NAME]",
  summary: "Take everything out: as a git repository, readable files, or a complete archive",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS, git: text, markdown: text, archive: text },
  async run(invocation) {
    const named = ["git", "markdown", "archive"].filter((form) => option(invocation, form) !== undefined);
    const [form, second] = named;
    if (form === undefined || second !== undefined)
      throw new LoreError("USAGE", "Say one of --git DIR, --markdown DIR or FILE.zip, --archive DIR.");
    const place = requiredOption(invocation, form, "where to write");
    // An archive seals first, which only the owner may; the others only read.
    const community = chosenCommunity(invocation, form === "archive" ? "write" : "read");
    const progress = progressLine(invocation.output);
    const onProgress = ({ stage, done, of }: ExportProgress) => progress.show(stage, done, of);
    const said = await exportAs(invocation, { form, place, community, onProgress }).finally(() => progress.end());
    if (isSet(invocation, "json")) printJson(invocation, said.facts);
    else invocation.output.out(said.words);
    return undefined;
  },
};

interface Exporting {
  readonly form: string;
  readonly place: string;
  readonly community: Community;
  readonly onProgress: (progress: ExportProgress) => void;
}

interface Said {
  readonly facts: object;
  readonly words: string;
}

async function exportAs(invocation: Invocation, { form, place, community, onProgress }: Exporting): Promise<Said> {
  if (form === "git") {
    const { commits, files, leftOut } = await exportGit(community, { directory: place, onProgress });
    return {
      facts: { commits, files, leftOut },
      words: `${place}: ${counted(commits, "commit")}, ${counted(files, "file")}.\n${leftOutWords(leftOut)}`,
    };
  }
  if (form === "markdown") {
    const target = /\.zip$/i.test(place) ? { zipFile: place } : { directory: place };
    const { files, leftOut } = await exportMarkdown(community, {
      target,
      moment: chosenMoment(invocation, community),
      onProgress,
    });
    return { facts: { files, leftOut }, words: `${place}: ${counted(files, "file")}.\n${leftOutWords(leftOut)}` };
  }
  const { size, files, written } = await exportArchive(community, { directory: place, onProgress });
  const words = `${place}: ${counted(size, "entry", "entries")}, ${counted(files, "file")}, ${written} of them new.\nCheck it by opening verify.html, or bring it back with: lore restore ${place}\n`;
  return { facts: { size, files, written }, words };
}

function leftOutWords(leftOut: readonly LeftOut[]): string {
  return leftOut.map((left) => `Left out: ${shownLeftOut(left)}: ${left.reason}\n`).join("");
}

const restore: Command = {
  name: "restore",
  words: 1,
  usage: "DIR [--keys FILE]",
  summary: "Bring a community back from its archive, checked to the last byte",
  options: { keys: text },
  async run(invocation) {
    const keys = option(invocation, "keys");
    const progress = progressLine(invocation.output);
    const community = await restoreArchive(invocation.node("write"), {
      directory: word(invocation, 0, "the folder of an archive"),
      keys: keys === undefined ? undefined : parseKeyFile(readGivenText(keys)),
      onProgress: ({ stage, done, of }) => progress.show(stage, done, of),
    }).finally(() => progress.end());
    const { refusal, size, id, name } = community;
    if (isSet(invocation, "json")) printJson(invocation, { id, name, size, writable: refusal === undefined });
    else
      invocation.output.out(
        `${name}  ${id}\n${counted(size, "entry", "entries")}, all verified. ${refusal === undefined ? "It can be written to here." : "It is a copy to read: the keys were not brought."}\n`,
      );
    return undefined;
  },
};

const recovering: Command = {
  name: "recover",
  usage: "--from ARCHIVE|ADDRESS [--community ID|NAME]",
  summary: "Fetch the entries that an older copy of the data folder lacks",
  options: { ...COMMUNITY_OPTION, from: text },
  async run(invocation) {
    const from = requiredOption(invocation, "from", "an archive's folder or a site's address");
    const node = invocation.node("write");
    const { id } = chosenCommunity(invocation, "write");
    await node.release(id);
    const progress = progressLine(invocation.output);
    const recovery = await recover(node, id, {
      from,
      onProgress: ({ stage, done, of }) => progress.show(stage, done, of),
    }).finally(() => progress.end());
    if (isSet(invocation, "json")) printJson(invocation, { id, ...recovery });
    else
      invocation.output.out(
        `Fetched ${counted(recovery.size - recovery.from, "entry", "entries")}; the record holds ${recovery.size} and can be written to again.\n`,
      );
    return undefined;
  },
};

export const TAKING = [exporting, restore, recovering];
