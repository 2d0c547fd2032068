/** People: all of them in the order they came, and one of them with what they wrote. No totals, no ranks. */
import { unitsWithWordsOf } from "../../community/queries/authorship.ts";
import {
  confirmationsBy,
  type Deed,
  reviewsBy,
  type Thanks,
  thanksFor,
  type Used,
  usesOf,
} from "../../community/queries/deeds.ts";
import { findPerson, people, type PersonListing, unitsOf } from "../../community/queries/people.ts";
import { unitAt, type UnitListing } from "../../community/queries/units.ts";
import { at, personHref, unitHref } from "../addresses.ts";
import { count, date, dayOf, year } from "../format.ts";
import { html, type Html } from "../html.ts";
import { page } from "../layout.ts";
import { badges, personLink, titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { kindWords, words } from "../words.ts";

const UNITS_SHOWN = 300;
const NAMES_SHOWN = 5_000;

/** Everyone who had contributed at the moment that is looked at. */
export function peopleThen({ site, community, moment, asOf }: Visit): readonly PersonListing[] {
  return site.memo(community, `people ${asOf ?? ""}`, () => people(community, moment));
}

export function peoplePage(here: Visit): Html {
  const everyone = peopleThen(here);
  const wrote = everyone.filter(({ since }) => since !== null);
  return page({
    site: here.site,
    here,
    title: words.people.title,
    crumbs: [{ text: here.profile.name, href: at(here, "") }, { text: words.people.title }],
    body: html`<div class="sheet">
  <h1>${words.people.title}</h1>
  <p class="lead up-2">${words.people.lead}</p>
  ${
    wrote.length === 0
      ? html`<p class="up-5">${words.people.noPeople}</p>`
      : html`<ul class="names up-5">${wrote.slice(0, NAMES_SHOWN).map(
          (person) => html`<li><a href="${personHref(here, person)}">${person.name}</a>${badge(person)}</li>
`,
        )}</ul>`
  }
  <aside class="beside" aria-label="${words.people.facts}"><p class="aside">${words.people.order}</p></aside>
</div>`,
  });
}

function badge({ since, roles, type }: PersonListing): Html {
  const role = roles.includes("steward")
    ? words.people.steward
    : roles.includes("editor")
      ? words.people.editor
      : type === "person"
        ? ""
        : words.people.bot;
  return html` <span class="since">${role === "" ? "" : `${role}, `}${since === null ? "" : html`${words.people.since} ${year(since)}`}</span>`;
}

export function personPage(here: Visit, id: string): Html {
  const { site, community } = here;
  const person = findPerson(community, id);
  const { stand, worked, gone } = workOf(here, person.member);
  return page({
    site,
    here,
    shows: "today",
    title: person.name,
    crumbs: [
      { text: here.profile.name, href: at(here, "") },
      { text: words.people.title, href: at(here, "/people") },
      { text: person.name },
    ],
    body: html`<div class="sheet">
  <h1>${person.name}</h1>
  <p class="byline">${span(person)}
    <span class="quiet">${person.keyed ? words.people.keyed : words.people.unclaimed}</span></p>
  ${list(here, words.people.wordsStand, stand)}
  ${list(here, stand.length === 0 ? words.people.wrote : words.people.alsoWrote, worked)}
  ${list(here, words.people.withdrawn, gone)}
  ${deedSections(here, person.member)}
  ${facts(person)}
</div>`,
  });
}

/** What they did besides writing, and what came back. */
function deedSections(here: Visit, member: number): Html[] {
  const { community } = here;
  const units = new Set(unitsWithWordsOf(community, member));
  const link = (unit: UnitListing) => html`<a class="name" href="${unitHref(here, unit)}">${titleOf(unit)}</a>`;
  const dated = ({ unit, time }: Deed) => html`<li>${link(unit)} <span class="quiet">${date(time)}</span></li>
`;
  const thanked = ({
    unit,
    time,
    by,
  }: Thanks) => html`<li>${link(unit)} <span class="quiet">${personLink(here, by)}, ${date(time)}</span></li>
`;
  const used = ({
    unit,
    epoch,
    use,
    readers,
  }: Used) => html`<li>${link(unit)} <span class="quiet">${words.sharing.path(words.sharing.pathUse[use], count(readers))}, <a href="${at(here, `/sharing/${epoch}`)}">${words.sharing.period(epoch)}</a></span></li>
`;
  return [
    deedList(words.people.reviewed, reviewsBy(community, member).map(dated)),
    deedList(words.people.confirmed, confirmationsBy(community, member).map(dated)),
    deedList(words.people.used, usesOf(community, units).map(used)),
    deedList(words.people.thanked, thanksFor(community, units).map(thanked)),
  ].filter((section) => section !== undefined);
}

function deedList(title: string, items: readonly Html[]): Html | undefined {
  if (items.length === 0) return undefined;
  const more = items.length - UNITS_SHOWN;
  return html`<section class="section"><h2>${title}</h2><ul class="things">${items.slice(0, UNITS_SHOWN)}</ul>${more > 0 ? html`<p class="up-4">${words.page.more(more)}</p>` : ""}</section>`;
}

interface Work {
  readonly listing: UnitListing;
  /** When they last wrote there, ms; undefined where others copied their words to. */
  readonly time: number | undefined;
}

interface WorkOf {
  /** Current units where their words stand, those they only wrote in, and what no longer stands. */
  readonly stand: readonly Work[];
  readonly worked: readonly Work[];
  readonly gone: readonly Work[];
}

function workOf({ community }: Visit, member: number): WorkOf {
  const times = new Map(unitsOf(community, member).map(({ unit, time }) => [unit, time]));
  const withWords = new Set(unitsWithWordsOf(community, member));
  const all = [...new Set([...times.keys(), ...withWords])].flatMap((unit) => {
    const listing = unitAt(community, unit);
    return listing === undefined ? [] : [{ unit, listing, time: times.get(unit) }];
  });
  const current = all.filter(({ listing }) => listing.state === "current");
  return {
    stand: current.filter(({ unit }) => withWords.has(unit)),
    worked: current.filter(({ unit }) => !withWords.has(unit)),
    gone: all.filter(({ listing }) => listing.state !== "current"),
  };
}

function span({ since, until, keyed, roles }: PersonListing): Html {
  const role =
    roles.length > 0
      ? roles.map((name) => words.people[name]).join(", ")
      : keyed
        ? words.people.holdsKey
        : words.people.namedInHistory;
  const name = `${role.charAt(0).toUpperCase()}${role.slice(1)}.`;
  if (since === null || until === null) return html`${name} ${words.people.nothing}`;
  if (dayOf(since) === dayOf(until)) return html`${name} ${words.people.wroteOn} ${date(since)}.`;
  return html`${name} ${words.people.wroteFrom} ${date(since)} ${words.people.until} ${date(until)}.`;
}

function list(here: Visit, title: string, units: readonly Work[]): Html | "" {
  if (units.length === 0) return "";
  return html`<section class="section">
    <h2>${title}</h2>
    <ul class="things">${units.slice(0, UNITS_SHOWN).map((work) => workItem(here, work))}</ul>
    ${units.length > UNITS_SHOWN ? html`<p class="up-4">${words.page.more(units.length - UNITS_SHOWN)}</p>` : ""}
  </section>`;
}

function workItem(here: Visit, { listing, time }: Work): Html {
  const kind = listing.kind === "page" ? "" : `${kindWords(listing.kind).one}, `;
  const when = time === undefined ? words.people.copiedThere : html`${words.people.lastWrote} ${date(time)}`;
  return html`<li><span><a class="name" href="${unitHref(here, listing)}">${titleOf(listing)}</a>${badges(listing)}</span> <span class="quiet">${kind}${when}</span></li>
`;
}

function facts({ alsoKnownAs }: PersonListing): Html | "" {
  if (alsoKnownAs.length === 0) return "";
  return html`<aside class="beside" aria-label="${words.people.facts}"><dl class="facts"><div><dt>${words.people.also}</dt><dd>${alsoKnownAs.join(", ")}</dd></div></dl></aside>`;
}
