/** What was found for a question, in one community or in every one here: the words themselves, and where they stand. */
import { isLoreError, LoreError } from "../../bytes/index.ts";
import { type SearchRow, searchCommunity } from "../../community/queries/search.ts";
import { QUERY_CHARS_MAX } from "../../projection/search/index.ts";
import { askedNumber } from "../asked.ts";
import { at, unitHref } from "../addresses.ts";
import { count } from "../format.ts";
import { html, type Html, type Inside } from "../html.ts";
import { asOfForm, bigSearch, page } from "../layout.ts";
import { badges, marked, titleText } from "../parts.ts";
import { type Site, type Visit, visit } from "../site.ts";
import { kindWords, words } from "../words.ts";

const HITS_SHOWN = 20;
const HITS_PER_COMMUNITY = 5;
const OFFSET_MAX = 1_000;

export interface Asked {
  readonly query: string;
  readonly offset?: string | undefined;
}

interface Found {
  readonly rows: readonly SearchRow[];
  readonly hasMore: boolean;
}

async function find(
  here: Visit,
  { text, limit, offset = 0 }: { text: string; limit: number; offset?: number },
): Promise<Found> {
  if (text === "") return { rows: [], hasMore: false };
  try {
    const rows = await searchCommunity(here.community, {
      text: text.slice(0, QUERY_CHARS_MAX),
      limit: limit + 1,
      offset,
      moment: here.moment,
    });
    return { rows: rows.slice(0, limit), hasMore: rows.length > limit };
  } catch (error) {
    // What was typed is never the reader's fault.
    if (isLoreError(error, "TOO_LARGE")) return { rows: [], hasMore: false };
    throw error;
  }
}

export async function searchPage(here: Visit, { query, offset }: Asked): Promise<Html> {
  const text = query.trim();
  const start = askedNumber(offset, { name: "offset", least: 0, most: OFFSET_MAX }) ?? 0;
  const found = await find(here, { text, limit: HITS_SHOWN, offset: start });
  if (start > 0 && found.rows.length === 0)
    throw new LoreError("USAGE", `Searching: there are fewer than ${start + 1} places with these words.`, {
      field: "offset",
    });
  const action = `/c/${here.id}/search`;
  return page({
    site: here.site,
    here,
    title: text === "" ? words.search.heading : text,
    query: text,
    isHidden: true,
    hasOwnSearch: text === "",
    body: html`<div class="sheet">
  <h1 class="question">${text === "" ? words.search.empty : text}</h1>
  ${text === "" ? bigSearch({ action, label: words.nav.ask, placeholder: words.nav.askPlaceholder(here.profile.name), asOf: here.asOf }) : resultsOf(here, { text, ...found, start })}
  <aside class="beside" aria-label="${words.page.facts}">
    ${asOfForm(here, { action, label: words.search.asked, query: text })}
    <p class="aside up-5">${words.search.note}</p>
  </aside>
</div>`,
  });
}

interface Results extends Found {
  readonly text: string;
  readonly start: number;
}

function resultsOf(here: Visit, { text, rows, hasMore, start }: Results): Html {
  if (rows.length === 0) return nothing(text, at(here, "/browse"));
  const more = hasMore && start + HITS_SHOWN <= OFFSET_MAX;
  const places = hasMore
    ? words.search.moreThan(count(start + rows.length))
    : words.search.found(count(start + rows.length), start + rows.length === 1);
  return html`<p class="up-4" role="status">${places}</p>
  <ul class="more up-4">${rows.map((row) => hit(here, row))}</ul>
  ${start > 0 || more ? html`<nav class="turn" aria-label="${words.search.more}"><span>${start > 0 ? html`<a rel="prev" href="${at(here, "/search", { q: text, offset: String(Math.max(0, start - HITS_SHOWN)) })}">${words.search.back}</a>` : ""}</span><span>${more ? html`<a rel="next" href="${at(here, "/search", { q: text, offset: String(start + HITS_SHOWN) })}">${words.search.more}</a>` : ""}</span></nav>` : ""}`;
}

function nothing(text: string, href: string): Html {
  return html`<div class="empty up-5" role="status"><h2>${words.search.none}</h2><p>${words.search.noneText(text)}</p><p class="row"><a class="btn" href="${href}">${words.search.noneNext}</a></p></div>`;
}

function hit(here: Visit, row: SearchRow): Html {
  const href = unitHref(here, row);
  const passage = row.anchor === null ? href : withAnchor(href, row.anchor);
  const under =
    row.heading === null || row.heading === row.title
      ? ""
      : html` ${words.search.under} <a href="${passage}">${row.heading}</a>`;
  const snippet = row.snippet.trim() === "" ? "" : html`<span class="snip">${marked(row.snippet, row.marks)}</span>`;
  return html`<li><a class="where" href="${passage}">${titleText(row.title)}</a>${badges(row)}${snippet}<span class="quiet">${row.kind === "page" ? "" : kindWords(row.kind).one}${under}</span></li>
`;
}

/** A long page is shown by section: the section asked for holds the passage. */
function withAnchor(href: string, anchor: string): string {
  const separator = href.includes("?") ? "&" : "?";
  return `${href}${separator}${new URLSearchParams({ section: anchor }).toString()}#${encodeURIComponent(anchor)}`;
}

/** Every community here, those with answers. */
export async function siteSearchPage(site: Site, { query }: Asked): Promise<Html> {
  const text = query.trim();
  const sections: Inside[] = [];
  for (const community of text === "" ? [] : site.communities())
    sections.push(...(await communitySection(visit(site, community.id), text)));
  return page({
    site,
    title: text === "" ? words.search.heading : text,
    query: text,
    isHidden: true,
    hasOwnSearch: text === "",
    body: html`<div class="sheet">
  <h1 class="question">${text === "" ? words.search.empty : text}</h1>
  ${text === "" ? bigSearch({ action: "/search", label: words.front.label, placeholder: words.front.placeholder }) : ""}
  ${text !== "" && sections.length === 0 ? nothing(text, "/") : sections.map((section) => html`${section}`)}
</div>`,
  });
}

async function communitySection(here: Visit, text: string): Promise<Html[]> {
  const { rows, hasMore } = await find(here, { text, limit: HITS_PER_COMMUNITY });
  if (rows.length === 0) return [];
  const all = at(here, "/search", { q: text });
  return [
    html`<section class="section"><h2><a class="plain" href="${at(here, "")}">${here.profile.name}</a></h2>
  <ul class="more">${rows.map((row) => hit(here, row))}</ul>
  ${hasMore ? html`<p class="up-4"><a href="${all}">${words.search.allOf(here.profile.name)}</a></p>` : ""}</section>`,
  ];
}
