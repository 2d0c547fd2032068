/**
 * Writing over HTTP: canonical CBOR in, an acknowledgement out, durable. The path that must cost little: the
 * body is decoded once, its byte strings are views of it, and entries that arrive together share one fsync.
 */
import type { Context } from "hono";

import { decode, isLoreError, LoreError } from "../../bytes/index.ts";
import type { Community } from "../../community/index.ts";
import type { Site } from "../../web/index.ts";
import { arrive, type Taken } from "./arrival.ts";
import { bodyOf, isList, readSubmission } from "./submission.ts";

/** Submissions in one request. */
export const ENTRIES_MAX = 64;

/** Takes in a signed receipt of use (docs/formats/credit.md); the desk keeps it, the record does not. */
export async function takeUse(c: Context, community: Community): Promise<Response> {
  return stored({ counted: community.desk.take(await bodyOf(c)) });
}

/** What became of each of several. */
type Outcome = Taken | { readonly code: string; readonly message: string };

/** The secret of an invitation, with which somebody joins who may not by their own word. */
export const INVITATION_HEADER = "lore-invitation";

export async function writeEntries(c: Context, site: Site, community: Community): Promise<Response> {
  const body = decode(await bodyOf(c));
  const invitation = c.req.header(INVITATION_HEADER);
  const arrival = { site, community, invitation };
  if (!isList(body)) return stored(await arrive(arrival, await readSubmission(community, body), body));
  if (body.length === 0 || body.length > ENTRIES_MAX)
    throw new LoreError("TOO_LARGE", `One request takes 1 to ${ENTRIES_MAX} entries.`, { limit: ENTRIES_MAX });
  const submissions = await Promise.all(body.map((value) => readSubmission(community, value)));
  // All are read before the first is written: one may follow another.
  const results = await Promise.allSettled(submissions.map((each, i) => arrive(arrival, each, body[i] ?? null)));
  const outcomes = results.map((result): Outcome =>
    result.status === "fulfilled" ? result.value : refusal(result.reason),
  );
  // Nothing stored is an error as a whole: the first says why.
  const [first] = results;
  if (first?.status === "rejected" && results.every(({ status }) => status === "rejected")) throw first.reason;
  return stored(outcomes);
}

function refusal(error: unknown): Outcome {
  if (isLoreError(error)) return { code: error.code, message: error.message };
  throw error;
}

function isWaitingAnswer(result: object): boolean {
  return "level" in result && result.level === "waiting";
}

/** 201 for what is durable on record; 202 for what waits on the desk, durable as well. */
function stored(result: Taken | readonly Outcome[] | { readonly counted: boolean }): Response {
  return new Response(JSON.stringify(result), {
    status: isWaitingAnswer(result) ? 202 : 201,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}
