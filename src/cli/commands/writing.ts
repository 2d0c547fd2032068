/** Commands that write: review, mark, redact, and propose (proposing.ts). */

import { base32, LoreError } from "../../bytes/index.ts";
import {
  type Author,
  type Community,
  type DraftOp,
  openProposals,
  type ShownSlot,
  slotsWith,
  units,
  words,
} from "../../community/index.ts";
import { type MarkName, opId, parseDigest, type Target } from "../../unit/index.ts";
import {
  type Command,
  chosenCommunity,
  flag,
  type Invocation,
  isSet,
  option,
  printJson,
  requiredOption,
  text,
  word,
} from "../command.ts";
import { namesPassage, PASSAGE_OPTIONS, passageNamed } from "./passages.ts";
import { proposalText } from "./proposals.ts";
import { propose, readInputFile, reviseDraft } from "./proposing.ts";
import { chosenAuthor, isWaiting, WAITS, WRITE_OPTIONS } from "./signing.ts";

const review: Command = {
  name: "review",
  words: 1,
  usage:
    "ID --approve | --reject | --comment WORDS [--reason WORDS] [--as LABEL] | UNIT[@REVISION] --comment WORDS --quote WORDS|--range START-END",
  summary: "Accept or decline a suggestion, or comment on it; without an ID, list what waits",
  options: { ...WRITE_OPTIONS, ...PASSAGE_OPTIONS, approve: flag, reject: flag, comment: text, reason: text },
  async run(invocation) {
    const isAsking =
      !isSet(invocation, "approve") && !isSet(invocation, "reject") && option(invocation, "comment") === undefined;
    if (invocation.words.length === 0 && isAsking) return listOpen(invocation, chosenCommunity(invocation, "read"));
    const verdict = namesPassage(invocation) ? undefined : verdictGiven(invocation);
    const community = chosenCommunity(invocation, "write");
    const author = chosenAuthor(invocation, community);
    if (verdict === undefined) return commentOn(invocation, community, author);
    const on = subjectNamed(community, word(invocation, 0, "the suggestion's id"));
    const comment = option(invocation, "comment");
    await author.write([{ op: "review", verdict, on, content: words(comment ?? option(invocation, "reason")) }]);
    const state = stateOfSubject(community, on);
    if (isSet(invocation, "json")) printJson(invocation, { id: base32.encode(on), verdict, state });
    else invocation.output.out(`${saidOf(verdict, state)}\n`);
    return undefined;
  },
};

/** The one verdict that is given. @throws LoreError USAGE for none, and for several: which was meant, nobody knows. */
function verdictGiven(invocation: Invocation): "approve" | "reject" | "comment" {
  const given = (["approve", "reject", "comment"] as const).filter((name) => invocation.options[name] !== undefined);
  const [verdict, second] = given;
  if (verdict === undefined) throw new LoreError("USAGE", "Say --approve, --reject or --comment WORDS.");
  if (second !== undefined)
    throw new LoreError(
      "USAGE",
      `Give exactly one of --approve, --reject and --comment; got ${given.map((name) => `--${name}`).join(" and ")}. What you say to a verdict goes in --reason WORDS.`,
    );
  return verdict;
}

/** A word on a passage of what stands there, by whoever has one. */
async function commentOn(invocation: Invocation, community: Community, author: Author): Promise<undefined> {
  if (isSet(invocation, "approve") || isSet(invocation, "reject"))
    throw new LoreError("USAGE", "A passage is commented on; only a whole suggestion is approved or declined.");
  const comment = requiredOption(invocation, "comment", "what you have to say of it");
  const ref = units.findUnit(community, word(invocation, 0, "a unit, or unit@revision"));
  const on = passageNamed(invocation, community, ref);
  const { index } = await author.write([{ op: "review", verdict: "comment", on, content: words(comment) }]);
  if (isSet(invocation, "json")) printJson(invocation, { verdict: "comment", range: on.range, entry: index });
  else invocation.output.out("Noted.\n");
  return undefined;
}

function saidOf(verdict: "approve" | "reject" | "comment", state: string): string {
  if (verdict === "comment") return "Noted.";
  if (verdict === "reject")
    return state === "rejected"
      ? "Declined."
      : `You declined it; it is still ${state}, until one who may accept it declines it too.`;
  return state === "current" || state === "accepted"
    ? "Accepted."
    : `Approved; it is still ${state}: it takes others than its authors, enough of them, who may review it.`;
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
    "UNIT[@REVISION]|ID --confirm holds|fails | --dispute | --supersede-by UNIT | --retire | --restore | --thank | --withdraw [--quote WORDS | --range START-END] [--reason WORDS]",
  summary: "Say that something holds, is disputed, replaced, retired or back",
  options: {
    ...WRITE_OPTIONS,
    ...PASSAGE_OPTIONS,
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
        on: markSubject(invocation, community, { chosen, by: author.member }),
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

function markSubject(
  invocation: Invocation,
  community: Community,
  { chosen, by }: { chosen: MarkName; by: Uint8Array },
): Uint8Array | Target {
  const name = word(invocation, 0, "what to mark");
  if (namesPassage(invocation)) {
    if (chosen !== "confirm" && chosen !== "dispute" && chosen !== "thank")
      throw new LoreError("USAGE", "A passage is confirmed, disputed or thanked for; the rest is for whole pages.");
    return passageNamed(invocation, community, units.findUnit(community, name));
  }
  if (chosen === "withdraw")
    return /^[a-z2-7]{52}$/.test(name) ? subjectNamed(community, name) : ownMark(community, name, by);
  const ref = units.findUnit(community, name);
  const revision = ref.revision === undefined ? undefined : community.facts.revision(ref.revision);
  return revision === undefined ? { unit: ref.id } : { unit: ref.id, at: revision.id };
}

/** What its author said last of a unit and did not take back. @throws LoreError NOT_FOUND. */
function ownMark(community: Community, name: string, by: Uint8Array): Uint8Array {
  const ref = units.findUnit(community, name);
  if (ref.revision !== undefined) return community.facts.revision(ref.revision)?.id ?? new Uint8Array(32);
  const found = community.rows.get<{ id: Uint8Array }>(
    "SELECT k.id FROM mark k JOIN member m ON m.n = k.member WHERE k.unit = ? AND m.id = ? AND k.until_idx IS NULL ORDER BY k.n DESC LIMIT 1",
    ...[ref.unit, by],
  );
  if (found !== undefined) return found.id;
  throw new LoreError("NOT_FOUND", `You said nothing of ${name} that could be withdrawn.`);
}

const redact: Command = {
  name: "redact",
  words: 1,
  usage: "UNIT[@REVISION] [--part body] [--replace-with FILE] [--everywhere] --reason WORDS [--as LABEL]",
  summary: "Hide a part of a version at once, to be erased after the delay of the charter",
  options: { ...WRITE_OPTIONS, part: text, "replace-with": text, everywhere: flag, reason: text },
  async run(invocation) {
    const community = chosenCommunity(invocation, "write");
    const author = chosenAuthor(invocation, community);
    const ref = units.findUnit(community, word(invocation, 0, "a unit, or unit@revision"));
    const revision = community.facts.revision(units.resolve(community, ref));
    if (revision === undefined) throw new LoreError("NOT_FOUND", "There is no such version.");
    const part = option(invocation, "part") ?? "body";
    const reason = words(requiredOption(invocation, "reason", "a reason"));
    const digest = community.facts.parts(revision.n).find(({ name }) => name === part)?.digest;
    const alike = digest == null ? [] : slotsWith(community, digest);
    const others = alike.filter((slot) => slot.revision !== revision.n || slot.part !== part);
    const isEverywhere = isSet(invocation, "everywhere");
    const slots = [
      { op: revision.id, part },
      ...(isEverywhere ? others.map(({ op, part: name }) => ({ op, part: name })) : []),
    ];
    const replaced = headsAmong(community, [{ revision: revision.n, part }, ...(isEverywhere ? others : [])]);
    const drafts: DraftOp[] = [{ op: "redact", slots, content: reason }];
    drafts.push(...(await replacements(invocation, { community, author, replaced, ref })));
    const { index } = await author.write(drafts);
    const also = isEverywhere ? [] : others.map((slot) => placeOf(community, slot));
    if (isSet(invocation, "json")) printJson(invocation, { part, entry: index, hidden: slots.length, also });
    else {
      const which = `the ${part} of ${base32.encode(revision.id).slice(0, 12)}`;
      const what = slots.length === 1 ? which : `${which}, and the same bytes in ${slots.length - 1} more`;
      invocation.output.out(
        isWaiting(community, index) ? `Suggested: to hide ${what}. ${WAITS}\n` : `Hidden: ${what}.\n`,
      );
      if (also.length > 0)
        invocation.output.out(
          `The same bytes still stand in ${also.join(", ")}. With --everywhere they are hidden there, too.\n`,
        );
    }
    return undefined;
  },
};

/** Units whose current text is among the slots: each needs a new one. */
function headsAmong(community: Community, slots: readonly { revision: number | null; part: string }[]): number[] {
  const found = slots.flatMap(({ revision, part }) => {
    const unit = revision === null || part !== "body" ? undefined : community.facts.revision(revision)?.unit;
    return unit !== undefined && community.facts.unit(unit)?.head === revision ? [unit] : [];
  });
  return [...new Set(found)];
}

interface Replacing {
  readonly community: Community;
  readonly author: Author;
  /** Units that need another current text. */
  readonly replaced: readonly number[];
  /** The unit that was named, which may be given another though it needs none. */
  readonly ref: units.UnitRef;
}

/** @throws LoreError USAGE where a current version is to be hidden and nothing was given that takes its place. */
async function replacements(
  invocation: Invocation,
  { community, author, replaced, ref }: Replacing,
): Promise<DraftOp[]> {
  const name = option(invocation, "replace-with");
  if (name === undefined) {
    const [unit] = replaced;
    if (unit === undefined) return [];
    const what = unit === ref.unit ? "This" : `That of ${units.unitAt(community, unit)?.path ?? "another unit"}`;
    throw new LoreError(
      "USAGE",
      `${what} is the current version: name the text that takes its place with --replace-with FILE.`,
    );
  }
  const bytes = await readInputFile(invocation, name);
  return [...new Set([ref.unit, ...replaced])].map((unit) => {
    const id = base32.encode(community.facts.unit(unit)?.id ?? ref.id);
    const inner = { ...invocation, options: { ...invocation.options, unit: id, direct: true } };
    return reviseDraft(inner, { community, author, name, bytes });
  });
}

/** Where a part stands, as people name it. */
function placeOf(community: Community, { revision, part }: ShownSlot): string {
  if (revision === null) return `the ${part} of something said`;
  const detail = units.revisionDetail(community, revision);
  return `${detail.path ?? detail.title}@${detail.version ?? detail.revision.slice(0, 12)}`;
}

export const WRITING = [propose, review, mark, redact];
