/**
 * The record as static files (C2SP tlog-tiles), sidecars, parts, and consistency between two sizes. Any client
 * of such logs can read these; nothing here needs to be believed.
 */
import { type Context, Hono } from "hono";

import { base64, hex, LoreError, parseDecimal } from "../bytes/index.ts";
import { consistencyHashes, isShown } from "../community/index.ts";
import { publishedSidecar, publishedTile } from "../community/queries/published.ts";
import { tiles } from "../log/index.ts";
import { answer, BYTES_POLICY, IMMUTABLE, notModified, pictureMedia, type Site, streamOf } from "../web/index.ts";

const OCTETS = "application/octet-stream";
const SHA256 = /^[0-9a-f]{64}$/;

function missing(what: string): LoreError {
  return new LoreError("NOT_FOUND", `There is no such ${what} in this record.`);
}

function tile(c: Context, site: Site): Response {
  const path = c.req.path;
  const name = tiles.parseTilePath(path.slice(path.indexOf("/tile/") + 1));
  const bytes = name === undefined ? undefined : publishedTile(site.community(c.req.param("id") ?? ""), name);
  if (name === undefined || bytes === undefined) throw missing("tile");
  const own = new Uint8Array(bytes);
  if (name.level === tiles.ENTRIES_LEVEL) return answer(c, own, { media: OCTETS, cache: IMMUTABLE });
  // Hashes do not compress.
  return new Response(own, { headers: { "content-type": OCTETS, "cache-control": IMMUTABLE } });
}

function sidecar(c: Context, site: Site): Response {
  const community = site.community(c.req.param("id") ?? "");
  const bytes = publishedSidecar(community, parseDecimal(c.req.param("index") ?? "", "the number of an entry"));
  if (bytes === undefined) throw missing("entry");
  const etag = `"${hex.encode(community.environment.suite.sha256(bytes)).slice(0, 32)}"`;
  return notModified(c, etag) ?? answer(c, new Uint8Array(bytes), { media: "application/cbor", etag });
}

/** A part by the SHA-256 of its bytes, sent as it is read. Only a picture is more than bytes. */
async function part(c: Context, site: Site): Promise<Response> {
  const text = c.req.param("sha256") ?? "";
  const community = site.community(c.req.param("id") ?? "");
  if (!SHA256.test(text)) throw missing("part");
  const etag = `"${text.slice(0, 32)}"`;
  const held = notModified(c, etag);
  if (held !== undefined) return held;
  const digest = hex.decode(text);
  const chunks = isShown(community, digest)
    ? community.store.parts.stream(digest)?.[Symbol.asyncIterator]()
    : undefined;
  if (chunks === undefined) throw missing("part");
  const first = await chunks.next();
  const start = first.done === true ? new Uint8Array() : first.value;
  const media = pictureMedia(start);
  const body = streamOf(
    (async function* () {
      if (start.length > 0) yield start;
      for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
    })(),
  );
  return new Response(body, {
    headers: {
      "content-type": media ?? OCTETS,
      "content-security-policy": BYTES_POLICY,
      "cache-control": IMMUTABLE,
      etag,
      ...(media === undefined ? { "content-disposition": "attachment" } : {}),
    },
  });
}

function consistency(c: Context, site: Site): Response {
  const community = site.community(c.req.param("id") ?? "");
  const [from, to] = ["from", "to"].map((name) => parseDecimal(c.req.query(name) ?? "", `the size "${name}"`));
  if (from === undefined || to === undefined) throw missing("size");
  const hashes = consistencyHashes(community, from, to).map((hash) => base64.encode(hash));
  return answer(c, JSON.stringify({ from, to, hashes }), { media: "application/json; charset=utf-8" });
}

/** Routes below /c/:id. */
export function recordRoutes(site: Site): Hono {
  const app = new Hono();
  app.get("/checkpoint", (c) => {
    const note = site.community(c.req.param("id") ?? "").store.log.checkpoint();
    if (note === undefined) throw missing("checkpoint");
    return answer(c, new Uint8Array(note), { media: "text/plain; charset=utf-8" });
  });
  app.get("/tile/*", (c) => tile(c, site));
  app.get("/sidecar/:index", (c) => sidecar(c, site));
  app.get("/part/:sha256", (c) => part(c, site));
  app.get("/consistency", (c) => consistency(c, site));
  return app;
}
