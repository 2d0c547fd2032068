/** The desk, asked by a member with a signed request: what waits to be let in, and invitations. */
import type { Context } from "hono";

import { base32, equal, LoreError, textOf } from "../../bytes/index.ts";
import { type Community, signerStanding, units } from "../../community/index.ts";
import { type DeskRequest, readDeskRequest, type WaitingEntry } from "../../desk/index.ts";
import { limits, RANK, readMeta, type ReviseOp, type Role } from "../../unit/index.ts";
import type { Site, SuggestionShown, WaitingShown } from "../../web/index.ts";
import { bodyOf, waited } from "./submission.ts";

/** @throws LoreError UNAUTHENTICATED, FORBIDDEN for whom it is no business of. */
export async function askDesk(c: Context, site: Site, community: Community): Promise<Response> {
  const request = readDeskRequest(community.environment.suite, await bodyOf(c));
  if (!equal(request.log, community.log))
    throw new LoreError("UNAUTHENTICATED", "This request was signed for another community.");
  site.desk.requireFresh(request);
  const { member, role } = signerStanding(community, request.key);
  if (member === null || role === null)
    throw new LoreError("FORBIDDEN", "The desk is for members. Join first, or ask to be let in.");
  return new Response(JSON.stringify(await answerTo(request, { site, community, member, role })), {
    headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  });
}

interface Asking {
  readonly site: Site;
  readonly community: Community;
  readonly member: string;
  readonly role: Role;
}

async function answerTo(request: DeskRequest, asking: Asking): Promise<unknown> {
  const { site, community, member } = asking;
  const { id } = community;
  switch (request.act) {
    case "waiting":
      return Promise.all(site.desk.waiting(id).map((entry) => shown(site, community, entry)));
    case "dismiss":
      requireRole(asking, "editor", "Dismissing what waits");
      return { done: site.desk.dismiss(id, named(request)) };
    case "invite": {
      requireRole(asking, "editor", "Inviting");
      const { uses = 1, until = 0, label = "" } = request;
      return { secret: site.desk.invite(id, { member: base32.decode(member), uses, until, label }) };
    }
    case "invitations":
      requireRole(asking, "editor", "Seeing invitations");
      return site.desk.invitations(id);
    case "end":
      requireRole(asking, "editor", "Ending an invitation");
      return { done: site.desk.end(id, named(request)) };
    default:
      return request.act satisfies never;
  }
}

function requireRole({ role }: Asking, least: Asking["role"], attempted: string): void {
  if (RANK[role] >= RANK[least]) return;
  throw new LoreError("FORBIDDEN", `${attempted} is for editors and stewards. Ask one of them.`);
}

function named({ on }: DeskRequest): Uint8Array {
  if (on !== undefined) return on;
  throw new LoreError("MALFORMED", "Reading a request to the desk: it does not say what is meant.", { field: "on" });
}

/** What waits, as the member who decides sees it: by whom, what, and the text itself. */
async function shown(site: Site, community: Community, entry: WaitingEntry): Promise<WaitingShown> {
  const { entry: signed, content } = await waited(community, entry.body);
  let at = 0;
  const suggestions = signed.ops.flatMap((op, place): Promise<SuggestionShown>[] => {
    const parts = "parts" in op && op.parts !== undefined ? op.parts : [];
    const own = content.slice(at, (at += parts.length));
    if (op.op !== "revise") return [];
    const bytesOf = (name: string) => own.find((part) => part?.name === name)?.bytes;
    return [suggestionShown(site, community, { op, revision: entry.subjects[place] ?? "", bytesOf })];
  });
  return {
    entry: base32.encode(entry.entry),
    name: entry.name,
    time: entry.time,
    suggestions: await Promise.all(suggestions),
    others: signed.ops.length - suggestions.length,
  };
}

interface Suggested {
  readonly op: ReviseOp;
  readonly revision: string;
  readonly bytesOf: (part: string) => Uint8Array | undefined;
}

async function suggestionShown(
  site: Site,
  community: Community,
  { op, revision, bytesOf }: Suggested,
): Promise<SuggestionShown> {
  const { title, path, note } = readMeta(bytesOf("meta"));
  const parent = op.parents[0] === undefined ? undefined : community.facts.revisionById(op.parents[0])?.n;
  const [from, to] = [
    textIn(parent === undefined ? new Uint8Array() : units.partBytes(community, parent)),
    textIn(bytesOf("body")),
  ];
  const job = { type: "diff" as const, isTable: false, from: from ?? "", to: to ?? "" };
  const answer =
    from === undefined || to === undefined ? undefined : await site.workshop.run(`waiting ${revision}`, () => job);
  return {
    revision,
    unit: base32.encode(op.unit),
    isNew: op.nonce !== undefined,
    title: typeof title === "string" ? title : null,
    path: typeof path === "string" ? path : null,
    note: typeof note === "string" ? note : null,
    text: to ?? null,
    difference: answer?.type === "diff" ? answer.difference.blocks : [],
  };
}

function textIn(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined || bytes.length > limits.PAGE_BYTES_MAX ? undefined : textOf(bytes);
}
