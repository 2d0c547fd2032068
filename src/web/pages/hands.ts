/** What needs hands: suggestions, changes of rules and people, disagreements, open questions, broken links. */
import {
  disputedUnits,
  openQuestions,
  openSuggestionCount,
  openSuggestions,
  waitingOps,
} from "../../community/queries/activity.ts";
import { type BrokenLink, brokenLinks } from "../../community/queries/links.ts";
import { type UntouchedPage, untouchedPages } from "../../community/queries/portrait.ts";
import type { UnitListing } from "../../community/queries/units.ts";
import { at, unitHref } from "../addresses.ts";
import { count, date } from "../format.ts";
import { html, type Html } from "../html.ts";
import { page } from "../layout.ts";
import { badges, byline, titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";

const SHOWN_MAX = 50;
const BROKEN_SHOWN = 200;
const UNTOUCHED_SHOWN = 200;

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
    ...waitingOps(community, limit).map(({ author, op }) =>
      item({
        why: words.hands.change,
        name: html`${words.hands.ops[op] ?? words.hands.otherOp}`,
        note: byline(here, [author], ""),
      }),
    ),
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
}

function item({ why, name, note, href, label }: Item): Html {
  return html`<li><div><p class="why">${why}</p><p class="name">${name}</p><p class="quiet">${note}</p></div>${href === undefined ? "" : html` <a class="btn" href="${href}">${label}</a>`}</li>
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

export function handsPage(here: Visit): Html {
  const { items, broken, untouched, more } = handsList(here, SHOWN_MAX);
  const all = items.length + broken.length + untouched.length + more;
  return page({
    site: here.site,
    here,
    shows: "today",
    title: words.hands.title,
    crumbs: [{ text: here.profile.name, href: at(here, "") }, { text: words.hands.title }],
    body: html`<div class="sheet">
  <h1>${words.hands.title}</h1>
  ${all === 0 ? html`<div class="empty up-5"><h2>${words.hands.nothing}</h2><p>${words.hands.nothingText}</p></div>` : html`<p class="lead up-2">${words.hands.lead(count(all), all === 1)}</p>`}
  ${items.length === 0 ? "" : html`<ul class="hands up-5">${items}</ul>`}
  ${more > 0 ? html`<p class="up-4">${words.hands.more(count(more))}</p>` : ""}
  ${brokenSection(here, broken)}
  ${untouchedSection(here, untouched)}
  <aside class="beside" aria-label="${words.page.facts}"><p class="aside">${words.hands.needs(here.profile.approvals)}</p><p class="aside up-4">${words.hands.how}</p></aside>
</div>`,
  });
}

function untouchedSection(here: Visit, untouched: readonly UntouchedPage[]): Html | "" {
  if (untouched.length === 0) return "";
  return html`<section class="section">
    <h2>${words.hands.untouched}</h2>
    <ul class="things">
      ${untouched.slice(0, UNTOUCHED_SHOWN).map(
        ({
          unit,
          touched,
        }) => html`<li><a href="${unitHref(here, unit)}">${titleOf(unit)}</a> <span class="quiet">${date(touched)}</span></li>
`,
      )}
    </ul>
    ${untouched.length > UNTOUCHED_SHOWN ? html`<p class="up-4">${words.hands.more(count(untouched.length - UNTOUCHED_SHOWN))}</p>` : ""}
  </section>`;
}

function brokenSection(here: Visit, broken: readonly BrokenLink[]): Html | "" {
  if (broken.length === 0) return "";
  return html`<section class="section">
    <h2>${words.hands.broken}</h2>
    <ul class="things">
      ${broken.slice(0, BROKEN_SHOWN).map(
        ({
          unit,
          path,
          href,
        }) => html`<li><code>${href.slice(0, 200)}</code> <span class="quiet">${words.hands.brokenOn} <a href="${unitHref(here, { unit, path })}">${path ?? unit}</a></span></li>
`,
      )}
    </ul>
    ${broken.length > BROKEN_SHOWN ? html`<p class="up-4">${words.hands.more(count(broken.length - BROKEN_SHOWN))}</p>` : ""}
  </section>`;
}
