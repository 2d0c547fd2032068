/** The page that says what a copy is: whose, of when, by whom, under which terms, and what it leaves out. */
import { type Community, persons } from "../community/index.ts";
import type { Placed } from "./places.ts";
import { addressOf } from "./relink.ts";
import { type LeftOut, shownLeftOut } from "./report.ts";

export const ABOUT_PATH = "ABOUT-THIS-COPY.md";
const LISTED_MAX = 5_000;

export interface About {
  /** What the copy shows: "2026-05-03", or "entry 120". */
  readonly asOf: string;
  readonly placed: readonly Placed[];
  readonly leftOut: readonly LeftOut[];
}

export function aboutPage(community: Community, { asOf, placed, leftOut }: About): string {
  const { id, size, projections } = community;
  const { name, about, licence, start } = community.about;
  const people = persons.people(community).filter(({ type, since }) => type === "person" && since !== null);
  const lines = [
    `# ${oneLine(name)}`,
    ...(about === undefined ? [] : [oneLine(about)]),
    `This is a copy of the current files of the community **${oneLine(name)}**. The files are as they were written, each at its own path.`,
    [
      `- Community: \`${id}\``,
      `- As of: ${asOf}`,
      `- Record: ${size} entries, the last of ${dateOf(projections.fold.time)}`,
      `- Licence: ${licence === undefined ? "none is named for the whole; ask the community" : oneLine(licence)}`,
    ].join("\n"),
    "A complete copy with every version, who wrote it and the proofs is an archive: `lore export --archive DIR`.",
    ...startLines(placed, start),
    `## People\n\n${people.length === 0 ? "Nobody is named yet." : people.map(({ name: person }) => oneLine(person)).join(", ")}`,
    `## Contents\n\n${placed.slice(0, LISTED_MAX).map(contentLine).join("\n") || "Nothing yet."}`,
    ...(placed.length > LISTED_MAX ? [`and ${placed.length - LISTED_MAX} more.`] : []),
    ...(leftOut.length === 0
      ? []
      : [
          `## Left out\n\n${leftOut.map((left) => `- ${oneLine(shownLeftOut(left))}: ${oneLine(left.reason)}`).join("\n")}`,
        ]),
  ];
  return `${lines.join("\n\n")}\n`;
}

/** Where the community says to begin. */
function startLines(placed: readonly Placed[], start: readonly string[]): string[] {
  const first = start.flatMap((path) => placed.find((other) => other.path === path) ?? []);
  return first.length === 0 ? [] : [`## Start here\n\n${first.map(contentLine).join("\n")}`];
}

function contentLine({ listing, path }: Placed): string {
  return `- [${oneLine(listing.title)}](${addressOf(path)})`;
}

export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Words that cannot start markup of their own. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .trim()
    .replaceAll(/[\\`*_[\]<>#|]/g, "\\$&");
}
