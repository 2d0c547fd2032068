/** The pages of a community, by address. Each parses its address, asks one page for its markup and answers. */
import { type Context, Hono } from "hono";

import { base32, LoreError, parseDecimal, textOf } from "../bytes/index.ts";
import { attributed, type AttributedText, authorshipReady } from "../community/queries/authorship.ts";
import { citationOf } from "../community/queries/citation.ts";
import { addressed } from "../community/queries/browse.ts";
import { findUnit, resolve, revisionDetail, unitAt, unitByPath, type UnitRef } from "../community/queries/units.ts";
import { bibtex, cslJson } from "../export/index.ts";
import { kindOf } from "../unit/index.ts";
import { at, isMarkdownPath, unitAtAddress, unitPath } from "./addresses.ts";
import { atomFeed, llmsText } from "./feeds.ts";
import { browsePage } from "./pages/browse.ts";
import { communityPage } from "./pages/community.ts";
import { copyPage } from "./pages/copy.ts";
import { diffPage } from "./pages/diff.ts";
import { genuinePage } from "./pages/genuine.ts";
import { editPage, newPage } from "./pages/edit.ts";
import { joinPage, youPage } from "./pages/you.ts";
import { handsPage } from "./pages/hands.ts";
import { historyPage } from "./pages/history.ts";
import { peoplePage, personPage } from "./pages/people.ts";
import { portraitPage } from "./pages/portrait.ts";
import { searchPage } from "./pages/search.ts";
import { sharingPage, statementPage } from "./pages/sharing.ts";
import { WHO } from "./pages/shown.ts";
import { retiredPage, unitPage } from "./pages/unit.ts";
import { parsedTable, TABLE_BYTES_MAX } from "./pages/unit-table.ts";
import type { Html } from "./html.ts";
import { rawBytes } from "./raw.ts";
import { usageHeaders } from "./rights.ts";
import { odrlJson, rslXml } from "./rights-files.ts";
import { answer, attachment, KeptPage, notModified, pageAnswer, streamOf, TOOL_POLICY } from "./respond.ts";
import { type Site, type Visit, visit } from "./site.ts";

const REFERENCE = /^([a-z2-7]{32})(?:@([a-z2-7]{6,52}))?$/;

/** The path below `prefix`, decoded; one that is not UTF-8 as it is written, which is how such a path is named. */
function rest(c: Context, prefix: string): string {
  const path = c.req.path;
  const written = path.slice(path.indexOf(`/${prefix}/`, "/c/".length) + prefix.length + 2);
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** A unit by its id, a version too where it is named. @throws LoreError NOT_FOUND. */
function reference(here: Visit, text: string): UnitRef {
  if (!REFERENCE.test(text)) throw new LoreError("NOT_FOUND", "Nothing here has this address.");
  return findUnit(here.community, text);
}

function tagOf({ site, community }: Pick<Visit, "site" | "community">): string {
  return `W/"${site.version(community)}"`;
}

/** A page of a community says the same until the next entry: it is made once. */
async function keptPage(
  c: Context,
  { site, community }: Visit,
  { make, status = 200, more }: { make: () => Html | Promise<Html>; status?: number; more?: Record<string, string> },
): Promise<Response> {
  const key = `page ${c.req.url}`;
  try {
    const page = await site.memo(community, key, async () => new KeptPage(String(await make())));
    return page.answer(c, { status, etag: tagOf({ site, community }), more });
  } catch (error) {
    site.forget(community, key);
    throw error;
  }
}

async function shown(c: Context, here: Visit, ref: UnitRef): Promise<Response> {
  const { community } = here;
  const revision = resolve(community, ref, here.moment);
  const detail = revisionDetail(community, revision, here.moment);
  const isPinned = ref.revision !== undefined;
  const listing = unitAt(community, ref.unit, here.moment);
  if (!isPinned && listing?.state === "retired")
    return keptPage(c, here, { make: () => retiredPage({ here, detail }), status: 410 });
  if (!isPinned) here.site.countRead(community, detail.unit);
  const { section, row, part } = c.req.query();
  return keptPage(c, here, {
    more: usageHeaders(here, revision),
    make: async () => {
      const words = c.req.query("who") === WHO ? await wordsOf(here, revision) : undefined;
      return unitPage({ here, unit: ref.unit, revision, detail, listing, isPinned, section, row, part, words });
    },
  });
}

/** Kept for the parts of a long text that are read one after the other: one text of each community. */
async function wordsOf(
  { site, community, moment, asOf }: Visit,
  revision: number,
): Promise<AttributedText | undefined> {
  await authorshipReady(community);
  const last = site.memo<{ of?: string; text?: AttributedText | undefined }>(community, "words", () => ({}));
  const of = `${revision} ${asOf ?? ""}`;
  if (last.of !== of) Object.assign(last, { of, text: attributed(community, revision, moment) });
  return last.text;
}

/** A page at its path; a former path leads to the current one, and a path with ".md" to the text itself. */
async function atPath(c: Context, here: Visit): Promise<Response> {
  const path = rest(c, "page");
  const found = unitAtAddress(here, path);
  if (found?.form === "text") return rawBytes(c, here, { unit: found.unit.unit, id: found.unit.id });
  if (found !== undefined) return shown(c, here, { unit: found.unit.unit, id: found.unit.id });
  const file = unitByPath(here.community, path);
  const former = file ?? unitByPath(here.community, `${path}.md`);
  if (former === undefined) throw new LoreError("NOT_FOUND", "Nothing here has this address.");
  return c.redirect(currentAddress(c, here, former, { isText: file !== undefined && path.endsWith(".md") }), 301);
}

/** Where a unit is now, or with `isText` its Markdown, with the questions of this request. */
function currentAddress(c: Context, here: Visit, ref: UnitRef, { isText = false } = {}): string {
  const unit = addressed(here.community, ref.unit);
  const path = unitPath(here, { unit: base32.encode(ref.id), path: unit?.path ?? null });
  const suffix = isText && unit?.path?.endsWith(".md") === true && path.startsWith("/page/") ? ".md" : "";
  return `/c/${here.id}${path}${suffix}${new URL(c.req.url).search}`;
}

async function permalink(c: Context, here: Visit): Promise<Response> {
  const ref = reference(here, rest(c, "u"));
  if (ref.revision !== undefined) return shown(c, here, ref);
  const address = currentAddress(c, here, ref);
  return address.startsWith(`/c/${here.id}/page/`) ? c.redirect(address, 302) : shown(c, here, ref);
}

/** A version as an entry for programs that keep references. */
async function cite(c: Context, here: Visit): Promise<Response> {
  const [, name = "", form] = /^(.+)\.(bib|json)$/.exec(c.req.param("reference") ?? "") ?? [];
  const ref = reference(here, name);
  await authorshipReady(here.community);
  const citation = citationOf(here.community, resolve(here.community, ref, here.moment), here.moment);
  const etag = tagOf(here);
  return form === "bib"
    ? answer(c, bibtex(citation), { media: "application/x-bibtex; charset=utf-8", etag })
    : answer(c, cslJson(citation), { media: "application/vnd.citationstyles.csl+json; charset=utf-8", etag });
}

/** What may be done with a unit, for programs. */
function odrl(c: Context, here: Visit): Response {
  const ref = reference(here, c.req.param("reference") ?? "");
  const json = odrlJson(here, resolve(here.community, ref, here.moment), originOf(c));
  return answer(c, json, { media: "application/ld+json", etag: tagOf(here) });
}

/** What programs may do with everything here. */
async function rsl(c: Context, here: Visit): Promise<Response> {
  const origin = originOf(c);
  const xml = await here.site.memo(here.community, `rsl ${c.req.url}`, async () => String(await rslXml(here, origin)));
  return answer(c, xml, { media: "application/rsl+xml", etag: tagOf(here) });
}

function tool(c: Context, here: Visit): Response {
  const ref = reference(here, rest(c, "tool"));
  const revision = resolve(here.community, ref);
  const detail = revisionDetail(here.community, revision);
  const body = detail.parts.find(({ name }) => name === "body");
  const bytes =
    kindOf(detail.kind).body !== "html" || body?.sha256 == null
      ? undefined
      : here.community.store.parts.get(Buffer.from(body.sha256, "hex"));
  if (bytes === undefined) throw new LoreError("NOT_FOUND", "No tool is here.");
  return answer(c, new Uint8Array(bytes), { media: "text/html; charset=utf-8", policy: TOOL_POLICY });
}

/** A table's rows as JSON: what the page lends to a tool. */
async function rows(c: Context, here: Visit): Promise<Response> {
  const ref = reference(here, rest(c, "rows"));
  const detail = revisionDetail(here.community, resolve(here.community, ref, here.moment));
  const body = detail.parts.find(({ name }) => name === "body");
  const { sha256 = null, sizeBytes = 0 } = body ?? {};
  if (detail.kind !== "dataset" || sha256 === null) throw new LoreError("NOT_FOUND", "No table is here.");
  if (sizeBytes > TABLE_BYTES_MAX)
    throw new LoreError("TOO_LARGE", "This table is too large to be lent to a tool.", { limit: TABLE_BYTES_MAX });
  const table = await parsedTable(here, sha256, () =>
    textOf(here.community.store.parts.get(Buffer.from(sha256, "hex")) ?? new Uint8Array()),
  );
  if (table === undefined) throw new LoreError("REFUSED", "This table cannot be read as rows.");
  return answer(c, JSON.stringify(table), { media: "application/json; charset=utf-8" });
}

function diff(c: Context, here: Visit): Promise<Html> {
  const ref = reference(here, c.req.param("unit") ?? "");
  return diffPage(here, {
    n: ref.unit,
    id: base32.encode(ref.id),
    from: c.req.query("from"),
    to: c.req.query("to"),
    part: c.req.query("part"),
  });
}

async function sharing(c: Context, here: Visit): Promise<Response> {
  await authorshipReady(here.community);
  // What lies on the desk changes without an entry.
  return pageAnswer(
    c,
    sharingPage(here, {
      preset: c.req.query("try"),
      budget: c.req.query("budget"),
      rules: c.req.query("rules"),
      part: c.req.query("part"),
    }),
  );
}

async function statement(c: Context, here: Visit): Promise<Html> {
  await authorshipReady(here.community);
  const epoch = parseDecimal(c.req.param("epoch") ?? "", "the number of a period");
  return statementPage(here, epoch, c.req.query());
}

type Show = (c: Context, here: Visit) => Html | Promise<Html>;

/** Routes below /c/:id. */
export function communityRoutes(site: Site): Hono {
  const app = new Hono();
  const here = (c: Context) => visit(site, c.req.param("id") ?? "", c.req.query("as-of"));
  const page = (path: string, show: Show) =>
    app.get(path, (c) => {
      const visited = here(c);
      return notModified(c, tagOf(visited)) ?? keptPage(c, visited, { make: () => show(c, visited) });
    });
  const open = (path: string, show: (c: Context, visited: Visit) => Response | Promise<Response>) =>
    app.get(path, (c) => {
      const visited = here(c);
      return notModified(c, tagOf(visited)) ?? show(c, visited);
    });

  page("/", (_, visited) => communityPage(visited));
  page("/browse", (c, visited) => browsePage(visited, "", c.req.query()));
  page("/browse/*", (c, visited) => browsePage(visited, rest(c, "browse"), c.req.query()));
  open("/page/*", atPath);
  open("/u/:reference/odrl.jsonld", odrl);
  open("/u/*", permalink);
  open("/raw/*", (c, visited) => rawAt(c, visited));
  page("/history/:unit", (c, visited) => {
    const ref = reference(visited, c.req.param("unit") ?? "");
    return historyPage(visited, { n: ref.unit, id: base32.encode(ref.id) }, c.req.query("before"));
  });
  page("/diff/:unit", diff);
  app.get("/sharing", (c) => sharing(c, here(c)));
  page("/sharing/:epoch", statement);
  page("/people", (c, visited) => peoplePage(visited, c.req.query("part")));
  page("/person/:person", (c, visited) => personPage(visited, c.req.param("person") ?? "", c.req.query()));
  page("/search", (c, visited) =>
    searchPage(visited, { query: c.req.query("q") ?? "", offset: c.req.query("offset") }),
  );
  page("/hands", (c, visited) => handsPage(visited, c.req.query()));
  page("/portrait", async (c, visited) => {
    await authorshipReady(visited.community);
    return portraitPage(visited, originOf(c) + at(visited, "/portrait"));
  });
  page("/genuine/:reference", (c, visited) => {
    const ref = reference(visited, c.req.param("reference") ?? "");
    return genuinePage(visited, {
      revision: resolve(visited.community, ref, visited.moment),
      isPinned: ref.revision !== undefined,
    });
  });
  page("/edit/:unit", (c, visited) => editPage(ofToday(visited), c.req.param("unit") ?? ""));
  page("/new", (_, visited) => newPage(ofToday(visited)));
  page("/you", (_, visited) => youPage(ofToday(visited)));
  page("/join", (_, visited) => joinPage(ofToday(visited)));
  page("/copy", (_, visited) => copyPage(visited));
  open("/cite/:reference", cite);
  open("/tool/*", tool);
  open("/rows/*", rows);
  open("/atom.xml", async (c, visited) =>
    answer(c, String(await atomFeed(ofToday(visited), originOf(c))), {
      media: "application/atom+xml; charset=utf-8",
      etag: tagOf(visited),
    }),
  );
  open("/rsl.xml", rsl);
  open("/llms.txt", (c, visited) =>
    answer(c, llmsText(ofToday(visited), originOf(c)), { media: "text/plain; charset=utf-8", etag: tagOf(visited) }),
  );
  app.get("/copy.zip", (c) => copyZip(site, ofToday(here(c))));
  return app;
}

/** @throws LoreError USAGE for another moment. */
function ofToday(here: Visit): Visit {
  if (here.asOf === undefined) return here;
  throw new LoreError("USAGE", "This is of today only. Leave out as-of.", { field: "as-of" });
}

function originOf(c: Context): string {
  return new URL(c.req.url).origin;
}

function rawAt(c: Context, here: Visit): Response {
  const path = rest(c, "raw");
  if (path.startsWith("~") && REFERENCE.test(path.slice(1))) return rawBytes(c, here, reference(here, path.slice(1)));
  const found = unitAtAddress(here, path);
  if (found === undefined || (found.unit.path !== path && !isMarkdownPath(path)))
    throw new LoreError("NOT_FOUND", "No file has this path here.");
  return rawBytes(c, here, { unit: found.unit.unit, id: found.unit.id });
}

function copyZip({ writeCopy }: Site, { community, id }: Visit): Response {
  if (writeCopy === undefined) throw new LoreError("NOT_FOUND", "This site makes no zip files.");
  const stream = streamOf(writeCopy(community));
  return new Response(stream, {
    headers: {
      "content-type": "application/zip",
      "content-disposition": attachment(`${id.slice(0, 8)}.zip`),
      "cache-control": "no-store",
    },
  });
}
