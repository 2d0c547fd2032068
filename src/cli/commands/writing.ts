/** Commands that write units: propose, review, mark, redact. */

import { base32, LoreError, utf8 } from "../../bytes/index.ts";
import { Author, type Community, type DraftOp, type DraftPart, openProposals, units } from "../../community/index.ts";
import { kindOfFile, mediaOfFile, titleOfFile } from "../../import/content.ts";
import {
  KINDS,
  kindOf,
  type Link,
  type MarkName,
  opId,
  parseDigest,
  readMeta,
  revisionId,
  type ReviseOp,
  unitId,
} from "../../unit/index.ts";
import {
  type Command,
  chosenCommunity,
  COMMUNITY_OPTION,
  flag,
  type Invocation,
  isSet,
  option,
  printJson,
  readGiven,
  requiredOption,
  text,
  unknownKind,
  word,
} from "../command.ts";
import { proposalText } from "./proposals.ts";

const REGULAR_FILE = 0o100644;

/** Who signs: the identity that `--as` names, else this user's first. @throws LoreError FORBIDDEN. */
export function chosenAuthor(invocation: Invocation, community: Community): Author {
  const label = option(invocation, "as");
  const keys = invocation.node("write").keystore.read(community.id, label);
  if (keys === undefined) {
    // On a copy without its keys, a new identity would not help.
    if (community.refusal !== undefined) throw community.refusal;
    const who = label === undefined ? "no key of this community is" : `the identity "${label}" is not`;
    throw new LoreError(
      "FORBIDDEN",
      `Writing needs a key, and ${who} on this machine. "lore member add NAME --as LABEL" makes one.`,
    );
  }
  return new Author(community, keys);
}

export const WRITE_OPTIONS = { ...COMMUNITY_OPTION, as: text } as const;

/** A file's bytes, "-" for standard input. @throws LoreError NOT_FOUND. */
async function readInputFile({ output }: Invocation, path: string): Promise<Uint8Array> {
  return path === "-" ? output.readInput() : readGiven(path);
}

/** Whether what entry `index` says waits for the consent of others, as an answer begins with. */
export function isWaiting({ rows }: Community, index: number): boolean {
  return rows.get("SELECT n FROM proposal WHERE idx = ? AND state = 'proposed'", index) !== undefined;
}

export const WAITS = 'It waits for consent; "lore review" lists what waits.';

/** A part with words in it, when there are any. */
export function words(said: string | undefined, name = "text"): DraftPart[] {
  return said === undefined || said === "" ? [] : [{ name, media: "text/plain", bytes: utf8(said) }];
}

const propose: Command = {
  name: "propose",
  words: 1,
  usage:
    "FILE|- [--unit UNIT] [--path PATH] [--kind KIND] [--title TITLE] [--note WORDS] [--uses UNIT] [--direct] [--as LABEL]",
  summary: "Suggest a new page or a new version; with --direct, write it at once",
  options: {
    ...WRITE_OPTIONS,
    unit: text,
    path: text,
    kind: text,
    title: text,
    note: text,
    licence: text,
    uses: text,
    from: text,
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

function reviseDraft(invocation: Invocation, { community, author, name, bytes }: Writing): DraftOp {
  const existing = option(invocation, "unit");
  const ref = existing === undefined ? undefined : units.findUnit(community, existing);
  const parent = ref === undefined ? undefined : units.revisionDetail(community, units.resolve(community, ref));
  const path =
    option(invocation, "path") ?? parent?.path ?? (name === "-" ? undefined : name.slice(name.lastIndexOf("/") + 1));
  const file = { path: path ?? "", mode: REGULAR_FILE, bytes };
  const kind = parent?.kind ?? option(invocation, "kind") ?? kindOfFile(file);
  if (!KINDS.has(kind)) throw unknownKind(kind);
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
  const [licence, uses] = [option(invocation, "licence"), option(invocation, "uses")];
  const like =
    head === undefined ? undefined : community.facts.parts(head).find((part) => part.name === "body")?.digest;
  // A new text of the charter keeps the rules in force.
  const rules = kind === "charter" ? community.charter.rules : undefined;
  return {
    op: "revise",
    unit,
    kind,
    parents: parent === undefined ? [] : [parseDigest(parent.revision, "a revision")],
    ...(nonce === undefined ? {} : { nonce }),
    ...(isSet(invocation, "direct") ? {} : { propose: true as const }),
    ...(licence === undefined ? {} : { licence }),
    ...(rules === undefined ? {} : { rules }),
    ...linksOf(community, head, uses),
    content: [
      { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(meta)) },
      { name: "body", media: path === undefined ? kindOf(kind).media : mediaOfFile(file, kind), bytes, like },
    ],
  };
}

/** The links of the version before, and the one that is added. */
function linksOf(
  community: Community,
  head: number | undefined,
  uses: string | undefined,
): { links?: readonly Link[] } {
  const added: Link[] = uses === undefined ? [] : [{ rel: "uses", to: units.findUnit(community, uses).id }];
  const op = head === undefined ? undefined : units.revisionOp(community, head);
  const kept = (op?.links ?? []).filter(
    ({ rel, to }) => !added.some((link) => link.rel === rel && link.to.toString() === to.toString()),
  );
  return kept.length + added.length === 0 ? {} : { links: [...kept, ...added] };
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

const review: Command = {
  name: "review",
  words: 1,
  usage: "ID --approve | --reject | --comment WORDS [--reason WORDS] [--as LABEL]",
  summary: "Accept or decline a suggestion, or comment on it; without an ID, list what waits",
  options: { ...WRITE_OPTIONS, approve: flag, reject: flag, comment: text, reason: text },
  async run(invocation) {
    const community = chosenCommunity(invocation, "write");
    const isAsking =
      !isSet(invocation, "approve") && !isSet(invocation, "reject") && option(invocation, "comment") === undefined;
    if (invocation.words.length === 0 && isAsking) return listOpen(invocation, community);
    const author = chosenAuthor(invocation, community);
    const on = subjectNamed(community, word(invocation, 0, "the suggestion's id"));
    const comment = option(invocation, "comment");
    const verdict = isSet(invocation, "approve")
      ? "approve"
      : isSet(invocation, "reject")
        ? "reject"
        : comment === undefined
          ? undefined
          : "comment";
    if (verdict === undefined) throw new LoreError("USAGE", "Say --approve, --reject or --comment WORDS.");
    await author.write([{ op: "review", verdict, on, content: words(comment ?? option(invocation, "reason")) }]);
    const state = stateOfSubject(community, on);
    if (isSet(invocation, "json")) printJson(invocation, { id: base32.encode(on), verdict, state });
    else invocation.output.out(`${saidOf(verdict, state)}\n`);
    return undefined;
  },
};

function saidOf(verdict: "approve" | "reject" | "comment", state: string): string {
  if (verdict === "comment") return "Noted.";
  if (verdict === "reject") return state === "rejected" ? "Declined." : `You declined it; it is still ${state}.`;
  return state === "current" || state === "accepted" ? "Accepted." : `Approved; it is still ${state}.`;
}

function listOpen(invocation: Invocation, community: Community): undefined {
  const open = openProposals(community);
  if (isSet(invocation, "json")) printJson(invocation, open);
  else
    for (const proposal of open) {
      const { id, by, revision } = proposal;
      const from = (revision?.authors ?? [by]).map(({ name }) => name).join(", ");
      invocation.output.out(
        `${id}  ${proposalText(community, proposal)}, by ${from}${revision?.state === "needs-merge" ? " (needs merging)" : ""}\n`,
      );
    }
  if (open.length === 0) invocation.output.notice("Nothing waits.\n");
  return undefined;
}

/** A revision by `unit@rev` or its id, or another op by its id. */
function subjectNamed(community: Community, name: string): Uint8Array {
  if (!name.includes("@")) return parseDigest(name, "a suggestion's id");
  const ref = units.findUnit(community, name);
  return community.facts.revision(ref.revision ?? 0)?.id ?? new Uint8Array(32);
}

function stateOfSubject(community: Community, on: Uint8Array): string {
  const revision = community.facts.revisionById(on);
  if (revision !== undefined) return units.revisionDetail(community, revision.n).state;
  return community.facts.proposalById(on)?.state ?? "on record";
}

/** What the one who marks is told. */
const MARKED: Readonly<Record<MarkName, string>> = {
  confirm: "Noted",
  dispute: "Disputed",
  supersede: "Replaced",
  retire: "Retired",
  restore: "Back again",
  thank: "Thanked",
  withdraw: "Withdrawn",
};

const MARK_FLAGS: Readonly<Record<string, MarkName>> = {
  confirm: "confirm",
  dispute: "dispute",
  retire: "retire",
  restore: "restore",
  thank: "thank",
  withdraw: "withdraw",
};

const mark: Command = {
  name: "mark",
  words: 1,
  usage:
    "UNIT[@REVISION]|ID --confirm holds|fails | --dispute | --supersede-by UNIT | --retire | --restore | --thank | --withdraw [--reason WORDS]",
  summary: "Say that something holds, is disputed, replaced, retired or back",
  options: {
    ...WRITE_OPTIONS,
    confirm: text,
    dispute: flag,
    "supersede-by": text,
    retire: flag,
    restore: flag,
    thank: flag,
    withdraw: flag,
    reason: text,
  },
  async run(invocation) {
    const community = chosenCommunity(invocation, "write");
    const author = chosenAuthor(invocation, community);
    const replacement = option(invocation, "supersede-by");
    const named = Object.entries(MARK_FLAGS).filter(([name]) => invocation.options[name] !== undefined);
    const [chosen, second] =
      replacement === undefined ? named.map(([, each]) => each) : ["supersede" as const, ...named];
    if (chosen === undefined || second !== undefined)
      throw new LoreError("USAGE", "Give exactly one mark, such as --retire.");
    const verdict = verdictOf(option(invocation, "confirm"));
    const { index, submission } = await author.write([
      {
        op: "mark",
        mark: chosen,
        on: markSubject(community, word(invocation, 0, "what to mark"), chosen),
        ...(verdict === undefined ? {} : { verdict }),
        ...(replacement === undefined ? {} : { by: units.findUnit(community, replacement).id }),
        content: words(option(invocation, "reason")),
      },
    ]);
    if (isSet(invocation, "json")) {
      const id = base32.encode(opId(invocation.environment.suite, submission.entry.digest, 0));
      printJson(invocation, { mark: chosen, id, entry: index });
    } else if (isWaiting(community, index)) invocation.output.out(`Suggested: to ${chosen} it. ${WAITS}\n`);
    else invocation.output.out(`${MARKED[chosen]}${verdict === undefined ? "" : `: it ${verdict}`}.\n`);
    return undefined;
  },
};

function verdictOf(confirmed: string | undefined): "holds" | "fails" | undefined {
  if (confirmed === undefined || confirmed === "holds" || confirmed === "fails") return confirmed;
  throw new LoreError("USAGE", `--confirm takes "holds" or "fails", not "${confirmed}".`);
}

function markSubject(community: Community, name: string, chosen: MarkName) {
  if (chosen === "withdraw") return subjectNamed(community, name);
  const ref = units.findUnit(community, name);
  const revision = ref.revision === undefined ? undefined : community.facts.revision(ref.revision);
  return revision === undefined ? { unit: ref.id } : { unit: ref.id, at: revision.id };
}

const redact: Command = {
  name: "redact",
  words: 1,
  usage: "UNIT[@REVISION] [--part body] [--replace-with FILE] --reason WORDS [--as LABEL]",
  summary: "Hide a part of a version at once, to be erased after the delay of the charter",
  options: { ...WRITE_OPTIONS, part: text, "replace-with": text, reason: text },
  async run(invocation) {
    const community = chosenCommunity(invocation, "write");
    const author = chosenAuthor(invocation, community);
    const ref = units.findUnit(community, word(invocation, 0, "a unit, or unit@revision"));
    const revision = community.facts.revision(units.resolve(community, ref));
    if (revision === undefined) throw new LoreError("NOT_FOUND", "There is no such version.");
    const part = option(invocation, "part") ?? "body";
    const replacement = option(invocation, "replace-with");
    if (replacement === undefined && part === "body" && community.facts.unit(ref.unit)?.head === revision.n) {
      throw new LoreError(
        "USAGE",
        "This is the current version: name the text that takes its place with --replace-with FILE.",
      );
    }
    const drafts: DraftOp[] = [
      {
        op: "redact",
        slots: [{ op: revision.id, part }],
        content: words(requiredOption(invocation, "reason", "a reason")),
      },
    ];
    if (replacement !== undefined) {
      const bytes = await readInputFile(invocation, replacement);
      const inner: Invocation = {
        ...invocation,
        options: { ...invocation.options, unit: base32.encode(ref.id), direct: true },
      };
      drafts.push(reviseDraft(inner, { community, author, name: replacement, bytes }));
    }
    const { index } = await author.write(drafts);
    if (isSet(invocation, "json")) printJson(invocation, { part, entry: index });
    else if (isWaiting(community, index))
      invocation.output.out(`Suggested: to hide the ${part} of ${base32.encode(revision.id).slice(0, 12)}. ${WAITS}\n`);
    else invocation.output.out(`Hidden: the ${part} of ${base32.encode(revision.id).slice(0, 12)}.\n`);
    return undefined;
  },
};

export const WRITING = [propose, review, mark, redact];
