/**
 * The site as one Hono app: pages, record, API, behind the same guard. The write path stands first and passes
 * nothing it does not need.
 */
import { type Context, Hono } from "hono";

import {
  errorPage,
  Assets,
  communityRoutes,
  ImportJobs,
  pageAnswer,
  Site,
  type SiteOptions,
  siteRoutes,
} from "../web/index.ts";
import { LoreError } from "../bytes/index.ts";
import type { Community } from "../community/index.ts";
import { askDesk } from "./api/desk.ts";
import { takeUse, writeEntries } from "./api/entries.ts";
import { apiRoutes } from "./api/routes.ts";
import { type ErrorAnswer, errorAnswer, type ErrorContext } from "./errors.ts";
import {
  addressOf,
  isLocal,
  requireHost,
  requireOnce,
  requireOwnOrigin,
  WRITE_LIMIT,
  WriteBuckets,
  type WriteLimit,
} from "./guard.ts";
import { welcome } from "./api/welcome.ts";
import { recordRoutes } from "./record-routes.ts";

export interface AppOptions extends SiteOptions {
  /** Names under which this site answers, besides those of this computer itself. */
  readonly hosts?: readonly string[];
  /** The secret of the address with which whoever runs the site becomes themselves in a browser. */
  readonly welcome?: string;
  readonly writeLimit?: WriteLimit;
  /** Told of errors nobody foresaw; stderr where absent. */
  readonly onUnforeseen?: ErrorContext["onUnforeseen"];
}

/** Answers to anybody may be read by any page: they are public. */
const OPEN = /^\/(?:api(?:\/|$)|c\/[a-z2-7]{32}\/(?:checkpoint|tile\/|sidecar\/|part\/|consistency))/;
const PLAIN_POLICY = "default-src 'none'; frame-ancestors 'none'";

export interface App {
  readonly hono: Hono;
  readonly site: Site;
  /** Answers a request that could not be read far enough to reach a route. */
  readonly unread: () => Response;
}

function toStderr(error: unknown, requestId: string): void {
  process.stderr.write(
    `error ${requestId}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
}

/** The app and what it holds. */
export function createSite(options: AppOptions): App {
  const site = new Site(options, new Assets());
  const context: ErrorContext = {
    random: (length) => site.node.environment.random(length),
    onUnforeseen: options.onUnforeseen ?? toStderr,
  };
  const jobs = new ImportJobs(site, (error) => context.onUnforeseen(error, "import"));
  const hosts = new Set((options.hosts ?? []).map((host) => host.toLowerCase()));
  const buckets = new WriteBuckets(options.writeLimit ?? WRITE_LIMIT, () => site.node.environment.now());
  const hono = new Hono({ strict: false });

  hono.onError((error, c) => failed(c, error, { site, context }));
  hono.notFound((c) => failed(c, absent(hono, c), { site, context }));
  /** The write path passes nothing it does not need. */
  const taking = (what: string, take: (c: Context, community: Community) => Promise<Response>) =>
    hono.post(`/api/c/:id/${what}`, (c) => {
      requireHost(c, hosts);
      requireOwnOrigin(c);
      buckets.take(addressOf(c));
      return take(c, site.community(c.req.param("id") ?? ""));
    });
  taking("entries", (c, community) => writeEntries(c, site, community));
  taking("uses", takeUse);
  taking("desk", (c, community) => askDesk(c, site, community));
  taking("welcome", (c, community) => welcome(c, site.node, { community, secret: options.welcome }));
  hono.use(async (c, next) => {
    requireHost(c, hosts);
    requireOnce(c);
    if (c.req.method !== "GET" && c.req.method !== "HEAD") requireOwnOrigin(c);
    await next();
    harden(c);
  });
  hono.route("/", apiRoutes(site));
  hono.route("/c/:id", recordRoutes(site));
  hono.route("/c/:id", communityRoutes(site));
  hono.route("/", siteRoutes({ site, jobs, isLocal }));
  return { hono, site, unread: () => plainError(errorAnswer(UNREAD, context)) };
}

const UNREAD = new LoreError(
  "MALFORMED",
  "Reading the request: its method, host or address is not one of HTTP. An address holds no backslash.",
);

/** An error as programs read it. */
function plainError({ status, headers, body }: ErrorAnswer): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": PLAIN_POLICY,
      ...headers,
    },
  });
}

/** The app alone, for `app.request()`. */
export function createApp(options: AppOptions): Hono {
  return createSite(options).hono;
}

const METHODS = ["GET", "POST"] as const;

/** Nothing is here, or not for this method. */
function absent(hono: Hono, c: Context): LoreError {
  const takes = METHODS.filter((method) => {
    const [found] = hono.router.match(method, c.req.path);
    return found.some(([[, route]]) => route.method === method);
  });
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (takes.length === 0 || (isRead && takes.includes("GET")))
    return new LoreError("NOT_FOUND", "There is nothing at this address.");
  const allow = takes.map((method) => (method === "GET" ? "GET, HEAD" : method)).join(", ");
  return new LoreError("METHOD", `This address takes ${allow}, not ${c.req.method}.`, { data: { allow } });
}

/** Headers that every answer carries. */
function harden(c: Context): void {
  const { headers } = c.res;
  headers.set("x-content-type-options", "nosniff");
  headers.set("referrer-policy", "same-origin");
  headers.set("cross-origin-opener-policy", "same-origin");
  headers.set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
  // A browser takes the headers of a 304 for those of the page it kept.
  if (c.res.status !== 304 && !headers.has("content-security-policy"))
    headers.set("content-security-policy", PLAIN_POLICY);
  if (OPEN.test(c.req.path)) headers.set("access-control-allow-origin", "*");
}

async function failed(
  c: Context,
  error: unknown,
  { site, context }: { site: Site; context: ErrorContext },
): Promise<Response> {
  const { status, headers, body } = errorAnswer(error, context);
  const wantsPage = !OPEN.test(c.req.path) && !/\.(?:json|jsonld|xml|txt|zip)$/.test(c.req.path);
  const response = wantsPage
    ? await pageAnswer(
        c,
        errorPage(site, {
          status,
          message: body.message,
          field: body.field,
          requestId: body.requestId,
          path: c.req.path,
        }),
        { status },
      )
    : plainError({ status, headers, body });
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  response.headers.set("x-content-type-options", "nosniff");
  response.headers.set("referrer-policy", "same-origin");
  if (!response.headers.has("content-security-policy")) response.headers.set("content-security-policy", PLAIN_POLICY);
  return response;
}
