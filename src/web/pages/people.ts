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
import { nameButtons } from "./voice.ts";
import { type AskedList, linkSize, listSection, partOf, requireList, turnParts } from "./parts.ts";
import { today, type Visit } from "../site.ts";
import { kindWords, words } from "../words.ts";

/** Everyone who had contributed at the moment that is looked at. */
export function peopleThen({ site, community, moment, asOf }: Visit): readonly PersonListing[] {
  return site.memo(community, `people ${asOf ?? ""}`, () => people(community, moment));
}

export function peoplePage(here: Visit, part: string | undefined): Html {
  const everyone = peopleThen(here);
  const wrote = everyone.filter(({ since }) => since !== null);
  const shown = partOf(wrote, { asked: part, sizeOf: ({ name }) => linkSize(name) });
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
      : html`<ul class="names up-5">${shown.items.map(
          (person) => html`<li><a href="${personHref(here, person)}">${person.name}</a>${badge(person)}</li>
`,
        )}</ul>${turnParts(shown, (next) => at(here, "/people", { part: next }))}`
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

export function personPage(visit: Visit, id: string, asked: AskedList): Html {
  const here = today(visit);
  const person = findPerson(here.community, id);
  const turn = { asked, href: (query: AskedList) => at(here, `/person/${person.id}`, { ...query }) };
  return page({
    site: here.site,
    here: visit,
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
  ${sections(here, person.member, asked, turn)}
  ${asked.list === undefined && person.type === "person" ? nameButtons(here, person) : ""}
  ${facts(person)}
</div>`,
  });
}

type Turn = Parameters<typeof listSection>[1];

/** What they wrote in, what they did besides, and what came back. */
function sections(here: Visit, member: number, asked: AskedList, turn: Turn): Html[] {
  const { community } = here;
  const units = new Set(unitsWithWordsOf(community, member));
  const { stand, worked, gone } = workOf(here, member, units);
  const said = words.people;
  const work = (name: string, title: string, items: readonly Work[]) =>
    listSection({ name, title, items, item: (each) => workItem(here, each) }, turn);
  return requireList(asked, [
    work("stand", said.wordsStand, stand),
    work("wrote", stand.length === 0 ? said.wrote : said.alsoWrote, worked),
    work("gone", said.withdrawn, gone),
    ...deedSections(here, { member, units, turn }),
  ]);
}

function deedSections(
  here: Visit,
  { member, units, turn }: { member: number; units: ReadonlySet<number>; turn: Turn },
): (Html | undefined)[] {
  const { community } = here;
  const said = words.people;
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
    listSection({ name: "checked", title: said.reviewed, items: reviewsBy(community, member), item: dated }, turn),
    listSection({ name: "holds", title: said.confirmed, items: confirmationsBy(community, member), item: dated }, turn),
    listSection({ name: "used", title: said.used, items: usesOf(community, units), item: used }, turn),
    listSection({ name: "thanks", title: said.thanked, items: thanksFor(community, units), item: thanked }, turn),
  ];
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

function workOf({ community }: Visit, member: number, withWords: ReadonlySet<number>): WorkOf {
  const times = new Map(unitsOf(community, member).map(({ unit, time }) => [unit, time]));
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
