/** Commands that bring things in and take them out: import, export, restore, recover. */
import { LoreError } from "../../bytes/index.ts";
import type { LoreNode } from "../../community/index.ts";
import { importFolder, importGit, importZip } from "../../import/run.ts";
import type { ImportReport } from "../../import/report.ts";
import {
  type Command,
  communityNamed,
  COMMUNITY_OPTION,
  counted,
  flag,
  type Invocation,
  isSet,
  option,
  printJson,
  progressLine,
  text,
  requireWritable,
  word,
  writeResult,
} from "../command.ts";
import { founderName, FOUNDING_OPTIONS } from "./membership.ts";
import { portraitLine } from "./portrait.ts";

/** Exit code of what Ctrl-C ended, as shells have it: 128 and the number of the signal. */
const INTERRUPTED = 130;

const GIT_ONLY = ["branch", "path", "map", "allow-private"] as const;

const importing: Command = {
  name: "import",
  words: 2,
  usage:
    "git BUNDLE|REPOSITORY|URL | folder DIR | zip FILE [--path PREFIX] [--branch NAME] [--name NAME | --community ID|NAME] [--founder NAME] [--about TEXT] [--licence ID] [--retire] [--allow-private] [--map FILE] [--json]",
  summary: "Bring in a repository with its whole history, a folder or a zip file",
  options: {
    ...COMMUNITY_OPTION,
    ...FOUNDING_OPTIONS,
    path: text,
    branch: text,
    map: text,
    "allow-private": flag,
    retire: flag,
  },
  async run(invocation) {
    const form = word(invocation, 0, "git, folder or zip");
    if (form !== "git" && form !== "folder" && form !== "zip")
      throw new LoreError("USAGE", `"lore import" knows git, folder and zip, not "${form}".`);
    const strange = form === "git" ? undefined : GIT_ONLY.find((name) => invocation.options[name] !== undefined);
    if (strange !== undefined) throw new LoreError("USAGE", `"lore import ${form}" takes no --${strange}; git does.`);
    const location = word(invocation, 1, form === "git" ? "a bundle, repository or https address" : `a ${form}`);
    const progress = progressLine(invocation.output);
    const node = invocation.node("write");
    const shared = {
      location,
      into: target(invocation, node),
      mayRetireMost: isSet(invocation, "retire"),
      onProgress: ({ stage, done, of }: { stage: string; done: number; of: number }) => progress.show(stage, done, of),
    };
    const branch = option(invocation, "branch");
    const prefix = option(invocation, "path");
    const git = { ...shared, branch, prefix, allowPrivate: isSet(invocation, "allow-private") };
    const map = option(invocation, "map");
    // What cannot be written is said before anything is.
    if (map !== undefined) requireWritable(map);
    const bringIn = async (): Promise<ImportReport> => {
      if (form === "folder") return importFolder(node, shared);
      if (form === "zip") return importZip(node, shared);
      const { report, commits } = await importGit(node, git);
      if (map !== undefined) writeResult(map, commits.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
      return report;
    };
    const interrupted = () => {
      progress.end();
      invocation.output.notice("lore: stopped. What was written whole stays; the same command goes on from there.\n");
      // Whatever was under way is gone with the process: the next start sweeps it up.
      process.exit(INTERRUPTED);
    };
    process.once("SIGINT", interrupted);
    const report = await bringIn().finally(() => {
      process.off("SIGINT", interrupted);
      progress.end();
    });
    if (isSet(invocation, "json")) printJson(invocation, report);
    else {
      invocation.output.out(reportText(report));
      invocation.output.out(await portraitLine(invocation, node.community(report.community.id)));
    }
    return undefined;
  },
};

function target(invocation: Invocation, node: LoreNode) {
  const existing = option(invocation, "community");
  if (existing !== undefined) return { id: communityNamed(node, existing).id };
  return {
    name: option(invocation, "name"),
    about: option(invocation, "about"),
    licence: option(invocation, "licence"),
    founder: founderName(invocation),
  };
}

const LISTED_MAX = 10;

/** The report as people read it. */
export function reportText(report: ImportReport): string {
  const kinds = Object.entries(report.units).map(([kind, count]) => counted(count, kind));
  const lines = [
    `${report.community.name}  ${report.community.id}`,
    `Now here: ${kinds.join(", ") || "nothing"}.`,
    `Brought in: ${counted(report.revisions, "version")}, in ${(report.durationMs / 1000).toFixed(1)} s.`,
  ];
  if (report.commits !== undefined)
    lines.push(
      `The source has ${counted(report.commits.all, "commit")} by ${counted(report.people, "person", "people")}.`,
    );
  if (report.retired > 0) lines.push(`Retired, since the source has them no longer: ${report.retired}.`);
  if (report.rewritten !== undefined) lines.push(`The source's history was rewritten: ${report.rewritten}`);
  if (report.bots.length > 0) lines.push(`Not people: ${report.bots.join(", ")}.`);
  if (report.suggestionsAccepted + report.suggestionsClosed > 0) {
    lines.push(
      `From side branches: ${counted(report.suggestionsAccepted, "version")} taken into the main line later, ${counted(report.suggestionsClosed, "version")} never taken (declined suggestions here).`,
    );
  }
  lines.push(
    ...listed(
      'Names taken for one person (undo with "lore member unmerge"):',
      report.merges.map(({ names, reason }) => `${names.join(" = ")} (${reason})`),
    ),
  );
  lines.push(
    ...listed(
      'Perhaps one person (say so with "lore member merge"):',
      report.suggestions.map(({ names, reason }) => `${names.join(" = ")} (${reason})`),
    ),
  );
  lines.push(
    ...listed(
      `Links that lead nowhere: ${report.brokenLinks.count}`,
      report.brokenLinks.list.map(({ page, href }) => `${page} → ${href}`),
    ),
  );
  lines.push(
    ...listed("Edited here since the last import, so the newer version waits as a suggestion:", report.waiting),
  );
  lines.push(...listed("Only pointers: the large files themselves (Git LFS) are not in the source:", report.pointers));
  lines.push(
    ...listed(
      `Left out: ${report.skipped.length}`,
      report.skipped.map(({ path, reason }) => `${path}: ${reason}`),
    ),
  );
  return `${lines.join("\n")}\n`;
}

function listed(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const more = items.length > LISTED_MAX ? [`  and ${items.length - LISTED_MAX} more`] : [];
  return [title, ...items.slice(0, LISTED_MAX).map((item) => `  ${item}`), ...more];
}

export const MOVING = [importing];
