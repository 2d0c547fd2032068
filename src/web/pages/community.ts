/** The first page of a community: what it is, where to start, what needs hands, what is new, what may be done with it. */
import { recentChanges } from "../../community/queries/activity.ts";
import { kindCounts, mostLinked, unitStandingAt } from "../../community/queries/browse.ts";
import { linkedUnit, pointedUnit } from "../../community/queries/links.ts";
import { peopleThen } from "./people.ts";
import { peopleWhoWrote } from "../../community/queries/people.ts";
import { partText } from "../../community/queries/profile.ts";
import { communityUse } from "../../community/queries/rights.ts";
import { findRevision, listUnits, unitAt, type UnitListing } from "../../community/queries/units.ts";
import { linksOf, pointedPath } from "../../projection/markdown.ts";
import { at, unitHref } from "../addresses.ts";
import { counted, date, year } from "../format.ts";
import { html, type Html } from "../html.ts";
import { asOfForm, bigSearch, page } from "../layout.ts";
import { badges, titleOf, useWords } from "../parts.ts";
import { rightsKnown } from "../rights.ts";
import type { Visit } from "../site.ts";
import { KIND_ORDER, kindWords, words } from "../words.ts";
import { handsList } from "./hands.ts";
import { renderedText } from "./unit-prose.ts";

const START_SHOWN = 6;
const NEW_SHOWN = 5;
const HANDS_SHOWN = 3;
const README = ["README.md", "readme.md", "Readme.md", "index.md", "Home.md", "home.md"];

export async function communityPage(here: Visit): Promise<Html> {
  const { site, profile } = here;
  const readme = readmeOf(here);
  const [start, lead] = await Promise.all([startShelf(here, readme), leadOf(here, readme)]);
  const isEmpty = here.moment.at !== "now" && listUnits(here.community, { moment: here.moment }).length === 0;
  return page({
    site,
    here,
    title: profile.name,
    hasOwnSearch: true,
    body: html`<div class="sheet">
  <h1>${profile.name}</h1>
  ${lead === "" ? "" : html`<p class="lead up-3">${lead}</p>`}
  ${bigSearch({ action: `/c/${here.id}/search`, label: words.nav.ask, placeholder: words.nav.askPlaceholder(profile.name), asOf: here.asOf })}
  ${isEmpty ? html`<p class="up-5">${words.home.asOfNothing}</p>` : start}
  ${handsSection(here)}
  ${margin(here)}
</div>`,
  });
}

/** The page that a repository or folder opens with. */
function readmeOf(here: Visit): UnitListing | undefined {
  for (const path of README) {
    const found = unitStandingAt(here.community, path);
    if (found !== undefined && found.retired === 0) return unitAt(here.community, found.unit, here.moment);
  }
  return undefined;
}

async function leadOf(here: Visit, readme: UnitListing | undefined): Promise<string> {
  return here.profile.about ?? (readme === undefined ? "" : await leadOfUnit(here, readme));
}

/** First paragraph of a page; empty when it has none. */
export async function leadOfUnit(here: Visit, listing: UnitListing): Promise<string> {
  const { sha256 } = listing;
  if (sha256 === null || listing.sizeBytes > 200_000) return "";
  const read = () => readText(here, listing);
  return (await renderedText({ here }, { sha256, read }))?.lead ?? "";
}

function readText({ community }: Visit, { revision }: UnitListing): string | undefined {
  return partText(community, findRevision(community, revision).n);
}

/** The pages the community chose; else the first its README names; else those that others link to most. */
function startUnits(here: Visit, readme: UnitListing | undefined): UnitListing[] {
  const { community, moment } = here;
  const found = new Map<string, UnitListing>();
  for (const path of here.profile.start) {
    const unit = linkedUnit(community, path)?.unit;
    if (unit !== undefined) addListing(found, unitAt(community, unit, moment));
  }
  if (found.size > 0) return [...found.values()].slice(0, START_SHOWN);
  const text = readme === undefined ? undefined : readText(here, readme);
  for (const { href, form } of text === undefined ? [] : linksOf(text)) {
    const isPage = form === "link" || form === "wiki";
    const path = isPage ? pointedPath(readme?.path ?? "", { href, form }) : undefined;
    const unit = path === undefined || path === "" ? undefined : pointedUnit(community, { path, form })?.unit;
    const listing = unit === undefined ? undefined : unitAt(community, unit, moment);
    if (listing?.state === "current" && listing.kind === "page" && listing.unit !== readme?.unit)
      found.set(listing.unit, listing);
    if (found.size >= START_SHOWN) break;
  }
  if (found.size < START_SHOWN)
    for (const unit of mostLinked(community, START_SHOWN)) addListing(found, unitAt(community, unit, moment));
  if (found.size < 2) for (const unit of lastChanged(here, 50)) if (unit.kind === "page") addListing(found, unit);
  if (readme !== undefined) found.delete(readme.unit);
  return [...found.values()].slice(0, START_SHOWN);
}

function lastChanged({ community, moment }: Visit, limit: number): UnitListing[] {
  if (moment.at === "now") return recentChanges(community, limit).map(({ unit }) => unit);
  return listUnits(community, { moment })
    .toSorted((a, b) => b.time - a.time)
    .slice(0, limit);
}

function addListing(found: Map<string, UnitListing>, listing: UnitListing | undefined): void {
  if (listing?.state === "current") found.set(listing.unit, listing);
}

async function startShelf(here: Visit, readme: UnitListing | undefined): Promise<Html> {
  const units = here.site.memo(here.community, `start ${here.asOf ?? ""}`, () => startUnits(here, readme));
  const everything = everythingWords(here);
  if (units.length === 0 && everything === "")
    return html`<div class="empty up-6"><h2>${words.home.empty}</h2><p>${words.home.emptyText}</p>${newLink(here)}</div>`;
  const leads = await Promise.all(units.map((unit) => leadOfUnit(here, unit)));
  const opening = readme === undefined || here.profile.start.length > 0 || units.length >= START_SHOWN ? [] : [readme];
  return html`<section class="section">
    <h2>${words.home.startHere}</h2>
    <ol class="shelf">
      ${[...opening, ...units].map(
        (
          unit,
          i,
        ) => html`<li><a class="name" href="${unitHref(here, unit)}">${titleOf(unit)}</a>${badges(unit)}${leadLine(leads[i - opening.length])}</li>
`,
      )}
    </ol>
    <p class="up-4"><a href="${at(here, "/browse")}">${here.moment.at === "now" ? words.home.everything(everything) : words.browse.title}</a></p>
    ${newLink(here)}
  </section>`;
}

/** To where a page is begun. */
export function newLink(here: Visit): Html | "" {
  return here.asOf === undefined
    ? html`<p class="up-4"><a class="btn" rel="new" href="${at(here, "/new")}">${words.voice.new}</a></p>`
    : "";
}

function leadLine(lead: string | undefined): Html | "" {
  if (lead === undefined || lead === "") return "";
  const end = /^.{20,160}?[.!?](?=\s|$)/.exec(lead)?.[0];
  return html`<p>${end ?? (lead.length > 160 ? `${lead.slice(0, lead.lastIndexOf(" ", 158))}…` : lead)}</p>`;
}

/** "23 pages, 2 tables and 1 tool". */
export function everythingWords({ site, community }: Pick<Visit, "site" | "community">): string {
  const counts = site.memo(community, "kinds", () => kindCounts(community));
  const parts = KIND_ORDER.filter((kind) => kind !== "charter" && (counts.get(kind) ?? 0) > 0).map((kind) => {
    const { one, many } = kindWords(kind);
    return counted(counts.get(kind) ?? 0, one, many);
  });
  const last = parts.pop();
  return last === undefined ? "" : parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

function handsSection(here: Visit): Html | "" {
  // What waits is known of today only.
  const things = here.moment.at === "now" ? handsList(here, HANDS_SHOWN).items : [];
  if (things.length === 0) return "";
  return html`<section class="section">
    <h2>${words.home.hands}</h2>
    <ul class="hands">${things}</ul>
    <p class="up-4"><a href="${at(here, "/hands")}">${words.home.allHands}</a></p>
  </section>`;
}

function newest(here: Visit): Html {
  const { site, community } = here;
  const changes = site.memo(community, "new", () => recentChanges(community, NEW_SHOWN));
  return html`<div><dt>${words.home.new}</dt><dd>
        ${
          changes.length === 0
            ? words.home.nothingNew
            : html`<ul class="recent">
          ${changes.map(({ unit, time, isNew }) => html`<li><a href="${unitHref(here, unit)}">${titleOf(unit)}</a><span class="quiet">${isNew ? words.home.newPage : words.home.changed}, ${date(time)}</span></li>`)}
        </ul>`
        }</dd></div>`;
}

function margin(here: Visit): Html {
  const everyone = peopleThen(here);
  const { site, community, moment, asOf } = here;
  const wrote = site.memo(community, `wrote ${asOf ?? ""}`, () => peopleWhoWrote(community, moment, everyone));
  const since = wrote[0]?.since;
  return html`<aside class="beside" aria-label="${words.home.about}">
    <dl class="facts">
      ${here.moment.at === "now" ? newest(here) : ""}
      ${since == null ? "" : html`<div><dt>${words.home.people}</dt><dd>${words.home.peopleWrote(counted(wrote.length, "person", "people"))}, ${words.home.since} ${year(since)}. <a href="${at(here, "/people")}">${words.home.peopleLink}</a><br><a href="${at(here, "/portrait")}">${words.home.portraitLink}</a></dd></div>`}
      <div id="lore:use"><dt>${words.home.use}</dt><dd>${useWords(communityUse(here.community, rightsKnown(here)).licence)}<br><a href="${at(here, "/sharing")}">${words.sharing.title}</a></dd></div>
      <div><dt>${words.home.copies}</dt><dd>${words.home.copiesText} <a href="${at(here, "/copy")}">${words.home.copiesLink}</a></dd></div>
    </dl>
    <div class="up-5">${asOfForm(here, { action: `/c/${here.id}`, firstDay: everyone[0]?.since ?? undefined })}</div>
  </aside>`;
}
