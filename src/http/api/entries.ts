/**
 * Writing over HTTP: canonical CBOR in, an acknowledgement out, durable. The path that must cost little: the
 * body is decoded once, its byte strings are views of it, and entries that arrive together share one fsync.
 */
import type { Context } from "hono";

import { type Cbor, concat, decode, isLoreError, LoreError } from "../../bytes/index.ts";
import {
  type Acknowledgement,
  type Community,
  openSubmission,
  type RawSubmission,
  requireWelcome,
  type Submission,
} from "../../community/index.ts";

/** Submissions in one request. */
export const ENTRIES_MAX = 64;
/** One request's body: parts of a page or a picture, not of a film. */
export const BODY_BYTES_MAX = 32 * 2 ** 20;
const MEDIA = /^application\/cbor\s*(?:;|$)/i;

function malformed(found: string): LoreError {
  return new LoreError("MALFORMED", `Reading what was sent: ${found}.`);
}

const isList: (value: Cbor | undefined) => value is readonly Cbor[] = Array.isArray;

function openingOf(value: Cbor): RawSubmission["openings"][number] {
  const [salt, bytes, digest, more] = isList(value) ? value : [];
  if (!(salt instanceof Uint8Array) || more !== undefined) throw malformed("a part is not [salt, bytes]");
  if (bytes instanceof Uint8Array && digest === undefined) return { salt, bytes };
  if (bytes === null && digest instanceof Uint8Array) return { salt, digest };
  throw malformed("a part is neither [salt, bytes] nor [salt, null, digest]");
}

function submissionOf(value: Cbor): RawSubmission {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array || isList(value))
    throw malformed("it is no map with entry and parts");
  const { entry, parts, ...rest } = value;
  if (!(entry instanceof Uint8Array) || !isList(parts)) throw malformed("it needs entry (bytes) and parts (a list)");
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw malformed(`the field "${unknown.slice(0, 40)}" is unknown`);
  return { entry, openings: parts.map(openingOf) };
}

/** Takes in a signed receipt of use (docs/formats/credit.md); the desk keeps it, the record does not. */
export async function takeUse(c: Context, community: Community): Promise<Response> {
  return stored({ counted: community.desk.take(await bodyOf(c)) });
}

/** @throws LoreError UNSUPPORTED, TOO_LARGE. */
async function bodyOf(c: Context): Promise<Uint8Array> {
  if (!MEDIA.test(c.req.header("content-type") ?? ""))
    throw new LoreError("UNSUPPORTED", "Writing takes application/cbor.", { field: "content-type" });
  const length = Number(c.req.header("content-length") ?? Number.NaN);
  if (length > BODY_BYTES_MAX) throw tooLarge();
  if (Number.isSafeInteger(length)) return new Uint8Array(await c.req.arrayBuffer());
  return chunkedBody(c.req.raw.body);
}

function tooLarge(): LoreError {
  return new LoreError("TOO_LARGE", `One request takes at most ${BODY_BYTES_MAX} bytes.`, { limit: BODY_BYTES_MAX });
}

/** A body whose length nobody said. */
async function chunkedBody(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    length += next.value.length;
    if (length > BODY_BYTES_MAX) throw tooLarge();
    chunks.push(next.value);
  }
  // Plain bytes, never a Buffer: its slice() shares memory where Uint8Array copies.
  return concat(...chunks);
}

/** What became of each of several. */
type Outcome = Acknowledgement | { readonly code: string; readonly message: string };

export async function writeEntries(c: Context, community: Community): Promise<Response> {
  const body = decode(await bodyOf(c));
  if (!isList(body)) return stored(await community.append(opened(community, body)));
  if (body.length === 0 || body.length > ENTRIES_MAX)
    throw new LoreError("TOO_LARGE", `One request takes 1 to ${ENTRIES_MAX} entries.`, { limit: ENTRIES_MAX });
  const submissions = await Promise.all(body.map((value) => opened(community, value)));
  const results = await Promise.allSettled(submissions.map((submission) => community.append(submission)));
  const outcomes = results.map((result): Outcome =>
    result.status === "fulfilled" ? result.value : refusal(result.reason),
  );
  // Nothing stored is an error as a whole: the first says why.
  const [first] = results;
  if (first?.status === "rejected" && results.every(({ status }) => status === "rejected")) throw first.reason;
  return stored(outcomes);
}

async function opened(community: Community, value: Cbor): Promise<Submission> {
  const submission = await openSubmission(community.environment, submissionOf(value));
  requireWelcome(community, submission);
  return submission;
}

function refusal(error: unknown): Outcome {
  if (isLoreError(error)) return { code: error.code, message: error.message };
  throw error;
}

function stored(result: Acknowledgement | readonly Outcome[] | { readonly counted: boolean }): Response {
  return new Response(JSON.stringify(result), {
    status: 201,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}
