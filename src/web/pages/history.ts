/** Versions of a unit, newest first, any two of which can be compared. */
import { acceptedCount, besideCount, versionsOf } from "../../community/queries/activity.ts";
import { type RevisionDetail, unitAt } from "../../community/queries/units.ts";
import { askedNumber } from "../asked.ts";
import { at, revisionHref, unitHref, unitPath } from "../addresses.ts";
import { count, shortDate } from "../format.ts";
import { html, type Html, raw } from "../html.ts";
import { asOfForm, page } from "../layout.ts";
import { personLink, titleOf } from "../parts.ts";
import { listed } from "../format.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";

const VERSIONS_SHOWN = 100;
const NOTE_CHARS = 300;
/** Versions past which the list is longer than a screen: the button stands above it as well. */
const COMPARE_TWICE = 8;

export function historyPage(here: Visit, unit: { n: number; id: string }, before: string | undefined): Html {
  const beforeN = askedNumber(before, { name: "before", least: 1, most: 999_999_999 });
  const versions = versionsOf(here.community, unit.n, {
    limit: VERSIONS_SHOWN + 1,
    before: beforeN,
    moment: here.moment,
  });
  const shown = versions.slice(0, VERSIONS_SHOWN);
  const listing = unitAt(here.community, unit.n, here.moment);
  const title =
    listing === undefined ? (shown[0] === undefined ? words.untitled : titleOf(shown[0].detail)) : titleOf(listing);
  const subject = { unit: unit.id, path: listing?.path ?? null };
  const accepted = acceptedCount(here.community, unit.n, here.moment);
  const beside = besideCount(here.community, unit.n, here.moment);
  return page({
    site: here.site,
    here,
    shows: "today",
    title: words.history.title(title),
    isHidden: true,
    crumbs: [
      { text: here.profile.name, href: at(here, "") },
      { text: title, href: unitHref(here, subject) },
      { text: words.history.crumb },
    ],
    body: html`<div class="sheet">
  <h1>${words.history.title(title)}</h1>
  <p class="byline"><a href="${unitHref(here, subject)}">${title}</a> <span class="quiet">${words.page.versions(count(accepted), accepted === 1)}${beside === 0 ? "" : words.history.beside(count(beside))}</span></p>
  <section class="section" aria-labelledby="lore:versions">
    <h2 id="lore:versions">${words.history.versions}</h2>
    <form action="${`/c/${here.id}/diff/${unit.id}`}">
    ${shown.length > COMPARE_TWICE ? html`<p class="row down-3"><button class="btn">${words.history.compare}</button></p>` : ""}
    <ol class="versions" reversed>
${shown.map(({ detail }, i) => versionItem(here, detail, i))}
    </ol>
    <p class="row up-4">${shown.length > 1 ? html`<button class="btn main">${words.history.compare}</button>` : ""} ${versions.length > VERSIONS_SHOWN ? html`<a href="${at(here, `/history/${unit.id}`, { before: String(shown.at(-1)?.n ?? 0) })}">${words.history.older}</a>` : ""}</p>
    </form>
  </section>
  <aside class="beside" aria-label="${words.page.facts}">
    ${listing === undefined ? "" : asOfForm(here, { action: `/c/${here.id}${unitPath(here, subject)}`, label: words.history.pageAsOf })}
    <p class="aside up-5">${words.history.nothingDisappears} <a href="${at(here, `/genuine/${unit.id}`)}">${words.history.checkYourself}</a>.</p>
    ${broughtIn(shown.map(({ detail }) => detail))}
  </aside>
</div>`,
  });
}

function versionItem(here: Visit, detail: RevisionDetail, place: number): Html {
  const isCurrent = detail.state === "current";
  const pick = (name: "from" | "to", chosen: boolean) =>
    html`<label><input type="radio" name="${name}" value="${detail.revision}"${raw(chosen ? " checked" : "")}> ${words.history[name]}</label>`;
  return html`    <li${raw(isCurrent ? ' aria-current="true"' : "")}>
      ${shortDate(detail.time)}
      <div><p class="what">${detail.version === null ? "" : html`<span class="num">${count(detail.version)}.</span> `}<a href="${revisionHref(here, detail)}">${whatWords(detail)}</a>${stateBadge(detail)}</p><p class="by">${byWords(here, detail)}</p></div>
      <div class="pick">${pick("from", place === 1)}${pick("to", place === 0)}</div>
    </li>
`;
}

/** The words that came with the change, in one line. */
function whatWords({ note, version }: RevisionDetail): string {
  const line = note?.trim().split("\n", 1)[0] ?? "";
  if (line !== "") return line.length > NOTE_CHARS ? `${line.slice(0, NOTE_CHARS)}…` : line;
  return version === 1 ? words.history.first : words.history.changed;
}

/** What is not normal about a version: nothing of one that was accepted for itself. */
function stateBadge({ state, version, takenWith }: RevisionDetail): Html | "" {
  if (version === null && takenWith !== null)
    return html` <span class="state suggested">${words.history.takenWith(count(takenWith))}</span>`;
  const text = words.history.states[state];
  return text === undefined
    ? ""
    : html` <span class="state ${state === "proposed" || state === "needs-merge" ? "suggested" : "retired"}">${text}</span>`;
}

function byWords(here: Visit, { authors }: RevisionDetail): Html {
  return html`${listed(authors.map((person) => html`${personLink(here, person)}${person.keyed ? "" : html`, <span class="quiet">${words.history.namedInHistory}</span>`}`))}`;
}

/** Who signed for others: said once. */
function broughtIn(details: readonly RevisionDetail[]): Html | "" {
  const names = new Set(
    details
      .filter(({ authors, signedBy }) => authors.every(({ id }) => id !== signedBy.id))
      .map(({ signedBy }) => signedBy.name),
  );
  return names.size === 0
    ? ""
    : html`<p class="aside up-4">${words.history.broughtIn([...names].slice(0, 5).join(", "))}</p>`;
}
