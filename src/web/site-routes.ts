/** The pages of the site itself: its first page, search over all, bringing something in, its own files. */
import { type Context, Hono } from "hono";

import { LoreError } from "../bytes/index.ts";
import { ROBOTS, siteLlmsText } from "./feeds.ts";
import type { ImportJob, ImportJobs } from "./jobs.ts";
import { aboutPage, frontPage, keyboardPage } from "./pages/front.ts";
import { jobPage } from "./pages/job.ts";
import { siteSearchPage } from "./pages/search.ts";
import { welcomePage } from "./pages/you.ts";
import type { StartProblem } from "./pages/start.ts";
import { answer, IMMUTABLE, notModified, pageAnswer } from "./respond.ts";
import type { Site } from "./site.ts";
import { takeUpload } from "./upload.ts";

export interface SiteRoutesOptions {
  readonly site: Site;
  readonly jobs: ImportJobs;
  /** Whether who asks sits at this computer. */
  readonly isLocal: (c: Context) => boolean;
}

export function siteRoutes({ site, jobs, isLocal }: SiteRoutesOptions): Hono {
  const app = new Hono();
  const front = (c: Context, problem?: StartProblem) =>
    frontPage(site, { mayStart: isLocal(c), jobs: jobs.all(), problem });
  app.get("/", (c) => pageAnswer(c, front(c)));
  app.get("/about", (c) => pageAnswer(c, aboutPage(site, jobs.all())));
  app.get("/welcome", (c) => pageAnswer(c, welcomePage(site)));
  app.get("/keyboard", (c) => pageAnswer(c, keyboardPage(site)));
  app.get("/search", async (c) => pageAnswer(c, await siteSearchPage(site, { query: c.req.query("q") ?? "" })));
  app.get("/robots.txt", (c) => answer(c, ROBOTS, { media: "text/plain; charset=utf-8" }));
  app.get("/llms.txt", (c) =>
    answer(c, siteLlmsText(site, new URL(c.req.url).origin), { media: "text/plain; charset=utf-8" }),
  );
  app.get("/assets/:name", async (c) => asset(c, site));
  app.get("/start", (c) => c.redirect("/#lore:start", 302));
  app.post("/start", async (c) => {
    if (!isLocal(c)) throw new LoreError("FORBIDDEN", "Communities are started on the computer this site runs on.");
    const { problem, job } = await takeUpload(c, { site, jobs });
    return job === undefined ? pageAnswer(c, front(c, problem), { status: 422 }) : c.redirect(`/start/${job.id}`, 303);
  });
  app.get("/start/:id", (c) => pageAnswer(c, jobPage(site, localJob(c, { jobs, isLocal }))));
  app.get("/start/:id/state", (c) =>
    answer(c, JSON.stringify(stateOf(localJob(c, { jobs, isLocal }))), {
      media: "application/json; charset=utf-8",
      cache: "no-store",
    }),
  );
  return app;
}

function localJob(c: Context, { jobs, isLocal }: Pick<SiteRoutesOptions, "jobs" | "isLocal">): ImportJob {
  if (!isLocal(c)) throw new LoreError("NOT_FOUND", "There is nothing at this address.");
  return jobs.get(c.req.param("id") ?? "");
}

function stateOf({ state }: ImportJob): {
  is: string;
  stage?: string | undefined;
  done?: number | undefined;
  of?: number | undefined;
} {
  return state.is === "running"
    ? { is: state.is, stage: state.progress?.stage, done: state.progress?.done, of: state.progress?.of }
    : { is: state.is };
}

async function asset(c: Context, { assets }: Site): Promise<Response> {
  const found = await assets.find(c.req.param("name") ?? "");
  return (
    notModified(c, found.etag) ??
    answer(c, found.bytes, { media: found.media, etag: found.etag, cache: found.isImmutable ? IMMUTABLE : "no-cache" })
  );
}
