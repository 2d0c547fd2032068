/**
 * A community in one look, to share and to print: what it knows, whose words stand, how it grew, what is made from what,
 * what needs hands. Of an earlier moment it shows what is known of it. Every figure opens its list.
 */
import type { Made } from "../../community/queries/made.ts";
import { people } from "../../community/queries/people.ts";
import {
  handsCount,
  type NeedsHands,
  portrait,
  portraitThen,
  type PortraitThen,
  type Waiting,
} from "../../community/queries/portrait.ts";
import type { UnitListing } from "../../community/queries/units.ts";
import { at, unitHref } from "../addresses.ts";
import { count, counted, date, dayOf, listed, longDate, year } from "../format.ts";
import { html, type Html } from "../html.ts";
import { page } from "../layout.ts";
import { personLink, titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { knownThings } from "../words-portrait.ts";
import { kindWords, words } from "../words.ts";
import { growthPicture, madePicture, mostConnected, perBook, shapeKey, thingHref } from "./portrait-pictures.ts";

const said = words.portrait;

const NAMES_SHOWN = 300;
const UNTOUCHED_SHOWN = 100;
const MADE_SHOWN = 40;
const FEW = 3;

/** `address` is where anybody finds this page. `authorshipReady` is to be awaited before. */
export function portraitPage(here: Visit, address: string): Html {
  const { name } = here.profile;
  const today = here.moment.at === "now" ? portrait(here.community) : undefined;
  const found = today ?? portraitThen(here.community, here.moment);
  const { since } = found;
  return page({
    site: here.site,
    here,
    title: said.of(name),
    crumbs: [{ text: name, href: at(here, "") }, { text: said.title }],
    body: html`<div class="sheet">
  <h1 class="wide">${said.title}</h1>
  ${since === undefined ? html`<p class="portrait wide up-5">${today === undefined ? words.home.asOfNothing : said.nothing}</p>` : sentence(here, found, { since, hands: today?.hands })}
  <p class="share wide up-4"><span class="quiet">${said.share}</span> <a href="${address}">${address}</a> <span class="quiet">${said.asOf} ${date(found.asOf)}.</span> <span class="quiet screen">${said.print}</span></p>
  ${since === undefined ? "" : growthSection(here, found)}
  ${since === undefined || today === undefined ? "" : html`${madeSection(here, today.made)}${handsSection(here, today.hands)}`}
  ${today === undefined ? wroteSection(here, found) : html`${namesSection(here, found)}${mineSection(here)}`}
</div>`,
  });
}

function sentence(
  here: Visit,
  { kinds, people: standing, versions }: PortraitThen,
  { since, hands }: { since: number; hands: NeedsHands | undefined },
): Html {
  const known = knownThings(kinds).map(
    ({ kind, text }) => html`<a href="${at(here, "/browse", { kind })}">${text}</a>`,
  );
  const waiting = hands === undefined ? 0 : handsCount(hands);
  const [knows, inWords, took] =
    hands === undefined ? [said.knew, said.writtenBy, said.tookThen] : [said.knows, said.inWords, said.took];
  return html`<p class="portrait wide up-5">${here.profile.name} ${knows} ${listed(known)}, ${inWords} <a href="#lore:names">${count(standing.length)} ${said.people(standing.length)}</a>, ${said.since} <a href="${onDay(here, dayOf(since))}">${longDate(since)}</a>. ${took} <a href="#lore:growth">${count(versions)} ${said.versions(versions)}</a>${hands === undefined ? "." : html` ${said.toGetHere}, ${waiting === 0 ? html`and ${said.noHands}` : html`and <a href="#lore:hands">${count(waiting)} ${said.things(waiting)}</a> ${said.needHands(waiting)}`}`}</p>`;
}

/** Everything that was here on another day. */
function onDay(here: Visit, day: string): string {
  return at({ ...here, asOf: day }, "/browse");
}

/** What its books are: pages where there is nothing else. */
function bookWords(kinds: PortraitThen["kinds"]): { one: string; many: string; title: string } {
  const [only, second] = kinds;
  if (only !== undefined && second === undefined) return kindWords(only[0]);
  return { one: said.things(1), many: said.things(2), title: said.thingsTitle };
}

function growthSection(here: Visit, { growth, kinds }: PortraitThen): Html {
  const { one, many, title } = bookWords(kinds);
  const last = growth.at(-1)?.year;
  const then = (of: number) => (of === last ? at(here, "/browse") : onDay(here, `${of}-12-31`));
  return html`<section class="section wide">
    <h2>${said.grew}</h2>
    <figure>
      ${growthPicture(growth, title)}
      <figcaption>${said.book(perBook(growth), one, many)}; ${said.bookNew}
        <details><summary>${said.sameTable}</summary>
        <div class="sheet-table" id="lore:growth"><table><thead><tr>${[said.year, said.standing, said.fresh, said.yearVersions].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${growth.map(
  (
    each,
  ) => html`<tr><th scope="row"><a href="${then(each.year)}">${each.year}</a></th><td>${count(each.standing)}</td><td>${count(each.fresh)}</td><td>${count(each.versions)}</td></tr>
`,
)}</tbody></table></div></details></figcaption>
    </figure>
  </section>`;
}

function madeSection(here: Visit, made: readonly Made[]): Html {
  if (made.length === 0)
    return html`<section class="section"><h2>${said.made}</h2><p class="quiet">${said.madeNone}</p></section>`;
  const shown = mostConnected(made);
  const has = (how: string) => shown.some((each) => each.how === how);
  const isSigned = shown.some(({ how }) => how !== "copied" && how !== "linked");
  const rest = made.length - MADE_SHOWN;
  return html`<section class="section wide">
    <h2>${said.made}</h2>
    <figure>
      ${madePicture(here, shown)}
      <figcaption><div class="key">${shapeKey(shown)}</div>
        <p>${isSigned ? said.signed : ""} ${has("copied") ? said.copied : ""} ${has("linked") ? said.linked : ""}</p>
        <details><summary>${said.sameList}</summary>
        <ul class="things">${made.slice(0, MADE_SHOWN).map((each) => madeItem(here, each))}</ul>${rest > 0 ? html`<p>${said.more(count(rest))}</p>` : ""}</details></figcaption>
    </figure>
  </section>`;
}

function madeItem(here: Visit, { from, to, how, words: n }: Made): Html {
  return html`<li><span><a href="${thingHref(here, to)}">${titleOf(to)}</a> ${said.how(how, n)} <a href="${thingHref(here, from)}">${titleOf(from)}</a></span></li>
`;
}

interface Task {
  readonly why: string;
  readonly names: Html;
  readonly href: string;
  readonly label: string;
}

function task({ why, names, href, label }: Task): Html {
  return html`<li><div><p class="why">${why}</p><div class="name">${names}</div></div><a class="btn" href="${href}">${label}</a></li>
`;
}

function handsSection(here: Visit, hands: NeedsHands): Html {
  const { questions, disputed, suggestions } = hands;
  const all = at(here, "/hands");
  const sayCount = (say: (n: string, one: boolean) => string, n: number) => say(count(n), n === 1);
  const waiting = ({ count: n, units }: Waiting, say: (n: string, one: boolean) => string, label: string) =>
    n === 0 ? "" : task({ why: sayCount(say, n), names: unitLinks(here, units, n), href: all, label });
  const items = [
    untouchedTask(here, hands),
    brokenTask(here, hands),
    waiting(disputed, said.disputed, said.readBoth),
    waiting(questions, said.questions, said.answer),
    suggestions === 0
      ? ""
      : task({
          why: sayCount(said.suggestions, suggestions),
          names: html`${said.suggestionsText}`,
          href: all,
          label: said.decide,
        }),
  ].filter((item) => item !== "");
  return html`<section class="section" id="lore:hands">
    <h2>${said.hands}</h2>
    ${items.length === 0 ? html`<p class="quiet">${said.handsNone}</p>` : html`<ul class="hands">${items}</ul>`}
  </section>`;
}

/** The first few, and how many more there are. */
function unitLinks(here: Visit, units: readonly UnitListing[], all: number): Html {
  const links = units.slice(0, FEW).map((unit) => html`<a href="${unitHref(here, unit)}">${titleOf(unit)}</a>`);
  if (all > links.length) links.push(html`${said.more(count(all - links.length)).replace(/^and /, "")}`);
  return html`${listed(links)}`;
}

function untouchedTask(here: Visit, { untouched }: NeedsHands): Html | "" {
  const [oldest] = untouched;
  if (oldest === undefined) return "";
  const n = untouched.length;
  const rest = n - UNTOUCHED_SHOWN;
  const list = html`<details><summary>${said.untouchedAll(count(n), n === 1)}</summary><ul class="things">${untouched
    .slice(0, UNTOUCHED_SHOWN)
    .map(
      ({
        unit,
        touched,
      }) => html`<li><a href="${unitHref(here, unit)}">${titleOf(unit)}</a> <span class="quiet">${year(touched)}</span></li>
`,
    )}</ul>${rest > 0 ? html`<p><a href="${at(here, "/hands", { list: "untouched" })}">${said.more(count(rest))}</a></p>` : ""}</details>`;
  return task({
    why: said.untouched(count(n), n === 1),
    names:
      n > FEW
        ? list
        : unitLinks(
            here,
            untouched.map(({ unit }) => unit),
            n,
          ),
    href: unitHref(here, oldest.unit),
    label: said.check,
  });
}

function brokenTask(here: Visit, { broken }: NeedsHands): Html | "" {
  if (broken.length === 0) return "";
  const pages = [...new Map(broken.map((link) => [link.unit, link])).values()];
  const links = pages
    .slice(0, FEW)
    .map((link) => html`<a href="${unitHref(here, link)}">${link.path ?? link.unit}</a>`);
  if (pages.length > FEW) links.push(html`${counted(pages.length - FEW, said.otherPage, said.otherPages)}`);
  return task({
    why: said.broken(count(broken.length), broken.length === 1),
    names: html`${said.on} ${listed(links)}`,
    href: at(here, "/hands"),
    label: said.mend,
  });
}

/** Whose words stood is known of today only. */
function wroteSection(here: Visit, { people: wrote }: PortraitThen): Html {
  const rest = wrote.length - NAMES_SHOWN;
  return html`<section class="section wide" id="lore:names">
    <h2>${said.wrote}</h2>
    <p class="quiet">${said.namesOrder}</p>
    <ul class="names">${wrote.slice(0, NAMES_SHOWN).map(
      (person) => html`<li>${personLink(here, person)}</li>
`,
    )}</ul>
    ${rest > 0 ? html`<p class="up-4">${said.more(count(rest))}. <a href="${at(here, "/people")}">${said.seeAll}</a></p>` : ""}
    <p class="quiet up-3">${said.todayOnly} <a href="?">${words.moment.today}</a></p>
  </section>`;
}

function namesSection(here: Visit, { people: standing }: PortraitThen): Html {
  const rest = standing.length - NAMES_SHOWN;
  if (standing.length === 0)
    return html`<section class="section" id="lore:names"><h2>${said.names}</h2><p class="quiet">${said.namesNone}</p></section>`;
  return html`<section class="section wide" id="lore:names">
    <h2>${said.names}</h2>
    <p class="quiet">${said.namesOrder}</p>
    <ul class="names">${standing.slice(0, NAMES_SHOWN).map(
      (
        person,
      ) => html`<li>${personLink(here, person)}${person.keyed ? html` <span class="since">${said.signsHere}</span>` : ""}</li>
`,
    )}</ul>
    ${rest > 0 ? html`<p class="up-4">${said.more(count(rest))}. <a href="${at(here, "/people")}">${said.seeAll}</a></p>` : ""}
    ${standing.some(({ keyed }) => !keyed) ? html`<p class="quiet up-3">${said.unclaimed}</p>` : ""}
    <p class="tools"><a class="btn" href="#lore:mine">${said.mine}</a> <a class="btn bare" href="#lore:mine">${said.hide}</a></p>
  </section>`;
}

/** How to claim a name or hide it: there is a button for each on its page. */
function mineSection(here: Visit): Html {
  const everyone = here.site.memo(here.community, "people", () => people(here.community));
  const stewards = everyone.filter(({ roles }) => roles.includes("steward"));
  return html`<section class="section claim" id="lore:mine">
    <h2>${said.mineTitle}</h2>
    <h3>${said.mine}</h3>
    <p>${said.mineText}</p>
    <h3 class="up-5">${said.hide}</h3>
    <p>${said.hideText}</p>
    <p class="up-3">${said.orSteward}. ${stewards.length === 0 ? "" : html`${said.stewards}: ${listed(stewards.map((person) => personLink(here, person)))}.`}</p>
  </section>`;
}
