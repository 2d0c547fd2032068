/** What is sent to be written, as bytes: canonical CBOR, whose byte strings are views of one body. */
import type { Context } from "hono";

import { type Cbor, concat, decode, LoreError } from "../../bytes/index.ts";
import { type Community, openSubmission, type RawSubmission, type Submission } from "../../community/index.ts";

/** One request's body: parts of a page or a picture, not of a film. */
export const BODY_BYTES_MAX = 32 * 2 ** 20;
const MEDIA = /^application\/cbor\s*(?:;|$)/i;

function malformed(found: string): LoreError {
  return new LoreError("MALFORMED", `Reading what was sent: ${found}.`);
}

export const isList: (value: Cbor | undefined) => value is readonly Cbor[] = Array.isArray;

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

/** Reads and verifies what was sent. @throws LoreError MALFORMED, BAD_SIGNATURE, TOO_LARGE. */
export function readSubmission({ environment }: Community, value: Cbor): Promise<Submission> {
  return openSubmission(environment, submissionOf(value));
}

/** A submission that lay on the desk, as it was sent. */
export async function waited(community: Community, body: Uint8Array): Promise<Submission> {
  const submission = await readSubmission(community, decode(body));
  return { ...submission, hasWaited: true };
}

/** @throws LoreError UNSUPPORTED, TOO_LARGE. */
export async function bodyOf(c: Context): Promise<Uint8Array> {
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
