/** The desk, asked by a member with a signed request: what waits to be let in, and invitations. */
import type { Context } from "hono";

import { base32, equal, LoreError, textOf } from "../../bytes/index.ts";
import { type Community, signerStanding } from "../../community/index.ts";
import { type DeskRequest, readDeskRequest, type WaitingEntry } from "../../desk/index.ts";
import { readMeta } from "../../unit/index.ts";
import type { Site } from "../../web/index.ts";
import { bodyOf, waited } from "./submission.ts";

const RANKS = { contributor: 1, editor: 2, steward: 3 } as const;

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
  readonly role: keyof typeof RANKS;
}

async function answerTo(request: DeskRequest, asking: Asking): Promise<unknown> {
  const { site, community, member } = asking;
  const { id } = community;
  switch (request.act) {
    case "waiting":
      return Promise.all(site.desk.waiting(id).map((entry) => shown(community, entry)));
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
  if (RANKS[role] >= RANKS[least]) return;
  throw new LoreError("FORBIDDEN", `${attempted} is for editors and stewards. Ask one of them.`);
}

function named({ on }: DeskRequest): Uint8Array {
  if (on !== undefined) return on;
  throw new LoreError("MALFORMED", "Reading a request to the desk: it does not say what is meant.", { field: "on" });
}

/** What waits, as the member who decides sees it: by whom, what, and the text itself. */
async function shown(community: Community, entry: WaitingEntry): Promise<unknown> {
  const { entry: signed, content } = await waited(community, entry.body);
  let at = 0;
  const suggestions = signed.ops.flatMap((op, place) => {
    const parts = "parts" in op && op.parts !== undefined ? op.parts : [];
    const own = content.slice(at, (at += parts.length));
    if (op.op !== "revise") return [];
    const bytesOf = (name: string) => own.find((part) => part?.name === name)?.bytes;
    const { title, path, note } = readMeta(bytesOf("meta"));
    const unit = community.facts.unitById(op.unit);
    const body = bytesOf("body");
    return [
      {
        revision: entry.subjects[place],
        unit: base32.encode(op.unit),
        kind: op.kind,
        isNew: unit === undefined,
        title: title ?? null,
        path: path ?? null,
        note: note ?? null,
        text: body === undefined ? null : (textOf(body) ?? null),
      },
    ];
  });
  return {
    entry: base32.encode(entry.entry),
    name: entry.name,
    time: entry.time,
    suggestions,
    others: signed.ops.length - suggestions.length,
  };
}
