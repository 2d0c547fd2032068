/** Everything here, folder by folder, kind by kind. */
import { LoreError } from "../../bytes/index.ts";
import { shelfOf, shownUnits } from "../../community/queries/browse.ts";
import type { UnitListing } from "../../community/queries/units.ts";
import { askedNumber } from "../asked.ts";
import { at, browseHref, encodePath } from "../addresses.ts";
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import { asOfForm, type Crumb, page } from "../layout.ts";
import { hasFolder } from "../links.ts";
import { thingLink } from "../parts.ts";
import type { Visit } from "../site.ts";
import { KIND_ORDER, kindWords, words } from "../words.ts";
import { everythingWords } from "./community.ts";

/** Things on one page of a folder. */
const THINGS_SHOWN = 200;
const FOLDERS_SHOWN = 600;
const KIND = /^[a-z][a-z0-9-]{0,31}$/;

interface Asked {
  /** Place of the first thing shown. */
  readonly from?: string;
  /** All things of this kind, in whatever folder. */
  readonly kind?: string;
}

export function browsePage(here: Visit, folder: string, { from, kind }: Asked): Html {
  const listings = here.site.memo(here.community, `listing ${here.asOf ?? ""}`, () =>
    shownUnits(here.community, here.moment),
  );
  if (kind !== undefined && !KIND.test(kind))
    throw new LoreError("USAGE", `Reading the address: "${kind.slice(0, 40)}" is no kind of thing.`, { field: "kind" });
  const { folders, units } =
    kind === undefined || folder !== ""
      ? shelfOf(listings, folder)
      : { folders: [], units: listings.filter((listing) => listing.kind === kind) };
  if (folder !== "" && folders.length === 0 && units.length === 0 && !hasFolder(here.community, folder))
    throw new LoreError("NOT_FOUND", "No folder has this name here.");
  const title = folder === "" ? words.browse.title : folder.slice(folder.lastIndexOf("/") + 1);
  const ordered = units.toSorted((a, b) => rank(a) - rank(b));
  const start = askedNumber(from, { name: "from", least: 0, most: Math.max(0, ordered.length - 1) }) ?? 0;
  const shown = ordered.slice(start, start + THINGS_SHOWN);
  return page({
    site: here.site,
    here,
    title,
    crumbs: crumbsOf(here, folder, title),
    body: html`<div class="sheet">
  <h1>${title}</h1>
  ${folder === "" && kind === undefined && here.moment.at === "now" ? html`<p class="lead up-2">${everythingWords(here)}</p>` : ""}
  ${
    folders.length === 0 || start > 0
      ? ""
      : html`<section class="section">
    <h2>${words.browse.folders}</h2>
    <ul class="folders">${folders.slice(0, FOLDERS_SHOWN).map(
      ({
        path,
        name,
        units: inside,
      }) => html`<li><a href="${browseHref(here, path)}">${name}</a> <span class="quiet">${words.browse.things(count(inside), inside === 1)}</span></li>
`,
    )}</ul></section>`
  }
  ${kindSections(here, shown)}
  ${units.length === 0 && folders.length === 0 ? html`<p class="up-5">${words.browse.nothing}</p>` : ""}
  ${turn(here, { folder, kind }, { start, shown: shown.length, all: ordered.length })}
  <aside class="beside" aria-label="${words.page.facts}">${asOfForm(here, { action: `/c/${here.id}/browse${folder === "" ? "" : `/${encodePath(folder)}`}` })}</aside>
</div>`,
  });
}

function rank({ kind }: UnitListing): number {
  const at = KIND_ORDER.findIndex((known) => known === kind);
  return at < 0 ? KIND_ORDER.length : at;
}

function kindSections(here: Visit, units: readonly UnitListing[]): Html[] {
  const byKind = Map.groupBy(units, ({ kind }) => kindWords(kind).title);
  return [...byKind].map(
    ([title, listings]) => html`<section class="section">
    <h2>${title}</h2>
    <ul class="things">${listings.map(
      (listing) => html`<li>${thingLink(here, listing)}</li>
`,
    )}</ul></section>`,
  );
}

function crumbsOf(here: Visit, folder: string, title: string): Crumb[] {
  const crumbs: Crumb[] = [{ text: here.profile.name, href: at(here, "") }];
  if (folder === "") return [...crumbs, { text: title }];
  crumbs.push({ text: words.browse.all, href: browseHref(here, "") });
  const steps = folder.split("/").slice(0, -1);
  for (const [i, step] of steps.entries())
    crumbs.push({ text: step, href: browseHref(here, steps.slice(0, i + 1).join("/")) });
  return [...crumbs, { text: title }];
}

function turn(
  here: Visit,
  { folder, kind }: { folder: string; kind: string | undefined },
  { start, shown, all }: { start: number; shown: number; all: number },
): Html | "" {
  if (all <= THINGS_SHOWN) return "";
  const path = folder === "" ? "/browse" : `/browse/${encodePath(folder)}`;
  return html`<nav class="turn" aria-label="${words.browse.large(count(all), count(start + 1), count(start + shown))}">
  <span>${start > 0 ? html`<a rel="prev" href="${at(here, path, { kind, from: String(Math.max(0, start - THINGS_SHOWN)) })}">${words.browse.before}</a>` : ""}</span>
  <span class="quiet">${words.browse.large(count(all), count(start + 1), count(start + shown))}</span>
  <span>${start + shown < all ? html`<a rel="next" href="${at(here, path, { kind, from: String(start + shown) })}">${words.browse.later}</a>` : ""}</span>
</nav>`;
}
