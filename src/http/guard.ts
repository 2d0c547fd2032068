/**
 * What every request passes: the host it names must be ours (against rebinding), a write must come from our own
 * pages or from no page at all, and a client may write only so fast.
 */
import type { Context } from "hono";

import { LoreError } from "../bytes/index.ts";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);
const LOOPBACK_ADDRESS = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;

/** The host a request names, without its port, in lower case. */
export function hostOf(c: Context): string {
  const { url } = c.req;
  const start = url.indexOf("//") + 2;
  const end = url.indexOf("/", start);
  return url
    .slice(start, end < 0 ? url.length : end)
    .replace(/:\d+$/, "")
    .toLowerCase();
}

/** Remote address; undefined where there is no connection (a request made in this process). */
export function addressOf(c: Context): string | undefined {
  // Set by @hono/node-server.
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return env?.incoming?.socket?.remoteAddress;
}

/** Whether who asks sits at this computer, and asks it by a name no other site can take. */
export function isLocal(c: Context): boolean {
  const address = addressOf(c);
  return LOOPBACK_NAMES.has(hostOf(c)) && (address === undefined || LOOPBACK_ADDRESS.test(address));
}

/** @throws LoreError FORBIDDEN for a host that is not ours. */
export function requireHost(c: Context, allowed: ReadonlySet<string>): void {
  const host = hostOf(c);
  if (LOOPBACK_NAMES.has(host) || allowed.has(host)) return;
  throw new LoreError(
    "FORBIDDEN",
    'This site does not answer under that name. Start it with "lore serve --public-name HOST" for the name it should have.',
    { field: "host" },
  );
}

/** A write that a page of another site makes is refused. @throws LoreError FORBIDDEN. */
export function requireOwnOrigin(c: Context): void {
  const origin = c.req.header("origin");
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") throw foreign();
  // A page that keeps its address to itself sends "null" even to its own site; no page can choose what `site` says.
  if (origin === undefined || (origin === "null" && site === "same-origin")) return;
  const { url } = c.req;
  if (origin !== url.slice(0, url.indexOf("/", url.indexOf("//") + 2))) throw foreign();
}

/** Which of two answers was meant, nobody can know. @throws LoreError USAGE for what is asked twice. */
export function requireOnce(c: Context): void {
  if (!c.req.url.includes("?")) return;
  for (const [name, values] of Object.entries(c.req.queries()))
    if (values.length > 1)
      throw new LoreError(
        "USAGE",
        `Reading the address: "${name.slice(0, 40)}" is in it ${values.length} times. Ask it once.`,
        {
          field: name.slice(0, 40),
        },
      );
}

function foreign(): LoreError {
  return new LoreError(
    "FORBIDDEN",
    "This was asked for by a page of another site. Open this site itself and try there.",
    { field: "origin" },
  );
}

export interface WriteLimit {
  /** Writes a second that one address may keep up, and how many at once. */
  readonly perSecond: number;
  readonly burst: number;
}

export const WRITE_LIMIT: WriteLimit = { perSecond: 50, burst: 500 };
const ADDRESSES_MAX = 10_000;

/** A bucket of writes per address. This computer's own programs are not limited: they are the owner's. */
export class WriteBuckets {
  readonly #limit: WriteLimit;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  constructor(limit: WriteLimit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** @throws LoreError RATE_LIMITED. */
  take(address: string | undefined): void {
    if (address === undefined || LOOPBACK_ADDRESS.test(address)) return;
    const now = this.#now();
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(address) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) * perSecond) / 1_000) - 1;
    bucket.at = now;
    // The oldest go first; an address that comes back starts full.
    this.#buckets.delete(address);
    this.#buckets.set(address, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= ADDRESSES_MAX) break;
      this.#buckets.delete(oldest);
    }
    if (bucket.left >= 0) return;
    bucket.left = 0;
    throw new LoreError(
      "RATE_LIMITED",
      `More than ${perSecond} writes a second came from this address. Wait a second.`,
      { limit: perSecond },
    );
  }
}
