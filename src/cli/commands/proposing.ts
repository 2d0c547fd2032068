/** The command that writes a unit: a new one, or a new version. */
import { base32, LoreError, utf8 } from "../../bytes/index.ts";
import { type Author, type Community, type DraftOp, requirePlainPath, units } from "../../community/index.ts";
import { kindOfFile, mediaOfFile, titleOfFile } from "../../import/content.ts";
import {
  KINDS,
  kindOf,
  type Link,
  parseDigest,
  readMeta,
  revisionId,
  type ReviseOp,
  type Rules,
  unitId,
} from "../../unit/index.ts";
import {
  type Command,
  chosenCommunity,
  flag,
  type Invocation,
  isSet,
  option,
  printJson,
  readGiven,
  readGivenText,
  text,
  unknownKind,
  word,
} from "../command.ts";
import { isRecord } from "../../unit/shape.ts";
import { chosenAuthor, WRITE_OPTIONS } from "./signing.ts";

const REGULAR_FILE = 0o100644;

/** A file's bytes, "-" for standard input. @throws LoreError NOT_FOUND. */
export async function readInputFile({ output }: Invocation, path: string): Promise<Uint8Array> {
  return path === "-" ? output.readInput() : readGiven(path);
}

export const propose: Command = {
  name: "propose",
  words: 1,
  usage:
    "FILE|- [--unit UNIT] [--path PATH] [--kind KIND] [--title TITLE] [--note WORDS] [--licence SPDX] [--derived-from UNIT[@REVISION]] [--uses UNIT[@REVISION]] [--cites UNIT[@REVISION]] [--rules FILE] [--direct] [--as LABEL]",
  summary: "Suggest a new page or a new version; with --direct, write it at once",
  options: {
    ...WRITE_OPTIONS,
    unit: text,
    path: text,
    kind: text,
    title: text,
    note: text,
    licence: text,
    "derived-from": text,
    uses: text,
    cites: text,
    rules: text,
    direct: flag,
  },
  async run(invocation) {
    const community = chosenCommunity(invocation, "write");
    const author = chosenAuthor(invocation, community);
    const name = word(invocation, 0, "a file to read, or - for standard input");
    const bytes = await readInputFile(invocation, name);
    const draft = reviseDraft(invocation, { community, author, name, bytes });
    const { submission, index } = await author.write([draft]);
    const id = revisionId(community.environment.suite, {
      log: community.log,
      author: author.member,
      op: submission.entry.ops[0] as ReviseOp,
    });
    const detail = units.revisionDetail(community, units.findRevision(community, base32.encode(id)).n);
    if (isSet(invocation, "json")) printJson(invocation, { ...detail, entry: index });
    else
      invocation.output.out(
        `${detail.state === "current" ? "Written" : "Suggested"}: ${detail.title}  ${detail.unit}@${detail.revision}\n`,
      );
    return undefined;
  },
};

interface Writing {
  readonly community: Community;
  readonly author: Author;
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function reviseDraft(invocation: Invocation, { community, author, name, bytes }: Writing): DraftOp {
  const existing = option(invocation, "unit");
  const ref = existing === undefined ? undefined : units.findUnit(community, existing);
  const parent = ref === undefined ? undefined : units.revisionDetail(community, units.resolve(community, ref));
  const path =
    option(invocation, "path") ??
    parent?.path ??
    // A new version of what has no path, such as the charter, gets none.
    (name === "-" || parent !== undefined ? undefined : name.slice(name.lastIndexOf("/") + 1));
  const file = { path: path ?? "", mode: REGULAR_FILE, bytes };
  const kind = parent?.kind ?? option(invocation, "kind") ?? kindOfFile(file);
  if (!KINDS.has(kind)) throw unknownKind(kind);
  requirePlainPath(option(invocation, "path"));
  if (ref === undefined && path !== undefined) requireFree(community, path);
  const nonce = ref === undefined ? community.environment.random(16) : undefined;
  const unit =
    ref?.id ??
    unitId(community.environment.suite, {
      log: community.log,
      author: author.member,
      nonce: nonce ?? new Uint8Array(16),
    });
  const head = ref === undefined ? undefined : units.resolve(community, ref);
  const before = head === undefined ? {} : readMeta(units.partBytes(community, head, "meta"));
  const title =
    option(invocation, "title") ?? (kind === "page" || head === undefined ? titleOfFile(file, kind) : undefined);
  const meta = metaOf(invocation, { title, path, kind, before });
  // What a version before was given under, its successor is, too.
  const licence =
    option(invocation, "licence") ?? (head === undefined ? undefined : community.facts.revision(head)?.licence);
  const like =
    head === undefined ? undefined : community.facts.parts(head).find((part) => part.name === "body")?.digest;
  const rules = rulesOf(invocation, community, { kind, head });
  return {
    op: "revise",
    unit,
    kind,
    parents: parent === undefined ? [] : [parseDigest(parent.revision, "a revision")],
    ...(nonce === undefined ? {} : { nonce }),
    ...(isSet(invocation, "direct") ? {} : { propose: true as const }),
    ...(licence == null ? {} : { licence }),
    ...(rules === undefined ? {} : { rules }),
    ...linksOf(invocation, community, head),
    content: [
      { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(meta)) },
      { name: "body", media: path === undefined ? kindOf(kind).media : mediaOfFile(file, kind), bytes, like },
    ],
  };
}

/** @throws LoreError REFUSED where a current unit has the path: one of the two could not be exported. */
function requireFree(community: Community, path: string): void {
  const there = units.listUnits(community).find((unit) => unit.path === path);
  if (there === undefined) return;
  throw new LoreError(
    "REFUSED",
    `Suggesting ${path}: "${there.title}" has this path already. For a new version of it add --unit ${path}; for another unit choose another --path.`,
    { field: "path" },
  );
}

const LINK_OPTIONS = { "derived-from": "derivedFrom", uses: "uses", cites: "cites" } as const;

/** The links of the version before, and those that are added. */
function linksOf(invocation: Invocation, community: Community, head: number | undefined): { links?: readonly Link[] } {
  const added = Object.entries(LINK_OPTIONS).flatMap(([name, rel]): Link[] => {
    const to = option(invocation, name);
    return to === undefined ? [] : [linkTo(community, rel, to)];
  });
  const op = head === undefined ? undefined : units.revisionOp(community, head);
  const kept = (op?.links ?? []).filter(
    ({ rel, to }) => !added.some((link) => link.rel === rel && link.to.toString() === to.toString()),
  );
  return kept.length + added.length === 0 ? {} : { links: [...kept, ...added] };
}

function linkTo(community: Community, rel: Link["rel"], named: string): Link {
  const { id, revision } = units.findUnit(community, named);
  const at = revision === undefined ? undefined : community.facts.revision(revision)?.id;
  return { rel, to: id, ...(at === undefined ? {} : { at }) };
}

/** The rules that a file gives; without one, those of the version before, which a new text keeps. */
function rulesOf(
  invocation: Invocation,
  community: Community,
  { kind, head }: { readonly kind: string; readonly head: number | undefined },
): Rules | undefined {
  const file = option(invocation, "rules");
  // What a file does not name stays as it is: a charter's keys are nothing to be typed.
  const before = kind === "charter" ? community.charter.rules : {};
  if (file !== undefined) return parseRules(readGivenText(file), { file, kind, before });
  if (kind === "charter") return before;
  return head === undefined ? undefined : units.revisionOp(community, head)?.rules;
}

/** Rules as JSON. @throws LoreError USAGE for a kind without any; MALFORMED naming the file. */
function parseRules(
  json: string,
  { file, kind, before }: { readonly file: string; readonly kind: string; readonly before: Rules },
): Rules {
  const shape = kindOf(kind).rules;
  if (shape === undefined)
    throw new LoreError("USAGE", `A ${kind} has no rules; only a charter, a policy or a right has.`);
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new LoreError("MALFORMED", `Reading ${file}: it is no JSON.`, { cause: error });
  }
  const rules: unknown = isRecord(value) ? { ...before, ...value } : value;
  shape(rules, file);
  // What its shape has read is text, whole numbers, bytes, lists and maps.
  return rules as Rules;
}

/** The facts of the version before, with what is said now; where that one was imported from is its own. */
function metaOf(
  invocation: Invocation,
  {
    title,
    path,
    kind,
    before,
  }: { title: string | undefined; path: string | undefined; kind: string; before: Partial<Record<string, unknown>> },
) {
  const { source: _, note: __, ...kept } = before;
  const [note, uses] = [option(invocation, "note"), option(invocation, "uses")];
  return {
    ...kept,
    ...(title === undefined ? {} : { title }),
    ...(path === undefined ? {} : { path }),
    ...(note === undefined ? {} : { note }),
    ...(kind === "program" && uses !== undefined ? { reads: [uses] } : {}),
  };
}
