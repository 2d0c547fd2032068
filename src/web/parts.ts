/** Small pieces that several pages share: names, badges, lists of things, the strip below a text. */
import type { UnitLink } from "../community/queries/links.ts";
import type { PersonRef } from "../community/queries/people.ts";
import type { UnitListing } from "../community/queries/units.ts";
import { personHref, unitHref } from "./addresses.ts";
import { count, fileSize, listed } from "./format.ts";
import { html, type Html } from "./html.ts";
import { licenceWords } from "./licence.ts";
import type { Visit } from "./site.ts";
import { kindWords, stateWords, words } from "./words.ts";

const NAMES_MAX = 3;
const LINKS_SHOWN = 8;

export function personLink(here: Visit, person: PersonRef): Html {
  return html`<a href="${personHref(here, person)}">${person.name}</a>`;
}

/** "by A, B and 4 others"; the others are behind `more`. */
export function byline(here: Visit, people: readonly PersonRef[], more: string): Html {
  const shown = people.length <= NAMES_MAX + 1 ? people : people.slice(0, NAMES_MAX);
  const names = shown.map((person) => personLink(here, person));
  const rest = people.length - shown.length;
  if (rest > 0) names.push(html`<a href="${more}">${words.page.others(rest)}</a>`);
  return html`${words.page.by} ${listed(names)}`;
}

/** What is not normal about a unit; a current one wears no badge. */
export function badges(listing: Pick<UnitListing, "state" | "disputed">): Html[] {
  const found: Html[] = [];
  if (listing.state !== "current")
    found.push(
      html` <span class="state ${listing.state === "retired" ? "retired" : "replaced"}">${stateWords(listing.state)}</span>`,
    );
  if (listing.disputed) found.push(html` <span class="state disputed">${stateWords("disputed")}</span>`);
  return found;
}

/** What a unit is called in lists: its title, and for a file also its size. */
export function thingLink(here: Visit, listing: UnitListing): Html {
  const size = listing.kind === "file" ? html`<span class="quiet">${fileSize(listing.sizeBytes)}</span>` : "";
  return html`<span><a class="name" href="${unitHref(here, listing)}">${titleOf(listing)}</a>${badges(listing)}</span> ${size}`;
}

/** A file is known by its name, anything else by its title. */
export function titleOf({ kind, title, path }: Pick<UnitListing, "kind" | "title" | "path">): string {
  const name = path?.slice(path.lastIndexOf("/") + 1);
  if (kind === "file" && title === path && name !== undefined) return name;
  return titleText(title);
}

/** A title taken from a heading may bring its badges along, or tags of HTML that mean no more than emphasis. */
export function titleText(title: string): string {
  const plain = title
    .replaceAll(/!?\[!?\[[^\]]*\]\([^)]*\)\]\([^)]*\)|!\[[^\]]*\]\([^)]*\)/g, "")
    .replaceAll(/<\/?(?:em|strong|b|i|u|code|sub|sup|br|small|span)\s*\/?>/gi, "");
  return plain.trim() || title;
}

function linkItem(here: Visit, { unit, elsewhere, words: copied }: UnitLink): Html {
  if (unit === undefined)
    return html`<li><code>${elsewhere ?? ""}</code> <span class="kind">${words.page.elsewhere}</span></li>`;
  return html`<li><a href="${unitHref(here, unit)}">${titleOf(unit)}</a> <span class="kind">${kindWords(unit.kind).one}${copied === undefined ? "" : `, ${words.page.wordsMoved(count(copied), copied === 1)}`}</span></li>`;
}

/** Each unit once, whichever way it is linked. */
export function linkList(here: Visit, links: readonly UnitLink[]): Html {
  const unique = [...new Map(links.map((link) => [link.unit?.unit ?? link.elsewhere, link])).values()];
  const rest = unique.length - LINKS_SHOWN;
  return html`<ul>
${unique.slice(0, LINKS_SHOWN).map((link) => linkItem(here, link))}
${rest > 0 ? html`<li><details><summary>${words.page.more(rest)}</summary><ul>${unique.slice(LINKS_SHOWN, 200).map((link) => linkItem(here, link))}</ul></details></li>` : ""}
</ul>`;
}

/** "May I use this?" in words. */
export function useWords(id: string | undefined): Html {
  const { sentence, id: name, href } = licenceWords(id);
  const shown =
    name === undefined
      ? ""
      : href === undefined
        ? html` ${name}`
        : html` <a href="${href}" rel="license noreferrer">${name}</a>`;
  return html`${sentence}${shown}`;
}

/** Text with some of its ranges marked. */
export function marked(text: string, marks: readonly (readonly [number, number])[]): Html[] {
  const pieces: Html[] = [];
  let from = 0;
  for (const [start, end] of marks) {
    pieces.push(html`${text.slice(from, start)}<mark>${text.slice(start, end)}</mark>`);
    from = end;
  }
  pieces.push(html`${text.slice(from)}`);
  return pieces;
}
