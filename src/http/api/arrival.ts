/**
 * Who comes to the record over a network. Members write. Somebody new joins by their own word where the charter says
 * so, or with an invitation; else what they signed waits on the desk. A member who has looked at something of it, and
 * says what they think, lets it in with that.
 */
import { base32, type Cbor, didKey, encode, LoreError, textOf } from "../../bytes/index.ts";
import { type Acknowledgement, type Community, isNewcomer, type Submission } from "../../community/index.ts";
import type { FrontDesk, WaitingEntry } from "../../desk/index.ts";
import { opId, type Op, revisionId } from "../../unit/index.ts";
import type { Site } from "../../web/index.ts";
import { waited } from "./submission.ts";

export interface Arrival {
  readonly site: Site;
  readonly community: Community;
  /** The secret of an invitation. */
  readonly invitation: string | undefined;
}

/** What became of one entry: it is on record, or lies on the desk until a member lets it in. */
export type Taken = Acknowledgement | { readonly level: "waiting"; readonly digest: string };

/** @throws LoreError FORBIDDEN for whom nobody invited; and what the record refuses. */
export async function arrive(
  { site, community, invitation }: Arrival,
  submission: Submission,
  sent: Cbor,
): Promise<Taken> {
  const { join } = community.projections.fold.rules;
  if (join !== "open" && isNewcomer(community, submission)) {
    const { id } = community;
    // Used before it is known whether the record takes them: two could come with the last use otherwise.
    if (invitation !== undefined && site.desk.use(id, invitation)) {
      try {
        return await community.append(submission);
      } catch (error) {
        site.desk.giveBack(id, invitation);
        throw error;
      }
    }
    if (invitation !== undefined)
      throw new LoreError(
        "FORBIDDEN",
        `Joining ${community.name}: this invitation is over, or as many came with it as it was for. Ask whoever sent it for another.`,
        { field: "invitation" },
      );
    if (join === "invite")
      throw new LoreError(
        "FORBIDDEN",
        `Joining ${community.name}: it takes an invitation. Ask a member for one, or a steward to add you with "lore member add NAME --key ${didKey(submission.entry.key)}".`,
        { field: "author" },
      );
    return wait(site.desk, community, submission, sent);
  }
  if (isOfStranger(site.desk, community, submission)) return wait(site.desk, community, submission, sent);
  await letIn(site.desk, community, submission);
  const acknowledged = await community.append(submission);
  // Who may join by their own word by now has nothing left to wait for.
  if (submission.entry.prev === null) site.desk.forget(community.id, submission.entry.key);
  return acknowledged;
}

/** Whose first entry waits still. */
function isOfStranger(desk: FrontDesk, community: Community, { entry }: Submission): boolean {
  // A first entry follows nothing that waits.
  return entry.prev !== null && desk.isWaiting(community.id, entry.key);
}

const MAY_WAIT: ReadonlySet<Op["op"]> = new Set(["member", "revise", "review", "mark"]);

function wait(desk: FrontDesk, community: Community, { entry, content }: Submission, sent: Cbor): Taken {
  const odd = entry.ops.find((op) => !MAY_WAIT.has(op.op) || (op.op === "revise" && op.propose !== true));
  if (odd !== undefined)
    throw new LoreError(
      "FORBIDDEN",
      "Until a member has let you in, you can suggest, and say what you think of something.",
    );
  const { suite } = community.environment;
  const subjects = entry.ops.map((op, place) =>
    base32.encode(
      op.op === "revise"
        ? revisionId(suite, { log: community.log, author: entry.author, op })
        : opId(suite, entry.digest, place),
    ),
  );
  const [before] = desk.of(community.id, entry.key);
  const named = content.find((part) => part?.name === "name");
  const name = before?.name ?? (named === undefined ? "" : (textOf(named.bytes) ?? ""));
  desk.take(
    community.id,
    { key: entry.key, member: entry.author, entry: entry.digest, name, subjects, body: encode(sent) },
    entry.prev,
  );
  return { level: "waiting", digest: base32.encode(entry.digest) };
}

/** What a member's word is about enters before it. @throws LoreError what the record refuses of it. */
async function letIn(desk: FrontDesk, community: Community, { entry }: Submission): Promise<void> {
  for (const op of entry.ops) {
    if (op.op !== "review" || !(op.on instanceof Uint8Array) || op.verdict === "reject") continue;
    if (community.facts.revisionById(op.on) !== undefined) continue;
    const before = desk.upTo(community.id, base32.encode(op.on));
    if (before.length > 0 && community.facts.memberById(entry.author) === undefined)
      throw new LoreError("FORBIDDEN", "Only a member lets in what waits.");
    for (const waiting of before) await enter(desk, community, waiting);
  }
}

async function enter(desk: FrontDesk, community: Community, waiting: WaitingEntry): Promise<void> {
  try {
    await community.append(await waited(community, waiting.body));
  } catch (error) {
    // A crash after it was written and before it left the desk.
    if (!isOnRecord(community, waiting)) throw error;
  }
  desk.letIn(waiting);
}

function isOnRecord({ rows }: Community, { key, entry }: WaitingEntry): boolean {
  return rows.get("SELECT 1 FROM key_tip WHERE key = ? AND digest = ?", key, entry) !== undefined;
}
