/** The page of a unit, whatever its kind: header, body, where it came from, may I use this, as it was on. */
import { acceptedCount, replacementOf } from "../../community/queries/activity.ts";
import { hasAuthors, standingIn } from "../../community/queries/authorship.ts";
import { madeFrom, usedIn } from "../../community/queries/links.ts";
import { authorsOf, contributorsOf, type PersonRef } from "../../community/queries/people.ts";
import { type Remark, remarksOn } from "../../community/queries/remarks.ts";
import type { RevisionDetail } from "../../community/queries/units.ts";
import { kindOf } from "../../unit/index.ts";
import { at, browseHref, revisionHref, unitHref, unitPath } from "../addresses.ts";
import { count, date, fileSize, longDate } from "../format.ts";
import { html, type Html } from "../html.ts";
import { asOfForm, type Crumb, page } from "../layout.ts";
import { hasFolder } from "../links.ts";
import { personLink, badges, byline, linkList, titleOf } from "../parts.ts";
import { kindWords, saidWords, stateWords, words } from "../words.ts";
import { type Body, type Shown, WHO } from "./shown.ts";
import { neighbourhood } from "./neighbourhood.ts";
import { fileBody } from "./unit-file.ts";
import { proseBody } from "./unit-prose.ts";
import { unitRights } from "./unit-rights.ts";
import { tableBody } from "./unit-table.ts";
import { toolBody } from "./unit-tool.ts";
import { editHref, mayEdit, voiceOf } from "./voice.ts";
import { WordsView } from "./unit-words.ts";

async function bodyOf(shown: Shown): Promise<Body> {
  const { body } = kindOf(shown.detail.kind);
  if (shown.words !== undefined && body !== "markdown") return sourceBody(new WordsView(shown, shown.words));
  switch (body) {
    case "markdown":
      return await proseBody(shown);
    case "table":
      return await tableBody(shown);
    case "html":
      return toolBody(shown);
    case "text":
    case "bytes":
      return fileBody(shown);
    default:
      return body satisfies never;
  }
}

/** What is no prose is shown as it is written. */
function sourceBody(view: WordsView): Body {
  // The cards are those of the words in it.
  const source = view.source();
  return { body: html`${view.key()}<div class="shaded">${source}</div>${view.cards()}` };
}

export async function unitPage(shown: Shown): Promise<Html> {
  const { here, detail } = shown;
  const body = await bodyOf(shown);
  const title = body.title ?? titleOf(detail);
  return page({
    site: here.site,
    here,
    title,
    lang: detail.lang ?? undefined,
    crumbs: crumbsOf(shown, title),
    isHidden: shown.isPinned,
    odrlHref: at(here, `/u/${detail.unit}${shown.isPinned ? `@${detail.revision}` : ""}/odrl.jsonld`),
    ...(body.scripts === undefined ? {} : { scripts: body.scripts }),
    body: html`<article class="sheet">
  <header${isWide(shown) ? html` class="wide measure"` : ""}>
    ${notice(shown)}<h1${body.titleAnchor === undefined ? "" : html` id="${body.titleAnchor}"`}>${title}${shown.listing === undefined ? "" : badges(shown.listing)}</h1>
    ${bylineOf(shown, body.about)}
    ${tools(shown, body.tools ?? [])}
    ${body.contents ?? ""}
  </header>
  ${body.body}
  ${voiceOf(shown)}
  ${strip(shown)}
  ${isWide(shown) ? "" : html`<aside class="beside" aria-label="${words.page.facts}">${margin(shown)}</aside>`}
</article>`,
  });
}

/** A table takes the whole width: what is about it stands below. */
function isWide({ detail }: Shown): boolean {
  return kindOf(detail.kind).body === "table";
}

function crumbsOf({ here, detail }: Shown, title: string): Crumb[] {
  const crumbs: Crumb[] = [{ text: here.profile.name, href: at(here, "") }];
  const steps = detail.path?.split("/").slice(0, -1) ?? [];
  for (const [i, step] of steps.entries()) {
    const folder = steps.slice(0, i + 1).join("/");
    // An old version may come from a folder that is gone.
    if (hasFolder(here.community, folder)) crumbs.push({ text: step, href: browseHref(here, folder) });
  }
  return [...crumbs, { text: title }];
}

/** What is not as a reader would expect stands first. */
function notice({ here, unit, detail, isPinned, listing }: Shown): Html | "" {
  const newest = at({ ...here, asOf: undefined }, unitPath(here, detail));
  if (isPinned && detail.state !== "current") {
    const text =
      detail.version === null ? suggestionWords(detail) : words.page.oldVersion(detail.version, longDate(detail.time));
    return html`<div class="then" role="status"><b>${text}</b> <a href="${newest}">${words.moment.latest}</a></div>`;
  }
  if (listing?.state === "superseded") {
    const by = replacementOf(here.community, unit);
    return html`<div class="note care down-5"><b>${words.page.replaced}</b> ${by === undefined ? "" : html`${words.page.replacedBy} <a href="${unitHref(here, by)}">${titleOf(by)}</a>`}</div>`;
  }
  return listing?.disputed === true ? html`<div class="note care down-5"><b>${words.page.disputed}</b></div>` : "";
}

function suggestionWords({ state, time }: RevisionDetail): string {
  return state === "proposed" || state === "needs-merge"
    ? words.page.suggestedVersion(longDate(time))
    : words.page.notAccepted(longDate(time));
}

/** Whose words stand in what is shown, those with most first. */
function peopleOf({ here, unit, revision, isPinned, detail }: Shown): readonly PersonRef[] {
  const standing = standingIn(here.community, revision, here.moment);
  if (standing.length > 0) return standing;
  if (!isPinned) return contributorsOf(here.community, unit);
  const signer = here.community.facts.revision(revision)?.author;
  return signer === undefined
    ? [detail.signedBy]
    : authorsOf(here.community, revision, { signer, moment: here.moment }).authors;
}

function bylineOf(shown: Shown, about: string | undefined): Html {
  const { here, detail } = shown;
  const history = at(here, `/history/${detail.unit}`);
  const changed = detail.version === null ? words.page.suggested : words.page.changed;
  return html`<p class="byline">${byline(here, peopleOf(shown), history)}
      <span class="quiet">${about === undefined ? "" : `${about}, `}${changed} <a href="${history}">${date(detail.time)}</a></span></p>`;
}

function tools(shown: Shown, more: readonly Html[]): Html {
  const { here, unit, detail, isPinned } = shown;
  const versions = acceptedCount(here.community, unit, here.moment);
  const genuine = at(
    { ...here, asOf: undefined },
    `/genuine/${detail.unit}${isPinned || here.asOf !== undefined ? `@${detail.revision}` : ""}`,
  );
  return html`<p class="tools"><a class="btn" rel="version-history" href="${at(here, `/history/${detail.unit}`)}">${words.page.versions(count(versions), versions === 1)}</a> ${isPinned || here.asOf !== undefined || !mayEdit(detail.kind) ? "" : html`<a class="btn" rel="edit" href="${editHref(here, detail.unit)}">${words.voice.edit}</a> `}${whoLink(shown)} ${more} <a class="btn bare" href="${genuine}">${words.page.genuine}</a></p>`;
}

/** To who wrote which words, and back. */
function whoLink({ here, detail, revision, isPinned, words: asked }: Shown): Html | "" {
  const path = isPinned ? `/u/${detail.unit}@${detail.revision}` : unitPath(here, detail);
  if (asked !== undefined) return html`<a class="btn" href="${at(here, path)}">${words.who.hide}</a>`;
  if (!hasAuthors(here.community, revision)) return "";
  return html`<a class="btn" href="${at(here, path, { who: WHO })}">${words.who.show}</a>`;
}

function strip(shown: Shown): Html {
  const { here, unit } = shown;
  const from = shown.isPinned ? [] : madeFrom(here.community, unit, here.moment);
  const into = usedIn(here.community, unit, here.moment);
  return html`<section class="strip${isWide(shown) ? " wide" : ""}" aria-label="${words.page.origin}">
    ${from.length === 0 ? "" : html`<div><h2>${words.page.madeFrom}</h2>${linkList(here, from)}</div>`}
    ${into.length === 0 ? "" : html`<div><h2>${words.page.usedIn}</h2>${linkList(here, into)}</div>`}
    ${neighbourhood(shown, from, into)}
    ${unitRights(shown)}
    ${isWide(shown) ? html`<div>${margin(shown)}</div>` : ""}
  </section>`;
}

/** What people said about it, with their names: the newest few. */
function said({ here, unit, isPinned }: Shown): Html | "" {
  const remarks = isPinned ? [] : remarksOn(here.community, unit, { moment: here.moment }).slice(0, REMARKS_SHOWN);
  if (remarks.length === 0) return "";
  const line = ({ said: what, verdict, by, time, text }: Remark) =>
    html`<li>${text === null ? "" : html`<span class="reason">${text}</span> `}${saidWords(what, verdict)}<span class="quiet">${personLink(here, by)}, ${date(time)}</span></li>`;
  return html`<dl class="facts up-5"><div><dt>${words.page.said}</dt><dd><ul class="recent">${remarks.map(line)}</ul></dd></div></dl>`;
}

const REMARKS_SHOWN = 5;

function margin(shown: Shown): Html {
  const { here, detail, unit } = shown;
  const isText = kindOf(detail.kind).body === "markdown";
  const body = detail.parts.find(({ name }) => name === "body");
  const first = here.community.rows.get<{ shown: number }>(
    "SELECT shown FROM head WHERE unit = ? ORDER BY seq LIMIT 1",
    unit,
  )?.shown;
  return html`${
    isText && detail.kind === "page" && detail.tags.length === 0
      ? ""
      : html`<dl class="facts down-5">
      ${detail.kind === "page" ? "" : html`<div><dt>${words.page.kind}</dt><dd>${kindWords(detail.kind).one}</dd></div>`}
      ${isText || body === undefined ? "" : html`<div><dt>${words.page.size}</dt><dd>${fileSize(body.sizeBytes)}</dd></div>`}
      ${detail.tags.length === 0 ? "" : html`<div><dt>${words.page.tags}</dt><dd>${detail.tags.join(", ")}</dd></div>`}
    </dl>`
  }
    ${shown.isPinned ? "" : asOfForm(here, { action: `/c/${here.id}${unitPath(here, detail)}`, firstDay: first })}
    ${detail.sourced ? html`<p class="aside up-4">${words.page.sourced}</p>` : ""}
    ${said(shown)}`;
}

/** The page of a retired unit: it says so, and leads to what it last said. */
export function retiredPage({ here, detail }: Pick<Shown, "here" | "detail">): Html {
  const title = titleOf(detail);
  return page({
    site: here.site,
    here,
    title,
    isHidden: true,
    crumbs: [{ text: here.profile.name, href: at(here, "") }, { text: title }],
    body: html`<div class="sheet"><h1>${title} <span class="state retired">${stateWords("retired")}</span></h1>
  <div class="empty up-5"><h2>${words.page.retired}</h2><p>${words.page.retiredText}</p>
  <p class="row"><a class="btn main" href="${revisionHref(here, detail)}">${words.page.lastVersion}</a> <a href="${at(here, `/history/${detail.unit}`)}">${words.diff.all}</a></p></div></div>`,
  });
}
