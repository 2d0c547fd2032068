/** What needs hands: suggestions, changes of rules and people, disagreements, open questions, broken links. */
import {
  disputedUnits,
  openQuestions,
  openSuggestionCount,
  openSuggestions,
} from "../../community/queries/activity.ts";
import { type BrokenLink, brokenLinks } from "../../community/queries/links.ts";
import { type UntouchedPage, untouchedPages } from "../../community/queries/portrait.ts";
import { type UnitNamed, type WaitingOp, waitingOps } from "../../community/queries/proposals.ts";
import type { UnitListing } from "../../community/queries/units.ts";
import { at, unitHref } from "../addresses.ts";
import { count, date, listed } from "../format.ts";
import { html, type Html } from "../html.ts";
import { page } from "../layout.ts";
import { badges, byline, personLink, titleOf, titleText } from "../parts.ts";
import { today, type Visit } from "../site.ts";
import { words } from "../words.ts";
import { decideButtons } from "./voice.ts";
import { type AskedList, linkSize, listSection, partOf, requireList, turnParts } from "./parts.ts";

const SHOWN_MAX = 50;

export interface Hands {
  readonly items: readonly Html[];
  readonly broken: readonly BrokenLink[];
  /** Longest untouched first. */
  readonly untouched: readonly UntouchedPage[];
  /** Suggestions beyond those listed. */
  readonly more: number;
}

/** At most `limit` things of each sort. */
export function handsList(here: Visit, limit: number): Hands {
  const { site, community } = here;
  const broken = site.memo(community, "broken", () => brokenLinks(community));
  const suggestions = openSuggestions(community, limit);
  const items = [
    ...suggestions.map(({ detail, current }) => {
      const title = current === undefined ? titleOf(detail) : titleOf(current);
      const href = at(here, `/diff/${detail.unit}`, { to: detail.revision });
      return item({
        why: words.hands.suggestion,
        name: html`<a href="${href}">${title}</a>`,
        note: html`${current === undefined ? words.hands.newPage : ""} ${byline(here, detail.authors, href)}, ${date(detail.time)}`,
        href,
        label: words.hands.look,
      });
    }),
    ...waitingOps(community, limit).map((op) => opItem(here, op)),
    ...disputedUnits(community, limit).map((unit) => unitItem(here, unit, words.hands.disputed)),
    ...openQuestions(community, limit).map((unit) => unitItem(here, unit, words.hands.question)),
  ];
  return {
    items: limit < SHOWN_MAX ? items.slice(0, limit) : items,
    broken,
    untouched: site.memo(community, "untouched", () => untouchedPages(community)),
    more: openSuggestionCount(community) - suggestions.length,
  };
}

interface Item {
  readonly why: string;
  readonly name: Html;
  readonly note: Html;
  readonly href?: string;
  readonly label?: string;
  readonly buttons?: Html;
}

function item({ why, name, note, href, label, buttons }: Item): Html {
  return html`<li><div><p class="why">${why}</p><p class="name">${name}</p><p class="quiet">${note}</p></div>${href === undefined ? (buttons ?? "") : html` <a class="btn" href="${href}">${label}</a>`}</li>
`;
}

function unitItem(here: Visit, unit: UnitListing, why: string): Html {
  const href = unitHref(here, unit);
  return item({
    why,
    name: html`<a href="${href}">${titleOf(unit)}</a>${badges({ ...unit, disputed: false })}`,
    note: html`${date(unit.time)}`,
    href,
    label: words.hands.read,
  });
}

/** What waits that is no new version: what it would do, and to which page or person. */
function opItem(here: Visit, waiting: WaitingOp): Html {
  const { id, mark, target, replacement, by } = waiting;
  const from = byline(here, [by], "");
  if (target === undefined || mark === undefined)
    return item({
      why: words.hands.change,
      name: opWords(here, waiting),
      note: from,
      buttons: decideButtons(here, id),
    });
  return item({
    why: words.hands.marks[mark] ?? words.hands.change,
    name: namedLink(here, target),
    note: html`${replacement === undefined ? "" : html`${words.hands.replacedBy} ${namedLink(here, replacement)}, `}${target.path === null ? "" : html`<code>${target.path}</code>, `}${from}`,
    href: unitHref(here, target),
    label: words.hands.read,
  });
}

function namedLink(here: Visit, named: UnitNamed): Html {
  return html`<a href="${unitHref(here, named)}">${titleText(named.title)}</a>`;
}

function opWords(here: Visit, { op, act = "", role, person, names = [], name, slots }: WaitingOp): Html {
  const who = person === undefined ? html`${words.hands.somebody}` : personLink(here, person);
  if (op === "role" && role !== undefined) return html`${who} ${words.hands.roles(act === "grant", role)}`;
  if (op === "key" && person !== undefined) return html`${words.hands.newKey} ${who}`;
  if (op === "member" && act === "add" && name !== undefined) return html`${name} ${words.hands.joins}`;
  if (op === "member" && names.length > 0)
    return html`${listed([...names.map((each) => personLink(here, each)), who])} ${words.hands.onePerson(act === "merge")}`;
  const hidden = new Map(slots?.flatMap(({ target }) => (target === undefined ? [] : [[target.unit, target]])));
  if (hidden.size > 0)
    return html`${words.hands.erasing} ${listed([...hidden.values()].map((target) => namedLink(here, target)))}`;
  return html`${words.hands.ops[op] ?? words.hands.otherOp}`;
}

export function handsPage(visit: Visit, asked: AskedList): Html {
  const here = today(visit);
  const found = handsList(here, asked.list === WAITING ? WAITING_MAX : SHOWN_MAX);
  const all = found.items.length + found.broken.length + found.untouched.length + found.more;
  return page({
    site: here.site,
    here: visit,
    shows: "today",
    title: words.hands.title,
    crumbs: [{ text: here.profile.name, href: at(here, "") }, { text: words.hands.title }],
    body: html`<div class="sheet">
  <h1>${words.hands.title}</h1>
  ${all === 0 ? html`<div class="empty up-5"><h2>${words.hands.nothing}</h2><p>${words.hands.nothingText}</p></div>` : html`<p class="lead up-2">${words.hands.lead(count(all), all === 1)}</p>`}
  ${requireList(all === 0 ? {} : asked, sections(here, found, asked))}
  <aside class="beside" aria-label="${words.page.facts}"><p class="aside">${words.hands.needs(here.profile.approvals)}</p><p class="aside up-4">${words.hands.how}</p></aside>
</div>`,
  });
}

const WAITING = "waiting";
/** More is a sign of something other than work that waits. */
const WAITING_MAX = 10_000;

function sections(here: Visit, { items, broken, untouched, more }: Hands, asked: AskedList): (Html | undefined)[] {
  const href = (query: AskedList) => at(here, "/hands", { ...query });
  const link = ({ unit, path, href: to }: BrokenLink) =>
    html`<li><code>${to.slice(0, 200)}</code> <span class="quiet">${words.hands.brokenOn} <a href="${unitHref(here, { unit, path })}">${path ?? unit}</a></span></li>
`;
  const old = ({ unit, touched }: UntouchedPage) =>
    html`<li><a href="${unitHref(here, unit)}">${titleOf(unit)}</a> <span class="quiet">${date(touched)}</span></li>
`;
  const turn = { asked, href };
  return [
    waiting(items, { more, asked, href }),
    listSection({ name: "links", title: words.hands.broken, items: broken, item: link }, turn),
    listSection({ name: "untouched", title: words.hands.untouched, items: untouched, item: old }, turn),
  ];
}

function waiting(
  items: readonly Html[],
  { more, asked, href }: { more: number; asked: AskedList; href: (query: AskedList) => string },
): Html | undefined {
  if (items.length === 0 || (asked.list !== undefined && asked.list !== WAITING)) return undefined;
  const part = partOf(items, {
    asked: asked.list === WAITING ? asked.part : undefined,
    sizeOf: () => linkSize("") * 3,
  });
  return html`<ul class="hands up-5">${part.items}</ul>
  ${more > 0 ? html`<p class="up-4"><a href="${href({ list: WAITING })}">${words.page.allOf(count(items.length + more))}</a></p>` : ""}
  ${turnParts(part, (next) => href({ list: WAITING, part: next }))}`;
}
