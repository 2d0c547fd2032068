/** Answers: pages and bytes with the headers that keep them harmless, compressed where that pays. */
import { gzipSync } from "node:zlib";

import type { Context } from "hono";

import type { Html } from "./html.ts";

/** Pages: own files only, nothing inline. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** What people put in: never a page of this site, whatever it holds. */
export const BYTES_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'";
/** A tool in its frame: its own inline code, no network, no origin. */
export const TOOL_POLICY =
  "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

const COMPRESSED_LEAST = 1_024;
const GZIP_LEVEL = 5;
export const IMMUTABLE = "public, max-age=31536000, immutable";

export interface Answer {
  readonly media: string;
  readonly status?: number;
  readonly cache?: string;
  readonly policy?: string;
  readonly etag?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

function acceptsGzip(c: Context): boolean {
  return /\bgzip\b/.test(c.req.header("accept-encoding") ?? "");
}

/** Text or bytes, compressed where the client takes it. */
export function answer(
  c: Context,
  body: string | Uint8Array<ArrayBuffer>,
  { media, status = 200, cache = "no-cache", policy, etag, headers }: Answer,
): Response {
  const all = new Headers({ "content-type": media, "cache-control": cache, vary: "accept-encoding", ...headers });
  if (policy !== undefined) all.set("content-security-policy", policy);
  if (etag !== undefined) all.set("etag", etag);
  if (body.length < COMPRESSED_LEAST || !acceptsGzip(c)) return new Response(body, { status, headers: all });
  all.set("content-encoding", "gzip");
  return new Response(gzipSync(body, { level: GZIP_LEVEL }), { status, headers: all });
}

/** A page. */
export async function pageAnswer(
  c: Context,
  page: Html,
  options: { status?: number; etag?: string | undefined } = {},
): Promise<Response> {
  return answer(c, String(await page), { media: "text/html; charset=utf-8", policy: PAGE_POLICY, ...options });
}

/** A page as it was made, kept compressed once that was asked for. */
export class KeptPage {
  readonly html: string;
  #compressed: Uint8Array<ArrayBuffer> | undefined;

  constructor(html: string) {
    this.html = html;
  }

  answer(
    c: Context,
    { status, etag, more }: { status: number; etag: string; more?: Readonly<Record<string, string>> | undefined },
  ): Response {
    const headers = {
      ...more,
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      vary: "accept-encoding",
      "content-security-policy": PAGE_POLICY,
      etag,
    };
    if (!acceptsGzip(c)) return new Response(this.html, { status, headers });
    this.#compressed ??= gzipSync(this.html, { level: GZIP_LEVEL });
    return new Response(this.#compressed, { status, headers: { ...headers, "content-encoding": "gzip" } });
  }
}

/** 304 when the client holds this very version. */
export function notModified(c: Context, etag: string): Response | undefined {
  const held = c.req.header("if-none-match");
  if (
    held === undefined ||
    !held.split(",").some((each) => each.trim().replace(/^W\//, "") === etag.replace(/^W\//, ""))
  )
    return undefined;
  return new Response(null, { status: 304, headers: { etag, "cache-control": "no-cache", vary: "accept-encoding" } });
}

/** Media types by what the bytes are, for pictures only; everything else is a download. */
export function pictureMedia(start: Uint8Array): string | undefined {
  const text = Buffer.from(start.buffer, start.byteOffset, Math.min(start.length, 1_024)).toString("latin1");
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(text)) return "image/gif";
  if (/^RIFF[^]{4}WEBP/.test(text)) return "image/webp";
  if (/^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]/i.test(text))
    return "image/svg+xml";
  return undefined;
}

/** A file name for a download, in both spellings of RFC 6266. */
export function attachment(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._-]/g, "_").slice(0, 100);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())
    .replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)
    .slice(0, 900)}`;
}

/** Chunks as they are read, at the reader's pace. */
export function streamOf(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await iterator.return?.();
    },
  });
}
