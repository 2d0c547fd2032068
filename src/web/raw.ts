/** The bytes of a unit as they were written: Markdown as text, pictures as pictures, everything else as a download. */
import type { Context } from "hono";

import { LoreError } from "../bytes/index.ts";
import { resolve, revisionDetail, type UnitRef } from "../community/queries/units.ts";
import { kindOf } from "../unit/index.ts";
import { usageHeaders } from "./rights.ts";
import { answer, attachment, BYTES_POLICY, notModified, pictureMedia, streamOf } from "./respond.ts";
import type { Visit } from "./site.ts";

/** Kinds whose bytes are text that a browser may show as text. */
const TEXT_MEDIA: Readonly<Partial<Record<string, string>>> = {
  markdown: "text/markdown; charset=utf-8",
  table: "text/csv; charset=utf-8",
  html: "text/plain; charset=utf-8",
  text: "text/plain; charset=utf-8",
};

/** Bytes larger than this are sent as they are read. */
const WHOLE_BYTES_MAX = 1_000_000;

/** @throws LoreError NOT_FOUND when it has no body. */
export function rawBytes(c: Context, here: Visit, ref: UnitRef): Response {
  const { community } = here;
  const revision = resolve(community, ref, here.moment);
  const detail = revisionDetail(community, revision);
  const body = detail.parts.find(({ name }) => name === "body");
  if (body === undefined) throw new LoreError("NOT_FOUND", "This version has no body.");
  if (body.sha256 === null)
    return new Response("The bytes of this version were erased.\n", {
      status: 410,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  const etag = `"${body.sha256.slice(0, 32)}"`;
  const same = notModified(c, etag);
  if (same !== undefined) return same;
  const digest = Buffer.from(body.sha256, "hex");
  const media = TEXT_MEDIA[kindOf(detail.kind).body];
  const name = detail.path?.slice(detail.path.lastIndexOf("/") + 1) ?? detail.title;
  const usage = usageHeaders(here, revision);
  const download = media === undefined || detail.kind === "dataset" ? { "content-disposition": attachment(name) } : {};
  if (body.sizeBytes > WHOLE_BYTES_MAX)
    return streamed(community.store.parts.stream(digest), {
      media: media ?? "application/octet-stream",
      etag,
      headers: { ...usage, ...download },
    });
  const bytes = community.store.parts.get(digest);
  if (bytes === undefined) throw new LoreError("NOT_FOUND", "The bytes of this version are not here.");
  const picture = media === undefined ? pictureMedia(bytes) : undefined;
  return answer(c, new Uint8Array(bytes), {
    media: media ?? picture ?? "application/octet-stream",
    policy: BYTES_POLICY,
    etag,
    headers: { ...usage, ...(picture === undefined ? download : {}) },
  });
}

function streamed(
  chunks: AsyncIterable<Uint8Array> | undefined,
  { media, etag, headers }: { media: string; etag: string; headers: Record<string, string> },
): Response {
  if (chunks === undefined) throw new LoreError("NOT_FOUND", "The bytes of this version are not here.");
  return new Response(streamOf(chunks), {
    headers: {
      "content-type": media,
      "content-security-policy": BYTES_POLICY,
      etag,
      "cache-control": "no-cache",
      ...headers,
    },
  });
}
