/** Commands that read: ls, show, history, diff, search, people. */
import { diffLines, diffWordsWithSpace } from "diff";

import { base32, LoreError, textOf } from "../../bytes/index.ts";
import {
  type Community,
  moments,
  persons,
  type Remark,
  remarksOn,
  searchCommunity,
  units,
} from "../../community/index.ts";
import { KINDS } from "../../unit/index.ts";
import {
  type Command,
  chosenCommunity,
  COMMUNITY_OPTION,
  day,
  flag,
  type Invocation,
  isSet,
  MOMENT_OPTIONS,
  option,
  printJson,
  text,
  unknownKind,
  word,
} from "../command.ts";

/** What `--as-of` or `--known` asks for. */
export function chosenMoment(invocation: Invocation, community: Community): moments.Moment {
  const [asOf, known] = [option(invocation, "as-of"), option(invocation, "known")];
  if (asOf !== undefined && known !== undefined) throw new LoreError("USAGE", "Give --as-of or --known, not both.");
  if (known !== undefined) return { at: "size", size: moments.knownSize(community, moments.parseDate(known)) };
  return asOf === undefined ? moments.NOW : moments.parseMoment(community, asOf);
}

function chosenKinds(invocation: Invocation): string[] | undefined {
  const kind = option(invocation, "kind");
  if (kind !== undefined && !KINDS.has(kind)) throw unknownKind(kind);
  return kind === undefined ? undefined : [kind];
}

const SEARCH_LIMIT_MAX = 100;

const ls: Command = {
  name: "ls",
  usage: "[--kind KIND] [--all] [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "List what is here, now or at another moment",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS, kind: text, all: flag },
  run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const listing = units.listUnits(community, {
      moment: chosenMoment(invocation, community),
      kinds: chosenKinds(invocation),
      all: isSet(invocation, "all"),
    });
    if (isSet(invocation, "json")) printJson(invocation, listing);
    else
      for (const unit of listing) {
        const flags = flagsOf(unit);
        const after = flags.length === 0 ? "" : `  (${flags.join(", ")})`;
        invocation.output.out(`${unit.kind.padEnd(8)} ${standsAt(unit)}${after}\n`);
      }
    return undefined;
  },
};

/** Where it stands, on one line; what has no path goes by its title. */
function standsAt({ path, pathHex, title }: units.UnitListing): string {
  const place = path ?? (pathHex === undefined ? undefined : units.escapedPath(pathHex));
  return place?.replaceAll(/[\n\t]/g, "\uFFFD") ?? `"${title}"`;
}

/** What is not as usual with a unit. */
function flagsOf({ state, disputed }: units.UnitListing): string[] {
  return [...(state === "current" ? [] : [state]), ...(disputed ? ["disputed"] : [])];
}

const show: Command = {
  name: "show",
  words: 1,
  usage: "UNIT[@REVISION] [--raw] [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "Show one page, table or other unit",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS, raw: flag },
  run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const moment = chosenMoment(invocation, community);
    const unit = units.findUnit(community, word(invocation, 0, "a path, title or id"), moment);
    const revision = units.resolve(community, unit, moment);
    const detail = units.revisionDetail(community, revision, moment);
    const bytes = units.partBytes(community, revision);
    const body = bytes === undefined ? undefined : textOf(bytes);
    const remarks = unit.revision === undefined ? remarksOn(community, unit.unit, { moment }) : [];
    if (isSet(invocation, "json")) printJson(invocation, { ...detail, text: body ?? null, remarks });
    else if (isSet(invocation, "raw")) invocation.output.out(bytes ?? notHere(detail));
    else {
      const by = detail.authors.map(({ name }) => name).join(", ");
      const listing = units.unitAt(community, unit.unit, moment);
      const state = [
        ...(detail.state === "current" ? [] : [detail.state]),
        ...(listing === undefined ? [] : flagsOf(listing)),
      ]
        .map((each) => `, ${each}`)
        .join("");
      const shown = body ?? (bytes === undefined ? "(hidden or erased)" : `(${bytes.length} bytes that are not text)`);
      invocation.output.out(
        `${detail.title}\nby ${by}, ${day(detail.time)}${state}  ${detail.unit}@${detail.revision.slice(0, 12)}\n\n${shown.trimEnd()}\n${remarks.map(remarkLine).join("")}`,
      );
    }
    return undefined;
  },
};

/** @throws LoreError NOT_FOUND: a program must not take hidden words for an empty text. */
function notHere({ title }: units.RevisionDetail): never {
  throw new LoreError(
    "NOT_FOUND",
    `The words of this version of "${title}" are hidden or erased; "lore history" shows which.`,
  );
}

/** "-- dispute by Miller, 2026-11-20, on "two hours": it burnt  x7qd…": the id withdraws it. */
function remarkLine({ said, verdict, by, time, text: words, quote, id }: Remark): string {
  const what = verdict === null ? said : `${said} ${verdict}`;
  const on = quote === null || quote === "" ? "" : `, on "${quote.replaceAll(/\s+/g, " ")}"`;
  return `-- ${what} by ${by.name}, ${day(time)}${on}${words === null ? "" : `: ${words}`}  ${id}\n`;
}

const history: Command = {
  name: "history",
  words: 1,
  usage: "UNIT [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "List every version of a unit, newest first",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS },
  run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const moment = chosenMoment(invocation, community);
    const { unit } = units.findUnit(community, word(invocation, 0, "a path, title or id"), moment);
    const versions = units.history(community, unit, moment);
    const width = versions.reduce((widest, version) => Math.max(widest, placeOf(version).length), 0);
    if (isSet(invocation, "json")) printJson(invocation, versions);
    else
      for (const version of versions) {
        const { revision, time, authors, note } = version;
        const said = note?.split("\n", 1)[0] ?? "";
        invocation.output.out(
          `${placeOf(version).padStart(width)}  ${day(time)}  ${revision.slice(0, 12)}  ${authors.map(({ name }) => name).join(", ")}${isHidden(version) ? " (hidden)" : ""}${said === "" ? "" : `: ${said}`}\n`,
        );
      }
    return undefined;
  },
};

function isHidden({ parts }: units.RevisionDetail): boolean {
  return parts.some(({ sha256 }) => sha256 === null);
}

/** The number of an accepted version; of one on a side branch, with which it was taken; else the state. */
function placeOf({ version, takenWith, state }: units.RevisionDetail): string {
  if (version !== null) return String(version);
  return takenWith === null ? state : `with ${takenWith}`;
}

const diff: Command = {
  name: "diff",
  words: 3,
  usage: "UNIT [FROM [TO]] [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "Show what changed between two versions, word by word",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS },
  run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const moment = chosenMoment(invocation, community);
    const { unit } = units.findUnit(community, word(invocation, 0, "a path, title or id"), moment);
    const accepted = units
      .history(community, unit, moment)
      .filter(({ version }) => version !== null)
      .toSorted((a, b) => (a.version ?? 0) - (b.version ?? 0));
    const to = versionNamed(accepted, invocation.words[2]) ?? accepted.at(-1);
    const from =
      versionNamed(accepted, invocation.words[1]) ?? accepted.find(({ version }) => version === (to?.version ?? 0) - 1);
    if (from === undefined || to === undefined)
      throw new LoreError("NOT_FOUND", "There are not two versions to compare yet.");
    for (const version of [from, to]) if (isHidden(version)) notHere(version);
    const [before, after] = [bodyOf(community, from.revision), bodyOf(community, to.revision)];
    const changes = wordChanges(before, after);
    if (isSet(invocation, "json")) printJson(invocation, { from: from.revision, to: to.revision, changes });
    else {
      const marked = changes.map(({ value, added, removed }) =>
        added ? `{+${value}+}` : removed ? `[-${value}-]` : shorten(value),
      );
      invocation.output.out(before === after ? "No difference.\n" : `${marked.join("").trimEnd()}\n`);
    }
    return undefined;
  },
};

interface Change {
  readonly value: string;
  readonly added: boolean;
  readonly removed: boolean;
}

const LINES_TIMEOUT_MS = 2_000;
const WORDS_TIMEOUT_MS = 500;

/** Words within lines that changed; what lies too far apart to be compared in time is shown as gone and new. */
function wordChanges(before: string, after: string): Change[] {
  const whole = (removed: string, added: string): Change[] => [
    { value: removed, added: false, removed: true },
    { value: added, added: true, removed: false },
  ];
  const lines = diffLines(before, after, { timeout: LINES_TIMEOUT_MS });
  if (lines === undefined) return whole(before, after);
  return lines.flatMap((line, i) => {
    const [earlier, later] = [lines[i - 1], lines[i + 1]];
    if (line.added && earlier?.removed === true) return [];
    if (!line.removed || later?.added !== true) return [changeOf(line)];
    const words = diffWordsWithSpace(line.value, later.value, { timeout: WORDS_TIMEOUT_MS });
    return words?.map(changeOf) ?? whole(line.value, later.value);
  });
}

function changeOf({ value, added, removed }: Change): Change {
  return { value, added, removed };
}

const CONTEXT_LINES = 2;

/** Unchanged text keeps two lines at each end. */
function shorten(same: string): string {
  const lines = same.split("\n");
  if (lines.length <= CONTEXT_LINES * 2 + 2) return same;
  return [...lines.slice(0, CONTEXT_LINES + 1), "[…]", ...lines.slice(-CONTEXT_LINES - 1)].join("\n");
}

function versionNamed(
  versions: readonly units.RevisionDetail[],
  name: string | undefined,
): units.RevisionDetail | undefined {
  if (name === undefined) return undefined;
  const found = /^\d+$/.test(name)
    ? versions.find(({ version }) => version === Number(name))
    : versions.find(({ revision }) => revision.startsWith(name));
  if (found === undefined)
    throw new LoreError("NOT_FOUND", `This unit has no version ${name}. "lore history" lists them.`);
  return found;
}

function bodyOf(community: Community, revision: string): string {
  const bytes = units.partBytes(community, units.findRevision(community, revision).n);
  return bytes === undefined ? "" : (textOf(bytes) ?? base32.encode(bytes));
}

function chosenLimit(invocation: Invocation): number {
  const limit = option(invocation, "limit") ?? "10";
  if (/^[1-9]\d*$/.test(limit) && Number(limit) <= SEARCH_LIMIT_MAX) return Number(limit);
  throw new LoreError("USAGE", `--limit is a number from 1 to ${SEARCH_LIMIT_MAX}; got "${limit.slice(0, 40)}".`);
}

const search: Command = {
  name: "search",
  words: Number.POSITIVE_INFINITY,
  usage: "WORDS… [--limit N] [--kind KIND] [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "Find pages by their words",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS, limit: text, kind: text },
  async run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const hits = await searchCommunity(community, {
      text: word(invocation, 0, "words to look for") && invocation.words.join(" "),
      limit: chosenLimit(invocation),
      kinds: chosenKinds(invocation),
      moment: chosenMoment(invocation, community),
    });
    if (isSet(invocation, "json")) printJson(invocation, hits);
    else
      for (const { title, path, snippet } of hits)
        invocation.output.out(`${title}${path === null ? "" : `  ${path}`}\n    ${snippet.replaceAll(/\s+/g, " ")}\n`);
    if (hits.length === 0) invocation.output.notice("Nothing was found.\n");
    return undefined;
  },
};

const people: Command = {
  name: "people",
  words: 1,
  usage: "[NAME|ID] [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "List everyone, in order of first contribution",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS },
  run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const [name] = invocation.words;
    const moment = chosenMoment(invocation, community);
    const listing =
      name === undefined ? persons.people(community, moment) : [persons.findPerson(community, name, moment)];
    if (isSet(invocation, "json")) printJson(invocation, listing);
    else
      for (const { id, name: shown, roles, keyed, since, until, alsoKnownAs } of listing) {
        const span =
          since === null || until === null
            ? ""
            : day(since) === day(until)
              ? `, ${day(since)}`
              : `, ${day(since)} to ${day(until)}`;
        const also = alsoKnownAs.length === 0 ? "" : ` (also ${alsoKnownAs.join(", ")})`;
        invocation.output.out(
          `${shown}${also}: ${[...roles, keyed ? "member" : "named in history"].join(", ")}${span}  ${id}\n`,
        );
      }
    return undefined;
  },
};

export const READING = [ls, show, history, diff, search, people];
